//! `refuse:<constraint>`: the constraint refuses some of what keeps it.
//!
//! Where a rule has an edge (a range, a step, a length, a number of items, a list of values or of alternatives) the
//! edge is drawn tighter by the least step; of a list or of alternatives each can be the one that is refused. Where it
//! has none, the parameter is refused whatever its value.

use crate::steps::judge::{Conflict, Taken};
use airspec_judge::Judge;
use airspec_judge::Violation;
use airspec_spec::model::ImageRange;
use airspec_spec::rule::{Count, End, Operation, Relation, Rule, equal, exact};
use airspec_spec::{Constraint, Model};
use bigdecimal::{BigDecimal, Zero as _};
use serde_json::Value;

/// A constraint that refuses more than it should.
#[derive(Debug)]
pub(super) struct Refuse {
    constraint: Constraint,
    /// Judges what the refused alternative admits, where the rule has alternatives.
    branch: Option<Judge>,
    /// The refused value, where the rule is a list of them.
    value: Option<Value>,
    /// The declared name that counts as unknown, where the rule is about names.
    name: Option<String>,
}

/// What the fault does, and whether it leaves no task that is accepted.
pub(super) fn sentence(model: &Model, constraint: &Constraint) -> (String, bool) {
    let subject = match &constraint.member {
        Some(member) => member.clone(),
        None => constraint.parameter.to_string(),
    };
    let place = if subject.is_empty() { "a task".to_owned() } else { format!("`{subject}`") };
    let always = model.always_has(&constraint.parameter);
    match &constraint.rule {
        Rule::Minimum(bound) | Rule::Maximum(bound) => {
            (format!("refuses {} for {place}", bound.to_plain_string()), false)
        }
        Rule::MultipleOf(step) => {
            let double = (step * BigDecimal::from(2)).to_plain_string();
            (format!("refuses values of {place} that are not a multiple of {double}"), false)
        }
        Rule::MinLength(count) => (format!("refuses {place} with {count} or fewer characters"), false),
        Rule::MaxLength(count) => (format!("refuses {place} with {count} or more characters"), false),
        Rule::MinItems(count) => (format!("refuses {place} with {count} or fewer items"), false),
        Rule::MaxItems(count) => (format!("refuses {place} with {count} or more items"), false),
        Rule::Enum(values) => {
            let last = values.values.last().map(|last| airspec_spec::text::literal(&last.value));
            (format!("refuses {} for {place}", last.unwrap_or_default()), always && values.values.len() < 2)
        }
        Rule::AnyOf(_) | Rule::OneOf(_) => {
            (format!("refuses values of {place} that its first alternative allows"), false)
        }
        rule @ (Rule::Area(_) | Rule::Ratio(_)) => {
            (format!("refuses the exact limits of the {}", rule.keyword()), false)
        }
        Rule::Image(range) => (
            format!("draws the limits of the {} of an image one percent tighter", range.measure.word()),
            false,
        ),
        Rule::AdditionalProperties(_) => match spare(model, constraint) {
            Some(name) => (format!("treats `{name}` as unknown"), false),
            None => (format!("refuses {place}, whatever it contains"), always),
        },
        Rule::Unique => ("treats different values in one batch as equal".to_owned(), false),
        Rule::Required => (format!("treats {place} as missing although it is present"), always),
        Rule::Type(_)
        | Rule::Const(_)
        | Rule::False
        | Rule::ExclusiveMinimum(_)
        | Rule::ExclusiveMaximum(_)
        | Rule::Format(_)
        | Rule::Pattern(_)
        | Rule::DependentRequired(_)
        | Rule::DependentSchemas(_)
        | Rule::AllOf(_)
        | Rule::Not(_)
        | Rule::If(_)
        | Rule::UniqueItems
        | Rule::Contains(_)
        | Rule::PrefixItems(_)
        | Rule::PatternProperties(_)
        | Rule::UnevaluatedProperties(_)
        | Rule::PropertyNames(_) => (format!("refuses every value of {place}"), always),
    }
}

/// Each further value or alternative that the constraint can refuse, by its number from 1, and what the fault does.
pub(super) fn branches(constraint: &Constraint) -> Vec<(usize, String)> {
    let place = if constraint.parameter.is_empty() { "the task" } else { &constraint.parameter };
    match &constraint.rule {
        // The last one is refused by the fault without a number.
        Rule::Enum(list) => {
            let but_last = list.values.iter().take(list.values.len().saturating_sub(1)).enumerate();
            but_last
                .map(|(index, known)| {
                    let value = airspec_spec::text::literal(&known.value);
                    (index + 1, format!("refuses {value} for `{place}`"))
                })
                .collect()
        }
        Rule::AnyOf(branches) | Rule::OneOf(branches) => (2..=branches.len())
            .map(|number| {
                (number, format!("refuses values of `{place}` that its alternative {number} allows"))
            })
            .collect(),
        _ => Vec::new(),
    }
}

/// The last declared name of an object that need not be there.
fn spare(model: &Model, constraint: &Constraint) -> Option<String> {
    let schema = model.task.at(&constraint.parameter)?;
    let spare =
        schema.properties.iter().rev().find(|property| property.declared && property.required.is_none());
    spare.map(|property| property.name.clone())
}

