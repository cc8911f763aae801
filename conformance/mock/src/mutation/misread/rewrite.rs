//! Tasks read as something else than was sent.

use super::{ConstraintMutation, Misread, holder, numbers, text};
use airspec_spec::rule::{Rule, exact};
use serde_json::{Map, Number, Value};

impl Misread {
    /// The task as it is read; `None` where that is as it was sent.
    pub(super) fn read(&self, task: &Value) -> Option<Value> {
        let path = self.constraint.parameter.as_str();
        match self.mutation {
            ConstraintMutation::Null => {
                let (above, name) = path.rsplit_once('.').unwrap_or(("", path));
                rewritten(task, above, &|holder| without_null(holder, name))
            }
            ConstraintMutation::First => rewritten(task, holder(path)?, &first_item),
            ConstraintMutation::Text => rewritten(task, path, &spelt),
            ConstraintMutation::Number => rewritten(task, path, &|value| match value {
                Value::Number(_) | Value::Bool(_) => Some(value.to_string().into()),
                _ => None,
            }),
            ConstraintMutation::Truncated => rewritten(task, path, &truncated),
            ConstraintMutation::Single => rewritten(task, path, &|value| {
                (!matches!(value, Value::Array(_) | Value::Null)).then(|| Value::Array(vec![value.clone()]))
            }),
            ConstraintMutation::Trimmed => rewritten(task, path, &|value| {
                let text = text(value)?;
                (text.trim() != text).then(|| text.trim().into())
            }),
            ConstraintMutation::Relative => rewritten(task, path, &|value| {
                text(value)
                    .filter(|text| !text.is_empty() && !text.contains(':'))
                    .map(|text| format!("x:{text}").into())
            }),
            ConstraintMutation::Case => rewritten(task, path, &|value| folded(&self.constraint.rule, value)),
            ConstraintMutation::Clamped
            | ConstraintMutation::Wrap16
            | ConstraintMutation::Wrap32
            | ConstraintMutation::Absolute => {
                rewritten(task, path, &|value| numbers::read(self.mutation, &self.constraint.rule, value))
            }
            // The others judge the value that was sent.
            _ => None,
        }
    }
}

/// The value or the name that is meant in another letter case.
fn folded(rule: &Rule, value: &Value) -> Option<Value> {
    let same = |known: &str, text: &str| known != text && known.to_lowercase() == text.to_lowercase();
    match rule {
        Rule::Const(Value::String(known)) => {
            text(value).filter(|text| same(known, text)).map(|_| known.as_str().into())
        }
        Rule::Enum(list) => {
            let text = text(value)?;
            let mut known = list.values.iter().filter_map(|known| known.value.as_str());
            if list.values.iter().any(|known| known.value == *value) {
                return None;
            }
            known.find(|known| same(known, text)).map(Value::from)
        }
        Rule::AdditionalProperties(names) => {
            let members = value.as_object()?;
            let meant = |name: &String| {
                let known = names.iter().find(|known| same(known, name) && !members.contains_key(*known));
                known.unwrap_or(name).clone()
            };
            let renamed: Map<String, Value> =
                members.iter().map(|(name, value)| (meant(name), value.clone())).collect();
            (renamed != *members).then_some(Value::Object(renamed))
        }
        _ => None,
    }
}

fn without_null(holder: &Value, name: &str) -> Option<Value> {
    let mut members = holder.as_object()?.clone();
    members.get(name)?.is_null().then(|| members.remove(name))?;
    Some(Value::Object(members))
}

fn first_item(value: &Value) -> Option<Value> {
    match value.as_array()?.as_slice() {
        [first, _, ..] => Some(Value::Array(vec![first.clone()])),
        _ => None,
    }
}

/// The number or the truth value that a text spells.
fn spelt(value: &Value) -> Option<Value> {
    match text(value)? {
        "true" => Some(true.into()),
        "false" => Some(false.into()),
        text => text.parse::<Number>().ok().map(Value::Number),
    }
}

fn truncated(value: &Value) -> Option<Value> {
    let number = exact(value).filter(|number| !number.is_integer())?;
    number
        .with_scale_round(0, bigdecimal::RoundingMode::Down)
        .to_plain_string()
        .parse()
        .ok()
        .map(Value::Number)
}

/// The task with every value at a path changed; `None` where none is. `items` stands for every item of an array.
fn rewritten(task: &Value, path: &str, change: &dyn Fn(&Value) -> Option<Value>) -> Option<Value> {
    let steps: Vec<&str> = path.split('.').filter(|step| !step.is_empty()).collect();
    let mut task = task.clone();
    rewrite(&mut task, &steps, change).then_some(task)
}

fn rewrite(value: &mut Value, steps: &[&str], change: &dyn Fn(&Value) -> Option<Value>) -> bool {
    match (steps.split_first(), value) {
        (None, value) => change(value).map(|new| *value = new).is_some(),
        (Some((&"items", rest)), Value::Array(items)) => {
            items.iter_mut().filter_map(|item| rewrite(item, rest, change).then_some(())).count() > 0
        }
        (Some((name, rest)), holder) => {
            holder.get_mut(*name).is_some_and(|member| rewrite(member, rest, change))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_value_at_a_path_is_changed_and_nothing_else() {
        let task = json!({"a": [{"b": " x "}, {"b": "y"}, {"c": " z "}]});
        let trim = |value: &Value| {
            let text = text(value)?;
            (text.trim() != text).then(|| text.trim().into())
        };
        let changed = json!({"a": [{"b": "x"}, {"b": "y"}, {"c": " z "}]});
        assert_eq!(rewritten(&task, "a.items.b", &trim), Some(changed.clone()));
        assert_eq!(rewritten(&changed, "a.items.b", &trim), None);
        assert_eq!(rewritten(&task, "d.items", &trim), None);
    }

    #[test]
    fn what_is_read_for_something_else() {
        assert_eq!(spelt(&json!("16.5")), Some(json!(16.5)));
        assert_eq!(spelt(&json!("true")), Some(json!(true)));
        assert_eq!((spelt(&json!("x")), spelt(&json!(" 1")), spelt(&json!(1))), (None, None, None));
        assert_eq!(truncated(&json!(-1.5)), Some(json!(-1)));
        assert_eq!((truncated(&json!(2.0)), truncated(&json!("1.5"))), (None, None));
        assert_eq!(without_null(&json!({"a": null, "b": null}), "a"), Some(json!({"b": null})));
        assert_eq!(first_item(&json!([1])), None);
        assert_eq!(holder("a.items.b"), Some("a"));
        assert_eq!((holder("a.items"), holder("items"), holder("a.itemsb")), (Some("a"), None, None));
    }
}
