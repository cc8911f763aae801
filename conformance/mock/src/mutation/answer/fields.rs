//! Wrong numbers of results, and wrong fields in them.

use super::How;
use crate::item::Item;
use crate::steps::plan::Plan;
use crate::steps::results::is_uuid;
use crate::task_view::Defaults;
use airspec_spec::Schema;
use airspec_spec::rule::Rule;
use serde_json::Value;

pub(super) fn echo_ways(parameter: &str, field: &str) -> Vec<(How, String)> {
    vec![
        (How::Absent, format!("leaves `{field}` out of results")),
        (How::Wrong, format!("gives `{field}` a value that is not that of `{parameter}`")),
        (How::Upper, format!("gives `{field}` in capitals")),
    ]
}

pub(super) fn count_ways(parameter: &str) -> Vec<(How, String)> {
    vec![
        (How::Fewer, format!("gives one result fewer where `{parameter}` asks for several")),
        (How::More, format!("gives one result more than `{parameter}` says")),
        (How::One, format!("gives one result, whatever `{parameter}` says")),
    ]
}

pub(super) fn distinct_ways(fields: &[String]) -> Vec<(How, String)> {
    vec![(How::Same, format!("repeats {} in every result of a task", fields.join(" and ")))]
}

pub(super) fn flag_ways(parameter: &str, field: &str) -> Vec<(How, String)> {
    vec![
        (How::Never, format!("leaves `{field}` out although `{parameter}` is true")),
        (How::Always, format!("gives `{field}` although `{parameter}` is not true")),
        (How::Text, format!("gives `{field}` as a text")),
    ]
}

pub(super) fn default_ways(parameter: &str) -> Vec<(How, String)> {
    vec![(How::Other, format!("takes another value than the default where `{parameter}` is left out"))]
}

pub(super) fn on_count(how: How, plan: &mut Plan) {
    match how {
        // One result stays one: an answer without any would look like a refusal.
        How::Fewer if plan.count > 1 => plan.count -= 1,
        How::More => plan.count += 1,
        How::One => plan.count = plan.count.min(1),
        _ => {}
    }
}

pub(super) fn on_flag(how: How, field: &str, plan: &mut Plan) {
    match how {
        How::Never => plan.flagged.retain(|known| known != field),
        How::Always => plan.flagged.push(field.to_owned()),
        _ => {}
    }
}

pub(super) fn on_echo(
    how: How,
    field: &str,
    schema: &Schema,
    stranger: &dyn Fn() -> String,
    item: &mut Item,
) {
    match how {
        How::Absent => {
            item.fields.remove(field);
        }
        How::Wrong => {
            // Of the right kind, and wrong all the same.
            let wrong = if is_uuid(schema) { stranger() } else { "somethingElse".to_owned() };
            item.fields.insert(field.to_owned(), wrong.into());
        }
        How::Upper => {
            if let Some(Value::String(text)) = item.fields.get_mut(field) {
                *text = text.to_uppercase();
            }
        }
        _ => {}
    }
}

/// Gives every item the field of the first.
pub(super) fn repeat(field: &str, items: &mut [Item]) {
    let Some(first) = items.first().and_then(|item| item.fields.get(field)).cloned() else { return };
    for item in items {
        item.fields.insert(field.to_owned(), first.clone());
    }
}

/// Gives the field as a text.
pub(super) fn spell(field: &str, item: &mut Item) {
    if let Some(value) = item.fields.get_mut(field) {
        *value = value.to_string().into();
    }
}

pub(super) fn on_defaults(parameter: &str, schema: &Schema, defaults: &mut Defaults) {
    let other = defaults.get(parameter).map(|default| another(schema, default));
    if let Some(other) = other {
        defaults.set(parameter, other);
    }
}

/// A value that is not the default.
fn another(schema: &Schema, default: &Value) -> Value {
    let listed = schema.rules().find_map(|rule| match rule {
        Rule::Enum(values) => values.values.iter().map(|known| &known.value).find(|value| *value != default),
        _ => None,
    });
    match (listed, default) {
        (Some(value), _) => value.clone(),
        (None, Value::Bool(value)) => (!value).into(),
        (None, Value::Number(number)) => number.as_i64().map_or(0, |number| number.saturating_add(1)).into(),
        (None, other) => other.clone(),
    }
}
