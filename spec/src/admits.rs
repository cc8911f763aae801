//! Whether one value satisfies a schema, as far as that can be decided without a judge.
//!
//! It serves to compare closed sets of values with rules, and to leave out tasks that cannot become what is sought while
//! some of their parts are not decided; requests are judged elsewhere. `None` is "cannot tell".

use crate::model::value::repeated;
use crate::model::{
    Count, DependentSchema, Format, Operation, ParameterPath, Relation, Rule, Schema, equal, exact,
};
use bigdecimal::{BigDecimal, Signed as _, Zero as _};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Parts of a value that are not decided: each of them can be absent, or any value.
#[derive(Debug, Default)]
pub(crate) struct Open {
    is_all: bool,
    members: BTreeMap<String, Open>,
}

impl Open {
    /// These parts of a task.
    pub(crate) fn at<'a>(paths: impl IntoIterator<Item = &'a ParameterPath>) -> Self {
        let mut open = Self::default();
        for path in paths {
            let slot =
                path.steps().fold(&mut open, |at, step| at.members.entry(step.to_owned()).or_default());
            slot.is_all = true;
        }
        open
    }
}

/// A value, as far as it is decided.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Part<'v> {
    Known(&'v Value),
    /// An object of which some members are not decided.
    Partly(&'v Map<String, Value>, &'v Open),
    Unknown,
}

/// A member of an object, as far as it is decided.
pub(crate) enum Member<'v> {
    Absent,
    Present(Part<'v>),
    /// It can be absent, or any value.
    Open,
}

impl<'v> Part<'v> {
    /// A value with undecided parts.
    pub(crate) fn of(value: &'v Value, open: &'v Open) -> Self {
        match value {
            _ if open.is_all => Self::Unknown,
            Value::Object(members) if !open.members.is_empty() => Self::Partly(members, open),
            _ if open.members.is_empty() => Self::Known(value),
            _ => Self::Unknown,
        }
    }

    /// The member of that name; absent where the value is no object.
    pub(crate) fn member(self, name: &str) -> Member<'v> {
        match self {
            Self::Unknown => Member::Open,
            Self::Known(value) => {
                value.get(name).map_or(Member::Absent, |value| Member::Present(Self::Known(value)))
            }
            Self::Partly(members, open) => match (members.get(name), open.members.get(name)) {
                (None, None) => Member::Absent,
                (None, Some(_)) => Member::Open,
                (Some(value), None) => Member::Present(Self::Known(value)),
                (Some(value), Some(open)) => match Self::of(value, open) {
                    Self::Unknown => Member::Open,
                    part => Member::Present(part),
                },
            },
        }
    }

    fn has(self, name: &str) -> Option<bool> {
        match self.member(name) {
            Member::Absent => Some(false),
            Member::Present(_) => Some(true),
            Member::Open => None,
        }
    }

    fn is_object(self) -> Option<bool> {
        match self {
            Self::Known(value) => Some(value.is_object()),
            Self::Partly(..) => Some(true),
            Self::Unknown => None,
        }
    }
}

/// Whether the value satisfies everything that the schema states.
pub(crate) fn schema(schema: &Schema, value: &Value) -> Option<bool> {
    of_part(schema, Part::Known(value))
}

/// Whether the value satisfies the rule.
pub(crate) fn rule(rule: &Rule, value: &Value) -> Option<bool> {
    rule_of_part(rule, Part::Known(value))
}

fn of_part(schema: &Schema, part: Part<'_>) -> Option<bool> {
    let rules = schema.rules().map(|one| rule_of_part(one, part));
    let is_bare = schema.properties.is_empty() && schema.items.is_none() && schema.additional.is_none();
    let inner: Vec<Option<bool>> = match part {
        _ if is_bare => Vec::new(),
        Part::Known(Value::Object(members)) | Part::Partly(members, _) => of_members(schema, part, members),
        Part::Known(Value::Array(items)) => schema
            .items
            .iter()
            .flat_map(|of_items| items.iter().map(|item| self::schema(of_items, item)))
            .collect(),
        Part::Known(_) => Vec::new(),
        Part::Unknown => vec![None],
    };
    all(rules.chain(inner))
}

