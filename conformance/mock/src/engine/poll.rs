//! Polling: the results of a deferred task so far, all of them every time.

use super::batch::unknown_names;
use super::carry_out::crowded;
use crate::caller::Caller;
use crate::capacity::Share;
use crate::engine::Engine;
use crate::fault::How;
use crate::item::Item;
use crate::outcome::Outcome;
use crate::problem::Problem;
use crate::protocol::{name, status};
use crate::state::tasks::Task;
use serde_json::{Map, Value};

impl Engine {
    /// The results of a deferred task so far.
    pub(crate) fn poll(&self, poll: &Value, caller: &Caller, share: &mut Share, outcome: &mut Outcome) {
        let unknown = unknown_names(poll, &[name::TASK_TYPE, name::TASK_UUID]);
        if !unknown.is_empty() {
            outcome.problems.extend(unknown);
            return;
        }
        let Some(id) = poll.get(name::TASK_UUID).and_then(Value::as_str) else {
            let code =
                if poll.get(name::TASK_UUID).is_none() { "missingTaskUUID" } else { "invalidTaskUUID" };
            let problem = Problem::new(400, code, "`taskUUID` must name the task to ask about.");
            outcome.problems.push(problem.with(name::PARAMETER, name::TASK_UUID).of_task(poll));
            return;
        };
        let now = self.clock.now();
        let tasks = crate::lock(&self.tasks);
        let mine = |task: &&Task| task.deferred && task.account == caller.account;
        let Some(task) = tasks.find(&self.folded(id), now).filter(mine) else {
            let text = "There is no such task, or its results are no longer kept.";
            let problem = Problem::new(404, "taskNotFound", text).with(name::STATUS, status::ERROR);
            outcome.problems.push(problem.with(name::PARAMETER, name::TASK_UUID).of_task(poll));
            return;
        };
        let pixels = task.items.iter().map(|(_, item)| item.inline_pixels()).sum();
        let bytes = task.items.iter().map(|(_, item)| item.weight()).sum();
        if !(share.take_results(task.items.len(), pixels) && share.take_bytes(bytes)) {
            outcome.problems.push(crowded(poll));
            return;
        }
        for (ready, item) in &task.items {
            outcome.items.push(if *ready <= now { self.finished(item) } else { self.unfinished(item) });
        }
        let failed = task.failure.iter().filter(|(when, _)| *when <= now);
        outcome.problems.extend(failed.map(|(_, problem)| problem.clone()));
    }

    fn finished(&self, item: &Item) -> Item {
        let is_hollow = self
            .roles
            .delivery
            .as_ref()
            .is_some_and(|delivery| self.faults.answers(&delivery.id, How::Hollow));
        let mut item = if is_hollow { self.unfinished(item) } else { item.clone() };
        item.fields.insert(name::STATUS.into(), status::SUCCESS.into());
        item
    }

    /// The item without what is still to come.
    fn unfinished(&self, item: &Item) -> Item {
        let needed = |name: &str| {
            self.model
                .result
                .as_ref()
                .and_then(|result| result.property(name))
                .is_none_or(|property| property.required.is_some())
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
}
