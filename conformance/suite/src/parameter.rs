//! What a task says of a parameter, which a dotted path names: read, with the default where it says nothing, and changed.

use airspec_spec::behaviour::Kind;
use airspec_spec::{Model, ParameterPath};
use serde_json::{Map, Value};

/// The value at a dotted path.
#[must_use]
pub fn at<'a>(object: &'a Map<String, Value>, path: &str) -> Option<&'a Value> {
    ParameterPath::from(path).get_in(object)
}

/// The value of a task's parameter: as sent, or its default.
#[must_use]
pub fn effective<'a>(model: &'a Model, task: &'a Value, parameter: &str) -> Option<&'a Value> {
    let sent = task.as_object().and_then(|task| at(task, parameter));
    sent.or_else(|| model.task.at(parameter)?.default.as_ref())
}

/// The task with a parameter set, objects around it made where they are missing.
pub fn set(task: &mut Value, parameter: &str, value: Value) {
    let mut place = task;
    for name in parameter.split('.') {
        if !place.is_object() {
            *place = Value::Object(Map::new());
        }
        let Some(object) = place.as_object_mut() else { return };
        place = object.entry(name).or_insert(Value::Null);
    }
    *place = value;
}

/// The task without a parameter.
pub(crate) fn remove(task: &mut Value, parameter: &str) {
    let (holder, name) = match parameter.rsplit_once('.') {
        Some((holder, name)) => (task.pointer_mut(&format!("/{}", holder.replace('.', "/"))), name),
        None => (Some(task), parameter),
    };
    if let Some(holder) = holder.and_then(Value::as_object_mut) {
        holder.remove(name);
    }
}

/// How many results a task asks for, where the spec has a behaviour that says so.
#[must_use]
pub fn results(model: &Model, task: &Value) -> Option<usize> {
    model.behaviours.iter().find_map(|behaviour| match &behaviour.kind {
        Kind::Count { parameter } => whole(effective(model, task, parameter)?),
        _ => None,
    })
}

/// A value as a number of things, where it is one; 1024.0 is a whole number too.
pub(crate) fn whole(value: &Value) -> Option<usize> {
    let integer = value.as_u64().and_then(|value| usize::try_from(value).ok());
    integer.or_else(|| {
        let float = value.as_f64().filter(|float| float.fract() == 0.0 && (0.0..1e9).contains(float))?;
        format!("{float:.0}").parse().ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn paths_reach_into_objects() {
        let mut task = json!({"a": 1});
        set(&mut task, "b.c.d", json!(2));
        assert_eq!(task, json!({"a": 1, "b": {"c": {"d": 2}}}));
        assert_eq!(task.as_object().and_then(|task| at(task, "b.c.d")), Some(&json!(2)));
        remove(&mut task, "b.c.d");
        remove(&mut task, "a");
        remove(&mut task, "x.y");
        assert_eq!(task, json!({"b": {"c": {}}}));
    }
}
