//! The envelope of an answer: `data`, `errors`, or both, and what in it is about which task.
//!
//! Answers are read leniently. An error that is not as documented still is one, and an item that is no result does not
//! cost the others.

use super::error::{Class, Error, of_code};
use super::http::Reply;
use super::{Finished, Key};
use crate::answers::ApiError;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use std::time::Duration;

/// Words of the platform, the same for every model.
const DATA: &str = "data";
const ERRORS: &str = "errors";
const ERROR: &str = "error";
const STATUS: &str = "status";
const PROCESSING: &str = "processing";
pub(super) const TASK_TYPE: &str = "taskType";
pub(super) const TASK_UUID: &str = "taskUUID";

/// A task that was sent.
#[derive(Clone, Debug)]
pub(super) struct Ticket {
    /// Its identifier, as it was sent.
    pub(super) uuid: String,
    /// How many results it asks for.
    pub(super) wanted: u64,
}

/// An answer, sorted into what went well and what did not.
pub(super) struct Envelope {
    status: u16,
    retry_after: Option<Duration>,
    data: Vec<Map<String, Value>>,
    errors: Vec<ApiError>,
}

/// What an answer says about one task.
#[derive(Clone, Debug, Default)]
pub(super) struct Share {
    status: u16,
    retry_after: Option<Duration>,
    /// What may be results, the acknowledgement and unfinished ones left out.
    items: Vec<Map<String, Value>>,
    errors: Vec<ApiError>,
    /// Whether the task was taken and results are to come.
    pending: bool,
    /// Why nothing more is to come, where that is not in the answer.
    reason: Option<Error>,
}

impl Envelope {
    /// Reads an answer; `key` is hidden wherever it stands.
    pub(super) fn read(reply: &Reply, key: &Key) -> Result<Self, Error> {
        let (status, retry_after) = (reply.status, reply.retry_after);
        let is_good = (200..300).contains(&status);
        let mut members = match serde_json::from_slice::<Value>(&reply.body) {
            Ok(Value::Object(members)) if members.contains_key(DATA) || members.contains_key(ERRORS) => {
                members
            }
            // A gateway's page, say: the status tells enough.
            _ if status >= 400 => return Err(Error::refused(status, Vec::new(), retry_after)),
            _ if status >= 300 => {
                return Err(unreadable(status, "a redirect, which the key does not follow"));
            }
            Ok(_) => return Err(unreadable(status, "neither `data` nor `errors`")),
            Err(_) => return Err(unreadable(status, "no JSON")),
        };
        key.hide_in(&mut members);
        let mut list = |name: &str| match members.remove(name) {
            Some(Value::Array(items)) => items,
            Some(Value::Null) | None => Vec::new(),
            Some(other) => vec![other],
        };
        let mut errors: Vec<ApiError> = list(ERRORS).into_iter().map(error).collect();
        let mut data = Vec::new();
        for item in list(DATA) {
            match item {
                Value::Object(mut item) if item.get(STATUS).and_then(Value::as_str) == Some(ERROR) => {
                    errors.push(inner_error(&mut item));
                }
                Value::Object(item) => data.push(item),
                // Whatever it is, it must not cost the others.
                other => errors.push(error(other)),
            }
        }
        if !is_good && data.is_empty() && errors.is_empty() {
            return Err(Error::refused(status, errors, retry_after));
        }
        Ok(Self { status, retry_after, data, errors })
    }

    /// The errors, if there is nothing else and they need not be the last word, as that of a poll about a task is.
    pub(super) fn into_failure(self) -> Option<Error> {
        let is_final = self.errors.iter().any(|error| error.status.as_deref() == Some(ERROR));
        (self.data.is_empty() && !is_final).then(|| self.into_refusal())
    }

    pub(super) fn into_refusal(self) -> Error {
        Error::refused(self.status, self.errors, self.retry_after)
    }

    /// Whether the answer to a poll speaks of its tasks: by name, or by having no errors.
    pub(super) fn is_about(&self, tickets: &[Ticket]) -> bool {
        let names = |error: &ApiError| {
            let uuid = error.task_uuid.as_deref().unwrap_or_default();
            tickets.iter().any(|ticket| ticket.uuid.eq_ignore_ascii_case(uuid))
        };
        !self.data.is_empty() || self.errors.is_empty() || self.errors.iter().any(names)
    }

