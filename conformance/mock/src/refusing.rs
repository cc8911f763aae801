//! Refusals that are told wrongly, whatever they are about: the same for every model, since the shape of an error
//! belongs to the platform.

use super::problem::Problem;
use super::protocol::name;
use serde_json::Value;

/// A way to tell a refusal wrongly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusing {
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

impl Refusing {
    pub(crate) const ALL: [Self; 11] = [
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

    pub(crate) fn word(self) -> &'static str {
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

    pub(crate) fn sentence(self) -> &'static str {
        match self {
            Self::Crash => "answers with status 500 where a task is refused",
            Self::Success => "answers with status 200 where every task is refused",
            Self::Double => "gives every error twice",
            Self::Stranger => "gives an error the identifier of another task",
            Self::Anonymous => "leaves the identifier of the task out of errors",
            Self::Codeless => "leaves the code out of errors",
            Self::Wordless => "leaves the message out of errors",
            Self::Unnamed => "leaves the parameter out of errors",
            Self::Whole => "refuses a whole batch for one bad task",
            Self::Silent => "leaves the errors out where a task is refused",
            Self::Html => "answers with a page of HTML where every task is refused",
        }
    }

    /// Changes the errors of one task; `other` is the identifier of another one.
    pub(crate) fn spoil(self, problems: &mut Vec<Problem>, other: &str) {
        match self {
            Self::Double => {
                let again = problems.clone();
                problems.extend(again);
            }
            Self::Crash => problems.iter_mut().for_each(|problem| problem.status = 500),
            Self::Success => problems.iter_mut().for_each(|problem| problem.status = 200),
            Self::Stranger => each(problems, |problem| {
                problem.object.insert(name::TASK_UUID.into(), Value::from(other));
            }),
            Self::Anonymous => each(problems, |problem| drop(problem.object.remove(name::TASK_UUID))),
            Self::Codeless => each(problems, |problem| drop(problem.object.remove(name::CODE))),
            Self::Wordless => each(problems, |problem| drop(problem.object.remove(name::MESSAGE))),
            Self::Unnamed => each(problems, |problem| drop(problem.object.remove(name::PARAMETER))),
            // Told of the answer as a whole.
            Self::Whole | Self::Silent | Self::Html => {}
        }
    }
}

fn each(problems: &mut [Problem], change: impl Fn(&mut Problem)) {
    problems.iter_mut().for_each(change);
}
