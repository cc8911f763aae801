//! Polls for deferred results, with the pauses of the provider's own clients: 1 s, then 0.5 s, then 1.5 times the last
//! pause, at most 10 s. One request asks about all unfinished tasks.

use super::Client;
use super::envelope::{Share, Size, TASK_TYPE, TASK_UUID, Ticket};
use super::error::{Class, Error};
use super::progress::{OnProgress, Progress};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout};

/// The task type of a poll.
const GET_RESPONSE: &str = "getResponse";

/// Why the client polls for a task.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Why {
    /// The service accepted it.
    Accepted,
    /// The `taskUUID` is in use, so an earlier attempt was accepted.
    Repeated,
}

/// An unfinished task.
pub(super) struct Open {
    /// Its place in the batch.
    index: usize,
    ticket: Ticket,
    why: Why,
    /// The best answer so far. Answers should be cumulative; one that is not does not replace a better one.
    best: Share,
}

impl Open {
    pub(super) fn new(index: usize, ticket: Ticket, why: Why) -> Self {
        Self { index, ticket, why, best: Share::default() }
    }

    /// Adds an answer. Returns whether it was the last one. The service has accepted the task, so an error is not a
    /// refusal. `others` is the size of the results of other tasks.
    fn take(&mut self, share: Share, others: Size, limit: u64) -> bool {
        let share = share.in_doubt();
        if share.size.is_too_much_with(others, limit) {
            self.best = std::mem::take(&mut self.best).with(Error::TooLarge { limit });
            return true;
        }
        let is_over = share.is_over(self.ticket.wanted);
        if is_over || share.results() >= self.best.results() {
            self.best = share;
        }
        is_over
    }

    /// The final outcome.
    fn close(self) -> (usize, Result<Share, Error>) {
        let lost = self.why == Why::Repeated && self.best.is_refused_as(Class::NotFound);
        let outcome =
            if lost { Err(Error::AlreadyAccepted { task: self.ticket.uuid }) } else { Ok(self.best) };
        (self.index, outcome)
    }

    /// The outcome when polling failed.
    fn fail(self, error: &Error) -> (usize, Result<Share, Error>) {
        if self.why == Why::Repeated && error.class() == Class::NotFound {
            return (self.index, Err(Error::AlreadyAccepted { task: self.ticket.uuid }));
        }
        self.give_up(Error::Uncollected(Box::new(error.clone())))
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
            let shares = match timeout(left, self.ask(body(&tickets), &tickets, on_progress)).await {
                Ok(Ok(shares)) => shares,
                Err(_) => break,
                Ok(Err(error)) => {
                    outcomes.extend(open.into_iter().map(|open| open.fail(&error)));
                    return outcomes;
                }
            };
            let mut still = Vec::new();
            for (mut one, share) in open.into_iter().zip(shares) {
                kept.subtract(one.best.size);
                let is_over = one.take(share, kept, self.inner.settings.answer_limit);
                kept.add(one.best.size);
                let (ready, wanted) = (one.best.results(), one.ticket.wanted);
                on_progress(Progress::Results { task: &one.ticket.uuid, ready, wanted });
                if is_over { outcomes.push(one.close()) } else { still.push(one) }
            }
            open = still;
        }
        outcomes.extend(open.into_iter().map(|open| open.give_up(Error::Unfinished(polling))));
        outcomes
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
