//! The envelope of an answer: `data`, `errors`, or both, sorted by task.
//!
//! Answers are read leniently. An error with another form is still an error, and an invalid item does not affect the
//! others. The number of results that are kept depends on the request, not on the answer.

use super::error::{Class, Error, of_code};
use super::http::Reply;
use super::items::{Head, Lists, Odd, VALUES, each, shortened, values};
use super::{Finished, Key};
use crate::answers::ApiError;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};
use std::collections::HashMap;
use std::time::Duration;

/// Names of the platform, the same for every model.
const ERROR: &str = "error";
const STATUS: &str = "status";
const PROCESSING: &str = "processing";
pub(super) const TASK_TYPE: &str = "taskType";
pub(super) const TASK_UUID: &str = "taskUUID";

/// The client keeps at most this many times the results that a task asks for.
const MULTIPLE: u64 = 2;
/// The most errors that are kept of one task, and of errors without a task in all copies together.
const ERRORS: usize = 8;
const COPIES: usize = 64;

/// A task of a request.
#[derive(Clone, Debug)]
pub(super) struct Ticket {
    /// Its `taskUUID`, as sent.
    pub(super) uuid: String,
    /// The number of results that it asks for.
    pub(super) wanted: u64,
}

/// An answer, sorted by task.
pub(super) struct Envelope {
    pub(super) status: u16,
    retry_after: Option<Duration>,
    shares: Vec<Share>,
    /// Errors that name none of the tasks.
    common: Errors,
    /// Whether one of them names another task.
    is_strange: bool,
    /// Whether an error names one of the tasks.
    is_named: bool,
    /// The number of items that are no errors.
    data: u64,
    /// The number of results with a `taskUUID` that was not sent.
    foreign: u64,
    /// Whether an error is final for its task, as in the answer to a poll.
    is_final: bool,
}

/// The part of an answer about one task.
#[derive(Clone, Debug, Default)]
pub(super) struct Share {
    status: u16,
    retry_after: Option<Duration>,
    /// Possible results, without the acknowledgement and unfinished results.
    items: Vec<Box<RawValue>>,
    pub(super) size: Size,
    /// The number of results that are not kept, since they are far more than the task asks for.
    omitted: u64,
    errors: Errors,
    foreign: u64,
    /// Whether the task was accepted and results follow.
    pending: bool,
    /// Whether the task may run although there are errors.
    doubt: bool,
    /// Why no more results follow, if the answer does not say it.
    reason: Option<Error>,
}

/// Some errors, and the number of the others.
#[derive(Clone, Debug, Default)]
struct Errors {
    kept: Vec<ApiError>,
    omitted: u64,
}

/// The size of results that are not decoded yet.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Size {
    pub(super) bytes: u64,
    pub(super) values: usize,
}

impl Size {
    /// Whether both together exceed the limits.
    pub(super) fn is_too_much_with(self, other: Self, bytes: u64) -> bool {
        self.bytes + other.bytes > bytes || self.values + other.values > VALUES
    }

    pub(super) fn add(&mut self, other: Self) {
        *self = Self { bytes: self.bytes + other.bytes, values: self.values + other.values };
    }

    pub(super) fn subtract(&mut self, other: Self) {
        *self = Self { bytes: self.bytes - other.bytes, values: self.values - other.values };
    }
}

impl Errors {
    fn push(&mut self, error: impl FnOnce() -> ApiError) {
        if self.kept.len() < ERRORS { self.kept.push(error()) } else { self.omitted += 1 }
    }

    fn cut(&mut self, most: usize) {
        self.omitted += self.kept.len().saturating_sub(most) as u64;
        self.kept.truncate(most);
    }

    fn refuse(self, status: u16, retry_after: Option<Duration>) -> Error {
        Error::refused(status, self.kept, retry_after).with_omitted(self.omitted)
    }
}

impl Envelope {
    /// Reads the answer to these tasks and removes `key` from it.
    pub(super) fn read(reply: &Reply, key: &Key, tickets: &[Ticket]) -> Result<Self, Error> {
        let (status, retry_after) = (reply.status, reply.retry_after);
        let lists = match Lists::of(&reply.body) {
            Ok(lists) => lists,
            // For example the HTML page of a gateway: the status is enough.
            Err(_) if status >= 400 => return Err(Error::refused(status, Vec::new(), retry_after)),
            Err(_) if status >= 300 => {
                return Err(unreadable(status, "a redirect, which the client does not follow"));
            }
            Err(Odd::NoEnvelope) => return Err(unreadable(status, "neither `data` nor `errors`")),
            Err(Odd::NoJson) => return Err(unreadable(status, "no JSON")),
        };
        let share = || Share { status, retry_after, ..Share::default() };
        let mut sorting = Sorting {
            key,
            tickets,
            places: HashMap::new(),
            size: Size::default(),
            envelope: Self {
                status,
                retry_after,
                shares: tickets.iter().map(|_| share()).collect(),
                common: Errors::default(),
                is_strange: false,
                is_named: false,
                data: 0,
                foreign: 0,
                is_final: false,
            },
        };
        for (index, ticket) in tickets.iter().enumerate() {
            sorting.places.entry(ticket.uuid.to_ascii_lowercase()).or_insert(index);
        }
        each(lists.errors, |item| sorting.error(item));
        each(lists.data, |item| sorting.item(item));
        let envelope = sorting.envelope;
        if !(200..300).contains(&status) && envelope.data == 0 && !envelope.has_errors() {
            return Err(Error::refused(status, Vec::new(), retry_after));
        }
        Ok(envelope)
    }

