//! Sends tasks, retries them, and sorts the answers by task.

use super::backoff::{is_passing, pause};
use super::envelope::{Envelope, Share, Size, Ticket};
use super::error::{Class, Error};
use super::poll::{Open, Why};
use super::progress::{OnProgress, Progress};
use super::{Client, Finished};
use serde::de::DeserializeOwned;
use tokio::time::sleep;

/// The kind of a request body, which decides when it is sent again.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Post {
    /// Tasks. They are not sent again after a time-out: the task may be running, and would be billed.
    Tasks,
    /// A poll, which costs nothing.
    Poll,
}

/// The last answer, and whether there were earlier attempts.
struct Sent {
    envelope: Envelope,
    /// Whether the service may have accepted the tasks of an earlier attempt.
    is_repeated: bool,
}

impl Client {
    /// Sends tasks and waits for their results. Returns one outcome for each task, in their order.
    pub(super) async fn send<A: DeserializeOwned>(
        &self,
        body: String,
        tickets: Vec<Ticket>,
        on_progress: OnProgress<'_>,
    ) -> Vec<Result<Finished<A>, Error>> {
        if tickets.is_empty() {
            return Vec::new();
        }
        let shares = match self.deliver(body, &tickets, on_progress).await {
            Ok(shares) => shares,
            Err(error) => return tickets.iter().map(|_| Err(error.clone())).collect(),
        };
        let (mut open, mut kept) = (Vec::new(), Size::default());
        let mut outcomes: Vec<Option<Result<Share, Error>>> = Vec::with_capacity(tickets.len());
        for (index, (share, ticket)) in shares.into_iter().zip(&tickets).enumerate() {
            let why = match share {
                TaskOutcome::Answered(share) => {
                    kept.add(share.size);
                    outcomes.push(Some(Ok(share)));
                    continue;
                }
                TaskOutcome::Deferred => Why::Accepted,
                TaskOutcome::Repeated => Why::Repeated,
            };
            outcomes.push(None);
            if why == Why::Accepted {
                on_progress(Progress::Accepted { task: &ticket.uuid });
            }
            open.push(Open::new(index, ticket.clone(), why));
        }
        for (index, outcome) in self.poll(open, kept, on_progress).await {
            outcomes[index] = Some(outcome);
        }
        let finish = |(outcome, ticket): (Option<Result<Share, Error>>, &Ticket)| match outcome {
            Some(outcome) => outcome?.finish(ticket.wanted, &self.inner.key),
            None => Err(Error::Missing { wanted: ticket.wanted, got: 0, foreign: 0 }),
        };
        outcomes.into_iter().zip(&tickets).map(finish).collect()
    }

    /// Sends tasks. Returns the first answer about each of them.
    pub(super) async fn deliver(
        &self,
        body: String,
        tickets: &[Ticket],
        on_progress: OnProgress<'_>,
    ) -> Result<Vec<TaskOutcome>, Error> {
        let Sent { envelope, is_repeated } = self.post(body, tickets, Post::Tasks, on_progress).await?;
        Ok(envelope.shares().into_iter().map(|share| TaskOutcome::of(share, is_repeated)).collect())
    }

    /// Polls for tasks.
    pub(super) async fn ask(
        &self,
        body: String,
        tickets: &[Ticket],
        on_progress: OnProgress<'_>,
    ) -> Result<Vec<Share>, Error> {
        let Sent { envelope, .. } = self.post(body, tickets, Post::Poll, on_progress).await?;
        if envelope.is_about_its_tasks() { Ok(envelope.shares()) } else { Err(envelope.refusal()) }
    }

    /// Posts a body. After an error that is retried, posts it again after a pause.
    async fn post(
        &self,
        body: String,
        tickets: &[Ticket],
        what: Post,
        on_progress: OnProgress<'_>,
    ) -> Result<Sent, Error> {
        let (http, settings) = (&self.inner.http, &self.inner.settings);
        // The first failure after which a task may be billed.
        let (mut doubt, mut attempt) = (None, 0);
        loop {
            if what == Post::Tasks {
                on_progress(Progress::Sending { attempt: attempt + 1 });
            }
            let reply = http.post(body.clone(), settings).await;
            let got = reply.and_then(|reply| Envelope::read(&reply, &self.inner.key, tickets));
            let is_repeated = doubt.is_some();
            let Some(error) = failure(&got) else {
                return got.map(|envelope| Sent { envelope, is_repeated });
            };
            let again = pause(settings, attempt, error.retry_after()).filter(|_| what.may_follow(&error));
            let Some(pause) = again else {
                return match doubt {
                    Some(doubt) if !error.may_be_billed() => Err(doubt),
                    _ => got.map(|envelope| Sent { envelope, is_repeated }),
                };
            };
            on_progress(Progress::Waiting { error: &error, pause });
            if what == Post::Tasks && error.may_be_billed() {
                doubt.get_or_insert(error);
            }
            sleep(pause).await;
            attempt += 1;
        }
    }
}

/// The error of an exchange, if it failed. An answer with results is no failure, whatever its status: they are paid
/// for.
fn failure(got: &Result<Envelope, Error>) -> Option<Error> {
    match got {
        Ok(envelope) if is_passing(envelope.status) => envelope.failure(),
        Ok(_) => None,
        Err(error) => Some(error.clone()),
    }
}

/// The first answer about a task.
pub(super) enum TaskOutcome {
    /// It has results or errors.
    Answered(Share),
    /// It was accepted, and its results come later.
    Deferred,
    /// Its `taskUUID` is in use: an earlier attempt was accepted.
    Repeated,
}

impl TaskOutcome {
    fn of(share: Share, is_repeated: bool) -> Self {
        if is_repeated && share.is_refused_as(Class::Conflict) {
            Self::Repeated
        } else if share.is_deferred() {
            Self::Deferred
        } else if is_repeated {
            // The earlier attempt may have been accepted, whatever this answer says.
            Self::Answered(share.in_doubt())
        } else {
            Self::Answered(share)
        }
    }
}

impl Post {
    /// Whether the same body may be sent again after this error.
    fn may_follow(self, error: &Error) -> bool {
        match error {
            Error::Refused(refusal) => is_passing(refusal.status),
            Error::Unreachable(_) | Error::ConnectionLost(_) => true,
            Error::TimedOut(_) => self == Self::Poll,
            _ => false,
        }
    }
}
