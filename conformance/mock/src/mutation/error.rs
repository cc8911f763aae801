//! `error:<mutation>`: refusals are worded wrongly, whatever they are about. The ways are the same for every model, since the
//! shape of an error belongs to the platform.

mod words;

use crate::answer::{Answer, Body};
use crate::outcome::Outcome;
use crate::problem::Problem;
use crate::protocol::name;
use serde_json::{Value, json};

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
    MissingInvalid,
    InvalidMissing,
    UnsupportedInvalid,
    Snake,
    Capital,
    Numeric,
    General,
    Lower,
    Higher,
    Limits,
    Step,
    Values,
    MoreValues,
    FirstTask,
    LastTask,
    NotFound,
    Forbidden,
    Nested,
    Short,
    Pointer,
}

impl ErrorMutation {
    pub(super) const ALL: [Self; 31] = [
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
        Self::MissingInvalid,
        Self::InvalidMissing,
        Self::UnsupportedInvalid,
        Self::Snake,
        Self::Capital,
        Self::Numeric,
        Self::General,
        Self::Lower,
        Self::Higher,
        Self::Limits,
        Self::Step,
        Self::Values,
        Self::MoreValues,
        Self::FirstTask,
        Self::LastTask,
        Self::NotFound,
        Self::Forbidden,
        Self::Nested,
        Self::Short,
        Self::Pointer,
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
            Self::MissingInvalid => "missing-invalid",
            Self::InvalidMissing => "invalid-missing",
            Self::UnsupportedInvalid => "unsupported-invalid",
            Self::Snake => "snake",
            Self::Capital => "capital",
            Self::Numeric => "numeric",
            Self::General => "general",
            Self::Lower => "lower",
            Self::Higher => "higher",
            Self::Limits => "limits",
            Self::Step => "step",
            Self::Values => "values",
            Self::MoreValues => "more-values",
            Self::FirstTask => "first-task",
            Self::LastTask => "last-task",
            Self::NotFound => "not-found",
            Self::Forbidden => "forbidden",
            Self::Nested => "nested",
            Self::Short => "short",
            Self::Pointer => "pointer",
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
            Self::MissingInvalid => "gives the code of an invalid value where one is missing",
            Self::InvalidMissing => "gives the code of a missing value where one is invalid",
            Self::UnsupportedInvalid => "gives the code of an invalid value for an unknown name",
            Self::Snake => "writes codes in snake case",
            Self::Capital => "begins codes with a capital",
            Self::Numeric => "gives a number as the code",
            Self::General => "gives the same code for everything",
            Self::Lower => "gives a `min` that is lower by one",
            Self::Higher => "gives a `max` that is higher by one",
            Self::Limits => "swaps `min` and `max`",
            Self::Step => "gives twice the step as `multiplier`",
            Self::Values => "leaves the last of the allowed values out",
            Self::MoreValues => "gives one allowed value too many",
            Self::FirstTask => "gives only the errors of the first bad task of a batch",
            Self::LastTask => "gives only the errors of the last bad task of a batch",
            Self::NotFound => "answers with status 404 where a task is refused",
            Self::Forbidden => "answers with status 403 where a task is refused",
            Self::Nested => "gives the error under `error` in place of the list `errors`",
            Self::Short => "names a nested parameter by its last name alone",
            Self::Pointer => "names a parameter by a JSON pointer",
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
            Self::Whole | Self::Silent | Self::Html | Self::FirstTask | Self::LastTask | Self::Nested => {}
            Self::NotFound => each(problems, |problem| problem.status = 404),
            Self::Forbidden => each(problems, |problem| problem.status = 403),
            mutation => each(problems, |problem| words::change(mutation, problem)),
        }
    }

    pub(super) fn on_batch(self, outcome: &mut Outcome) {
        if self == Self::Whole && !outcome.problems.is_empty() {
            outcome.items.clear();
        }
        let task = |problem: &Problem| problem.object.get(name::TASK_UUID).cloned();
        let kept = match self {
            Self::FirstTask => outcome.problems.first().map(task),
            Self::LastTask => outcome.problems.last().map(task),
            _ => None,
        };
        if let Some(kept) = kept {
            outcome.problems.retain(|problem| task(problem) == kept);
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
            answer.replace(Answer::new(answer.status, "text/html", page));
        }
        if self == Self::Nested && is_refused {
            let body = std::mem::replace(&mut answer.body, Body::Ready(Vec::new())).into_bytes();
            let read: Value = serde_json::from_slice(&body).unwrap_or_default();
            let first = read.get(name::ERRORS).and_then(|errors| errors.get(0)).cloned().unwrap_or_default();
            answer.body = Body::Ready(json!({"error": first}).to_string().into_bytes());
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