    /// What is about each of the tasks, in their order. What is about none of them is about each that nothing else is
    /// about: a wrong key, say.
    pub(super) fn shares(self, tickets: &[Ticket]) -> Vec<Share> {
        let Self { status, retry_after, data, errors } = self;
        let mut shares = vec![Share { status, retry_after, ..Share::default() }; tickets.len()];
        let owner = |uuid: Option<&str>| match uuid {
            Some(uuid) => tickets.iter().position(|ticket| ticket.uuid.eq_ignore_ascii_case(uuid)),
            // What names no task is about the only one.
            None => (tickets.len() == 1).then_some(0),
        };
        for item in data {
            if let Some(index) = owner(item.get(TASK_UUID).and_then(Value::as_str)) {
                shares[index].add(item);
            }
        }
        let mut common = Vec::new();
        for error in errors {
            match owner(error.task_uuid.as_deref()) {
                Some(index) => shares[index].errors.push(error),
                None => common.push(error),
            }
        }
        for share in shares.iter_mut().filter(|share| share.is_empty()) {
            share.errors.clone_from(&common);
        }
        shares
    }
}

impl Share {
    fn add(&mut self, mut item: Map<String, Value>) {
        let is_processing = item.remove(STATUS).is_some_and(|status| status == PROCESSING);
        let is_acknowledgement = item.keys().all(|name| name == TASK_TYPE || name == TASK_UUID);
        if is_processing || is_acknowledgement {
            self.pending = true;
        } else {
            self.items.push(item);
        }
    }

    fn is_empty(&self) -> bool {
        self.items.is_empty() && self.errors.is_empty() && !self.pending
    }

    /// How many results there are.
    pub(super) fn results(&self) -> u64 {
        self.items.len() as u64
    }

    /// Whether results are still to come, after a request that was sent.
    pub(super) fn is_deferred(&self) -> bool {
        self.pending && self.errors.is_empty()
    }

    /// Whether polling is over: enough results, or an error and nothing under way.
    pub(super) fn is_over(&self, wanted: u64) -> bool {
        self.results() >= wanted || !self.errors.is_empty() && !self.pending
    }

    /// Whether the task was refused with an error of that class, and has nothing else.
    pub(super) fn is_refused_as(&self, class: Class) -> bool {
        self.items.is_empty() && self.errors.iter().any(|error| of_code(&error.code) == Some(class))
    }

    /// The same results, with the reason why there are no more.
    pub(super) fn with(self, reason: Error) -> Self {
        Self { reason: Some(reason), ..self }
    }

    /// The results in their type, and what is missing.
    pub(super) fn finish<A: DeserializeOwned>(self, wanted: u64) -> Result<Finished<A>, Error> {
        let mut results = Vec::with_capacity(self.items.len());
        let mut odd = None;
        for item in self.items {
            match serde_json::from_value(Value::Object(item)) {
                Ok(result) => results.push(result),
                Err(error) => odd = Some(unreadable(self.status, &format!("a result that is none: {error}"))),
            }
        }
        let got = results.len() as u64;
        let shortfall = if !self.errors.is_empty() {
            Some(Error::refused(self.status, self.errors, self.retry_after))
        } else if let Some(reason) = self.reason.or(odd) {
            Some(reason)
        } else {
            (got < wanted).then_some(Error::Missing { wanted, got })
        };
        match shortfall {
            Some(error) if results.is_empty() => Err(error),
            shortfall => Ok(Finished { results, shortfall }),
        }
    }
}

fn unreadable(status: u16, reason: &str) -> Error {
    Error::Unreadable { status, reason: reason.to_owned() }
}

/// An error, also where it is not as documented.
fn error(value: Value) -> ApiError {
    let told = json!({
        "code": value.get("code").and_then(Value::as_str).unwrap_or("unnamedError"),
        "message": value.get("message").and_then(Value::as_str).map_or_else(|| value.to_string(), str::to_owned),
        "parameter": value.get("parameter"),
        "taskUUID": value.get(TASK_UUID).and_then(Value::as_str),
    });
    serde_json::from_value(value)
        .or_else(|_| serde_json::from_value(told))
        .expect("has the two texts that an error needs")
}

/// The error of an item of `data` that says `"status": "error"`.
fn inner_error(item: &mut Map<String, Value>) -> ApiError {
    let mut inner = match item.remove(ERROR) {
        Some(Value::Object(inner)) => inner,
        _ => std::mem::take(item),
    };
    for name in [TASK_TYPE, TASK_UUID] {
        if let Some(value) = item.remove(name) {
            inner.entry(name).or_insert(value);
        }
    }
    error(Value::Object(inner))
}
