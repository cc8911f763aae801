//! Sends tasks, and sorts the answers by task.
//!
//! A task is sent again only if it was certainly not accepted: the service refused it for the moment, or was not
//! reached. Whenever the task may have been accepted, the client polls for it instead, which costs nothing. After an
//! answer of the service that it failed, a deferred task is also sent again if the service does not know it.

use super::backoff::pause;
use super::class::Class;
use super::envelope::{Envelope, Ticket};
use super::error::Error;
use super::poll::{Open, Why, body};
use super::progress::{OnProgress, Progress};
use super::share::{Share, Size};
use super::{Client, Finished};
use crate::Answer;
use tokio::time::sleep;

impl Client {
    /// Sends tasks and waits for their results. Returns one outcome for each task, in their order.
    pub(super) async fn send<A: Answer>(
        &self,
        body: String,
        tickets: Vec<Ticket>,
        on_progress: OnProgress<'_>,
    ) -> Vec<Result<Finished<A>, Error>> {
        if tickets.is_empty() {
            return Vec::new();
        }
        let first = match self.deliver(body, &tickets, on_progress).await {
            Ok(first) => first,
            Err(error) => return tickets.iter().map(|_| Err(error.clone())).collect(),
        };
        let (mut open, mut kept) = (Vec::new(), Size::default());
        let mut outcomes: Vec<Option<Result<Share, Error>>> = Vec::with_capacity(tickets.len());
        for (index, (outcome, ticket)) in first.into_iter().zip(&tickets).enumerate() {
            kept.add(outcome.share().size);
            match outcome {
                TaskOutcome::Answered(share) => outcomes.push(Some(Ok(share))),
                TaskOutcome::Open(why, share) => {
                    if matches!(why, Why::Accepted) {
                        on_progress(Progress::Accepted { task: &ticket.uuid });
                    }
                    outcomes.push(None);
                    open.push(Open::new(index, ticket.clone(), why, share));
                }
            }
        }
        for (index, outcome) in self.poll(open, kept, on_progress).await {
            outcomes[index] = Some(outcome);
        }
        let finish = |(outcome, ticket): (Option<Result<Share, Error>>, &Ticket)| match outcome {
            Some(outcome) => outcome?.finish(ticket.wanted, &self.inner.key),
            None => Err(Error::nothing(ticket.wanted)),
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
        let settings = &self.inner.settings;
        // The first failure after which a task may be billed.
        let (mut doubt, mut attempt): (Option<Error>, _) = (None, 0);
        loop {
            on_progress(Progress::Sending { attempt: attempt + 1 });
            let reply = self.inner.http.post(body.clone(), settings).await;
            let got = reply.and_then(|reply| Envelope::read(reply, &self.inner.key, tickets, false));
            let Some(error) = failure(&got, tickets).filter(may_pass) else {
                return Ok(outcomes(got?, tickets, doubt.as_ref()));
            };
            let Some(pause) = pause(settings, attempt, error.retry_after()) else {
                return match (doubt, got) {
                    (Some(doubt), _) if !error.may_be_billed() => Err(doubt),
                    (doubt, got) => Ok(outcomes(got?, tickets, doubt.as_ref())),
                };
            };
            on_progress(Progress::Waiting { error: &error, pause });
            sleep(pause).await;
            if error.may_be_billed() {
                // After a lost connection, the request may still be on its way.
                let is_answer =
                    matches!(error, Error::Refused(_)) && tickets.iter().all(|ticket| ticket.is_deferred);
                if !(is_answer && self.is_unknown(tickets).await) {
                    return Ok(lost(&error, got, tickets));
                }
                doubt.get_or_insert(error);
            }
            attempt += 1;
        }
    }

    /// Polls for tasks. A poll that fails is sent again.
    pub(super) async fn ask(
        &self,
        tickets: &[Ticket],
        on_progress: OnProgress<'_>,
    ) -> Result<Vec<Share>, Error> {
        let settings = &self.inner.settings;
        let mut attempt = 0;
        loop {
            let reply = self.inner.http.post(body(tickets), settings).await;
            let got = reply.and_then(|reply| Envelope::read(reply, &self.inner.key, tickets, true));
            let got = got.and_then(|envelope| match envelope.lost {
                Some(lost) => Err(lost),
                None => Ok(envelope),
            });
            let again = failure(&got, tickets).filter(may_pass);
            let pause = again.as_ref().and_then(|error| pause(settings, attempt, error.retry_after()));
            let (Some(error), Some(pause)) = (again, pause) else {
                let envelope = got?;
                return if envelope.is_about_its_tasks() {
                    Ok(envelope.shares())
                } else {
                    Err(envelope.refusal())
                };
            };
            on_progress(Progress::Waiting { error: &error, pause });
            sleep(pause).await;
            attempt += 1;
        }
    }
}

/// The error of an exchange, if it failed. An answer with results is no failure, whatever its status, and neither is the
/// beginning of an answer that has all results: they are paid for.
fn failure(got: &Result<Envelope, Error>, tickets: &[Ticket]) -> Option<Error> {
    match got {
        Ok(envelope) if envelope.has_all(tickets) => None,
        Ok(envelope) => envelope.failure().or_else(|| envelope.lost.clone()),
        Err(error) => Some(error.clone()),
    }
}

/// Whether the same request may have another answer later, or nothing is known of what the service did.
fn may_pass(error: &Error) -> bool {
    let is_lost = match error {
        Error::ConnectionLost(_) | Error::TimedOut(_) => true,
        Error::Unreadable { status, .. } => *status < 300,
        _ => false,
    };
    is_lost || error.class().may_pass()
}

/// The first answer about each task.
fn outcomes(envelope: Envelope, tickets: &[Ticket], doubt: Option<&Error>) -> Vec<TaskOutcome> {
    let lost = envelope.lost.clone();
    let shares = envelope.shares().into_iter().zip(tickets);
    let outcome = |(share, ticket): (Share, &Ticket)| match &lost {
        Some(lost) if share.results() < ticket.wanted => TaskOutcome::Answered(share.with(lost.clone())),
        Some(_) => TaskOutcome::Answered(share),
        None => TaskOutcome::of(share, ticket, doubt.is_some()),
    };
    shares.map(outcome).collect()
}

/// What is known of the tasks after a lost answer: results in the beginning of it.
fn lost(error: &Error, got: Result<Envelope, Error>, tickets: &[Ticket]) -> Vec<TaskOutcome> {
    let shares = match got {
        Ok(envelope) if envelope.lost.is_some() => envelope.shares(),
        Ok(_) | Err(_) => vec![Share::default(); tickets.len()],
    };
    let outcome = |(share, ticket): (Share, &Ticket)| {
        if share.results() >= ticket.wanted {
            TaskOutcome::Answered(share)
        } else {
            TaskOutcome::Open(Why::Lost(Box::new(error.clone())), share)
        }
    };
    shares.into_iter().zip(tickets).map(outcome).collect()
}

/// The first answer about a task.
pub(super) enum TaskOutcome {
    /// It has results or errors.
    Answered(Share),
    /// It is not finished, or not known to be.
    Open(Why, Share),
}

impl TaskOutcome {
    fn of(share: Share, ticket: &Ticket, is_repeated: bool) -> Self {
        if is_repeated && share.is_refused_as(Class::Conflict) {
            Self::Open(Why::Taken, Share::default())
        } else if share.is_open(ticket) {
            let why = if ticket.is_deferred { Why::Accepted } else { Why::Lost(Box::new(share.unclear())) };
            Self::Open(why, share)
        } else if is_repeated {
            // The earlier attempt may have been accepted, whatever this answer says.
            Self::Answered(share.in_doubt())
        } else {
            Self::Answered(share)
        }
    }

    fn share(&self) -> &Share {
        match self {
            Self::Answered(share) | Self::Open(_, share) => share,
        }
    }
}
