//! Wrong numbers of results, and wrong fields in them.

use super::BehaviourMutation;
use crate::item::Item;
use crate::steps::plan::Plan;
use crate::steps::results::is_uuid;
use crate::task_view::Defaults;
use airspec_spec::Schema;
use airspec_spec::rule::Rule;
use serde_json::Value;

pub(super) fn echo_mutations(parameter: &str, field: &str) -> Vec<(BehaviourMutation, String)> {
    vec![
        (BehaviourMutation::Absent, format!("returns results without `{field}`")),
        (BehaviourMutation::Wrong, format!("returns a `{field}` that differs from `{parameter}`")),
        (BehaviourMutation::Upper, format!("returns `{field}` in upper case")),
    ]
}

pub(super) fn count_mutations(parameter: &str) -> Vec<(BehaviourMutation, String)> {
    vec![
        (BehaviourMutation::Fewer, format!("returns one result too few if `{parameter}` asks for several")),
        (BehaviourMutation::More, format!("returns one result more than `{parameter}` says")),
        (BehaviourMutation::One, format!("returns one result, whatever `{parameter}` says")),
    ]
}

pub(super) fn distinct_mutations(fields: &[String]) -> Vec<(BehaviourMutation, String)> {
    vec![(
        BehaviourMutation::Same,
        format!("returns the same {} in every result of a task", fields.join(" and ")),
    )]
}

pub(super) fn flag_mutations(parameter: &str, field: &str) -> Vec<(BehaviourMutation, String)> {
    vec![
        (BehaviourMutation::Never, format!("returns no `{field}` although `{parameter}` is true")),
        (BehaviourMutation::Always, format!("returns `{field}` although `{parameter}` is not true")),
        (BehaviourMutation::Text, format!("returns `{field}` as a string")),
    ]
}

pub(super) fn default_mutations(parameter: &str) -> Vec<(BehaviourMutation, String)> {
    vec![(
        BehaviourMutation::Other,
        format!("uses another value than the default if `{parameter}` is not set"),
    )]
}

pub(super) fn on_count(mutation: BehaviourMutation, plan: &mut Plan) {
    match mutation {
        // One result stays one: an answer without any would look like a refusal.
        BehaviourMutation::Fewer if plan.count > 1 => plan.count -= 1,
        BehaviourMutation::More => plan.count += 1,
        BehaviourMutation::One => plan.count = plan.count.min(1),
        _ => {}
    }
}

pub(super) fn on_flag(mutation: BehaviourMutation, field: &str, plan: &mut Plan) {
    match mutation {
        BehaviourMutation::Never => plan.flagged.retain(|known| known != field),
        BehaviourMutation::Always => plan.flagged.push(field.to_owned()),
        _ => {}
    }
}

pub(super) fn on_echo(
    mutation: BehaviourMutation,
    field: &str,
    schema: &Schema,
    stranger: &dyn Fn() -> String,
    item: &mut Item,
) {
    match mutation {
        BehaviourMutation::Absent => {
            item.fields.remove(field);
        }
        BehaviourMutation::Wrong => {
            // Of the right kind, and wrong all the same.
            let wrong = if is_uuid(schema) { stranger() } else { "somethingElse".to_owned() };
            item.fields.insert(field.to_owned(), wrong.into());
        }
        BehaviourMutation::Upper => {
            if let Some(Value::String(text)) = item.fields.get_mut(field) {
                *text = text.to_uppercase();
            }
        }
        _ => {}
    }
}

/// Gives every item the field of the first.
pub(super) fn repeat(field: &str, items: &mut [Item]) {
    let Some(first) = items.first().and_then(|item| item.get(field)).cloned() else { return };
    for item in items {
        item.set(field, first.clone());
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
