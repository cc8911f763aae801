//! Execute, for a poll: the results of a deferred task so far, all of them every time.

use super::execute::crowded;
use super::platform::unknown_names;
use crate::capacity::Share;
use crate::item::Item;
use crate::outcome::Outcome;
use crate::problem::Problem;
use crate::protocol::{name, status};
use crate::state::tasks::{Task, Tasks};
use airspec_spec::Schema;
use serde_json::{Map, Value};
use std::time::Duration;

/// The identifier that a poll asks about, or what is wrong with the poll.
pub(crate) fn asked(poll: &Value) -> Result<&str, Vec<Problem>> {
    let unknown = unknown_names(poll, &[name::TASK_TYPE, name::TASK_UUID]);
    if !unknown.is_empty() {
        return Err(unknown);
    }
    poll.get(name::TASK_UUID).and_then(Value::as_str).ok_or_else(|| {
        let code = if poll.get(name::TASK_UUID).is_none() { "missingTaskUUID" } else { "invalidTaskUUID" };
        let problem = Problem::new(400, code, "`taskUUID` must name the task to ask about.");
        vec![problem.with(name::PARAMETER, name::TASK_UUID).of_task(poll)]
    })
}

/// The results so far of the caller's task of that key. `result` is the schema of results.
pub(crate) fn answer(
    poll: &Value,
    tasks: &Tasks,
    (key, account, now): (&str, u64, Duration),
    result: Option<&Schema>,
    share: &mut Share,
) -> Outcome {
    let mut outcome = Outcome::default();
    let mine = |task: &&Task| task.deferred && task.account == account;
    let Some(task) = tasks.find(key, now).filter(mine) else {
        let text = "There is no such task, or its results are no longer kept.";
        let problem = Problem::new(404, "taskNotFound", text).with(name::STATUS, status::ERROR);
        outcome.problems.push(problem.with(name::PARAMETER, name::TASK_UUID).of_task(poll));
        return outcome;
    };
    let pixels = task.items.iter().map(|(_, item)| item.inline_pixels()).sum();
    let bytes = task.items.iter().map(|(_, item)| item.weight()).sum();
    if !(share.take_results(task.items.len(), pixels) && share.take_bytes(bytes)) {
        outcome.problems.push(crowded(poll));
        return outcome;
    }
    for (ready, item) in &task.items {
        outcome.items.push(if *ready <= now { finished(item.clone()) } else { unfinished(item, result) });
    }
    let failed = task.failure.iter().filter(|(when, _)| *when <= now);
    outcome.problems.extend(failed.map(|(_, problem)| problem.clone()));
    outcome
}

/// The item with the word that it is done.
pub(crate) fn finished(mut item: Item) -> Item {
    item.fields.insert(name::STATUS.into(), status::SUCCESS.into());
    item
}

/// The item without what is still to come.
pub(crate) fn unfinished(item: &Item, result: Option<&Schema>) -> Item {
    let needed = |name: &str| {
        result.and_then(|result| result.property(name)).is_none_or(|property| property.required.is_some())
    };
    let mut fields: Map<String, Value> = item
        .fields
        .iter()
        .filter(|(name, _)| needed(name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    fields.insert(name::STATUS.into(), status::PROCESSING.into());
    Item::plain(fields)
}
