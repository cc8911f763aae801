//! Arrays of a number of items, for test values.

use crate::model::{Rule, Schema};
use serde_json::Value;

/// Whether the items of an array must differ.
pub(crate) fn has_unique_items(schema: &Schema) -> bool {
    schema.rules().any(|rule| matches!(rule, Rule::UniqueItems))
}

/// An item so many times, or with variants of it that are likely to be legal where the items must differ.
pub(crate) fn repeated_item(item: &Value, length: usize, differ: bool) -> Vec<Value> {
    if differ {
        (0..length).map(|number| variant(item, number)).collect()
    } else {
        vec![item.clone(); length]
    }
}

/// The variant of a value with that number; number 0 is the value itself. A value of a type that has few values, or an
/// object without a member of another type, has no variants.
fn variant(value: &Value, number: usize) -> Value {
    if number == 0 {
        return value.clone();
    }
    match value {
        Value::String(text) if text.contains("://") => Value::from(format!("{text}?{number}")),
        Value::String(text) => Value::from(format!("{text} {number}")),
        Value::Number(known) => {
            known.as_u64().map_or_else(|| value.clone(), |known| Value::from(known + number as u64))
        }
        Value::Object(members) => {
            let mut members = members.clone();
            let varied = members.values_mut().find(|member| variant(member, number) != **member);
            if let Some(member) = varied {
                *member = variant(member, number);
            }
            Value::Object(members)
        }
        Value::Null | Value::Bool(_) | Value::Array(_) => value.clone(),
    }
}

/// Longer arrays are not made.
const MAX_ITEMS: u64 = 10_000;

/// A count of items that an array is made of.
pub(crate) fn feasible_items(count: u64) -> usize {
    usize::try_from(count.min(MAX_ITEMS)).unwrap_or_default()
}
