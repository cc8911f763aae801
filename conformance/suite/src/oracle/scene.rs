//! One task with the results that belong to it: what the oracles of behaviours look at.

use super::Identity;
use super::file::File;
use super::observation::Observation;
use airspec_spec::Model;
use serde_json::{Map, Value};

/// So many results of a task are looked at; no task can ask for as many.
pub const MAX_RESULTS: usize = 100;

/// A task and its results.
#[derive(Clone, Debug)]
pub struct Scene<'a> {
    /// The spec.
    pub model: &'a Model,
    /// The task as it was sent.
    pub task: &'a Value,
    /// Its results, in the order of the answer: the first [`MAX_RESULTS`].
    pub results: Vec<Item<'a>>,
    /// How many results there are.
    pub count: usize,
    /// All that was seen.
    pub seen: &'a Observation,
}

/// One result.
#[derive(Clone, Copy, Debug)]
pub struct Item<'a> {
    /// All of it.
    pub value: &'a Value,
    /// Its fields.
    pub fields: &'a Map<String, Value>,
    /// Its file, where it was looked at.
    pub file: Option<&'a File>,
}

impl<'a> Scene<'a> {
    /// The scenes of an observation, one for each task. Results are joined to tasks by the id that they repeat; where
    /// there is one task only, all results are taken for its own.
    pub(crate) fn all(model: &'a Model, identity: &Identity, seen: &'a Observation) -> Vec<Self> {
        let tasks = seen.tasks();
        let item = |(index, value): (usize, &'a Value)| {
            Some(Item { value, fields: value.as_object()?, file: seen.files.get(index) })
        };
        let items: Vec<Item<'a>> = seen.results().into_iter().enumerate().filter_map(item).collect();
        let scene = |task: &'a Value| {
            let own = |item: &&Item<'a>| tasks.len() == 1 || identity.joins(task, item.fields);
            let mut results: Vec<Item<'a>> = items.iter().filter(own).copied().collect();
            let count = results.len();
            results.truncate(MAX_RESULTS);
            Scene { model, task, results, count, seen }
        };
        tasks.iter().map(scene).collect()
    }

    /// The value of a parameter: as sent, or its default.
    #[must_use]
    pub fn value(&self, parameter: &str) -> Option<&'a Value> {
        effective(self.model, self.task, parameter)
    }

    /// The value of a parameter as text.
    #[must_use]
    pub fn text(&self, parameter: &str) -> Option<&'a str> {
        self.value(parameter).and_then(Value::as_str)
    }

    /// The results with a name each: "result 2 of 3".
    pub fn named(&self) -> impl Iterator<Item = (String, Item<'a>)> + '_ {
        let total = self.count;
        let name = move |index: usize| match total {
            1 => "the result".to_owned(),
            _ => format!("result {} of {total}", index + 1),
        };
        self.results.iter().enumerate().map(move |(index, item)| (name(index), *item))
    }
}

/// The value at a dotted path.
#[must_use]
pub fn at<'a>(object: &'a Map<String, Value>, path: &str) -> Option<&'a Value> {
    let mut names = path.split('.');
    let first = object.get(names.next()?)?;
    names.try_fold(first, |value, name| value.get(name))
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
