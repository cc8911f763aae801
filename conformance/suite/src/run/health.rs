//! Whether the target is alive: what tells a broken server from one that cannot be judged at all.
//!
//! [`TargetHealth`] looks at cases: a target that turns everything away cannot be judged. [`Silence`] looks at
//! requests: a target that only hangs, or is away behind a gateway, is given up.

use super::RunError;
use super::target::{Limit, Target};
use crate::case::{Case, Expect};
use crate::oracle::Observation;
use crate::oracle::observation::{Loss, Outcome};
use crate::packing::Batch;
use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

/// After so many cases that were turned away, and no other, nothing else is expected.
const MAX_TURNED_AWAY: usize = 8;
/// After so many requests in a row without an answer, none is expected.
pub(super) const MAX_SILENT: u64 = 8;

/// What became of the exchanges so far.
#[derive(Debug)]
pub(super) struct TargetHealth {
    target: String,
    /// The case that goes first: one that must be accepted, so that its refusal means something.
    first: usize,
    order: Vec<usize>,
    answered: usize,
    turned_away: usize,
    lost: usize,
    last_status: u16,
    unreachable: usize,
    reason: String,
    /// Where the target redirects to, once that is known.
    moved: Arc<OnceLock<String>>,
}

impl TargetHealth {
    pub(super) fn new(
        target: &Target,
        cases: &[Case],
        (batches, urgent): (&[Batch], usize),
        moved: Arc<OnceLock<String>>,
    ) -> Self {
        let accepts = |case: &Case| matches!(case.expect, Expect::Accept | Expect::Behave(_));
        let is_first = |batch: &Batch| batch.only().is_some_and(|index| accepts(&cases[index]));
        let goes_first = batches.iter().position(is_first).unwrap_or(0);
        let first = batches.get(goes_first).and_then(|batch| batch.cases().next()).unwrap_or(0);
        // What takes several exchanges begins early, so that nothing waits for it in the end.
        let takes_long = |place: &usize| {
            batches[*place].cases().any(|index| matches!(cases[index].expect, Expect::Behave(_)))
        };
        let mut order: Vec<usize> = (0..batches.len()).collect();
        // Where money is short, what costs nothing is sent before what does.
        let is_paid = |place: &usize| {
            matches!(target.limit(), Limit::Usd(_))
                && batches[*place].cases().any(|index| !matches!(cases[index].expect, Expect::Reject(_)))
        };
        order.sort_by_key(|place| {
            let is_urgent = *place < urgent;
            (*place != goes_first, !is_urgent, !is_urgent && is_paid(place), !is_urgent && !takes_long(place))
        });
        Self {
            target: target.shown(),
            first,
            order,
            answered: 0,
            turned_away: 0,
            lost: 0,
            last_status: 0,
            unreachable: 0,
            reason: String::new(),
            moved,
        }
    }

    /// The order in which the batches are sent.
    pub(super) fn order(&self) -> Vec<usize> {
        self.order.clone()
    }

    /// Takes note of a case.
    ///
    /// # Errors
    /// What ends the run: no connection from the first, or nothing but refusals of the key, the balance, the address or the
    /// rate.
    pub(super) fn record(&mut self, index: usize, seen: Option<&Observation>) -> Result<(), RunError> {
        match seen.map(|seen| &seen.outcome) {
            None => {}
            Some(Outcome::Answer(answer))
                if is_redirect(answer.status) || matches!(answer.status, 401 | 402 | 404 | 405 | 429) =>
            {
                self.turned_away += 1;
                self.last_status = answer.status;
            }
            Some(Outcome::Answer(_)) => self.answered += 1,
            Some(Outcome::Lost(Loss::Unreachable(reason))) => {
                self.unreachable += 1;
                self.reason.clone_from(reason);
            }
            Some(Outcome::Lost(_)) => self.lost += 1,
        }
        if index == self.first && self.unreachable > 0 {
            return Err(self.unreachable());
        }
        if self.turned_away >= MAX_TURNED_AWAY { self.end() } else { Ok(()) }
    }

    /// The same at the end of the run, when one case can be all.
    pub(super) fn end(&self) -> Result<(), RunError> {
        if self.answered + self.lost > 0 {
            return Ok(());
        }
        if self.turned_away > 0 {
            return Err(self.turned_away());
        }
        if self.unreachable > 0 { Err(self.unreachable()) } else { Ok(()) }
    }

    fn unreachable(&self) -> RunError {
        RunError::Unreachable { target: self.target.clone(), reason: self.reason.clone() }
    }

