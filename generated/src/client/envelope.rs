//! The envelope of an answer: `data`, `errors`, or both, and what in it is about which task.
//!
//! Answers are read leniently. An error that is not as documented still is one, and an item that is no result does not
//! cost the others. What is kept is bounded by what was asked for, whatever the answer holds.

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

/// Words of the platform, the same for every model.
const ERROR: &str = "error";
const STATUS: &str = "status";
const PROCESSING: &str = "processing";
pub(super) const TASK_TYPE: &str = "taskType";
pub(super) const TASK_UUID: &str = "taskUUID";

/// So many times the results that a task asked for are kept.
const MULTIPLE: u64 = 2;
/// So many errors are kept of a task, and so many of what is about no one task, in all copies together.
const ERRORS: usize = 8;
const COPIES: usize = 64;

/// A task that was sent.
#[derive(Clone, Debug)]
pub(super) struct Ticket {
    /// Its identifier, as it was sent.
    pub(super) uuid: String,
    /// How many results it asks for.
    pub(super) wanted: u64,
}

/// An answer, sorted by task.
pub(super) struct Envelope {
    pub(super) status: u16,
    retry_after: Option<Duration>,
    shares: Vec<Share>,
    /// What is about none of the tasks, or does not say about which.
    common: Errors,
    /// Whether that names another task.
    is_strange: bool,
    /// Whether an error names one of the tasks.
    is_named: bool,
    /// Items that are no errors.
    data: u64,
    /// Results under identifiers that were not sent.
    foreign: u64,
    /// Whether an error is the last word about its task, as that of a poll is.
    is_final: bool,
}

/// What an answer says about one task.
#[derive(Clone, Debug, Default)]
pub(super) struct Share {
    status: u16,
    retry_after: Option<Duration>,
    /// What may be results, the acknowledgement and unfinished ones left out.
    items: Vec<Box<RawValue>>,
    pub(super) size: Size,
    /// Results that are not kept, since they are far more than were asked for.
    omitted: u64,
    errors: Errors,
    foreign: u64,
    /// Whether the task was taken and results are to come.
    pending: bool,
    /// Whether it may run although there are errors.
    doubt: bool,
    /// Why nothing more is to come, where that is not in the answer.
    reason: Option<Error>,
}

/// Some errors, and how many more there were.
#[derive(Clone, Debug, Default)]
struct Errors {
    kept: Vec<ApiError>,
    omitted: u64,
}

/// How much memory results take that are not decoded yet, and will take.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Size {
    pub(super) bytes: u64,
    pub(super) values: usize,
}

impl Size {
    /// Whether both together are too much.
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
    /// Reads the answer to those tasks; `key` is hidden wherever it stands.
    pub(super) fn read(reply: &Reply, key: &Key, tickets: &[Ticket]) -> Result<Self, Error> {
        let (status, retry_after) = (reply.status, reply.retry_after);
        let lists = match Lists::of(&reply.body) {
            Ok(lists) => lists,
            // A gateway's page, say: the status tells enough.
            Err(_) if status >= 400 => return Err(Error::refused(status, Vec::new(), retry_after)),
            Err(_) if status >= 300 => {
                return Err(unreadable(status, "a redirect, which the key does not follow"));
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

    /// The errors, if there is nothing else and they need not be the last word, as that of a poll about a task is.
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

    /// Whether the answer to a poll speaks of its tasks: by name, or by having no errors.
    pub(super) fn is_about_its_tasks(&self) -> bool {
        self.data > 0 || !self.has_errors() || self.is_named
    }

    /// What is about each of the tasks, in their order. What is about none of them is about each that nothing else is
    /// about: a wrong key, say.
    pub(super) fn shares(self) -> Vec<Share> {
        let Self { mut shares, mut common, is_strange, foreign, .. } = self;
        common.cut(COPIES.checked_div(shares.len()).unwrap_or_default().clamp(1, ERRORS));
        for share in &mut shares {
            share.foreign = foreign;
            if share.is_empty() {
                share.errors = common.clone();
                // Another task was refused, which says nothing about this one.
                share.doubt = is_strange && share.status < 300;
            }
        }
        shares
    }
}

/// An answer on its way into an envelope.
struct Sorting<'a> {
    key: &'a Key,
    tickets: &'a [Ticket],
    places: HashMap<String, usize>,
    size: Size,
    envelope: Envelope,
}

/// Which task an item is about.
enum Owner {
    Task(usize),
    /// One that was not sent.
    Stranger,
    /// It names none, and there are several.
    Nobody,
}

impl Sorting<'_> {
    fn owner(&self, uuid: Option<&str>) -> Owner {
        match uuid {
            Some(uuid) => self
                .places
                .get(&uuid.to_ascii_lowercase())
                .map_or(Owner::Stranger, |index| Owner::Task(*index)),
            // What names no task is about the only one.
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
            // Whatever it is, it must not cost the others.
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

    /// The error of an item of `data` that says `"status": "error"`: it is the item, or a member of it.
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
            let reason = format!("a result that is not kept, since all have more than {VALUES} values");
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

    /// Whether results are still to come, after a request that was sent.
    pub(super) fn is_deferred(&self) -> bool {
        self.pending && self.errors.kept.is_empty()
    }

    /// Whether polling is over: enough results, or an error and nothing under way.
    pub(super) fn is_over(&self, wanted: u64) -> bool {
        let has_failed = !self.errors.kept.is_empty() || self.reason.is_some();
        self.results() >= wanted || has_failed && !self.pending
    }

    /// Whether the task was refused with an error of that class, and has nothing else.
    pub(super) fn is_refused_as(&self, class: Class) -> bool {
        self.items.is_empty() && self.errors.kept.iter().any(|error| of_code(&error.code) == Some(class))
    }

    /// The same results, with the reason why there are no more.
    pub(super) fn with(self, reason: Error) -> Self {
        Self { reason: Some(reason), ..self }
    }

    /// The same of a task that may run, whatever the errors say: it was accepted before, or may have been.
    pub(super) fn in_doubt(self) -> Self {
        Self { doubt: true, ..self }
    }

    /// The results in their type, and what is missing.
    pub(super) fn finish<A: DeserializeOwned>(self, wanted: u64, key: &Key) -> Result<Finished<A>, Error> {
        let mut results = Vec::with_capacity(self.items.len());
        let mut odd = None;
        for item in self.items {
            match decoded(&item, key) {
                Ok(result) => results.push(result),
                Err(error) => {
                    // The words can repeat any text of the item, so they are looked through before they are cut.
                    let mut reason = format!("a result that is none: {error}");
                    key.hide_in_text(&mut reason);
                    odd = Some(unreadable(self.status, &reason.chars().take(500).collect::<String>()));
                }
            }
        }
        let got = results.len() as u64;
        let shortfall = if !self.errors.kept.is_empty() {
            let refusal = self.errors.refuse(self.status, self.retry_after);
            // To send the task again would create the same results a second time.
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

/// A result in its type, without the word that only a poll needs.
fn decoded<A: DeserializeOwned>(item: &RawValue, key: &Key) -> Result<A, serde_json::Error> {
    let mut members: Map<String, Value> = serde_json::from_str(item.get())?;
    members.remove(STATUS);
    key.hide_in(&mut members);
    serde_json::from_value(Value::Object(members))
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
