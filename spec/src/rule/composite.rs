//! `allOf`, `anyOf`, `oneOf`, `not` and `if`: rules made of conditions, and the words for conditions.

use super::Rule;
use crate::model::Schema;
use crate::text;
use crate::witness::{self, Witness};

/// `if` with `then` and `else`; a branch that is left out demands nothing.
#[derive(Clone, Debug)]
pub struct If {
    /// The condition.
    pub condition: Schema,
    /// What holds when the condition does.
    pub then: Option<Schema>,
    /// What holds when it does not.
    pub otherwise: Option<Schema>,
}

impl If {
    pub(crate) fn sentence(&self) -> String {
        let condition = phrase(&self.condition);
        match (&self.then, &self.otherwise) {
            (Some(then), None) => format!("must, when {condition}, be such that {}", phrase(then)),
            (None, Some(otherwise)) => {
                format!("must, unless {condition}, be such that {}", phrase(otherwise))
            }
            (Some(then), Some(otherwise)) => format!(
                "must, when {condition}, be such that {}, and otherwise such that {}",
                phrase(then),
                phrase(otherwise)
            ),
            (None, None) => "is free".to_owned(),
        }
    }
}

pub(crate) fn all_of(schema: &Schema) -> String {
    format!("must be such that {}", phrase(schema))
}

pub(crate) fn any_of(branches: &[Schema]) -> String {
    let single = |branch: &Schema| match branch.constraints.as_slice() {
        [only] if branch.properties.is_empty() && branch.items.is_none() => Some(only.rule.sentence()),
        _ => None,
    };
    let demands: Option<Vec<String>> = branches.iter().map(single).collect();
    if let Some(demands) = demands.filter(|demands| demands.len() > 1) {
        return text::list(&demands, "or");
    }
    let forms: Vec<String> = branches.iter().map(phrase).collect();
    match forms.as_slice() {
        [] => "must satisfy one of no alternatives".to_owned(),
        [one] => format!("must be such that {one}"),
        many => format!("must be such that {}", text::list(many, "or")),
    }
}

pub(crate) fn one_of(branches: &[Schema]) -> String {
    let names: Option<Vec<String>> = branches.iter().map(only_required).collect();
    if let Some(names) = names.filter(|names| names.len() > 1) {
        return format!("must have exactly one of {}", text::list(&text::ticked(&names), "and"));
    }
    if let Some(table) = table(branches) {
        return format!("must be such that {table}");
    }
    let forms: Vec<String> = branches.iter().map(phrase).collect();
    format!("must satisfy exactly one of these: {}", forms.join("; "))
}

pub(crate) fn not(schema: &Schema) -> String {
    if let [property, others @ ..] = schema.properties.as_slice()
        && !others.is_empty()
        && schema.constraints.is_empty()
        && schema.properties.iter().all(|property| !property.declared)
    {
        let names = std::iter::once(property).chain(others).map(|property| &property.name);
        return format!("must not have {} together", text::list(&text::ticked(names), "and"));
    }
    format!("is refused when {}", phrase(schema))
}

/// A table of allowed combinations, where every branch gives constants to the same members.
fn table(branches: &[Schema]) -> Option<String> {
    let row = |branch: &Schema| -> Option<(Vec<String>, Vec<String>)> {
        let plain =
            branch.constraints.is_empty() && branch.properties.iter().all(|property| property.declared);
        let cell = |property: &crate::model::Property| match property.schema.constraints.as_slice() {
            [only] => match &only.rule {
                Rule::Const(value) => Some(value.as_str().map_or_else(|| value.to_string(), str::to_owned)),
                _ => None,
            },
            _ => None,
        };
        let cells: Option<Vec<String>> = branch.properties.iter().map(cell).collect();
        let names = branch.properties.iter().map(|property| property.name.clone()).collect();
        plain.then_some((names, cells?))
    };
    let rows: Option<Vec<_>> = branches.iter().map(row).collect();
    let rows = rows
        .filter(|rows| rows.len() > 1 && rows[0].0.len() > 1 && rows.iter().all(|row| row.0 == rows[0].0))?;
    let cells: Vec<String> = rows.iter().map(|row| row.1.join(" × ")).collect();
    Some(format!("{} is one of {}", text::ticked(&rows[0].0).join(" × "), cells.join(", ")))
}

