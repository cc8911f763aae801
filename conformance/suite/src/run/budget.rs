//! The limit on what a run may cost. Every request is reserved at its upper bound before it is sent, written to the
//! journal, and settled once its answer is there; a reservation that is dropped in between counts in full.

use super::billing::{Bill, bill};
use super::journal::{Journal, JournalError};
use super::target::Limit;
use super::usd::Usd;
use crate::cost::Costs;
use crate::oracle::Identity;
use crate::oracle::observation::Outcome;
use airspec_spec::Model;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// A run that must cost nothing ends after so many requests that the target accepts although it must refuse them: each
/// is a finding, and each may be billed.
const MAX_ACCEPTANCES: usize = 5;
/// So many remarks on prices are kept; further ones are counted.
const MAX_DOUBTS: usize = 10;

/// What is spent and what may still be. Everything that is sent on one limit shares one.
pub struct Budget {
    costs: Costs,
    limit: Limit,
    state: Mutex<State>,
    /// Notifies those that wait for money that some may be free.
    settled: Notify,
}

#[derive(Debug, Default)]
struct State {
    spent: Usd,
    /// For requests that are under way.
    reserved: Usd,
    reservations: usize,
    journal: Option<Journal>,
    /// How many requests were accepted although they must be refused, and the first such answer.
    acceptances: usize,
    acceptance: Option<String>,
    /// For each case how many of its requests are not known to be refused.
    may_be_billed: BTreeMap<String, usize>,
    /// Requests that ended without an answer.
    lost: usize,
    lost_usd: Usd,
    doubts: Vec<String>,
    more_doubts: usize,
    broken: Option<String>,
}

/// The upper bound of a request, set aside. Until it is committed it can be dropped and costs nothing; from then on it
/// counts in full unless it is settled.
#[must_use = "a reservation that is dropped is given back"]
pub(super) struct Reservation<'a> {
    budget: &'a Budget,
    bound: Usd,
    /// The cases of each task; of all tasks where there is one list.
    cases: Vec<Vec<String>>,
    stage: Stage,
}

#[derive(Clone, Copy, PartialEq)]
enum Stage {
    /// Nothing is sent.
    Reserved,
    /// The request may be on its way; with its number in the journal.
    Committed(Option<u64>),
    Settled,
}

impl fmt::Debug for Budget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Budget")
            .field("limit", &self.limit)
            .field("state", &self.state())
            .finish_non_exhaustive()
    }
}

impl Budget {
    /// A budget of which nothing is spent.
    #[must_use]
    pub fn new(model: &Model, limit: Limit) -> Self {
        Self { costs: Costs::new(model), limit, state: Mutex::default(), settled: Notify::new() }
    }

    /// The rest of a budget: what an earlier part of the run has spent, and how many requests were accepted there that
    /// must be refused.
    #[must_use]
    pub fn after(self, spent: Usd, acceptances: usize) -> Self {
        {
            let mut state = self.state();
            state.spent = spent;
            state.acceptances = acceptances;
            state.acceptance =
                (acceptances > 0).then(|| "an answer to an earlier request of this run".to_owned());
        }
        self
    }

    /// The same where the target has accepted so many requests of other models that it must refuse.
    #[must_use]
    pub fn accepted_before(self, acceptances: usize) -> Self {
        let (spent, own) = (self.spent(), self.acceptances());
        self.after(spent, own + acceptances)
    }

