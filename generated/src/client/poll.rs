//! Polls for results, with the pauses of the provider's own clients: 1 s, then 0.5 s, then 1.5 times the last pause, at
//! most 10 s. One request asks about all unfinished tasks.

use super::Client;
use super::class::Class;
use super::envelope::Ticket;
use super::error::Error;
use super::progress::{OnProgress, Progress};
use super::share::{Share, Size};
use crate::items::{TASK_TYPE, TASK_UUID};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout};

/// The task type of a poll.
const GET_RESPONSE: &str = "getResponse";
/// After so many polls in a row that say nothing about a task, there is nothing to wait for, unless the task was
/// accepted: the service keeps no results of an immediate task. A deferred one may become known later.
const SILENT_POLLS: u32 = 5;
const SILENT_POLLS_DEFERRED: u32 = 10;

/// Why the client polls for a task.
#[derive(Clone)]
pub(super) enum Why {
    /// The service accepted it, and its results come later.
    Accepted,
    /// The `taskUUID` is in use, so the task was accepted before.
    Taken,
    /// The answer was lost, or says nothing about the task.
    Lost(Box<Error>),
}

/// An unfinished task.
pub(super) struct Open {
    /// Its place in the batch.
    pub(super) index: usize,
    pub(super) ticket: Ticket,
    pub(super) why: Why,
    /// All results so far, and the rest of the last answer about the task.
    best: Share,
    /// How many polls in a row said nothing about it.
    silent: u32,
}

impl Open {
    pub(super) fn new(index: usize, ticket: Ticket, why: Why, best: Share) -> Self {
        Self { index, ticket, why, best, silent: 0 }
    }

    /// Adds an answer. Returns whether it was the last one. The service may have accepted the task, so an error is not
    /// a refusal. `others` is the size of the results of other tasks.
    fn take(&mut self, share: Share, others: Size, limit: u64) -> bool {
        let is_taken = share.is_refused_as(Class::Conflict);
        if is_taken && matches!(self.why, Why::Lost(_)) {
            self.why = Why::Taken;
        }
        if is_taken || share.is_silent() {
            self.silent += 1;
            return self.is_given_up() && !matches!(self.why, Why::Accepted);
        }
        self.silent = 0;
        if share.size.is_too_much_with(others, limit) {
            self.best = std::mem::take(&mut self.best).with(Error::TooLarge { limit });
            return true;
        }
        self.best.update(share.in_doubt());
        self.best.is_over(self.ticket.wanted)
    }

    fn is_given_up(&self) -> bool {
        self.silent >= if self.ticket.is_deferred { SILENT_POLLS_DEFERRED } else { SILENT_POLLS }
    }

    /// The final outcome.
    fn close(self) -> (usize, Result<Share, Error>) {
        if !self.best.is_silent() && !self.best.is_refused_as(Class::NotFound) && !self.is_given_up() {
            return (self.index, Ok(self.best));
        }
        match self.why.clone() {
            Why::Accepted => (self.index, Ok(self.best)),
            Why::Taken => {
                let task = self.ticket.uuid.clone();
                self.give_up(Error::Taken { task })
            }
            Why::Lost(error) => self.give_up(*error),
        }
    }

    /// The outcome when polling failed.
    fn fail(self, error: &Error) -> (usize, Result<Share, Error>) {
        match self.why.clone() {
            Why::Lost(lost) => self.give_up(*lost),
            Why::Taken if error.class() == Class::NotFound => self.close(),
            Why::Taken | Why::Accepted => self.give_up(Error::Uncollected(Box::new(error.clone()))),
        }
    }

    /// The outcome when polling ends early.
    fn give_up(self, error: Error) -> (usize, Result<Share, Error>) {
        let outcome = if self.best.results() > 0 { Ok(self.best.with(error)) } else { Err(error) };
        (self.index, outcome)
    }
}

impl Client {
    /// Polls until every task is finished or the time limit is reached. Returns the outcome and the index of each
    /// task. `kept` is the size of the results so far: the limit of one answer is also the limit of all results of a
    /// call.
    pub(super) async fn poll(
        &self,
        mut open: Vec<Open>,
        mut kept: Size,
        on_progress: OnProgress<'_>,
    ) -> Vec<(usize, Result<Share, Error>)> {
        let (polling, pace) = (self.inner.settings.polling, self.inner.settings.pace);
        let start = Instant::now();
        let mut outcomes = Vec::new();
        for pause in pauses() {
            if open.is_empty() {
                break;
            }
            let left = polling.saturating_sub(start.elapsed());
            if left.is_zero() {
                break;
            }
            sleep(pause.mul_f64(pace).min(left)).await;
            let tickets: Vec<Ticket> = open.iter().map(|open| open.ticket.clone()).collect();
            let left = polling.saturating_sub(start.elapsed());
            let shares = match timeout(left, self.ask(&tickets, on_progress)).await {
                Ok(Ok(shares)) => shares,
                Err(_) => break,
                Ok(Err(error)) => {
                    outcomes.extend(open.into_iter().map(|open| open.fail(&error)));
                    return outcomes;
                }
            };
            let mut still = Vec::new();
            for (mut one, share) in open.into_iter().zip(shares) {
                for unfinished in &share.under_way {
                    on_progress(Progress::Unfinished { task: &one.ticket.uuid, unfinished });
                }
                kept.subtract(one.best.size);
                let is_over = one.take(share, kept, self.inner.settings.answer_limit);
                kept.add(one.best.size);
                let (ready, wanted) = (one.best.results(), one.ticket.wanted);
                on_progress(Progress::Results { task: &one.ticket.uuid, ready, wanted });
                if is_over { outcomes.push(one.close()) } else { still.push(one) }
            }
            open = still;
        }
        outcomes.extend(open.into_iter().map(|open| match open.why.clone() {
            Why::Lost(error) => open.give_up(*error),
            Why::Taken | Why::Accepted => {
                let raw = open.best.under_way.iter().map(|item| item.raw.clone()).collect();
                open.give_up(Error::Unfinished { polling, raw })
            }
        }));
        outcomes
    }

    /// Whether the service says of each of these tasks that it does not know it.
    pub(super) async fn is_unknown(&self, tickets: &[Ticket]) -> bool {
        match self.ask(tickets, &mut |_| {}).await {
            Ok(shares) => shares.iter().all(|share| share.is_refused_as(Class::NotFound)),
            Err(error) => error.class() == Class::NotFound,
        }
    }
}

/// The poll for several tasks.
pub(super) fn body(tickets: &[Ticket]) -> String {
    let ask = |ticket: &Ticket| json!({TASK_TYPE: GET_RESPONSE, TASK_UUID: ticket.uuid});
    tickets.iter().map(ask).collect::<Value>().to_string()
}

/// The pauses before each poll, an endless sequence.
fn pauses() -> impl Iterator<Item = Duration> {
    const LONGEST: Duration = Duration::from_secs(10);
    let growing = std::iter::successors(Some(Duration::from_millis(500)), |pause| {
        Some(pause.mul_f64(1.5).min(LONGEST))
    });
    std::iter::once(Duration::from_secs(1)).chain(growing)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn polls_come_at_the_pace_of_the_providers_own_clients() {
        let pauses: Vec<u128> = pauses().take(11).map(|pause| pause.as_millis()).collect();
        assert_eq!(pauses, [1000, 500, 750, 1125, 1687, 2531, 3796, 5695, 8542, 10_000, 10_000]);
    }
}
