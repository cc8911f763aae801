//! Whether one value satisfies a schema, as far as that can be decided without a judge.
//!
//! It serves to compare closed sets of values with rules; requests are judged elsewhere. `None` is "cannot tell".

use crate::model::value::repeated;
use crate::model::{Count, Format, Operation, Relation, Rule, Schema, equal, exact};
use bigdecimal::{BigDecimal, Signed as _, Zero as _};
use serde_json::{Map, Value};

/// Whether the value satisfies everything that the schema states.
pub(super) fn schema(schema: &Schema, value: &Value) -> Option<bool> {
    let rules = schema.rules().map(|one| rule(one, value));
    let inner: Vec<Option<bool>> = match value {
        Value::Object(members) => of_members(schema, members),
        Value::Array(items) => schema
            .items
            .iter()
            .flat_map(|of_items| items.iter().map(|item| self::schema(of_items, item)))
            .collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    };
    all(rules.chain(inner))
}

fn of_members(schema: &Schema, members: &Map<String, Value>) -> Vec<Option<bool>> {
    let mut found = Vec::new();
    for property in &schema.properties {
        match members.get(&property.name) {
            Some(value) if property.declared => found.push(self::schema(&property.schema, value)),
            Some(_) => {}
            None => found.push(Some(property.required.is_none())),
        }
    }
    if let Some(additional) = &schema.additional {
        let others = members.iter().filter(|(name, _)| !schema.declares(name));
        found.extend(others.map(|(_, value)| self::schema(additional, value)));
    }
    found
}

/// Whether the value satisfies the rule.
pub(super) fn rule(rule: &Rule, value: &Value) -> Option<bool> {
    match rule {
        Rule::Type(kinds) => Some(kinds.admit(value)),
        Rule::Const(known) => Some(equal(known, value)),
        Rule::Enum(list) => Some(list.contains(value)),
        Rule::False => Some(false),
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
        Rule::AdditionalProperties(_)
        | Rule::DependentRequired(_)
        | Rule::PatternProperties(_)
        | Rule::UnevaluatedProperties(_)
        | Rule::PropertyNames(_) => value.as_object().map_or(Some(true), |members| of_names(rule, members)),
        Rule::DependentSchemas(branches) => value.as_object().map_or(Some(true), |object| {
            let given = branches.iter().filter(|one| object.contains_key(&one.trigger));
            all(given.map(|one| schema(&one.schema, value)))
        }),
        Rule::Area(relation) | Rule::Ratio(relation) => {
            value.as_object().map_or(Some(true), |object| of_relation(relation, object))
        }
        Rule::AllOf(inner) => schema(inner, value),
        Rule::AnyOf(branches) => not(all(branches.iter().map(|branch| not(schema(branch, value))))),
        Rule::OneOf(branches) => {
            let held: Option<Vec<bool>> = branches.iter().map(|branch| schema(branch, value)).collect();
            held.map(|held| held.into_iter().filter(|held| *held).count() == 1)
        }
        Rule::Not(inner) => not(schema(inner, value)),
        Rule::If(rule) => {
            let branch = if schema(&rule.condition, value)? { &rule.then } else { &rule.otherwise };
            branch.as_ref().map_or(Some(true), |branch| schema(branch, value))
        }
        Rule::Contains(inner) => match value.as_array() {
            None => Some(true),
            Some(items) => not(all(items.iter().map(|item| not(schema(inner, item))))),
        },
        Rule::Image(_) => (!value.is_string()).then_some(true),
        Rule::PrefixItems(prefix) => value.as_array().map_or(Some(true), |items| {
            let found = items.iter().enumerate().filter_map(|(place, item)| Some((prefix.at(place)?, item)));
            all(found.map(|(of_item, item)| schema(of_item, item)))
        }),
        // Statements about more than the value.
        Rule::Required | Rule::Unique => None,
    }
}

/// Whether the members of an object, by their names, satisfy a rule about such.
fn of_names(rule: &Rule, members: &Map<String, Value>) -> Option<bool> {
    let has = |name: &String| members.contains_key(name);
    match rule {
        Rule::AdditionalProperties(names) => Some(members.keys().all(|name| names.contains(name))),
        Rule::UnevaluatedProperties(known) => Some(members.keys().all(|name| known.knows(name))),
        Rule::PropertyNames(of_name) => {
            all(members.keys().map(|name| schema(of_name, &Value::from(name.as_str()))))
        }
        Rule::PatternProperties(patterns) => all(members.iter().flat_map(|(name, value)| {
            patterns.schemas_of(name).into_iter().map(move |one| schema(one, value))
        })),
        Rule::DependentRequired(dependent) => {
            Some(dependent.needs.iter().all(|(trigger, needs)| !has(trigger) || needs.iter().all(has)))
        }
        _ => None,
    }
}

fn of_number(value: &Value, holds: impl Fn(&BigDecimal) -> bool) -> Option<bool> {
    if !value.is_number() {
        return Some(true);
    }
    exact(value).map(|number| holds(&number))
}

fn of_relation(relation: &Relation, object: &Map<String, Value>) -> Option<bool> {
    let [a, b] = &relation.parameters;
    let number = |name: &String| object.get(name).filter(|value| value.is_number());
    let (Some(a), Some(b)) = (number(a), number(b)) else { return Some(true) };
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

fn not(part: Option<bool>) -> Option<bool> {
    part.map(|part| !part)
}
