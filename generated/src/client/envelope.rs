//! An answer, sorted by task.
//!
//! Answers are read leniently. An error with another form is still an error, and an invalid item does not affect the
//! others. The number of results that are kept depends on the request, not on the answer.

use super::Key;
use super::error::Error;
use super::http::Reply;
use super::refusal::Refusal;
use super::share::{Errors, Share, Size};
use super::shorten::{shortened, words};
use crate::Uuid;
use crate::items::{
    self, ERROR, Head, MAX_UNREAD, Odd, Part, State, Unfinished, api_error, cut, failure, normal, parts,
    values,
};
use serde_json::Value;
use serde_json::value::RawValue;
use std::collections::HashMap;

/// The most JSON values of the results of one call: at most about 30 MB of memory.
pub(super) const VALUES: usize = 100_000;
/// The client keeps at most this many times the results that a task asks for.
const MULTIPLE: u64 = 2;
/// The most errors that are kept in all copies of errors without a task together.
const COPIES: usize = 64;
/// The most items of a task that are kept although they are no results.
const UNREAD: usize = 16;

/// A task of a request.
#[derive(Clone, Debug)]
pub(super) struct Ticket {
    /// Its `taskUUID`, as sent.
    pub(super) uuid: String,
    /// The number of results that it asks for.
    pub(super) wanted: u64,
    /// Whether its results come later.
    pub(super) is_deferred: bool,
}

impl Ticket {
    /// The ticket of a deferred task that was sent before.
    pub(super) fn deferred(task: &Uuid, results: u64) -> Self {
        Self { uuid: task.as_str().to_owned(), wanted: results.max(1), is_deferred: true }
    }
}

/// An answer, sorted by task.
pub(super) struct Envelope {
    /// The answer without its items.
    base: Share,
    shares: Vec<Share>,
    /// Errors that name none of the tasks.
    common: Errors,
    /// Whether one of them names another task.
    is_strange: bool,
    /// Whether an error names one of the tasks.
    is_named: bool,
    /// The number of items that are no errors.
    data: u64,
    /// Whether an error is final for its task, as in the answer to a poll.
    is_final: bool,
    /// Why the answer is not complete.
    pub(super) lost: Option<Error>,
}

impl Envelope {
    /// Reads the answer to these tasks and removes `key` from it. In the answer to a poll, no result is immediate.
    pub(super) fn read(reply: Reply, key: &Key, tickets: &[Ticket], is_poll: bool) -> Result<Self, Error> {
        let Reply { status, retry_after, request_id, lost, body } = reply;
        let (text, words) = (items::text(&body), words(&body, key));
        let base = Share { status, retry_after, request_id, ..Share::default() };
        let mut sorting = Sorting {
            key,
            tickets,
            places: HashMap::new(),
            is_immediate: !is_poll && lost.is_none() && (200..300).contains(&status),
            size: Size::default(),
            envelope: Self {
                shares: tickets.iter().map(|_| base.clone()).collect(),
                base,
                common: Errors::default(),
                is_strange: false,
                is_named: false,
                data: 0,
                is_final: false,
                lost,
            },
        };
        for (index, ticket) in tickets.iter().enumerate() {
            sorting.places.entry(normal(&ticket.uuid)).or_insert(index);
        }
        let read = parts(&text, |part, item| match part {
            Part::Error => sorting.error(item),
            Part::Item => sorting.item(item),
        });
        let envelope = sorting.envelope;
        match read {
            Ok(()) if (200..300).contains(&status) || envelope.has_results() || envelope.has_errors() => {
                Ok(envelope)
            }
            Err(_) | Ok(()) => Err(envelope.unread(read.err(), words)),
        }
    }

    /// The error of an answer that is none, such as the page of a gateway.
    fn unread(self, odd: Option<Odd>, words: String) -> Error {
        let Share { status, retry_after, request_id, .. } = self.base;
        if let Some(lost) = self.lost {
            return lost;
        }
        if status >= 400 {
            return Refusal { body: words, request_id, retry_after, ..Refusal::new(status, Vec::new()) }
                .into();
        }
        let reason = match odd {
            _ if status >= 300 => "a redirect, which the client does not follow",
            Some(Odd::NoEnvelope) => "neither `data` nor `errors`",
            Some(Odd::NoJson) | None => "no JSON",
        };
        let reason =
            if words.is_empty() { format!("{reason}, it is empty") } else { format!("{reason}: {words}") };
        Error::Unreadable { status, reason, request_id, raw: Vec::new() }
    }

    /// Whether the answer has all results of these tasks.
    pub(super) fn has_all(&self, tickets: &[Ticket]) -> bool {
        self.shares.iter().zip(tickets).all(|(share, ticket)| share.results() >= ticket.wanted)
    }