impl Refuse {
    /// A constraint that refuses too much; `number` tells which of its values or alternatives.
    pub(super) fn new(model: &Model, id: &str, number: Option<usize>) -> Option<Self> {
        let constraint = model.constraint(id)?.clone();
        let branch = match &constraint.rule {
            Rule::AnyOf(_) | Rule::OneOf(_) => {
                let index = number.unwrap_or(1) - 1;
                let schema = model.schema.pointer(&format!("{}/{index}", constraint.location))?.clone();
                Judge::new(&Model { schema, ..model.clone() }).ok()
            }
            _ => None,
        };
        let value = match &constraint.rule {
            Rule::Enum(list) => {
                let index = number.unwrap_or(list.values.len()).checked_sub(1);
                index.and_then(|index| list.values.get(index)).map(|known| known.value.clone())
            }
            _ => None,
        };
        let name = match &constraint.rule {
            Rule::AdditionalProperties(_) => spare(model, &constraint),
            _ => None,
        };
        Some(Self { constraint, branch, value, name })
    }

    /// Adds what a task is wrongly found to break, at places where nothing else is wrong.
    pub(super) fn on_violations(&self, task: &Value, violations: &mut Vec<Violation>) {
        for refused in self.violations(task) {
            if !violations.iter().any(|known| known.pointer == refused.pointer) {
                violations.push(refused);
            }
        }
    }

    /// Takes different identifiers in one batch for equal ones.
    pub(super) fn on_conflict(&self, taken: &Taken, conflict: &mut Conflict) {
        conflict.in_batch |= matches!(self.constraint.rule, Rule::Unique) && taken.last.is_some();
    }

    fn violations(&self, task: &Value) -> Vec<Violation> {
        let Constraint { id, parameter, .. } = &self.constraint;
        let values = parameter.values(task);
        let refused = values.into_iter().filter_map(|(pointer, value)| match &self.name {
            Some(name) => value.get(name).map(|_| pointer.join(name)),
            None => self.refuses(value).then_some(pointer),
        });
        refused.map(|pointer| Violation::new(pointer.to_string(), id.clone(), String::new())).collect()
    }

    fn refuses(&self, value: &Value) -> bool {
        match &self.constraint.rule {
            Rule::Minimum(bound) | Rule::Maximum(bound) => {
                exact(value).is_some_and(|number| number == *bound)
            }
            Rule::MultipleOf(step) => {
                let double = step * BigDecimal::from(2);
                exact(value).is_some_and(|number| !(number % double).is_zero())
            }
            rule @ (Rule::MinLength(_) | Rule::MaxLength(_)) => {
                value.as_str().is_some_and(|text| is_beyond(rule.length(), text.chars().count()))
            }
            rule @ (Rule::MinItems(_) | Rule::MaxItems(_)) => {
                value.as_array().is_some_and(|list| is_beyond(rule.items(), list.len()))
            }
            Rule::Enum(_) => self.value.as_ref().is_some_and(|refused| equal(refused, value)),
            Rule::AnyOf(_) | Rule::OneOf(_) => {
                self.branch.as_ref().is_some_and(|branch| branch.is_valid(value))
            }
            Rule::Area(relation) | Rule::Ratio(relation) => at_limit(relation, value),
            Rule::Image(range) => is_near_limit(range, value),
            Rule::Unique => false,
            Rule::AdditionalProperties(_)
            | Rule::Required
            | Rule::Type(_)
            | Rule::Const(_)
            | Rule::False
            | Rule::ExclusiveMinimum(_)
            | Rule::ExclusiveMaximum(_)
            | Rule::Format(_)
            | Rule::Pattern(_)
            | Rule::DependentRequired(_)
            | Rule::DependentSchemas(_)
            | Rule::AllOf(_)
            | Rule::Not(_)
            | Rule::If(_)
            | Rule::UniqueItems
            | Rule::Contains(_)
            | Rule::PrefixItems(_)
            | Rule::PatternProperties(_)
            | Rule::UnevaluatedProperties(_)
            | Rule::PropertyNames(_) => true,
        }
    }
}

/// Whether a count lies at the edge or past it.
fn is_beyond(edge: Option<Count>, count: usize) -> bool {
    edge.is_some_and(|edge| match edge.end {
        End::Min => count as u64 <= edge.count,
        End::Max => count as u64 >= edge.count,
    })
}

fn is_near_limit(range: &ImageRange, value: &Value) -> bool {
    let Some((width, height)) = value.as_str().and_then(airspec_judge::image::size) else { return false };
    let tighter = |limit: &Option<BigDecimal>, percent: u8| {
        limit.as_ref().map(|limit| limit * BigDecimal::from(percent) / BigDecimal::from(100))
    };
    let inner = ImageRange {
        minimum: tighter(&range.minimum, 101),
        maximum: tighter(&range.maximum, 99),
        ..range.clone()
    };
    !inner.admits(width, height)
}

fn at_limit(relation: &Relation, object: &Value) -> bool {
    let [Some(a), Some(b)] = relation.parameters.each_ref().map(|name| object.get(name).and_then(exact))
    else {
        return false;
    };
    let limits = [&relation.minimum, &relation.maximum].into_iter().flatten();
    match relation.operation {
        Operation::Area => limits.into_iter().any(|limit| &a * &b == *limit),
        Operation::Ratio => limits.into_iter().any(|limit| a == limit * &b),
    }
}
