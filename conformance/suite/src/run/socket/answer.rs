//! What the frames of an exchange are together.

use super::headers;
use crate::oracle::behaviour::is_deferred;
use crate::oracle::observation::Loss;
use crate::oracle::{Identity, Oracle};
use crate::parameter::{at, results};
use crate::protocol::{AUTHENTICATION, CODE, DATA, ERRORS, TASK_TYPE, TASK_UUID, is_poll};
use crate::run::fetch::{Got, Limits};
use airspec_models::client::{Class, of_code};
use serde_json::{Map, Value};
use std::collections::HashSet;

/// The status of an answer with results.
pub(super) const OK: u16 = 200;

/// A frame of the target.
pub(super) struct Frame {
    bytes: Vec<u8>,
    value: Option<Value>,
}

impl Frame {
    pub(super) fn read(bytes: Vec<u8>) -> Self {
        let value = serde_json::from_slice(&bytes).ok();
        Self { bytes, value }
    }

    /// A list of it; empty where it has none.
    pub(super) fn items(&self, name: &str) -> &[Value] {
        let list = self.value.as_ref().and_then(|value| value.get(name)?.as_array());
        list.map(Vec::as_slice).unwrap_or_default()
    }

    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// Whether it is an envelope, and nothing else: what is odd about it must stay to be seen.
    fn is_envelope(&self) -> bool {
        self.value.as_ref().and_then(Value::as_object).is_some_and(|envelope| {
            !envelope.is_empty()
                && envelope
                    .iter()
                    .all(|(name, list)| [DATA, ERRORS].contains(&name.as_str()) && list.is_array())
        })
    }
}

/// A task of a batch, and how many items of it are still to come.
struct Open {
    id: Option<String>,
    items: usize,
}

/// What is awaited of a batch, and what of it has come.
pub(super) struct Awaited {
    identity: Identity,
    open: Vec<Open>,
    /// The identifiers of earlier tasks of the connection.
    earlier: HashSet<String>,
    data: Vec<Value>,
    errors: Vec<Value>,
    /// A frame that is no envelope, as it came.
    odd: Option<Vec<u8>>,
    /// The lists that were in some frame.
    has_data: bool,
    size: usize,
}

impl Awaited {
    pub(super) fn new(oracle: &Oracle, body: &Value, earlier: HashSet<String>) -> Self {
        let identity = oracle.identity().clone();
        let tasks = body.as_array().map(Vec::as_slice).unwrap_or_default();
        let open: Vec<Open> = tasks
            .iter()
            .map(|task| {
                let is_poll = is_poll(task);
                let id = if is_poll {
                    task.get(TASK_UUID).and_then(Value::as_str)
                } else {
                    identity.of_task(task)
                };
                let one = is_poll || is_deferred(oracle.model(), task);
                let items = if one { 1 } else { results(oracle.model(), task).unwrap_or(1) };
                Open { id: id.map(str::to_ascii_lowercase), items }
            })
            .collect();
        let mut earlier = earlier;
        for task in &open {
            if let Some(id) = &task.id {
                earlier.remove(id);
            }
        }
        Self {
            identity,
            open,
            earlier,
            data: Vec::new(),
            errors: Vec::new(),
            odd: None,
            has_data: false,
            size: 0,
        }
    }

    /// The identifiers of all tasks that the connection has carried.
    pub(super) fn ids(&self) -> HashSet<String> {
        let own = self.open.iter().filter_map(|task| task.id.clone());
        self.earlier.iter().cloned().chain(own).collect()
    }

    /// Whether something of the answer has come.
    pub(super) fn is_begun(&self) -> bool {
        self.has_data || !self.errors.is_empty() || self.odd.is_some()
    }

