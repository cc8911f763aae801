//! The part of an answer about one task: its results so far, its errors, and whether results follow.

use super::class::{Class, of_code};
use super::envelope::{Ticket, VALUES};
use super::error::Error;
use super::refusal::Refusal;
use super::{Finished, Key};
use crate::Answer;
use crate::answers::ApiError;
use crate::items::Unfinished;
use std::time::Duration;

/// The most errors that are kept of one task.
pub(super) const ERRORS: usize = 8;

/// The part of an answer about one task.
#[derive(Clone, Debug, Default)]
pub(super) struct Share {
    pub(super) status: u16,
    pub(super) retry_after: Option<Duration>,
    pub(super) request_id: Option<String>,
    /// Results, each once, with what is the same for all copies of it.
    pub(super) items: Vec<(u64, String)>,
    pub(super) size: Size,
    /// The number of results that are not kept, since they are far more than the task asks for.
    pub(super) omitted: u64,
    pub(super) errors: Errors,
    /// The number of results for tasks that were not sent, and the texts of some of them.
    pub(super) foreign: u64,
    pub(super) unread: Vec<String>,
    /// The unfinished results.
    pub(super) under_way: Vec<Unfinished>,
    /// Whether the task may run although there are errors.
    pub(super) doubt: bool,
    /// Why no more results follow, if the answer does not say it.
    pub(super) reason: Option<Error>,
}

/// Some errors, and the number of the others.
#[derive(Clone, Debug, Default)]
pub(super) struct Errors {
    pub(super) kept: Vec<ApiError>,
    pub(super) omitted: u64,
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
    pub(super) fn push(&mut self, error: impl FnOnce() -> ApiError) {
        if self.kept.len() < ERRORS { self.kept.push(error()) } else { self.omitted += 1 }
    }

    pub(super) fn cut(&mut self, most: usize) {
        self.omitted += self.kept.len().saturating_sub(most) as u64;
        self.kept.truncate(most);
    }
}

impl Share {
    /// Whether the answer says nothing about the task.
    pub(super) fn is_silent(&self) -> bool {
        self.items.is_empty()
            && self.errors.kept.is_empty()
            && self.reason.is_none()
            && self.under_way.is_empty()
    }

    /// How many results there are.
    pub(super) fn results(&self) -> u64 {
        self.items.len() as u64
    }

    pub(super) fn has(&self, identity: u64) -> bool {
        self.items.iter().any(|(known, _)| *known == identity)
    }

    pub(super) fn add(&mut self, identity: u64, item: String, size: Size) {
        self.size.add(size);
        self.items.push((identity, item));
    }

    /// Keeps the results whose identity satisfies the condition.
    #[cfg(feature = "websocket")]
    pub(super) fn keep(&mut self, mut is_kept: impl FnMut(u64) -> bool) {
        self.items.retain(|(identity, _)| is_kept(*identity));
    }

    /// Whether results follow the first answer.
    pub(super) fn is_open(&self, ticket: &Ticket) -> bool {
        let may_follow = ticket.is_deferred || !self.under_way.is_empty();
        may_follow && self.errors.kept.is_empty() && self.reason.is_none() && self.results() < ticket.wanted
    }

    /// The error of an answer that should have results and has items that are none.
    pub(super) fn unclear(&self) -> Error {
        Error::Unreadable {
            status: self.status,
            reason: "no results, but items that are none".to_owned(),
            request_id: self.request_id.clone(),
            raw: self.under_way.iter().map(|item| item.raw.clone()).collect(),
        }
    }

    /// Whether polling is finished: enough results, or an error and nothing under way.
    pub(super) fn is_over(&self, wanted: u64) -> bool {
        let has_failed = !self.errors.kept.is_empty() || self.reason.is_some();
        self.results() >= wanted || has_failed && self.under_way.is_empty()
    }

    /// Whether the task has an error of this class and no results.
    pub(super) fn is_refused_as(&self, class: Class) -> bool {
        self.items.is_empty() && self.errors.kept.iter().any(|error| of_code(&error.code) == Some(class))
    }

    /// Adds a later answer. Answers should be cumulative; results that only the earlier one has are kept.
    pub(super) fn update(&mut self, later: Self) {
        let earlier = std::mem::replace(self, later);
        for (identity, item) in earlier.items {
            if !self.has(identity) {
                let size = Size { bytes: item.len() as u64, values: crate::items::values(&item) };
                self.add(identity, item, size);
            }
        }
        if self.errors.kept.is_empty() {
            self.errors = earlier.errors;
        }
        self.omitted = self.omitted.max(earlier.omitted);
        self.doubt |= earlier.doubt;
    }

    /// The same results, with the reason why no more follow.
    pub(super) fn with(self, reason: Error) -> Self {
        Self { reason: Some(reason), ..self }
    }

    /// The same for a task that may run despite its errors, since it was or may have been accepted before.
    pub(super) fn in_doubt(self) -> Self {
        Self { doubt: true, ..self }
    }

    /// The refusal with these errors.
    pub(super) fn refusal(&self, errors: Errors) -> Refusal {
        let Errors { kept, omitted } = errors;
        let (retry_after, request_id) = (self.retry_after, self.request_id.clone());
        Refusal { omitted, request_id, retry_after, ..Refusal::new(self.status, kept) }
    }

    /// The typed results, and the error if some are missing.
    pub(super) fn finish<A: Answer>(mut self, wanted: u64, key: &Key) -> Result<Finished<A>, Error> {
        let items = std::mem::take(&mut self.items);
        let results: Vec<A> = items.into_iter().map(|(_, item)| A::read(key.hidden_json(item))).collect();
        let got = results.len() as u64;
        let shortfall = if !self.errors.kept.is_empty() {
            let errors = std::mem::take(&mut self.errors);
            let refusal = self.refusal(errors);
            // If the task is sent again, it is billed again.
            let may_run =
                self.doubt || !self.under_way.is_empty() || got > 0 || self.omitted > 0 || refusal.may_run;
            Some(Refusal { may_run, ..refusal }.into())
        } else if self.reason.is_some() {
            self.reason
        } else {
            let (foreign, raw) = (self.foreign, self.unread);
            (got < wanted).then_some(Error::Missing { wanted, got, foreign, raw })
        };
        match shortfall {
            Some(error) if results.is_empty() => Err(error),
            shortfall => Ok(Finished { results, omitted: self.omitted, shortfall }),
        }
    }
}
