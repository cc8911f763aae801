//! A request taken apart: the tasks of each model, polls, and what belongs to the platform; and of the answer what
//! belongs to each.

use crate::specs::Specs;
use airspec_suite::oracle::Identity;
use airspec_suite::oracle::observation::Answer;
use airspec_suite::parameter::at;
use airspec_suite::protocol::{API_KEY, AUTHENTICATION, DATA, ERRORS, PING, TASK_TYPE, TASK_UUID, is_poll};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// A batch, taken apart.
#[derive(Debug, Default)]
pub(crate) struct Parts<'a> {
    /// The tasks of each model with their places in the batch, by the place of the model.
    pub(crate) tasks: BTreeMap<usize, Vec<(usize, &'a Value)>>,
    /// The polls with their places in the batch.
    pub(crate) polls: Vec<(usize, &'a Value)>,
    /// Why tasks are left out.
    pub(crate) left_out: Vec<String>,
    /// The key of an authentication task that comes first.
    pub(crate) key: Option<&'a str>,
    /// Whether all of the batch is one model's.
    pub(crate) is_one: bool,
}

impl<'a> Parts<'a> {
    /// The key of an authentication task of a batch.
    pub(crate) fn key_of(batch: &'a [Value]) -> Option<&'a str> {
        let is_key = |task: &&Value| task.get(TASK_TYPE).is_some_and(|kind| *kind == AUTHENTICATION);
        batch.iter().find(is_key)?.get(API_KEY)?.as_str()
    }

    pub(crate) fn of(batch: &'a [Value], specs: &Specs) -> Self {
        let mut parts = Self::default();
        for (place, task) in batch.iter().enumerate() {
            match task.get(TASK_TYPE).and_then(Value::as_str) {
                Some(AUTHENTICATION) if place == 0 => parts.key = task.get(API_KEY).and_then(Value::as_str),
                Some(AUTHENTICATION | PING) => {}
                _ if is_poll(task) => parts.polls.push((place, task)),
                _ => match specs.of(task) {
                    Ok(model) => parts.tasks.entry(model).or_default().push((place, task)),
                    Err(reason) => parts.left_out.push(reason),
                },
            }
        }
        let first = parts.tasks.values().next();
        parts.is_one = parts.tasks.len() == 1 && first.is_some_and(|tasks| tasks.len() == batch.len());
        parts
    }
}

/// What of an answer is about some tasks of a batch: everything that does not name another one of it.
pub(crate) fn about(answer: &Answer, identity: &Identity, others: &[&Value]) -> Answer {
    let id = |task: &Value| {
        identity.of_task(task).or_else(|| task.get(TASK_UUID)?.as_str()).map(str::to_ascii_lowercase)
    };
    let others: Vec<String> = others.iter().filter_map(|task| id(task)).collect();
    let is_other = |id: Option<&Value>| {
        id.and_then(Value::as_str).is_some_and(|id| others.contains(&id.to_ascii_lowercase()))
    };
    let is_platform =
        |item: &Value| item.get(TASK_TYPE).is_some_and(|kind| *kind == AUTHENTICATION || *kind == PING);
    let data = |item: &Value| {
        let field = item.as_object().and_then(|item| at(item, &identity.field));
        !is_platform(item) && !is_other(field.or_else(|| item.get(TASK_UUID)))
    };
    filtered(answer, data, |error| !is_other(error.get(TASK_UUID)))
}

/// What of the answer to a poll is about one task. An error that names none is about it, too.
pub(crate) fn of_poll(answer: &Answer, id: &str, field: &str) -> Answer {
    let is_own = |found: Option<&Value>| {
        found.and_then(Value::as_str).is_some_and(|found| found.eq_ignore_ascii_case(id))
    };
    let data = |item: &Value| {
        let own = item.as_object().and_then(|item| at(item, field));
        is_own(own.or_else(|| item.get(TASK_UUID)))
    };
    filtered(answer, data, |error| error.get(TASK_UUID).is_none_or(|found| is_own(Some(found))))
}

/// An answer with some of its items and errors.
fn filtered(answer: &Answer, data: impl Fn(&Value) -> bool, errors: impl Fn(&Value) -> bool) -> Answer {
    let Ok(Value::Object(envelope)) = &answer.json else { return answer.clone() };
    let list = |list: &Value, keep: &dyn Fn(&Value) -> bool| match list {
        Value::Array(items) => Value::Array(items.iter().filter(|item| keep(item)).cloned().collect()),
        other => other.clone(),
    };
    let mut kept = Map::new();
    for (name, value) in envelope {
        let value = match name.as_str() {
            DATA => list(value, &data),
            // Errors that are all about others leave no list.
            ERRORS => match list(value, &errors) {
                Value::Array(errors) if errors.is_empty() && !answer.errors().is_empty() => continue,
                errors => errors,
            },
            _ => value.clone(),
        };
        kept.insert(name.clone(), value);
    }
    if !kept.contains_key(DATA) && !kept.contains_key(ERRORS) {
        kept.insert(DATA.to_owned(), json!([]));
    }
    Answer { json: Ok(Value::Object(kept)), ..answer.clone() }
}