    /// Writes down every request before it is sent.
    #[must_use]
    pub fn journaled(self, journal: Journal) -> Self {
        self.state().journal = Some(journal);
        self
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The most that a request may cost, in US dollars.
    pub(super) fn bound(&self, body: &Value) -> f64 {
        self.costs.bound(body)
    }

    /// Whether money counts: nobody bills on this machine.
    pub(super) fn is_counted(&self) -> bool {
        self.limit != Limit::Loopback
    }

    /// Whether nothing may be billed at all.
    pub(super) fn is_free(&self) -> bool {
        self.limit == Limit::Free
    }

    /// What is spent: as the target reports, as far as that can be believed, or else the upper bound.
    #[must_use]
    pub fn spent(&self) -> Usd {
        self.state().spent
    }

    /// How many requests were accepted that must be refused.
    #[must_use]
    pub fn acceptances(&self) -> usize {
        self.state().acceptances
    }

    /// What a reader of the report must know about the amount, in sentences.
    #[must_use]
    pub fn remarks(&self) -> Vec<String> {
        let state = self.state();
        let mut remarks = state.doubts.clone();
        if state.more_doubts > 0 {
            remarks.push(format!("and {} more remarks on reported costs", state.more_doubts));
        }
        if state.lost > 0 {
            remarks.push(format!(
                "{} requests ended without an answer, and may have been billed: counted as {} USD",
                state.lost, state.lost_usd
            ));
        }
        remarks.extend(state.broken.clone());
        remarks
    }

    /// Whether a request of a case was sent that is not known to be refused.
    pub(super) fn may_be_billed(&self, case: &str) -> bool {
        self.state().may_be_billed.get(case).is_some_and(|requests| *requests > 0)
    }

    /// Writes down cases that must not be sent again.
    pub(super) fn hold(&self, cases: BTreeSet<String>) {
        let mut state = self.state();
        let written = state.journal.as_mut().map_or(Ok(()), |journal| journal.held(cases));
        state.note(written);
    }

    /// Sets money aside for a request, or says why it may not be sent. Where only requests that are under way stand
    /// against it, they are waited for.
    pub(super) async fn reserve(
        &self,
        body: &Value,
        cases: Vec<Vec<String>>,
    ) -> Result<Reservation<'_>, String> {
        loop {
            let settled = self.settled.notified();
            if let Some(reservation) = self.try_reserve(body, &cases)? {
                return Ok(reservation);
            }
            settled.await;
        }
    }

    /// The same without waiting: nothing where requests that are under way stand against it.
    pub(super) fn try_reserve(
        &self,
        body: &Value,
        cases: &[Vec<String>],
    ) -> Result<Option<Reservation<'_>>, String> {
        let bound = if self.is_counted() { Usd::rounded_up(self.costs.bound(body)) } else { Usd::ZERO };
        let mut state = self.state();
        self.refusal(&state, bound)?;
        let is_short = match self.limit {
            Limit::Usd(limit) => state.spent + state.reserved + bound > Usd::rounded_down(limit),
            Limit::Loopback | Limit::Free => false,
        };
        if is_short {
            return Ok(None);
        }
        state.reserved += bound;
        state.reservations += 1;
        Ok(Some(Reservation { budget: self, bound, cases: cases.to_vec(), stage: Stage::Reserved }))
    }

    /// Why a request may not be sent, whatever becomes of those that are under way.
    fn refusal(&self, state: &State, bound: Usd) -> Result<(), String> {
        if let Some(reason) = &state.broken {
            return Err(format!("not sent: {reason}"));
        }
        match self.limit {
            Limit::Free => match &state.acceptance {
                Some(what) if state.acceptances >= MAX_ACCEPTANCES => Err(format!(
                    "not sent, as the target did not refuse {} requests that it must refuse (the first: {what}), and \
                     may have billed them",
                    state.acceptances
                )),
                Some(_) | None => Ok(()),
            },
            Limit::Usd(limit) if state.spent + bound > Usd::rounded_down(limit) => {
                let spent = state.spent;
                Err(format!("not sent: it may cost {bound} USD, and of {limit} USD {spent} are spent"))
            }
            Limit::Usd(_) | Limit::Loopback => Ok(()),
        }
    }
}

impl State {
    /// Takes note of a journal that cannot be written: nothing more is sent.
    fn note<T>(&mut self, written: Result<T, JournalError>) -> Option<T> {
        written.map_err(|error| self.broken = Some(error.to_string())).ok()
    }

    fn doubt(&mut self, doubts: Vec<String>) {
        for doubt in doubts {
            if self.doubts.len() < MAX_DOUBTS { self.doubts.push(doubt) } else { self.more_doubts += 1 }
        }
    }
}

