//! The types of fields, each with all that can be read as one.

use super::Answer;
use crate::integer::Integer;
use serde_json::Value;

/// A type of a field, with all that can be read as one.
pub trait Lenient: Sized {
    /// What can be read of a value, and whether the value is as documented.
    fn read_value(value: Value) -> (Option<Self>, bool);
}

impl Lenient for Value {
    fn read_value(value: Value) -> (Option<Self>, bool) {
        (Some(value), true)
    }
}

impl Lenient for String {
    fn read_value(value: Value) -> (Option<Self>, bool) {
        match value {
            Value::String(text) => (Some(text), true),
            Value::Number(_) | Value::Bool(_) => (Some(value.to_string()), false),
            other => only(other),
        }
    }
}

impl Lenient for bool {
    fn read_value(value: Value) -> (Option<Self>, bool) {
        let text = match value {
            Value::Bool(value) => return (Some(value), true),
            Value::Number(number) => number.to_string(),
            Value::String(text) => text.trim().to_ascii_lowercase(),
            other => return only(other),
        };
        let read = match text.as_str() {
            "1" | "1.0" | "true" | "yes" => Some(true),
            "0" | "0.0" | "false" | "no" | "" => Some(false),
            _ => None,
        };
        (read, false)
    }
}

impl Lenient for f64 {
    fn read_value(value: Value) -> (Option<Self>, bool) {
        match value {
            Value::Number(number) => (number.as_f64(), true),
            Value::String(text) => {
                let number = text.trim().trim_start_matches('$').parse().ok();
                (number.filter(|number: &f64| number.is_finite()), false)
            }
            other => only(other),
        }
    }
}

impl Lenient for Integer {
    fn read_value(value: Value) -> (Option<Self>, bool) {
        match value {
            Value::Number(_) => {
                let read: Option<Self> = serde_json::from_value(value).ok();
                (read, read.is_some())
            }
            Value::String(text) => (serde_json::from_str(text.trim()).ok(), false),
            other => only(other),
        }
    }
}

/// A list is not as documented where one of its items is not.
impl<T: Lenient> Lenient for Vec<T> {
    fn read_value(value: Value) -> (Option<Self>, bool) {
        let (items, is_list) = match value {
            Value::Array(items) => (items, true),
            other => (vec![other], false),
        };
        let count = items.len();
        let (mut read, mut is_exact) = (Self::with_capacity(count), is_list);
        for item in items {
            let (item, is_item_exact) = T::read_value(item);
            is_exact &= is_item_exact && item.is_some();
            read.extend(item);
        }
        (Some(read).filter(|read| is_list || !read.is_empty()), is_exact)
    }
}

/// For generated code: an object in an item, which is not as documented where one of its fields is not.
pub fn object<A: Answer>(value: Value) -> (Option<A>, bool) {
    match value {
        Value::Object(_) => {
            let read = A::read(value.to_string());
            let is_exact = read.odd().is_empty();
            (Some(read), is_exact)
        }
        Value::Array(mut items) if items.len() == 1 => (items.pop().and_then(|item| object(item).0), false),
        _ => (None, false),
    }
}

/// The only item of a list.
fn only<T: Lenient>(value: Value) -> (Option<T>, bool) {
    match value {
        Value::Array(mut items) if items.len() == 1 => {
            (items.pop().and_then(|item| T::read_value(item).0), false)
        }
        _ => (None, false),
    }
}
