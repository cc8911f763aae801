//! Sending tasks: again where that may help and costs nothing twice, and what to make of the answer.

use super::backoff::{is_passing, pause};
use super::envelope::{Envelope, Share, Size, Ticket};
use super::error::{Class, Error};
use super::poll::{Open, Why};
use super::progress::{Progress, Tell};
use super::{Client, Finished};
use serde::de::DeserializeOwned;
use tokio::time::sleep;

/// What is posted, which decides when it is posted again.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Post {
    /// Tasks. An answer that takes too long may still come to be billed, so nobody asks twice.
    Tasks,
    /// A question about tasks, which costs nothing.
    Poll,
}

/// The last answer, and what went before.
struct Sent {
    envelope: Envelope,
    /// Whether the service may have taken the tasks of an earlier attempt.
    is_repeated: bool,
}

impl Client {
    /// Sends tasks and waits for their results; one outcome for each, in their order.
    pub(super) async fn send<A: DeserializeOwned>(
        &self,
        body: String,
        tickets: Vec<Ticket>,
        tell: Tell<'_>,
    ) -> Vec<Result<Finished<A>, Error>> {
        if tickets.is_empty() {
            return Vec::new();
        }
        let shares = match self.deliver(body, &tickets, tell).await {
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
                tell(Progress::Accepted { task: &ticket.uuid });
            }
            open.push(Open::new(index, ticket.clone(), why));
        }
        for (index, outcome) in self.poll(open, kept, tell).await {
            outcomes[index] = Some(outcome);
        }
        let finish = |(outcome, ticket): (Option<Result<Share, Error>>, &Ticket)| match outcome {
            Some(outcome) => outcome?.finish(ticket.wanted, &self.inner.key),
            None => Err(Error::Missing { wanted: ticket.wanted, got: 0, foreign: 0 }),
        };
        outcomes.into_iter().zip(&tickets).map(finish).collect()
    }

    /// Sends tasks; what became of each at first.
    pub(super) async fn deliver(
        &self,
        body: String,
        tickets: &[Ticket],
        tell: Tell<'_>,
    ) -> Result<Vec<TaskOutcome>, Error> {
        let Sent { envelope, is_repeated } = self.post(body, tickets, Post::Tasks, tell).await?;
        Ok(envelope.shares().into_iter().map(|share| TaskOutcome::of(share, is_repeated)).collect())
    }

    /// Asks about tasks.
    pub(super) async fn ask(
        &self,
        body: String,
        tickets: &[Ticket],
        tell: Tell<'_>,
    ) -> Result<Vec<Share>, Error> {
        let Sent { envelope, .. } = self.post(body, tickets, Post::Poll, tell).await?;
        if envelope.is_about_its_tasks() { Ok(envelope.shares()) } else { Err(envelope.refusal()) }
    }

    /// Posts a body, and the same again after a pause where that may help.
    async fn post(
        &self,
        body: String,
        tickets: &[Ticket],
        what: Post,
        tell: Tell<'_>,
    ) -> Result<Sent, Error> {
        let (http, settings) = (&self.inner.http, &self.inner.settings);
        // The failure after which the service may have done the work all the same.
        let (mut doubt, mut attempt) = (None, 0);
        loop {
            if what == Post::Tasks {
                tell(Progress::Sending { attempt: attempt + 1 });
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
            tell(Progress::Waiting { error: &error, pause });
            if what == Post::Tasks && error.may_be_billed() {
                doubt.get_or_insert(error);
            }
            sleep(pause).await;
            attempt += 1;
        }
    }
}

/// Why an exchange failed, if it did. One that has results did not, whatever its status: they are paid.
fn failure(got: &Result<Envelope, Error>) -> Option<Error> {
    match got {
        Ok(envelope) if is_passing(envelope.status) => envelope.failure(),
        Ok(_) => None,
        Err(error) => Some(error.clone()),
    }
}

/// What became of a task at first.
pub(super) enum TaskOutcome {
    /// There are results, or errors.
    Answered(Share),
    /// It was taken, and results come later.
    Deferred,
    /// Its identifier is in use, because an earlier attempt was taken.
    Repeated,
}

impl TaskOutcome {
    fn of(share: Share, is_repeated: bool) -> Self {
        if is_repeated && share.is_refused_as(Class::Conflict) {
            Self::Repeated
        } else if share.is_deferred() {
            Self::Deferred
        } else if is_repeated {
            // The earlier attempt may have been accepted, whatever is said of this one.
            Self::Answered(share.in_doubt())
        } else {
            Self::Answered(share)
        }
    }
}

impl Post {
    /// Whether the same may be posted again after that failure.
    fn may_follow(self, error: &Error) -> bool {
        match error {
            Error::Refused(refusal) => is_passing(refusal.status),
            Error::Unreachable(_) | Error::Broken(_) => true,
            Error::TimedOut(_) => self == Self::Poll,
            _ => false,
        }
    }
}
