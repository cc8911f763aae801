//! Whether the account of the target still holds money.
//!
//! HTTP 402, or an error about money, in the middle of a run can be a defect of the server or an empty account. A request
//! that was accepted before tells the two apart: it is sent once more, and where that is refused like this too, nothing
//! more is sent.

use super::observe::{Session, uuid};
use crate::case::Wire;
use crate::oracle::observation::{Answer, Observation, Outcome};
use crate::parameter::set;
use crate::protocol::CODE;
use airspec_models::client::{Class, of_code};
use serde_json::Value;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

/// So many answers about money are looked into; a server that has this defect has it often.
const MAX_PROBES: u64 = 3;

/// The status that is about money.
const PAYMENT_REQUIRED: u16 = 402;

/// What is known of the balance.
#[derive(Debug, Default)]
pub(super) struct BalanceProbe {
    /// The dearest request with one task that was accepted, and its price: what is left may still pay for a cheap one.
    accepted: Mutex<Option<(f64, Value)>>,
    /// How many answers were looked into; others wait until that is done.
    probes: tokio::sync::Mutex<u64>,
    is_spent: AtomicBool,
}

impl BalanceProbe {
    fn accept(&self, price: f64, body: &Value) {
        let mut accepted = self.accepted.lock().unwrap_or_else(PoisonError::into_inner);
        if accepted.as_ref().is_none_or(|(known, _)| *known < price) {
            *accepted = Some((price, body.clone()));
        }
    }

    fn known(&self) -> Option<Value> {
        let accepted = self.accepted.lock().unwrap_or_else(PoisonError::into_inner);
        accepted.as_ref().map(|(_, body)| body.clone())
    }
}

impl Session {
    /// Takes note of an answer, and ends the run where the balance is spent.
    pub(super) async fn watch_balance(&self, body: &Value, outcome: &Outcome) {
        let Some(answer) = outcome.answer() else { return };
        if answer.is_success() && answer.errors().is_empty() && !answer.data().is_empty() {
            if body.as_array().is_some_and(|tasks| tasks.len() == 1) {
                self.balance.accept(self.budget.bound(body), body);
            }
            return;
        }
        if !is_about_money(answer) {
            return;
        }
        let mut probes = self.balance.probes.lock().await;
        if *probes >= MAX_PROBES || self.balance.is_spent.load(Ordering::Relaxed) {
            return;
        }
        let Some(mut again) = self.balance.known() else { return };
        *probes += 1;
        let id = uuid(self.client.settings().seed, "the balance", *probes);
        if let Some(task) = again.get_mut(0) {
            set(task, &self.oracle.identity().parameter, Value::String(id));
        }
        // Without money left in the limit nothing is sent, and nothing is known. It is not waited for: the request that
        // this is about has its own set aside until this is done.
        let Ok(Some(mut reservation)) = self.budget.try_reserve(&again, &[Vec::new()]) else { return };
        if reservation.commit().is_err() {
            return;
        }
        let (outcome, _) = self.client.post(&again, &Wire::default()).await;
        if outcome.answer().is_some_and(is_about_money) {
            self.balance.is_spent.store(true, Ordering::Relaxed);
            self.end("the balance of the account is spent (HTTP 402)".to_owned());
        }
        reservation.settle(self.oracle.identity(), &again, &outcome);
    }

    /// Whether an answer is one that a spent balance explains.
    pub(super) fn is_unpaid(&self, seen: &Observation) -> bool {
        seen.outcome.answer().is_some_and(is_about_money) && self.balance.is_spent.load(Ordering::Relaxed)
    }
}

/// Whether an answer refuses a task for want of money.
fn is_about_money(answer: &Answer) -> bool {
    let is_quota =
        |error: &Value| error.get(CODE).and_then(Value::as_str).and_then(of_code) == Some(Class::Quota);
    answer.status == PAYMENT_REQUIRED || answer.errors().iter().any(is_quota)
}