impl Reservation<'_> {
    /// Writes the request down; it may be sent from now on, and counts. `Err` with the reason where it may not.
    pub(super) fn commit(&mut self) -> Result<(), String> {
        if !self.budget.is_counted() {
            self.stage = Stage::Committed(None);
            return Ok(());
        }
        let mut state = self.budget.state();
        // An answer to another request can have changed that since.
        self.budget.refusal(&state, self.bound)?;
        let all: BTreeSet<String> = self.cases.iter().flatten().cloned().collect();
        let written = state.journal.as_mut().map(|journal| journal.sent(self.bound, all.clone())).transpose();
        let Some(number) = state.note(written) else {
            return Err(format!("not sent: {}", state.broken.clone().unwrap_or_default()));
        };
        for case in all {
            *state.may_be_billed.entry(case).or_default() += 1;
        }
        self.stage = Stage::Committed(number);
        Ok(())
    }

    /// Counts what became of the request.
    pub(super) fn settle(mut self, identity: &Identity, body: &Value, outcome: &Outcome) {
        let Stage::Committed(number) = self.stage else { return };
        self.stage = Stage::Settled;
        let budget = self.budget;
        if !budget.is_counted() {
            return self.give_back(&mut budget.state());
        }
        let bill = bill(&budget.costs, identity, body, outcome);
        let refused = self.refused(&bill);
        let mut state = budget.state();
        for case in &refused {
            if let Some(requests) = state.may_be_billed.get_mut(case) {
                *requests = requests.saturating_sub(1);
            }
        }
        state.spent += bill.counted;
        if matches!(outcome, Outcome::Lost(_)) && bill.counted > Usd::ZERO {
            state.lost += 1;
            state.lost_usd += bill.counted;
        }
        let is_accepted = bill.acceptance.is_some();
        state.acceptances += usize::from(is_accepted);
        state.acceptance = state.acceptance.take().or(bill.acceptance);
        state.doubt(bill.doubts);
        if let Some(number) = number {
            let written = state
                .journal
                .as_mut()
                .map(|journal| journal.answered(number, bill.counted, refused, is_accepted));
            state.note(written.transpose());
        }
        self.give_back(&mut state);
        drop(state);
        budget.settled.notify_waiters();
    }

    /// The cases whose tasks are all refused.
    fn refused(&self, bill: &Bill) -> BTreeSet<String> {
        if self.cases.len() == bill.refused.len() && self.cases.len() > 1 {
            let tasks = self.cases.iter().zip(&bill.refused);
            let (refused, taken): (Vec<_>, Vec<_>) = tasks.partition(|(_, is_refused)| **is_refused);
            let names = |list: Vec<(&Vec<String>, &bool)>| -> BTreeSet<String> {
                list.into_iter().flat_map(|(cases, _)| cases).cloned().collect()
            };
            let taken = names(taken);
            return names(refused).into_iter().filter(|case| !taken.contains(case)).collect();
        }
        let is_refused = bill.refused.iter().all(|refused| *refused) && bill.acceptance.is_none();
        if is_refused { self.cases.iter().flatten().cloned().collect() } else { BTreeSet::new() }
    }

    fn give_back(&self, state: &mut State) {
        state.reservations -= 1;
        state.reserved = if state.reservations == 0 { Usd::ZERO } else { state.reserved.minus(self.bound) };
    }
}

impl Drop for Reservation<'_> {
    fn drop(&mut self) {
        if self.stage == Stage::Settled {
            return;
        }
        let mut state = self.budget.state();
        // The run ends while the request is under way: nobody will know what became of it. In the journal it stays
        // without an answer.
        if matches!(self.stage, Stage::Committed(_)) && self.budget.is_counted() {
            state.spent += self.bound;
            state.lost += 1;
            state.lost_usd += self.bound;
        }
        self.give_back(&mut state);
        drop(state);
        self.budget.settled.notify_waiters();
    }
}