    fn has_results(&self) -> bool {
        self.base.foreign > 0 || self.shares.iter().any(|share| share.results() > 0)
    }

    fn has_errors(&self) -> bool {
        !self.common.kept.is_empty() || self.shares.iter().any(|share| !share.errors.kept.is_empty())
    }

    /// The errors, if there is nothing else and they are not final.
    pub(super) fn failure(&self) -> Option<Error> {
        (self.data == 0 && !self.is_final && self.has_errors()).then(|| self.refusal())
    }

    pub(super) fn refusal(&self) -> Error {
        let mut all = self.common.clone();
        for errors in self.shares.iter().map(|share| &share.errors) {
            all.omitted += errors.omitted;
            errors.kept.iter().for_each(|error| all.push(|| error.clone()));
        }
        all.cut(self.copies());
        self.base.refusal(all).into()
    }

    /// The number of errors that each copy keeps.
    fn copies(&self) -> usize {
        COPIES.checked_div(self.shares.len()).unwrap_or_default().clamp(1, super::share::ERRORS)
    }

    /// Whether the answer to a poll is about its tasks: it names them, or has no errors.
    pub(super) fn is_about_its_tasks(&self) -> bool {
        self.data > 0 || !self.has_errors() || self.is_named
    }

    /// The part of the answer about each task, in their order. An error without a task, such as a wrong key, is used
    /// for each task without results or errors.
    pub(super) fn shares(self) -> Vec<Share> {
        let most = self.copies();
        let Self { base, mut shares, mut common, is_strange, .. } = self;
        common.cut(most);
        for share in &mut shares {
            (share.foreign, share.unread) = (base.foreign, base.unread.clone());
            if share.is_silent() {
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
    /// Whether results of immediate tasks need no mark.
    is_immediate: bool,
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
            Some(uuid) => self.places.get(&normal(uuid)).map_or(Owner::Stranger, |index| Owner::Task(*index)),
            // An item without a task belongs to the only task.
            None if self.tickets.len() == 1 => Owner::Task(0),
            None => Owner::Nobody,
        }
    }

    fn error(&mut self, item: &RawValue) {
        let head = Head::of(item);
        self.add_error(head.as_ref().and_then(Head::task), |key| shortened(item, key));
    }

    fn add_error(&mut self, task: Option<&str>, read: impl FnOnce(&Key) -> Value) {
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
            let error = api_error(read(key));
            *is_final |= error.status.as_deref().is_some_and(|status| status.eq_ignore_ascii_case(ERROR));
            error
        });
    }

    fn item(&mut self, item: &RawValue) {
        // An invalid item must not affect the others.
        let Some(head) = Head::of(item) else { return self.error(item) };
        let owner = match self.owner(head.task()) {
            Owner::Task(index) => Some(index),
            Owner::Stranger | Owner::Nobody => None,
        };
        let is_immediate = self.is_immediate && owner.is_none_or(|index| !self.tickets[index].is_deferred);
        match (head.state(is_immediate), owner) {
            (State::Failed, _) => {
                let inner = head.error.and_then(Head::of).and_then(|inner| inner.task().map(str::to_owned));
                let task = head.task().map(str::to_owned).or(inner);
                self.add_error(task.as_deref(), |key| failure(&head, |error| shortened(error, key), item));
            }
            (State::Result, Some(index)) => self.result(index, item, &head),
            (State::UnderWay, Some(index)) => self.unfinished(index, item, &head),
            (State::Result | State::UnderWay, None) => {
                self.envelope.data += 1;
                self.envelope.base.foreign += u64::from(head.has_more);
                if self.envelope.base.unread.len() < UNREAD {
                    self.envelope.base.unread.push(self.unread(item));
                }
            }
        }
    }

    /// What is kept of an item that is no result.
    fn unread(&self, item: &RawValue) -> String {
        cut(&self.key.hidden_json(item.get().to_owned()), MAX_UNREAD)
    }

    fn unfinished(&mut self, index: usize, item: &RawValue, head: &Head<'_>) {
        self.envelope.data += 1;
        if self.envelope.shares[index].under_way.len() < UNREAD {
            let unfinished = Unfinished { raw: self.unread(item), ..head.unfinished(item) };
            self.envelope.shares[index].under_way.push(unfinished);
        }
    }

    fn result(&mut self, index: usize, item: &RawValue, head: &Head<'_>) {
        self.envelope.data += 1;
        let wanted = self.tickets[index].wanted;
        let share = &mut self.envelope.shares[index];
        let identity = head.identity(item);
        if share.has(identity) {
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
            share.reason.get_or_insert_with(|| Error::unreadable(share.status, &reason));
            return;
        }
        self.size.add(size);
        share.add(identity, item.get().to_owned(), size);
    }
}