fn of_members(schema: &Schema, part: Part<'_>, members: &Map<String, Value>) -> Vec<Option<bool>> {
    let mut found = Vec::new();
    for property in &schema.properties {
        match part.member(&property.name) {
            Member::Present(value) if property.declared => found.push(of_part(&property.schema, value)),
            Member::Present(_) => {}
            Member::Absent => found.push(Some(property.required.is_none())),
            Member::Open => {
                let is_free = property.required.is_none()
                    && (!property.declared || of_part(&property.schema, Part::Unknown) == Some(true));
                found.push(is_free.then_some(true));
            }
        }
    }
    if let Some(additional) = &schema.additional {
        let others = members.iter().filter(|(name, _)| !schema.declares(name));
        found.extend(others.map(|(_, value)| self::schema(additional, value)));
        found.extend(matches!(part, Part::Partly(..)).then_some(None));
    }
    found
}

/// Whether the rule holds, whatever becomes of what is not decided.
pub(crate) fn rule_of_part(rule: &Rule, part: Part<'_>) -> Option<bool> {
    match rule {
        Rule::False => Some(false),
        Rule::AdditionalProperties(names) => match part {
            Part::Known(value) => {
                Some(value.as_object().is_none_or(|object| object.keys().all(|name| names.contains(name))))
            }
            Part::Partly(members, _) => members.keys().any(|name| !names.contains(name)).then_some(false),
            Part::Unknown => None,
        },
        Rule::PatternProperties(_) | Rule::UnevaluatedProperties(_) | Rule::PropertyNames(_) => match part {
            Part::Known(value) => value.as_object().map_or(Some(true), |members| of_names(rule, members)),
            Part::Partly(..) | Part::Unknown => None,
        },
        Rule::DependentRequired(dependent) => when_object(part, || {
            let leads = |(trigger, needs): &(String, Vec<String>)| {
                any([not(part.has(trigger)), all(needs.iter().map(|need| part.has(need)))].into_iter())
            };
            all(dependent.needs.iter().map(leads))
        }),
        Rule::DependentSchemas(branches) => when_object(part, || {
            let leads = |one: &DependentSchema| {
                any([not(part.has(&one.trigger)), of_part(&one.schema, part)].into_iter())
            };
            all(branches.iter().map(leads))
        }),
        Rule::Area(relation) | Rule::Ratio(relation) => when_object(part, || of_relation(relation, part)),
        Rule::AllOf(inner) => of_part(inner, part),
        Rule::AnyOf(branches) => any(branches.iter().map(|branch| of_part(branch, part))),
        Rule::OneOf(branches) => one_of(branches.iter().map(|branch| of_part(branch, part))),
        Rule::Not(inner) => not(of_part(inner, part)),
        Rule::If(rule) => {
            let branch =
                |branch: &Option<Schema>| branch.as_ref().map_or(Some(true), |branch| of_part(branch, part));
            match of_part(&rule.condition, part) {
                Some(true) => branch(&rule.then),
                Some(false) => branch(&rule.otherwise),
                None => Some(branch(&rule.then)?).filter(|then| branch(&rule.otherwise) == Some(*then)),
            }
        }
        _ => match part {
            Part::Known(value) => of_value(rule, value),
            // Other rules do not depend on the members of an object, but for lists of values.
            Part::Partly(..) if !matches!(rule, Rule::Const(_) | Rule::Enum(_)) => {
                of_value(rule, &Value::Object(Map::new()))
            }
            Part::Partly(..) | Part::Unknown => None,
        },
    }
}

