//! The refusal of the service, with all that it says.

use super::billing;
use super::class::{Class, of_code, of_status};
use super::error::{Error, identified, plain};
use crate::answers::ApiError;
use crate::items::UNNAMED;
use serde_json::Value;
use std::fmt;
use std::time::Duration;

/// The refusal of the service.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Refusal {
    /// The HTTP status. It can be 200 if other tasks of the batch have results.
    pub status: u16,
    /// The errors of the service; empty if the answer has none. Long texts are cut.
    pub errors: Vec<ApiError>,
    /// How many further errors the answer contains. They are not kept.
    pub omitted: u64,
    /// The first words of an answer without errors, such as the page of a gateway; empty if it has none.
    pub body: String,
    /// The `X-Request-Id` of the answer, which the provider's support asks for.
    pub request_id: Option<String>,
    /// Whether the task may run, or may have run, although there is an error: the service did not clearly refuse it,
    /// or may have accepted an earlier attempt.
    pub may_run: bool,
    /// The `Retry-After` of the service.
    pub retry_after: Option<Duration>,
}

impl Refusal {
    pub(super) fn new(status: u16, errors: Vec<ApiError>) -> Self {
        let may_run = billing::may_run(status, &errors);
        Self { status, errors, omitted: 0, body: String::new(), request_id: None, may_run, retry_after: None }
    }

    /// The class of the first error; of the status, if its code is not known.
    pub(super) fn class(&self) -> Class {
        let known = self.errors.iter().find_map(|error| of_code(&error.code));
        match known.unwrap_or_else(|| of_status(self.status)) {
            // Nothing is said, or nothing that is an error.
            Class::Unknown if self.errors.iter().all(|error| error.code == UNNAMED) => Class::Answer,
            class => class,
        }
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(Box::new(refusal))
    }
}

/// Each error on a line: code, message, parameters, link.
impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.errors.is_empty() {
            write!(f, "HTTP {}", self.status)?;
            match self.body.as_str() {
                "" => f.write_str(" without an error message")?,
                words => write!(f, ": {}", plain(words))?,
            }
        }
        for (index, error) in self.errors.iter().enumerate() {
            let separator = if index == 0 { "" } else { "\n" };
            write!(f, "{separator}{}", plain(&error.code))?;
            if !error.message.is_empty() {
                write!(f, ": {}", plain(&error.message))?;
            }
            let parameters: Vec<&str> = error.parameter.iter().flat_map(names).collect();
            if !parameters.is_empty() {
                write!(f, " ({})", plain(&parameters.join(", ")))?;
            }
            if let Some(link) = &error.documentation {
                write!(f, " see {}", plain(link))?;
            }
        }
        if self.omitted > 0 {
            write!(f, "\nand {} more", self.omitted)?;
        }
        f.write_str(&identified(self.request_id.as_deref()))
    }
}

/// The names in `parameter`: one, or several.
pub(super) fn names(parameter: &Value) -> Vec<&str> {
    match parameter {
        Value::String(name) => vec![name],
        Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}
