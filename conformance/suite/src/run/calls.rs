//! Calls to the runner's own URL: of the results of a case, or of a request that must be refused.

use super::Redactor;
use super::listener::{Mailbox, NO_URL};
use super::observe::{Session, uuid};
use crate::case::Case;
use crate::oracle::observation::{Call, Observation, Payload};
use crate::parameter::{results, set};
use serde_json::Value;
use std::borrow::Cow;
use std::time::Duration;

/// How long a call is waited for that must not come.
const WAIT: Duration = Duration::from_millis(250);

impl Session {
    /// Puts a URL of the runner's own into the first task.
    pub(super) fn hand_out_url(
        &self,
        case: &Case,
        parameter: &str,
        body: &mut Value,
    ) -> Result<Mailbox<'_>, String> {
        let listener = self.listener.as_ref().ok_or(NO_URL)?;
        let mailbox =
            listener.hand_out(&uuid(self.client.settings().seed, &case.id, 1), case.wire.failed_calls);
        if let Some(task) = body.as_array_mut().and_then(|tasks| tasks.first_mut()) {
            set(task, parameter, Value::String(mailbox.url()));
        }
        Ok(mailbox)
    }

    /// The calls for the results of a request.
    pub(super) async fn calls(&self, seen: &Observation, mailbox: Mailbox<'_>) -> (Vec<Call>, usize) {
        let is_taken = seen.outcome.answer().is_some_and(|answer| !answer.data().is_empty());
        let wanted = seen.tasks().first().and_then(|task| results(self.oracle.model(), task));
        let wait = if is_taken { self.client.settings().callback } else { Duration::ZERO };
        self.collected(mailbox, wanted.unwrap_or(1) + seen.failed_calls, wait).await
    }

    /// The calls of a URL, without secrets, and how many more there were.
    async fn collected(&self, mailbox: Mailbox<'_>, wanted: usize, wait: Duration) -> (Vec<Call>, usize) {
        let (mut calls, more) = mailbox.collect(wanted, wait).await;
        let redactor = self.client.redactor();
        for call in &mut calls {
            redact(call, redactor);
        }
        (calls, more)
    }

    /// Sends a request that must be refused and names a URL of the runner's own, and waits shortly for calls that
    /// must not come.
    pub(super) async fn refused(
        &self,
        case: &Case,
        parameter: &str,
        name: &[Vec<String>],
    ) -> Result<Observation, String> {
        let mut body = case.body.clone();
        let mailbox = self.hand_out_url(case, parameter, &mut body)?;
        let outcome = self.post(&body, name).await?;
        let mut seen = Observation::new(body, outcome);
        (seen.calls, seen.more_calls) = self.collected(mailbox, 1, WAIT).await;
        Ok(seen)
    }
}

/// A call without secrets: a server that calls knows them as well as one that answers.
fn redact(call: &mut Call, redactor: &Redactor) {
    call.method = redactor.clean(&call.method);
    for text in [&mut call.query, &mut call.content_type].into_iter().flatten() {
        *text = redactor.clean(text);
    }
    if let Ok(Payload { bytes: Some(bytes), .. }) = &mut call.body {
        let clean = std::str::from_utf8(bytes).ok().and_then(|text| match redactor.cleaned(text) {
            Cow::Owned(clean) => Some(clean.into_bytes()),
            Cow::Borrowed(_) => None,
        });
        if let Some(clean) = clean {
            *bytes = clean;
        }
    }
}