    /// Whether all of it has.
    pub(super) fn is_done(&self) -> bool {
        let awaited: usize = self.open.iter().map(|task| task.items).sum();
        // An error that names no task is about the whole frame.
        let is_refused = self.errors.iter().any(|error| error.get(TASK_UUID).is_none());
        let is_result = |item: &&Value| item.get(TASK_TYPE).is_none_or(|kind| kind != AUTHENTICATION);
        let is_short = self.data.iter().filter(is_result).count() + self.errors.len() < awaited;
        self.is_begun()
            && (self.odd.is_some() || is_refused || !is_short || self.open.iter().all(|task| self.has(task)))
    }

    fn has(&self, task: &Open) -> bool {
        let is_own = |id: Option<&Value>| {
            let id = id.and_then(Value::as_str).map(str::to_ascii_lowercase);
            id.is_some() && id == task.id
        };
        let results = self.data.iter().filter(|item| is_own(self.field(item))).count();
        results >= task.items || self.errors.iter().any(|error| is_own(error.get(TASK_UUID)))
    }

    fn field<'a>(&self, item: &'a Value) -> Option<&'a Value> {
        at(item.as_object()?, &self.identity.field)
    }

    /// Adds a frame.
    pub(super) fn take(&mut self, frame: Frame, limits: Limits) -> Result<(), Loss> {
        self.size += frame.bytes.len();
        if self.size > limits.bytes {
            return Err(Loss::TooLarge { status: OK, limit: limits.bytes });
        }
        if !frame.is_envelope() {
            self.odd.get_or_insert(frame.bytes);
            return Ok(());
        }
        let mut lists = frame.value.unwrap_or_default();
        let mut list = |name| match lists.get_mut(name).map(Value::take) {
            Some(Value::Array(items)) => Some(items),
            _ => None,
        };
        let (data, errors) = (list(DATA), list(ERRORS));
        let is_earlier = |id: Option<&Value>| {
            id.and_then(Value::as_str).is_some_and(|id| self.earlier.contains(&id.to_ascii_lowercase()))
        };
        let is_whole = data.as_ref().is_some_and(Vec::is_empty) && errors.is_none();
        let data: Vec<Value> =
            data.unwrap_or_default().into_iter().filter(|item| !is_earlier(self.field(item))).collect();
        let errors: Vec<Value> = errors
            .unwrap_or_default()
            .into_iter()
            .filter(|error| !is_earlier(error.get(TASK_UUID)))
            .collect();
        self.has_data |= is_whole || !data.is_empty();
        if is_whole {
            // No results, which is all that there is to say of a poll.
            self.open.iter_mut().for_each(|task| task.items = 0);
        }
        self.data.extend(data);
        self.errors.extend(errors);
        Ok(())
    }

    /// The answer in the form that HTTP has.
    pub(super) fn got(self) -> Got {
        let Self { data, errors, odd, .. } = self;
        let status = if data.is_empty() { errors.first().map_or(OK, status) } else { OK };
        let body = odd.unwrap_or_else(|| envelope(data, errors).to_string().into_bytes());
        Got { status, headers: headers(), body }
    }
}

/// Lists as one answer of HTTP has them.
pub fn envelope(data: Vec<Value>, errors: Vec<Value>) -> Value {
    let mut envelope = Map::from_iter([(DATA.to_owned(), Value::Array(data))]);
    if !errors.is_empty() {
        envelope.insert(ERRORS.to_owned(), Value::Array(errors));
    }
    Value::Object(envelope)
}

/// The answer to an authentication task that is refused.
pub(super) fn refusal(frame: Frame) -> Got {
    let status = frame.items(ERRORS).first().map_or(OK, status);
    Got { status, headers: headers(), body: frame.bytes }
}

/// The status that an error has over HTTP, by its code.
pub fn status(error: &Value) -> u16 {
    match error.get(CODE).and_then(Value::as_str).and_then(of_code) {
        Some(Class::Auth) => 401,
        Some(Class::Quota) => 402,
        Some(Class::RateLimit) => 429,
        Some(Class::ServerError) => 500,
        _ => 400,
    }
}
