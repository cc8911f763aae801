//! `error:<mutation>`: refusals are worded wrongly, whatever they are about. The ways are the same for every model, since the
//! shape of an error belongs to the platform.

use crate::answer::{Answer, Body};
use crate::outcome::Outcome;
use crate::problem::Problem;
use crate::protocol::name;
use serde_json::Value;

/// A way to word a refusal wrongly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ErrorMutation {
    Crash,
    Success,
    Double,
    Stranger,
    Anonymous,
    Codeless,
    Wordless,
    Unnamed,
    Whole,
    Silent,
    Html,
}

impl ErrorMutation {
    pub(super) const ALL: [Self; 11] = [
        Self::Crash,
        Self::Success,
        Self::Double,
        Self::Stranger,
        Self::Anonymous,
        Self::Codeless,
        Self::Wordless,
        Self::Unnamed,
        Self::Whole,
        Self::Silent,
        Self::Html,
    ];

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Crash => "crash",
            Self::Success => "success",
            Self::Double => "double",
            Self::Stranger => "stranger",
            Self::Anonymous => "anonymous",
            Self::Codeless => "codeless",
            Self::Wordless => "wordless",
            Self::Unnamed => "unnamed",
            Self::Whole => "whole",
            Self::Silent => "silent",
            Self::Html => "html",
        }
    }

    pub(super) fn sentence(self) -> &'static str {
        match self {
            Self::Crash => "answers with status 500 if it refuses a task",
            Self::Success => "answers with status 200 if it refuses all tasks",
            Self::Double => "returns every error twice",
            Self::Stranger => "returns errors with the id of another task",
            Self::Anonymous => "returns errors without the id of the task",
            Self::Codeless => "returns errors without a code",
            Self::Wordless => "returns errors without a message",
            Self::Unnamed => "returns errors without the parameter",
            Self::Whole => "refuses a whole batch if one task is invalid",
            Self::Silent => "returns no errors if it refuses a task",
            Self::Html => "answers with an HTML page if it refuses all tasks",
        }
    }

    /// Changes the errors of one task. `stranger` is an identifier that no task has.
    pub(super) fn on_outcome(self, batch: &[Value], task: &Value, stranger: &str, outcome: &mut Outcome) {
        let problems = &mut outcome.problems;
        match self {
            Self::Double => {
                let again = problems.clone();
                problems.extend(again);
            }
            Self::Crash => each(problems, |problem| problem.status = 500),
            Self::Success => each(problems, |problem| problem.status = 200),
            Self::Stranger => {
                let other = another(batch, task).unwrap_or(stranger);
                each(problems, |problem| {
                    problem.object.insert(name::TASK_UUID.into(), other.into());
                });
            }
            Self::Anonymous => each(problems, |problem| drop(problem.object.remove(name::TASK_UUID))),
            Self::Codeless => each(problems, |problem| drop(problem.object.remove(name::CODE))),
            Self::Wordless => each(problems, |problem| drop(problem.object.remove(name::MESSAGE))),
            Self::Unnamed => each(problems, |problem| drop(problem.object.remove(name::PARAMETER))),
            // These change the answer as a whole.
            Self::Whole | Self::Silent | Self::Html => {}
        }
    }

    pub(super) fn on_batch(self, outcome: &mut Outcome) {
        if self == Self::Whole && !outcome.problems.is_empty() {
            outcome.items.clear();
        }
    }

    pub(super) fn on_body(self, outcome: &mut Outcome) {
        if self == Self::Silent {
            outcome.problems.clear();
        }
    }

    pub(super) fn on_answer(self, is_refused: bool, answer: &mut Answer) {
        if self == Self::Html && is_refused {
            let page = Body::Ready(b"<html><body>Bad Request</body></html>".to_vec());
            let note = std::mem::take(&mut answer.note);
            *answer = Answer { note, ..Answer::new(answer.status, "text/html", page) };
        }
    }
}

/// The identifier of another task of the batch.
fn another<'b>(batch: &'b [Value], task: &Value) -> Option<&'b str> {
    let own = task.get(name::TASK_UUID).and_then(Value::as_str);
    let mut others = batch.iter().filter_map(|task| task.get(name::TASK_UUID)?.as_str());
    others.find(|other| Some(*other) != own)
}

fn each(problems: &mut [Problem], change: impl Fn(&mut Problem)) {
    problems.iter_mut().for_each(change);
}