/// Whether a rule on one value holds.
fn of_value(rule: &Rule, value: &Value) -> Option<bool> {
    match rule {
        Rule::Type(kinds) => Some(kinds.admit(value)),
        Rule::Const(known) => Some(equal(known, value)),
        Rule::Enum(list) => Some(list.contains(value)),
        Rule::Minimum(_) | Rule::Maximum(_) | Rule::ExclusiveMinimum(_) | Rule::ExclusiveMaximum(_) => {
            of_number(value, |number| rule.bound().is_some_and(|bound| bound.admits(number)))
        }
        Rule::MultipleOf(step) => of_number(value, |number| (number % step).is_zero()),
        Rule::MinLength(_) | Rule::MaxLength(_) => {
            Some(value.as_str().is_none_or(|text| within(rule.length(), text.chars().count())))
        }
        Rule::MinItems(_) | Rule::MaxItems(_) => {
            Some(value.as_array().is_none_or(|list| within(rule.items(), list.len())))
        }
        Rule::UniqueItems => Some(value.as_array().is_none_or(|items| !repeated(items).contains(&true))),
        Rule::Format(format) => value.as_str().map_or(Some(true), |text| of_format(*format, text)),
        Rule::Pattern(pattern) => Some(value.as_str().is_none_or(|text| pattern.is_match(text))),
        Rule::Image(_) => (!value.is_string()).then_some(true),
        Rule::PrefixItems(prefix) => value.as_array().map_or(Some(true), |items| {
            let found = items.iter().enumerate().filter_map(|(place, item)| Some((prefix.at(place)?, item)));
            all(found.map(|(of_item, item)| schema(of_item, item)))
        }),
        Rule::Contains(inner) => match value.as_array() {
            None => Some(true),
            Some(items) => any(items.iter().map(|item| schema(inner, item))),
        },
        // Statements about more than the value, and rules that look into it.
        Rule::Required
        | Rule::Unique
        | Rule::False
        | Rule::AdditionalProperties(_)
        | Rule::PatternProperties(_)
        | Rule::UnevaluatedProperties(_)
        | Rule::PropertyNames(_)
        | Rule::DependentRequired(_)
        | Rule::DependentSchemas(_)
        | Rule::Area(_)
        | Rule::Ratio(_)
        | Rule::AllOf(_)
        | Rule::AnyOf(_)
        | Rule::OneOf(_)
        | Rule::Not(_)
        | Rule::If(_) => None,
    }
}

/// Whether the members of an object, by their names, satisfy a rule about such.
fn of_names(rule: &Rule, members: &Map<String, Value>) -> Option<bool> {
    match rule {
        Rule::UnevaluatedProperties(known) => Some(members.keys().all(|name| known.knows(name))),
        Rule::PropertyNames(of_name) => {
            all(members.keys().map(|name| schema(of_name, &Value::from(name.as_str()))))
        }
        Rule::PatternProperties(patterns) => all(members.iter().flat_map(|(name, value)| {
            patterns.schemas_of(name).into_iter().map(move |one| schema(one, value))
        })),
        _ => None,
    }
}

/// A rule about objects holds for what is none.
fn when_object(part: Part<'_>, holds: impl FnOnce() -> Option<bool>) -> Option<bool> {
    match part.is_object() {
        Some(true) => holds(),
        Some(false) => Some(true),
        None => None,
    }
}

fn of_number(value: &Value, holds: impl Fn(&BigDecimal) -> bool) -> Option<bool> {
    if !value.is_number() {
        return Some(true);
    }
    exact(value).map(|number| holds(&number))
}

fn of_relation(relation: &Relation, part: Part<'_>) -> Option<bool> {
    let [a, b] = &relation.parameters;
    let (a, b) = match (part.member(a), part.member(b)) {
        (Member::Absent, _) | (_, Member::Absent) => return Some(true),
        (Member::Present(Part::Known(a)), Member::Present(Part::Known(b))) => (a, b),
        _ => return None,
    };
    if !a.is_number() || !b.is_number() {
        return Some(true);
    }
    let (a, b) = (exact(a)?, exact(b)?);
    let (low, high) = (relation.minimum.as_ref(), relation.maximum.as_ref());
    Some(match relation.operation {
        Operation::Area => {
            let area = &a * &b;
            low.is_none_or(|low| area >= *low) && high.is_none_or(|high| area <= *high)
        }
        Operation::Ratio if b.is_zero() => false,
        Operation::Ratio => {
            let (a, b) = if b.is_negative() { (-a, -b) } else { (a, b) };
            low.is_none_or(|low| a >= low * &b) && high.is_none_or(|high| a <= high * &b)
        }
    })
}