    fn turned_away(&self) -> RunError {
        let hint = match (self.last_status, self.moved.get()) {
            (401, _) => "set RUNWARE_API_KEY to a key that it knows".to_owned(),
            (402, _) => "the account does not hold enough money".to_owned(),
            (404 | 405, _) => {
                "is the address the full endpoint, such as http://127.0.0.1:8080/v1?".to_owned()
            }
            (status, Some(place)) if is_redirect(status) => {
                format!("it redirects to {place}, which is not followed; give --target {place}")
            }
            (status, None) if is_redirect(status) => {
                "it redirects without naming a place; give the address that it stands for as --target"
                    .to_owned()
            }
            _ => "wait, or send fewer at a time with --jobs 1".to_owned(),
        };
        RunError::TurnedAway { target: self.target.clone(), status: self.last_status, hint }
    }
}

/// Whether a status says that the endpoint is elsewhere.
fn is_redirect(status: u16) -> bool {
    matches!(status, 301 | 302 | 303 | 307 | 308)
}

/// Looks out for requests in a row that brought no answer. In a row means in the order in which they were sent: where
/// every tenth request hangs, all requests under way can be such ones, and yet each was followed by good answers.
#[derive(Debug, Default)]
pub(super) struct Silence {
    sent: u64,
    /// What was sent before this number does not count: a later request has an answer.
    floor: u64,
    silent: BTreeSet<u64>,
    /// Whether there was ever an answer that tells something.
    is_answered: bool,
}

impl Silence {
    /// Gives a request its number, when it is sent.
    pub(super) fn sent(&mut self) -> u64 {
        self.sent += 1;
        self.sent - 1
    }

    /// Takes note of what became of a request. Once none is expected any more, tells what it was that came.
    pub(super) fn ended(&mut self, number: u64, outcome: &Outcome) -> Option<String> {
        let what = match outcome {
            Outcome::Lost(loss) => loss.to_string(),
            Outcome::Answer(answer) if matches!(answer.status, 502..=504) => {
                format!("HTTP {}", answer.status)
            }
            // A server may fail at every bad request; one that never does anything else is not there.
            Outcome::Answer(answer) if answer.status >= 500 && !self.is_answered => {
                format!("HTTP {}", answer.status)
            }
            Outcome::Answer(answer) => {
                self.is_answered |= answer.status < 500;
                self.floor = self.floor.max(number + 1);
                self.silent = self.silent.split_off(&self.floor);
                return None;
            }
        };
        if number >= self.floor {
            self.silent.insert(number);
        }
        let in_a_row = (self.floor..self.floor + MAX_SILENT).all(|number| self.silent.contains(&number));
        in_a_row.then_some(what)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oracle::observation::Answer;

    fn answer(status: u16) -> Outcome {
        Outcome::Answer(Answer::read(status, None, b"{}".to_vec()))
    }

    fn lost() -> Outcome {
        Outcome::Lost(Loss::Broken("reset".to_owned()))
    }

    fn is_given_up(outcomes: impl IntoIterator<Item = Outcome>) -> bool {
        let mut silence = Silence::default();
        outcomes.into_iter().any(|outcome| {
            let number = silence.sent();
            silence.ended(number, &outcome).is_some()
        })
    }

    #[test]
    fn a_target_is_given_up_after_eight_requests_in_a_row_without_an_answer() {
        assert!(is_given_up((0..8).map(|_| lost())));
        assert!(!is_given_up((0..7).map(|_| lost())));
        assert!(is_given_up([answer(400)].into_iter().chain((0..8).map(|_| lost()))));
        assert!(is_given_up((0..8).map(|index| if index % 2 == 0 { lost() } else { answer(503) })));
        assert!(is_given_up((0..8).map(|_| answer(500))));
        assert!(!is_given_up((0..600).map(|index| if index % 10 == 0 { lost() } else { answer(400) })));
    }

    #[test]
    fn a_server_that_fails_at_bad_requests_only_is_not_given_up() {
        assert!(!is_given_up([answer(200)].into_iter().chain((0..100).map(|_| answer(500)))));
    }

    #[test]
    fn requests_that_all_hang_at_the_end_were_not_in_a_row() {
        let mut silence = Silence::default();
        let numbers: Vec<u64> = (0..80).map(|_| silence.sent()).collect();
        let (hanging, quick): (Vec<u64>, Vec<u64>) = numbers.into_iter().partition(|number| number % 10 == 0);
        for number in quick {
            assert_eq!(silence.ended(number, &answer(400)), None);
        }
        // All jobs wait for these, and they end one after the other.
        for number in hanging {
            assert_eq!(silence.ended(number, &lost()), None);
        }
    }
}