    fn has_errors(&self) -> bool {
        !self.common.kept.is_empty() || self.shares.iter().any(|share| !share.errors.kept.is_empty())
    }

    /// The errors, if there is nothing else and they are not final.
    pub(super) fn failure(&self) -> Option<Error> {
        (self.data == 0 && !self.is_final).then(|| self.refusal())
    }

    pub(super) fn refusal(&self) -> Error {
        let mut all = self.common.clone();
        for errors in self.shares.iter().map(|share| &share.errors) {
            all.omitted += errors.omitted;
            errors.kept.iter().for_each(|error| all.push(|| error.clone()));
        }
        all.cut(COPIES.checked_div(self.shares.len()).unwrap_or_default().clamp(1, ERRORS));
        all.refuse(self.status, self.retry_after)
    }

    /// Whether the answer to a poll is about its tasks: it names them, or has no errors.
    pub(super) fn is_about_its_tasks(&self) -> bool {
        self.data > 0 || !self.has_errors() || self.is_named
    }

    /// The part of the answer about each task, in their order. An error without a task, such as a wrong key, is used
    /// for each task without results or errors.
    pub(super) fn shares(self) -> Vec<Share> {
        let Self { mut shares, mut common, is_strange, foreign, .. } = self;
        common.cut(COPIES.checked_div(shares.len()).unwrap_or_default().clamp(1, ERRORS));
        for share in &mut shares {
            share.foreign = foreign;
            if share.is_empty() {
                share.errors = common.clone();
                // Another task was refused, so the state of this one is not known.
                share.doubt = is_strange && share.status < 300;
            }
        }
        shares
    }
}

/// Sorts an answer into an envelope.
struct Sorting<'a> {
    key: &'a Key,
    tickets: &'a [Ticket],
    places: HashMap<String, usize>,
    size: Size,
    envelope: Envelope,
}

/// The task of an item.
enum Owner {
    Task(usize),
    /// A task that was not sent.
    Stranger,
    /// The item names no task, and there are several.
    Nobody,
}

impl Sorting<'_> {
    fn owner(&self, uuid: Option<&str>) -> Owner {
        match uuid {
            Some(uuid) => self
                .places
                .get(&uuid.to_ascii_lowercase())
                .map_or(Owner::Stranger, |index| Owner::Task(*index)),
            // An item without a task belongs to the only task.
            None if self.tickets.len() == 1 => Owner::Task(0),
            None => Owner::Nobody,
        }
    }

    fn error(&mut self, item: &RawValue) {
        let task = Head::of(item).and_then(|head| head.task);
        self.add_error(task.as_deref(), item, error);
    }

    fn add_error(&mut self, task: Option<&str>, item: &RawValue, read: impl FnOnce(Value) -> ApiError) {
        let key = self.key;
        let owner = self.owner(task);
        let envelope = &mut self.envelope;
        let errors = match owner {
            Owner::Task(index) => {
                envelope.is_named |= task.is_some();
                &mut envelope.shares[index].errors
            }
            Owner::Stranger => {
                envelope.is_strange = true;
                &mut envelope.common
            }
            Owner::Nobody => &mut envelope.common,
        };
        let is_final = &mut envelope.is_final;
        errors.push(|| {
            let error = read(key.hidden(shortened(item, key)));
            *is_final |= error.status.as_deref() == Some(ERROR);
            error
        });
    }

    fn item(&mut self, item: &RawValue) {
        let Some(head) = Head::of(item) else {
            // An invalid item must not affect the others.
            return self.add_error(None, item, error);
        };
        if head.status.as_deref() == Some(ERROR) {
            return self.inner_error(item, &head);
        }
        self.envelope.data += 1;
        match self.owner(head.task.as_deref()) {
            Owner::Task(index) => self.result(index, item, &head),
            Owner::Stranger | Owner::Nobody => self.envelope.foreign += u64::from(head.has_more),
        }
    }

    /// The error of an item of `data` with `"status": "error"`: the item itself, or a member of it.
    fn inner_error(&mut self, item: &RawValue, head: &Head<'_>) {
        let inner = head.error.filter(|inner| inner.get().starts_with('{'));
        let task = head.task.clone().or_else(|| inner.and_then(Head::of)?.task);
        self.add_error(task.as_deref(), inner.unwrap_or(item), |mut value| {
            if let (Value::Object(members), Some(task)) = (&mut value, &task) {
                members.entry(TASK_UUID).or_insert_with(|| task.as_str().into());
            }
            error(value)
        });
    }

    fn result(&mut self, index: usize, item: &RawValue, head: &Head<'_>) {
        let wanted = self.tickets[index].wanted;
        let share = &mut self.envelope.shares[index];
        if head.status.as_deref() == Some(PROCESSING) || !head.has_more {
            share.pending = true;
            return;
        }
        if share.results() >= wanted.max(1).saturating_mul(MULTIPLE) {
            share.omitted += 1;
            return;
        }
        let size = Size { bytes: item.get().len() as u64, values: values(item.get()) };
        if self.size.is_too_much_with(size, u64::MAX) {
            let reason =
                format!("a result that is not kept, since the results have more than {VALUES} values");
            share.reason.get_or_insert_with(|| unreadable(share.status, &reason));
            return;
        }
        self.size.add(size);
        share.size.add(size);
        share.items.push(item.to_owned());
    }
}

