//! The words of the protocol around tasks and results, which no spec of a model holds: the envelope of an answer, the
//! fields of an error that join it to a task, polling, and the forms in which a file is handed over.
//!
//! All of them are marked CC (two or more sources) in the wire facts.

use serde_json::Value;

/// The list of results.
pub const DATA: &str = "data";
/// The list of errors.
pub const ERRORS: &str = "errors";
/// The word that names an error.
pub const CODE: &str = "code";
/// The sentence that explains an error.
pub const MESSAGE: &str = "message";
/// The parameter that an error blames.
pub const PARAMETER: &str = "parameter";
/// The limits and the values that an error gives.
pub const MIN: &str = "min";
/// The greatest number.
pub const MAX: &str = "max";
/// The step.
pub const MULTIPLIER: &str = "multiplier";
/// The values that are allowed.
pub const ALLOWED_VALUES: &str = "allowedValues";
/// The type that a parameter has.
pub const TYPE: &str = "type";
/// The place in the documentation that an error is about.
pub const DOCUMENTATION: &str = "documentation";
/// What a result cost, in USD.
pub const COST: &str = "cost";
/// What joins results and errors to tasks.
pub const TASK_UUID: &str = "taskUUID";
/// The kind of a task.
pub const TASK_TYPE: &str = "taskType";
/// The kind of task that asks for deferred results.
pub const GET_RESPONSE: &str = "getResponse";
/// The kind of task that holds the key.
pub const AUTHENTICATION: &str = "authentication";
/// The key in such a task.
pub const API_KEY: &str = "apiKey";
/// The task that asks for a sign of life, and its one member.
pub const PING: &str = "ping";
/// The member of the answer to it.
pub const PONG: &str = "pong";
/// How far a deferred result is.
pub const STATUS: &str = "status";
/// A deferred result that never comes. Every other word but [`SUCCESS`] is one of waiting.
pub const FAILED: &str = "error";
/// A deferred result that is there.
pub const SUCCESS: &str = "success";

/// Whether a task asks for the results of another, and has none of its own.
#[must_use]
pub fn is_poll(task: &Value) -> bool {
    task.get(TASK_TYPE).is_some_and(|kind| kind == GET_RESPONSE)
}

/// How a file is handed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// An address to download it from.
    Link,
    /// Base64 text.
    Base64,
    /// A `data:` URI.
    DataUri,
}

impl Form {
    /// The form that a field of a result holds, told by how its name ends: `imageURL`, `imageBase64Data`,
    /// `imageDataURI`, `url`.
    #[must_use]
    pub fn of_field(field: &str) -> Option<Self> {
        let field = field.to_lowercase();
        [("url", Self::Link), ("base64data", Self::Base64), ("datauri", Self::DataUri)]
            .into_iter()
            .find_map(|(ending, form)| field.ends_with(ending).then_some(form))
    }

    /// The form that a text is in.
    #[must_use]
    pub fn of_text(text: &str) -> Self {
        if text.starts_with("data:") {
            Self::DataUri
        } else if text.contains("://") {
            Self::Link
        } else {
            Self::Base64
        }
    }

    /// What it is, for people.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Link => "a link",
            Self::Base64 => "Base64 text",
            Self::DataUri => "a data URI",
        }
    }
}
