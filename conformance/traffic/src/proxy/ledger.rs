//! A limit on what forwarded requests may cost. The upper bound of a request is set aside before it is forwarded, and
//! corrected once its answer is there; without an answer it counts in full.

use crate::exchange::{Body, Reply};
use crate::parts::about;
use crate::specs::Specs;
use airspec_suite::cost::Costs;
use airspec_suite::oracle::Identity;
use airspec_suite::oracle::observation::{Answer, Loss, Outcome};
use airspec_suite::protocol::{AUTHENTICATION, PING, TASK_TYPE, is_poll};
use airspec_suite::run::{Usd, bill};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// What forwarded requests have cost, and may.
#[derive(Debug)]
pub struct Ledger {
    specs: Arc<Specs>,
    /// By the place of the model.
    costs: Vec<Costs>,
    limit: Usd,
    state: Mutex<Spending>,
}

/// Where a ledger stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spending {
    /// As the server reports, as far as that can be believed, or else the upper bound.
    pub spent: Usd,
    /// Set aside for requests that are under way.
    pub reserved: Usd,
    /// How many requests were not forwarded.
    pub refused: u64,
}

/// The tasks of one model in a batch.
type Tasks = (usize, Vec<Value>);

/// The upper bound of a request, set aside.
#[derive(Debug)]
pub(crate) struct Reservation {
    ledger: Arc<Ledger>,
    bound: Usd,
    tasks: Vec<Tasks>,
    is_settled: bool,
}

impl Ledger {
    pub(crate) fn new(specs: Arc<Specs>, limit: Usd) -> Self {
        let costs = specs.models().map(Costs::new).collect();
        Self { specs, costs, limit, state: Mutex::default() }
    }

    /// The limit.
    #[must_use]
    pub fn limit(&self) -> Usd {
        self.limit
    }

    /// What is spent by now.
    #[must_use]
    pub fn spending(&self) -> Spending {
        *self.state()
    }

    fn state(&self) -> std::sync::MutexGuard<'_, Spending> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sets money aside for a batch, or says why it is not forwarded.
    pub(crate) fn reserve(self: &Arc<Self>, batch: &[Value]) -> Result<Reservation, String> {
        self.try_reserve(batch).inspect_err(|_| self.state().refused += 1)
    }

    fn try_reserve(self: &Arc<Self>, batch: &[Value]) -> Result<Reservation, String> {
        let mut tasks: BTreeMap<usize, Vec<Value>> = BTreeMap::new();
        for task in batch {
            let is_platform =
                task.get(TASK_TYPE).is_some_and(|kind| *kind == AUTHENTICATION || *kind == PING);
            if is_platform || is_poll(task) {
                continue;
            }
            let place = self.specs.of(task).and_then(|place| {
                let slug = &self.specs.model(place).slug;
                let is_known = self.costs[place].is_known();
                if is_known { Ok(place) } else { Err(format!("the spec of {slug} contains no price")) }
            });
            let place = place.map_err(|reason| {
                format!("The proxy does not know what a task may cost, and has a limit (--budget): {reason}.")
            })?;
            tasks.entry(place).or_default().push(task.clone());
        }
        let tasks: Vec<Tasks> = tasks.into_iter().collect();
        let bound: Usd = tasks
            .iter()
            .map(|(place, tasks)| Usd::rounded_up(self.costs[*place].bound(&Value::Array(tasks.clone()))))
            .sum();
        let mut state = self.state();
        let Spending { spent, reserved, .. } = *state;
        if bound > Usd::ZERO && spent + reserved + bound > self.limit {
            let limit = self.limit;
            return Err(format!(
                "The request may cost {bound} USD. Of the limit of {limit} USD of the proxy (--budget), {spent} USD are \
                 spent and {reserved} USD set aside for requests under way."
            ));
        }
        state.reserved += bound;
        Ok(Reservation { ledger: Arc::clone(self), bound, tasks, is_settled: false })
    }

    /// What an answer to tasks has cost.
    fn cost(&self, (place, tasks): &Tasks, others: &[&Value], outcome: &Outcome) -> Usd {
        let body = Value::Array(tasks.clone());
        let identity = match self.specs.oracle(*place) {
            Ok(oracle) => oracle.identity().clone(),
            Err(_) => return Usd::rounded_up(self.costs[*place].bound(&body)),
        };
        let own = own(outcome, &identity, others);
        bill(&self.costs[*place], &identity, &body, &own).counted
    }
}

/// What of an outcome is about some tasks of a batch.
fn own(outcome: &Outcome, identity: &Identity, others: &[&Value]) -> Outcome {
    match outcome {
        Outcome::Answer(answer) if !others.is_empty() => Outcome::Answer(about(answer, identity, others)),
        other => other.clone(),
    }
}

impl Reservation {
    /// Counts what became of the request.
    pub(crate) fn settle(mut self, answer: &Result<Reply, Loss>) {
        let outcome = match answer {
            Ok(Reply { status, content_type, body: Body::Whole(bytes) }) => {
                Outcome::Answer(Answer::read(*status, content_type.clone(), bytes.clone()))
            }
            Ok(Reply { body: Body::Unknown(reason), .. }) => {
                Outcome::Lost(Loss::Broken((*reason).to_owned()))
            }
            Err(loss) => Outcome::Lost(loss.clone()),
        };
        let counted = (0..self.tasks.len()).map(|number| {
            let others = self.tasks.iter().enumerate().filter(|(other, _)| *other != number);
            let others: Vec<&Value> = others.flat_map(|(_, (_, tasks))| tasks).collect();
            self.ledger.cost(&self.tasks[number], &others, &outcome)
        });
        let counted = counted.sum();
        self.end(counted);
    }

    fn end(&mut self, counted: Usd) {
        self.is_settled = true;
        let mut state = self.ledger.state();
        state.spent += counted;
        state.reserved = state.reserved.minus(self.bound);
    }
}

/// Nobody knows what became of the request.
impl Drop for Reservation {
    fn drop(&mut self) {
        if !self.is_settled {
            self.end(self.bound);
        }
    }
}
