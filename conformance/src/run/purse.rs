//! The limit on what a run may cost: asked before every request, told after it.

use super::target::Limit;
use crate::cost::Costs;
use crate::oracle::Identity;
use crate::oracle::observation::{Answer, Outcome};
use crate::oracle::protocol::COST;
use serde_json::Value;
use std::sync::{Mutex, PoisonError};

/// What is spent and what may still be.
#[derive(Debug)]
pub(super) struct Purse {
    costs: Costs,
    limit: Limit,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    spent: f64,
    /// For requests that are under way.
    reserved: f64,
}

/// USD that a request under way may cost.
#[derive(Clone, Copy, Debug)]
#[must_use = "what is reserved and not settled is never spent"]
pub(super) struct Hold(f64);

impl Purse {
    pub(super) fn new(costs: Costs, limit: Limit, spent: f64) -> Self {
        Self { costs, limit, state: Mutex::new(State { spent, reserved: 0.0 }) }
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// USD spent so far: as the target says, or else the upper bound.
    pub(super) fn spent(&self) -> f64 {
        self.state().spent
    }

    /// Sets money aside for a request, or says why it may not be sent.
    pub(super) fn reserve(&self, body: &Value) -> Result<Hold, String> {
        let bound = self.costs.bound(body);
        let mut state = self.state();
        let under_way = state.spent + state.reserved;
        match self.limit {
            Limit::Free if state.spent > 0.0 => {
                return Err("not sent, as the target accepted, and billed, what it must refuse".to_owned());
            }
            Limit::Usd(limit) if under_way + bound > limit => {
                return Err(format!(
                    "not sent: it may cost {bound:.3} USD, and of {limit} USD {under_way:.3} are spent or under way"
                ));
            }
            Limit::Loopback | Limit::Free | Limit::Usd(_) => {}
        }
        state.reserved += bound;
        Ok(Hold(bound))
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
        state.reserved = (state.reserved - hold.0).max(0.0);
        state.spent += spent;
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