fn of_format(format: Format, text: &str) -> Option<bool> {
    match format {
        Format::Uuid => Some(is_uuid(text)),
        Format::Uuid4 => {
            Some(is_uuid(text) && text.as_bytes()[14] == b'4' && b"89abAB".contains(&text.as_bytes()[19]))
        }
        Format::Uri => (!text.contains(':')).then_some(false),
    }
}

/// 8-4-4-4-12 hexadecimal digits.
fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(place, byte)| match place {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

fn within(limit: Option<Count>, count: usize) -> bool {
    limit.is_some_and(|limit| limit.admits(count as u64))
}

/// False where one part is, else unknown where one part is.
fn all(parts: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut result = Some(true);
    for part in parts {
        match part {
            Some(false) => return Some(false),
            None => result = None,
            Some(true) => {}
        }
    }
    result
}

/// True where one part is, else unknown where one part is.
fn any(parts: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    not(all(parts.map(not)))
}

/// Whether exactly one part is true.
fn one_of(parts: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let (mut held, mut is_certain) = (0, true);
    for part in parts {
        match part {
            Some(true) if held == 1 => return Some(false),
            Some(true) => held += 1,
            Some(false) => {}
            None => is_certain = false,
        }
    }
    is_certain.then_some(held == 1)
}

fn not(part: Option<bool>) -> Option<bool> {
    part.map(|part| !part)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Source;
    use serde_json::json;

    /// What is known of the last rule of a task of which `width` and `mark.text` are not decided.
    fn known(rule: &Value, task: &Value) -> Option<bool> {
        let text = json!({
            "type": "object",
            "properties": {
                "width": {"type": "integer"}, "height": {"type": "integer"}, "note": {"type": "string"},
                "mark": {"type": "object", "properties": {"text": {"type": "string"}}}
            },
            "allOf": [rule]
        });
        let model = crate::read(&Source::new("open.json", text.to_string())).unwrap();
        let constraint = model.task.constraints.last().unwrap();
        let open = Open::at([&ParameterPath::from("width"), &ParameterPath::from("mark.text")]);
        rule_of_part(&constraint.rule, Part::of(task, &open))
    }

    #[test]
    fn what_is_not_decided_leaves_a_rule_open_only_where_it_matters() {
        let pair = |width: u64, height: u64| json!({"properties": {"width": {"const": width}, "height": {"const": height}}});
        let table = json!({"if": {"required": ["height"]}, "then": {"oneOf": [pair(1, 2), pair(3, 4)]}});
        let both = json!({"dependentRequired": {"width": ["height"]}});
        let mark = json!({"not": {"required": ["note", "mark"]}});
        let text =
            json!({"if": {"required": ["note"]}, "then": {"properties": {"mark": {"required": ["text"]}}}});
        for (rule, task, expected) in [
            (&table, json!({"height": 2}), None),
            (&table, json!({"height": 5}), Some(false)),
            (&table, json!({}), Some(true)),
            (&both, json!({}), None),
            (&both, json!({"height": 2}), Some(true)),
            (&mark, json!({"note": "a"}), None),
            (&mark, json!({"mark": {}}), Some(true)),
            (&mark, json!({"note": "a", "mark": {}}), Some(false)),
            (&text, json!({"note": "a", "mark": {"text": "b"}}), None),
        ] {
            assert_eq!(known(rule, &task), expected, "{rule} {task}");
        }
    }
}
