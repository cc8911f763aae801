//! Equality and exact numbers of JSON values.

use bigdecimal::BigDecimal;
use serde_json::Value;
use std::collections::{BTreeMap, HashSet};

/// For each value whether an equal one comes before it.
pub(crate) fn repeated<'a>(values: impl IntoIterator<Item = &'a Value>) -> Vec<bool> {
    let mut seen = HashSet::new();
    values.into_iter().map(|value| !seen.insert(Same::of(value))).collect()
}

/// How many values a value is made of, itself included.
pub(crate) fn parts(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(parts).sum::<usize>(),
        Value::Object(members) => 1 + members.values().map(parts).sum::<usize>(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 1,
    }
}

/// JSON Schema's equality: 1 and 1.0 are the same number, `false` and 0 are not the same.
#[must_use]
pub fn equal(a: &Value, b: &Value) -> bool {
    Same::of(a) == Same::of(b)
}

/// What equal values have in common.
#[derive(PartialEq, Eq, Hash)]
enum Same<'a> {
    Null,
    Boolean(bool),
    Whole(i128),
    /// The bits of a float that is no whole number, or beyond `i128`.
    Float(u64),
    Text(&'a str),
    List(Vec<Same<'a>>),
    Object(BTreeMap<&'a str, Same<'a>>),
}

impl<'a> Same<'a> {
    fn of(value: &'a Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(flag) => Self::Boolean(*flag),
            Value::Number(number) => {
                whole(number).map_or(Self::Float(number.as_f64().unwrap_or_default().to_bits()), Self::Whole)
            }
            Value::String(text) => Self::Text(text),
            Value::Array(items) => Self::List(items.iter().map(Self::of).collect()),
            Value::Object(members) => {
                Self::Object(members.iter().map(|(name, value)| (name.as_str(), Self::of(value))).collect())
            }
        }
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

/// A JSON number as the decimal that it is written as.
#[must_use]
pub fn exact(value: &Value) -> Option<BigDecimal> {
    value.as_number()?.to_string().parse().ok()
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
