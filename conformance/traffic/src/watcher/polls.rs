//! Polls: results that come later, held against the task that they belong to.

use super::calls::results_so_far;
use super::tasks::show_results;
use super::{Now, Watcher};
use crate::conversation::{Conversation, slim_answer};
use crate::summary::BEHAVE;
use crate::{excuse, parts};
use airspec_spec::Level;
use airspec_suite::oracle::observation::{Answer, Observation, Outcome};
use airspec_suite::parameter::results;
use airspec_suite::protocol::{STATUS, SUCCESS, TASK_UUID};
use serde_json::Value;

/// The rule of the protocol about polls.
const POLL: &str = "protocol.poll";

impl Watcher {
    /// Judges the answer to a poll.
    pub(super) fn poll(&mut self, now: &mut Now<'_>, place: usize, poll: &Value) {
        let Some(id) = poll.get(TASK_UUID).and_then(Value::as_str) else {
            return now.client(0, POLL, Level::Facts, format!("/{place}: must have a text `{TASK_UUID}`"));
        };
        let Some(known) = self.tasks.get(id) else {
            return now.leave_out("a poll for a task that was not seen".to_owned());
        };
        let oracle = match self.specs.oracle(known.model) {
            Ok(oracle) => oracle,
            Err(reason) => return now.leave_out(reason),
        };
        let Some(answer) = &now.answer else { return };
        let answer = parts::of_poll(answer, id, &oracle.identity().field);
        let excuse = answer.errors().iter().find_map(|error| excuse::of_error(error, now.is_key_good));
        if let Some(reason) = excuse {
            known.is_ended = true;
            return now.leave_out(reason.to_owned());
        }
        now.seen.is_judged = true;
        let model = known.model;
        if !known.is_deferred {
            let seen = Observation { again: Some(Outcome::Answer(answer)), ..of_answer(known) };
            return now.server(model, oracle.of_closed(&seen), &|_| BEHAVE);
        }
        let wanted = results(oracle.model(), &known.task);
        let done = answer.data().iter().filter(|item| item.get(STATUS).is_some_and(|word| *word == SUCCESS));
        let is_whole = done.count() >= wanted.unwrap_or(1);
        let is_first_end = is_whole && !known.is_ended;
        let mut has_files = false;
        let mut seen = of_answer(known);
        seen.again.clone_from(&known.again);
        seen.polls.extend(known.last.take().map(Outcome::Answer));
        seen.polls.push(Outcome::Answer(slim_answer(&answer)));
        let mut wrong = oracle.of_polls(&seen, is_whole || !answer.errors().is_empty());
        known.is_ended |= is_whole || !answer.errors().is_empty();
        known.last = Some(slim_answer(&answer));
        known.again = None;
        if is_first_end && wrong.is_empty() {
            seen.polls = vec![Outcome::Answer(answer)];
            if !now.exchange.is_masked {
                seen.files = oracle.inline_files(&seen);
            }
            wrong = oracle.of_results(&seen);
            show_results(&mut self.summary, oracle, model, &seen, &wrong);
            has_files = true;
        }
        if is_first_end && !known.called.is_empty() {
            wrong.extend(oracle.of_called(&results_so_far(known), &known.called, 0));
        }
        now.server(model, wrong, &|_| BEHAVE);
        self.tasks.count(id);
        if has_files {
            self.note_files(now, model, &seen);
        }
    }
}

/// A task with the answer to it.
pub(super) fn of_answer(known: &Conversation) -> Observation {
    let answer = Answer { ..known.answer.clone() };
    Observation::new(Value::Array(vec![known.task.clone()]), Outcome::Answer(answer))
}
