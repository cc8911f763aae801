//! What requests broke, for tests that assert at their end that nothing was broken.

use airspec_spec::text::shorten;
use std::fmt;

/// So many violations are kept; further ones are counted.
const MAX_KEPT: usize = 1_000;
/// The longest pointer and the longest message that are kept.
const MAX_POINTER: usize = 200;
const MAX_MESSAGE: usize = 500;

/// One way in which a request to the mock broke the spec.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct RequestViolation {
    /// Where in the body, as a JSON pointer such as `/0/width`; empty for the body as a whole.
    pub pointer: String,
    /// The id of the constraint, such as `width.maximum`; `protocol.body` and `protocol.poll` for what is no task.
    pub constraint: String,
    /// What is wrong, to stand after the pointer.
    pub message: String,
    /// The `taskUUID` of the task, if it has one.
    pub task: Option<String>,
}

/// The place and the sentence: "/0/width: must be at most 3840, found 4000 (width.maximum)".
impl fmt::Display for RequestViolation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { pointer, constraint, message, .. } = self;
        let place = if pointer.is_empty() { "the body" } else { pointer };
        write!(f, "{place}: {message} ({constraint})")
    }
}

/// The first violations, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Violations {
    kept: Vec<RequestViolation>,
    /// How many more there were.
    more: u64,
}

impl Violations {
    pub(crate) fn add(&mut self, violation: impl FnOnce() -> RequestViolation) {
        if self.kept.len() >= MAX_KEPT {
            self.more += 1;
            return;
        }
        let RequestViolation { pointer, constraint, message, task } = violation();
        let (pointer, message) = (shorten(&pointer, MAX_POINTER), shorten(&message, MAX_MESSAGE));
        self.kept.push(RequestViolation { pointer, constraint, message, task });
    }

    pub(crate) fn kept(&self) -> &[RequestViolation] {
        &self.kept
    }

    pub(crate) fn more(&self) -> u64 {
        self.more
    }

    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }
}
