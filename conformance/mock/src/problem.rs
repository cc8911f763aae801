//! The error objects of the platform.

use super::protocol::name;
use serde_json::{Map, Value};

/// One thing that is wrong, and the HTTP status that it alone would be answered with.
#[derive(Clone, Debug)]
pub(crate) struct Problem {
    pub(crate) status: u16,
    pub(crate) object: Map<String, Value>,
}

impl Problem {
    pub(crate) fn new(status: u16, code: &str, message: impl Into<String>) -> Self {
        let mut object = Map::new();
        object.insert(name::CODE.into(), code.into());
        object.insert(name::MESSAGE.into(), message.into().into());
        Self { status, object }
    }

    /// A request that the server fails at.
    pub(crate) fn crash() -> Self {
        Self::new(500, "internalServerError", "Something went wrong.")
    }

    pub(crate) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.object.insert(name.to_owned(), value.into());
        self
    }

    /// Repeats what tells the task apart, as it was sent.
    pub(crate) fn of_task(mut self, task: &Value) -> Self {
        for name in [name::TASK_TYPE, name::TASK_UUID] {
            if let Some(Value::String(text)) = task.get(name) {
                self.object.insert(name.to_owned(), airspec_spec::text::shorten(text, 80).into());
            }
        }
        self
    }

    /// About how many bytes it takes in memory.
    pub(crate) fn weight(&self) -> usize {
        let texts = self.object.iter().map(|(name, value)| name.len() + value.as_str().map_or(0, str::len));
        1000 + texts.sum::<usize>()
    }

    /// What stands for the errors that an answer has no room for.
    pub(crate) fn more(left: usize) -> Self {
        let (noun, verb) = if left == 1 { ("error", "is") } else { ("errors", "are") };
        Self::new(400, "moreErrors", format!("{left} more {noun} of this task {verb} left out."))
    }

    pub(crate) fn message(&self) -> &str {
        self.object.get(name::MESSAGE).and_then(Value::as_str).unwrap_or_default()
    }

    pub(crate) fn code(&self) -> &str {
        self.object.get(name::CODE).and_then(Value::as_str).unwrap_or_default()
    }
}