impl Share {
    fn is_empty(&self) -> bool {
        self.items.is_empty() && self.errors.kept.is_empty() && self.reason.is_none() && !self.pending
    }

    /// How many results there are.
    pub(super) fn results(&self) -> u64 {
        self.items.len() as u64
    }

    /// Whether results follow.
    pub(super) fn is_deferred(&self) -> bool {
        self.pending && self.errors.kept.is_empty()
    }

    /// Whether polling is finished: enough results, or an error and nothing pending.
    pub(super) fn is_over(&self, wanted: u64) -> bool {
        let has_failed = !self.errors.kept.is_empty() || self.reason.is_some();
        self.results() >= wanted || has_failed && !self.pending
    }

    /// Whether the task has an error of this class and no results.
    pub(super) fn is_refused_as(&self, class: Class) -> bool {
        self.items.is_empty() && self.errors.kept.iter().any(|error| of_code(&error.code) == Some(class))
    }

    /// The same results, with the reason why no more follow.
    pub(super) fn with(self, reason: Error) -> Self {
        Self { reason: Some(reason), ..self }
    }

    /// The same for a task that may run despite its errors, since it was or may have been accepted before.
    pub(super) fn in_doubt(self) -> Self {
        Self { doubt: true, ..self }
    }

    /// The typed results, and the error if some are missing.
    pub(super) fn finish<A: DeserializeOwned>(self, wanted: u64, key: &Key) -> Result<Finished<A>, Error> {
        let mut results = Vec::with_capacity(self.items.len());
        let mut odd = None;
        for item in self.items {
            match decoded(&item, key) {
                Ok(result) => results.push(result),
                Err(error) => {
                    // The message can repeat any text of the item, so the key is removed before it is cut.
                    let mut reason = format!("an invalid result: {error}");
                    key.hide_in_text(&mut reason);
                    odd = Some(unreadable(self.status, &reason.chars().take(500).collect::<String>()));
                }
            }
        }
        let got = results.len() as u64;
        let shortfall = if !self.errors.kept.is_empty() {
            let refusal = self.errors.refuse(self.status, self.retry_after);
            // If the task is sent again, it is billed again.
            let may_run = self.doubt || self.pending || got > 0 || odd.is_some() || self.omitted > 0;
            Some(if may_run { refusal.in_doubt() } else { refusal })
        } else if let Some(reason) = self.reason.or(odd) {
            Some(reason)
        } else {
            (got < wanted).then_some(Error::Missing { wanted, got, foreign: self.foreign })
        };
        match shortfall {
            Some(error) if results.is_empty() => Err(error),
            shortfall => Ok(Finished { results, omitted: self.omitted, shortfall }),
        }
    }
}

/// A typed result, without the `status` of a poll.
fn decoded<A: DeserializeOwned>(item: &RawValue, key: &Key) -> Result<A, serde_json::Error> {
    let mut members: Map<String, Value> = serde_json::from_str(item.get())?;
    members.remove(STATUS);
    key.hide_in(&mut members);
    serde_json::from_value(Value::Object(members))
}

fn unreadable(status: u16, reason: &str) -> Error {
    Error::Unreadable { status, reason: reason.to_owned() }
}

/// An error, also in an undocumented form.
fn error(value: Value) -> ApiError {
    let described = json!({
        "code": value.get("code").and_then(Value::as_str).unwrap_or("unnamedError"),
        "message": value.get("message").and_then(Value::as_str).map_or_else(|| value.to_string(), str::to_owned),
        "parameter": value.get("parameter"),
        "taskUUID": value.get(TASK_UUID).and_then(Value::as_str),
    });
    serde_json::from_value(value)
        .or_else(|_| serde_json::from_value(described))
        .expect("has the two texts that an error needs")
}