/// The one name that a schema requires, where it does nothing else.
fn only_required(schema: &Schema) -> Option<String> {
    match schema.properties.as_slice() {
        [property] if !property.declared && schema.constraints.is_empty() => Some(property.name.clone()),
        _ => None,
    }
}

/// A schema as a condition in words: "`settings.background` is `transparent` and `width` is given".
#[must_use]
pub fn phrase(schema: &Schema) -> String {
    let mut parts = Vec::new();
    collect(schema, "", &mut parts);
    if parts.is_empty() { "anything holds".to_owned() } else { parts.join(" and ") }
}

fn collect(schema: &Schema, name: &str, parts: &mut Vec<String>) {
    let subject = if name.is_empty() { "it".to_owned() } else { format!("`{name}`") };
    for rule in schema.rules() {
        parts.push(condition(rule, &subject));
    }
    for property in &schema.properties {
        let path = if name.is_empty() { property.name.clone() } else { format!("{name}.{}", property.name) };
        let before = parts.len();
        collect(&property.schema, &path, parts);
        if property.required.is_some() && parts.len() == before {
            parts.push(format!("`{path}` is given"));
        }
    }
    if let Some(items) = &schema.items {
        parts.push(format!("for each item of {subject} it holds that {}", phrase(items)));
    }
    if let Some(additional) = &schema.additional {
        parts.push(format!("for each other member it holds that {}", phrase(additional)));
    }
}

fn condition(rule: &Rule, subject: &str) -> String {
    let grouped = |branches: &[Schema]| {
        let forms: Vec<String> = branches.iter().map(phrase).collect();
        if forms.len() == 1 { forms[0].clone() } else { format!("({})", text::list(&forms, "or")) }
    };
    match rule {
        Rule::AnyOf(branches) | Rule::OneOf(branches) if table(branches).is_some() => {
            table(branches).unwrap_or_default()
        }
        Rule::AnyOf(branches) => grouped(branches),
        Rule::OneOf(branches) => format!("exactly one of {}", grouped(branches)),
        Rule::AllOf(schema) => phrase(schema),
        Rule::Not(schema) => format!("it is not so that {}", phrase(schema)),
        Rule::Type(_)
        | Rule::Required
        | Rule::Const(_)
        | Rule::Enum(_)
        | Rule::Never
        | Rule::Range(_)
        | Rule::MultipleOf(_)
        | Rule::Length(_)
        | Rule::Format(_)
        | Rule::Pattern(_)
        | Rule::Items(_)
        | Rule::Closed(_)
        | Rule::Dependent(_)
        | Rule::If(_)
        | Rule::Contains(_)
        | Rule::Relation(_)
        | Rule::Unique => statement(subject, &rule.sentence()),
    }
}

/// A demand as a statement: "must be a UUID" becomes "it is a UUID".
fn statement(subject: &str, sentence: &str) -> String {
    for (demand, state) in
        [("must be ", "is "), ("must have ", "has "), ("must match ", "matches "), ("must not ", "does not ")]
    {
        if let Some(rest) = sentence.strip_prefix(demand) {
            return format!("{subject} {state}{rest}");
        }
    }
    format!("{subject} {sentence}")
}

/// What is legal or not for one of the alternatives, for a judge to sort.
pub(crate) fn branch_witnesses(branches: &[Schema]) -> Vec<Witness> {
    let mut witnesses: Vec<Witness> = Vec::new();
    for (index, branch) in branches.iter().enumerate() {
        for constraint in &branch.constraints {
            for mut witness in witness::proposals(constraint, branch) {
                // Two patterns both propose a match: each is told by its branch, or one would pass for the other.
                if witnesses.iter().any(|known| known.about == witness.about && known.value != witness.value)
                {
                    witness.about = format!("{}, alternative {}", witness.about, index + 1);
                }
                witnesses.push(witness);
            }
        }
    }
    witnesses.push(Witness::reject("two words", "two words"));
    witnesses.push(Witness::reject("", "empty"));
    witnesses
}
