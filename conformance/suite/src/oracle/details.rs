//! What an error tells of the parameter that it blames: limits, values, the type, and the place in the documentation.
//!
//! All of it may be left out, but for the values behind a code that says that a value is not supported. What is told is
//! what the spec says.

use super::error_attribution::leaf;
use super::finding::Finding;
use super::{Oracle, excerpt, show};
use crate::protocol::{ALLOWED_VALUES, CODE, DOCUMENTATION, MAX, MIN, MULTIPLIER, PARAMETER, TYPE};
use airspec_spec::rule::{Enum, Kinds, Rule, exact};
use airspec_spec::{Level, Schema};
use bigdecimal::BigDecimal;
use serde_json::Value;
use std::collections::BTreeSet;

/// What is wrong with it. `paths` are the names that are right for the parameter.
pub(super) fn wrong(oracle: &Oracle, error: &Value, paths: &BTreeSet<String>) -> Option<Finding> {
    let name = error.get(PARAMETER)?.as_str()?;
    // Of the paths that are right, the one that the error means.
    let path = paths.iter().find(|path| *path == name || leaf(path) == name)?;
    let schema = oracle.model().task.at(path)?;
    let sentence = limit(error, schema, path)
        .or_else(|| schema.rules().find_map(|rule| values(error, rule, path)))
        .or_else(|| kind(error, schema, path))
        .or_else(|| documentation(error, path))?;
    Some(Finding::wrong(Level::Facts, sentence))
}

/// A number that is that of no rule. An error about an item can have the limits of the list or those of the item.
fn limit(error: &Value, schema: &Schema, path: &str) -> Option<String> {
    let rules = schema.rules().chain(schema.items.iter().flat_map(|items| items.rules()));
    let limits: Vec<(&str, BigDecimal)> = rules.filter_map(limit_of).collect();
    limits.iter().find_map(|(field, wanted)| {
        let given = error.get(*field).filter(|given| given.is_number())?;
        let number = exact(given);
        let is_same = limits.iter().any(|(other, limit)| other == field && Some(limit) == number.as_ref());
        let wanted = wanted.to_plain_string();
        (!is_same)
            .then(|| format!("the error gives {} for `{field}` of `{path}`, which is {wanted}", show(given)))
    })
}

/// The field of an error that has the number of a rule, and the number.
fn limit_of(rule: &Rule) -> Option<(&'static str, BigDecimal)> {
    Some(match rule {
        Rule::Minimum(bound) => (MIN, bound.clone()),
        Rule::Maximum(bound) => (MAX, bound.clone()),
        Rule::MultipleOf(step) => (MULTIPLIER, step.clone()),
        Rule::MinLength(count) | Rule::MinItems(count) => (MIN, BigDecimal::from(*count)),
        Rule::MaxLength(count) | Rule::MaxItems(count) => (MAX, BigDecimal::from(*count)),
        _ => return None,
    })
}

/// A list of values that is not that of the rule, or that is missing.
fn values(error: &Value, rule: &Rule, path: &str) -> Option<String> {
    let Rule::Enum(list) = rule else { return None };
    match error.get(ALLOWED_VALUES) {
        Some(Value::Array(given)) if !is_same(given, list) => Some(format!(
            "the error gives {} for `{ALLOWED_VALUES}`, which are not the values of `{path}`",
            show(&Value::Array(given.clone()))
        )),
        None if is_unsupported(error) => Some(format!(
            "the code says that a value of `{path}` is not supported, and the error has no `{ALLOWED_VALUES}`"
        )),
        _ => None,
    }
}

fn is_same(given: &[Value], list: &Enum) -> bool {
    given.len() == list.values.len() && given.iter().all(|value| list.contains(value))
}

/// Whether the code of an error is about a value, and not about a name.
fn is_unsupported(error: &Value) -> bool {
    let code = error.get(CODE).and_then(Value::as_str).unwrap_or_default();
    code.starts_with("unsupported") && !code.starts_with("unsupportedParameter")
}

/// A type that no legal value of the parameter has: `string` for a number. Words that are not known here are let be.
fn kind(error: &Value, schema: &Schema, path: &str) -> Option<String> {
    let told = error.get(TYPE)?.as_str()?;
    // An error about an item may give the type of the list or that of the item.
    let item = schema.items.as_ref().map(|items| items.kinds().names()).unwrap_or_default();
    let own = [schema.kinds().names(), item].concat();
    let fits = |word: &str| match word.trim() {
        "integer" | "number" | "float" => own.contains(&"integer") || own.contains(&"number"),
        list if list.ends_with("[]") => own.contains(&"array"),
        known => own.contains(&known) || !Kinds::ANY.names().contains(&known),
    };
    (!told.split('|').any(fits)).then(|| {
        let told = excerpt(told);
        format!("the error gives `{told}` for `{TYPE}` of `{path}`, which is {}", own.join(" or "))
    })
}

/// A place in the documentation of another parameter, or in another spelling than places have.
fn documentation(error: &Value, path: &str) -> Option<String> {
    const PLACE: &str = "request-";
    let (_, fragment) = error.get(DOCUMENTATION)?.as_str()?.rsplit_once('#')?;
    let place = fragment.strip_prefix(PLACE)?;
    let of = |path: &str| path.to_lowercase().replace('.', "-");
    (place != of(path) && place != of(leaf(path))).then(|| {
        format!(
            "the `{DOCUMENTATION}` of the error ends in `#{}`, not in `#{PLACE}{}`",
            excerpt(fragment),
            of(path)
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use airspec_spec::Source;
    use serde_json::json;

    #[test]
    fn an_error_about_an_item_has_the_limits_of_the_list_or_of_the_item() {
        let text = r#"{"type": "object", "properties": {"colour": {"type": "array", "minItems": 4,
            "items": {"type": "integer", "minimum": 0, "maximum": 255}}}}"#;
        let model = airspec_spec::read(&Source::new("list.json", text)).unwrap();
        let colour = model.task.at("colour").unwrap();
        for (error, is_wrong) in [
            (json!({"min": 4}), false),
            (json!({"min": 0, "max": 255}), false),
            (json!({"min": 1}), true),
            (json!({"max": 4}), true),
        ] {
            assert_eq!(limit(&error, colour, "colour").is_some(), is_wrong, "{error}");
        }
    }
}
