//! Results with odd fields, as clients of the live API have met them: numbers as texts, booleans as numbers, and no
//! identifier of the image.

use crate::behaviour_index::BehaviourIndex;
use crate::item::Item;
use serde_json::Value;

/// Changes what the platform is not expected to change. What names the task stays.
pub(crate) fn change(items: &mut [Item], index: &BehaviourIndex) {
    for item in items {
        let is_identifier = |name: &String, value: &Value| value.is_string() && index.distinct.contains(name);
        item.fields.retain(|name, value| !is_identifier(name, value));
        for value in item.fields.values_mut() {
            match value {
                Value::Number(number) => *value = number.to_string().into(),
                Value::Bool(flag) => *value = u8::from(*flag).into(),
                Value::Null | Value::String(_) | Value::Array(_) | Value::Object(_) => {}
            }
        }
    }
}
