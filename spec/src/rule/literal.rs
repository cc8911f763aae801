//! `const` and `enum`: closed sets of values, with the documentation of each value where there is one.

use crate::diagnostic::Diagnostic;
use crate::source::Node;
use crate::text;
use serde_json::Value;

/// The values of an `enum`, or of a `oneOf` whose branches are documented constants.
#[derive(Clone, Debug, PartialEq)]
pub struct Enum {
    /// In the order of the document, each once.
    pub values: Vec<EnumValue>,
}

/// One value and what is said about it.
#[derive(Clone, Debug, PartialEq)]
pub struct EnumValue {
    /// The value.
    pub value: Value,
    /// Name for people.
    pub title: Option<String>,
    /// Prose.
    pub description: Option<String>,
}

impl Enum {
    pub(crate) fn read(node: Node<'_>) -> Result<Self, Diagnostic> {
        let mut values: Vec<EnumValue> = Vec::new();
        for item in node.items()? {
            let value = item.value()?;
            if !values.iter().any(|known| equal(&known.value, &value)) {
                values.push(EnumValue { value, title: None, description: None });
            }
        }
        Ok(Self { values })
    }

    /// The documented form. `None` where the branches are anything but different constants.
    pub(crate) fn read_documented(node: Node<'_>) -> Option<Self> {
        let mut values: Vec<EnumValue> = Vec::new();
        for branch in node.items().ok()? {
            let mut value = None;
            let (mut title, mut description) = (None, None);
            for member in branch.members().ok()? {
                match member.key.as_str() {
                    "const" => value = Some(member.value.value().ok()?),
                    "title" => title = member.value.string().ok(),
                    "description" => description = member.value.string().ok(),
                    _ => return None,
                }
            }
            let value = value?;
            if values.iter().any(|known| equal(&known.value, &value)) {
                return None;
            }
            values.push(EnumValue { value, title, description });
        }
        (!values.is_empty()).then_some(Self { values })
    }

    /// Whether a value is one of them.
    #[must_use]
    pub fn contains(&self, value: &Value) -> bool {
        self.values.iter().any(|known| equal(&known.value, value))
    }

    pub(crate) fn sentence(&self) -> String {
        let words: Vec<String> = self.values.iter().map(|known| text::literal(&known.value)).collect();
        match words.len() {
            0 => "must be one of no values".to_owned(),
            1 => format!("must be {}", words[0]),
            _ => format!("must be one of {}", words.join(", ")),
        }
    }
}

pub(crate) fn const_sentence(value: &Value) -> String {
    format!("must be {}", text::literal(value))
}

/// JSON Schema's equality: 1 and 1.0 are the same number, `false` and 0 are not the same.
#[must_use]
pub fn equal(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => {
            a == b
                || whole(a).is_some_and(|a| Some(a) == whole(b))
                || a.as_f64() == b.as_f64() && a.is_f64() && b.is_f64()
        }
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equal(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| equal(a, b)))
        }
        (a, b) => a == b,
    }
}

/// The number as an integer, where it is one that `i128` holds.
fn whole(number: &serde_json::Number) -> Option<i128> {
    use bigdecimal::{FromPrimitive as _, ToPrimitive as _};
    if let Some(integer) = number.as_i128() {
        return Some(integer);
    }
    let float = number.as_f64().filter(|float| float.fract() == 0.0 && float.abs() < 1e30)?;
    bigdecimal::BigDecimal::from_f64(float)?.to_i128()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn numbers_are_equal_by_value_and_never_to_booleans() {
        assert!(equal(&json!({"a": [1]}), &json!({"a": [1.0]})));
        assert!(equal(&json!(9_007_199_254_740_992_u64), &json!(9_007_199_254_740_992.0)));
        assert!(!equal(&json!(9_007_199_254_740_993_u64), &json!(9_007_199_254_740_992.0)));
        assert!(!equal(&json!(0), &json!(false)));
        assert!(!equal(&json!({"a": 1}), &json!({"a": 1, "b": 2})));
    }
}
