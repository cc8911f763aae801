//! The limit on what a run may cost: asked before every request, told after it.

use super::target::Limit;
use crate::cost::Costs;
use crate::oracle::Identity;
use crate::oracle::observation::{Answer, Outcome};
use crate::oracle::protocol::COST;
use serde_json::Value;
use std::sync::{Mutex, PoisonError};
use tokio::sync::Notify;

/// What is spent and what may still be.
#[derive(Debug)]
pub(super) struct Purse {
    costs: Costs,
    limit: Limit,
    state: Mutex<State>,
    /// Tells those that wait for money that some may be free.
    settled: Notify,
}

#[derive(Debug, Default)]
struct State {
    spent: f64,
    /// For requests that are under way.
    reserved: f64,
    holds: usize,
}

/// USD that a request under way may cost.
#[derive(Clone, Copy, Debug)]
#[must_use = "what is reserved and not settled is never spent"]
pub(super) struct Hold(f64);

impl Purse {
    pub(super) fn new(costs: Costs, limit: Limit, spent: f64) -> Self {
        Self { costs, limit, state: Mutex::new(State { spent, ..State::default() }), settled: Notify::new() }
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// USD spent so far: as the target says, or else the upper bound. Nobody counts on this machine.
    pub(super) fn spent(&self) -> f64 {
        if self.limit == Limit::Loopback { 0.0 } else { self.state().spent }
    }

    /// Sets money aside for a request, or says why it may not be sent. Where only requests that are under way stand
    /// against it, they are waited for.
    pub(super) async fn reserve(&self, body: &Value) -> Result<Hold, String> {
        let bound = self.costs.bound(body);
        loop {
            let settled = self.settled.notified();
            {
                let mut state = self.state();
                let is_short = match self.limit {
                    Limit::Free if state.spent > 0.0 => {
                        return Err(
                            "not sent, as the target accepted, and billed, what it must refuse".to_owned()
                        );
                    }
                    Limit::Usd(limit) if state.spent + bound > limit => {
                        let spent = state.spent;
                        return Err(format!(
                            "not sent: it may cost {bound:.3} USD, and of {limit} USD {spent:.3} are spent"
                        ));
                    }
                    Limit::Usd(limit) => state.spent + state.reserved + bound > limit,
                    Limit::Loopback | Limit::Free => false,
                };
                if !is_short || state.holds == 0 {
                    state.reserved += bound;
                    state.holds += 1;
                    return Ok(Hold(bound));
                }
            }
            settled.await;
        }
    }

    /// Tells what became of a request.
    pub(super) fn settle(&self, hold: Hold, identity: &Identity, body: &Value, outcome: &Outcome) {
        let spent = match outcome {
            // Whether it was taken is not known.
            Outcome::Lost(_) => hold.0,
            Outcome::Answer(answer) if answer.data().is_empty() && !answer.errors().is_empty() => 0.0,
            Outcome::Answer(answer) => self.billed(identity, body, answer),
        };
        let mut state = self.state();
        state.holds -= 1;
        state.reserved = if state.holds == 0 { 0.0 } else { (state.reserved - hold.0).max(0.0) };
        state.spent += spent;
        drop(state);
        self.settled.notify_waiters();
    }

    /// What the answer says that its results cost; the upper bound for a task whose results do not say it.
    fn billed(&self, identity: &Identity, body: &Value, answer: &Answer) -> f64 {
        let tasks = body.as_array().map(Vec::as_slice).unwrap_or_default();
        let of_task = |task: &Value| {
            let own =
                answer.data().iter().filter_map(Value::as_object).filter(|item| identity.joins(task, item));
            let costs: Vec<Option<f64>> = own.map(|item| item.get(COST).and_then(Value::as_f64)).collect();
            let is_refused =
                costs.is_empty() && answer.errors().iter().any(|error| identity.may_join(task, error));
            if is_refused {
                return 0.0;
            }
            let said: Option<f64> = costs.iter().copied().sum();
            said.filter(|said| *said >= 0.0 && costs.len() >= self.costs.images(task))
                .unwrap_or_else(|| self.costs.bound(&Value::Array(vec![task.clone()])))
        };
        tasks.iter().map(of_task).sum()
    }
}
