//! Whether the target is alive: what tells a broken server from one that cannot be judged at all.

use super::RunError;
use super::target::{Limit, Target};
use crate::case::{Case, Expect, Parcel};
use crate::oracle::Observation;
use crate::oracle::observation::{Loss, Outcome};

/// After so many cases with the same empty-handed outcome, and no other, nothing else is expected.
const ENOUGH: usize = 8;

/// What became of the exchanges so far.
#[derive(Debug)]
pub(super) struct Pulse {
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
}

impl Pulse {
    pub(super) fn new(target: &Target, cases: &[Case], parcels: &[Parcel]) -> Self {
        let accepts = |case: &Case| matches!(case.expect, Expect::Accept | Expect::Behave(_));
        let is_first = |parcel: &Parcel| parcel.only().is_some_and(|index| accepts(&cases[index]));
        let goes_first = parcels.iter().position(is_first).unwrap_or(0);
        let first = parcels.get(goes_first).and_then(|parcel| parcel.cases().next()).unwrap_or(0);
        // What takes several exchanges begins early, so that nothing waits for it in the end.
        let takes_long = |place: &usize| {
            parcels[*place].cases().any(|index| matches!(cases[index].expect, Expect::Behave(_)))
        };
        let mut order: Vec<usize> = (0..parcels.len()).collect();
        // Where money is short, what costs nothing is sent before what does.
        let is_paid = |place: &usize| {
            matches!(target.limit(), Limit::Usd(_))
                && parcels[*place].cases().any(|index| !matches!(cases[index].expect, Expect::Reject(_)))
        };
        order.sort_by_key(|place| (*place != goes_first, is_paid(place), !takes_long(place)));
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
        }
    }

    /// The order in which the parcels are sent.
    pub(super) fn order(&self) -> Vec<usize> {
        self.order.clone()
    }

    /// Takes note of a case.
    ///
    /// # Errors
    /// What ends the run: no connection from the first, or nothing but refusals of the key, the balance, the address or the
    /// rate.
    pub(super) fn beat(&mut self, index: usize, seen: Option<&Observation>) -> Result<(), RunError> {
        match seen.map(|seen| &seen.outcome) {
            None => {}
            Some(Outcome::Answer(answer)) if matches!(answer.status, 401 | 402 | 404 | 405 | 429) => {
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
        if self.turned_away >= ENOUGH { self.end() } else { Ok(()) }
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
        let hint = match self.last_status {
            401 => "set RUNWARE_API_KEY to a key that it knows",
            402 => "the account does not hold enough money",
            404 | 405 => "is the address the full endpoint, such as http://127.0.0.1:8080/v1?",
            _ => "wait, or send fewer at a time with --jobs 1",
        };
        RunError::TurnedAway { target: self.target.clone(), status: self.last_status, hint }
    }
}
