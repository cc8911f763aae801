//! One task with the results that belong to it: what the oracles of behaviours look at.

use super::Identity;
use super::file::File;
use super::observation::Observation;
use crate::parameter::effective;
use crate::protocol::is_poll;
use airspec_spec::Model;
use serde_json::{Map, Value};

/// So many results of a task are looked at; no task can ask for as many.
pub const MAX_RESULTS: usize = 100;

/// A task and its results.
#[derive(Clone, Debug)]
pub struct TaskResults<'a> {
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

impl<'a> TaskResults<'a> {
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
            TaskResults { model, task, results, count, seen }
        };
        tasks.iter().filter(|task| !is_poll(task)).map(scene).collect()
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
