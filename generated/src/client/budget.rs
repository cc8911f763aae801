//! A limit for what the tasks of one or several clients may cost.

use super::error::Error;
use super::{Client, Finished};
use crate::result::ResultItem;
use crate::task::{Task, count};
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Parts of a US dollar: amounts are whole numbers, so that sums are exact.
const NANOS: f64 = 1e9;

/// A limit in US dollars for all tasks of the clients that share it. Clones share the same amount.
///
/// ```
/// use airspec_models::client::{Budget, Client, Settings};
///
/// let budget = Budget::usd(5.0);
/// let client = Client::new("my-key", Settings::default().budget(&budget))?;
/// assert_eq!((budget.left(), budget.spent()), (5.0, 0.0));
/// # Ok::<(), airspec_models::client::SetupError>(())
/// ```
///
/// A task reserves the most that it may cost ([`Estimate::at_most`](crate::Estimate::at_most)) before it is sent. If the
/// rest of the budget does not cover this, the task is not sent, and the error is [`Error::OverBudget`]. This also
/// holds for tasks that are sent at the same time.
///
/// When the task is finished, its real price replaces the reserved amount, if every result has a `cost`: build tasks
/// with `include_cost(true)`. A task that the service clearly refused costs nothing. In every other case the reserved
/// amount counts as spent: after an error that [may be billed](Error::may_be_billed), for results without a price, and
/// for a call that is dropped. [`Client::collect`] replaces it later.
///
/// If the spec of a model has no prices, its tasks are not sent by a client with a budget.
#[derive(Clone)]
pub struct Budget {
    account: Arc<Mutex<Account>>,
}

#[derive(Debug, Default)]
struct Account {
    limit: u64,
    /// The prices of finished tasks.
    spent: u64,
    /// The sum of all reservations.
    reserved: u64,
    /// The reservations of each task: several, if it is sent several times.
    reservations: HashMap<String, Vec<u64>>,
}

impl Budget {
    /// A budget of so many US dollars. A negative or undefined number is no money.
    #[must_use]
    pub fn usd(limit: f64) -> Self {
        let account = Account { limit: nanos(limit, f64::floor), ..Account::default() };
        Self { account: Arc::new(Mutex::new(account)) }
    }

    /// The limit in US dollars.
    #[must_use]
    pub fn limit(&self) -> f64 {
        usd(self.account().limit)
    }

    /// The US dollars that finished tasks cost.
    #[must_use]
    pub fn spent(&self) -> f64 {
        usd(self.account().spent)
    }

    /// The US dollars that other tasks may cost: those that run, and those whose price is not known.
    #[must_use]
    pub fn reserved(&self) -> f64 {
        usd(self.account().reserved)
    }

    /// The US dollars that further tasks may cost.
    #[must_use]
    pub fn left(&self) -> f64 {
        usd(self.account().left())
    }

    /// Nothing here panics while it holds the lock, so the amounts are right even after a panic elsewhere.
    fn account(&self) -> MutexGuard<'_, Account> {
        self.account.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reserves an amount for each task, or nothing at all.
    fn reserve(&self, tasks: &[(String, u64)]) -> Result<(), Error> {
        let needed = tasks.iter().fold(0_u64, |sum, (_, amount)| sum.saturating_add(*amount));
        let mut account = self.account();
        if needed > account.left() {
            return Err(Error::OverBudget { needed: Some(usd(needed)), left: usd(account.left()) });
        }
        account.reserved += needed;
        for (task, amount) in tasks {
            account.reservations.entry(task.clone()).or_default().push(*amount);
        }
        Ok(())
    }

    /// Replaces one reservation of a task by its price.
    fn charge(&self, task: &str, price: u64) {
        let mut account = self.account();
        let Some(amounts) = account.reservations.get_mut(task) else { return };
        let amount = amounts.pop().unwrap_or_default();
        if amounts.is_empty() {
            account.reservations.remove(task);
        }
        account.reserved -= amount;
        account.spent = account.spent.saturating_add(price);
    }
}

impl Account {
    fn left(&self) -> u64 {
        self.limit.saturating_sub(self.spent).saturating_sub(self.reserved)
    }
}

impl fmt::Debug for Budget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let account = self.account();
        write!(f, "Budget({} of {} US dollars left)", usd(account.left()), usd(account.limit))
    }
}

impl Client {
    /// Reserves what tasks may cost.
    pub(super) fn reserve<T: Task>(&self, tasks: &[(String, &T)]) -> Result<(), Error> {
        let Some(budget) = &self.inner.settings.budget else { return Ok(()) };
        let price = |(id, task): &(String, &T)| {
            let node = task.as_node();
            let estimate = crate::estimate::estimate(T::facts(), node, count::<T>(node));
            let unknown = || Error::OverBudget { needed: None, left: budget.left() };
            Ok((id.clone(), nanos(estimate.ok_or_else(unknown)?.at_most, f64::ceil)))
        };
        budget.reserve(&tasks.iter().map(price).collect::<Result<Vec<_>, Error>>()?)
    }

    /// Replaces the reservation of a task that was sent, if its price is known.
    pub(super) fn charge<A: ResultItem>(&self, task: &str, outcome: &Result<Finished<A>, Error>) {
        let Some(budget) = &self.inner.settings.budget else { return };
        match outcome {
            Ok(finished) if finished.shortfall.is_none() && finished.omitted == 0 => {
                if let Some(price) = finished.price() {
                    budget.charge(task, price);
                }
            }
            Err(error) if !error.may_be_billed() => budget.charge(task, 0),
            Ok(_) | Err(_) => {}
        }
    }

    /// The same for a task whose results came one by one.
    #[cfg(feature = "websocket")]
    pub(super) fn charge_cost(&self, task: &str, cost: Option<f64>) {
        let cost = cost.filter(|cost| cost.is_finite() && *cost >= 0.0);
        if let (Some(budget), Some(cost)) = (&self.inner.settings.budget, cost) {
            budget.charge(task, nanos(cost, f64::round));
        }
    }

    /// The same for a task whose results were collected. An error says nothing about its price.
    pub(super) fn charge_collected<A: ResultItem>(&self, task: &str, outcome: &Result<Finished<A>, Error>) {
        if outcome.is_ok() {
            self.charge(task, outcome);
        }
    }
}

impl<A: ResultItem> Finished<A> {
    /// The price of all results in US dollars. `None` if a result has no price: build the task with
    /// `include_cost(true)`.
    #[must_use]
    pub fn cost(&self) -> Option<f64> {
        self.price().map(usd)
    }

    fn price(&self) -> Option<u64> {
        // A negative price would make room for further tasks.
        let cost = |result: &A| result.cost().filter(|cost| cost.is_finite() && *cost >= 0.0);
        let price = |result: &A| cost(result).map(|cost| nanos(cost, f64::round));
        self.results.iter().map(price).try_fold(0_u64, |sum, price| Some(sum.saturating_add(price?)))
    }
}

/// The message of [`Error::OverBudget`].
pub(super) fn over_budget(needed: Option<f64>, left: f64) -> String {
    let reason = match needed {
        Some(needed) => {
            format!("the request may cost up to {needed} US dollars, and the budget has {left} left")
        }
        None => "the price of the request is not known, and there is a budget".to_owned(),
    };
    format!("{reason}: it was not sent")
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the cast saturates")]
fn nanos(usd: f64, round: fn(f64) -> f64) -> u64 {
    // 0.062 times 1e9 is a little more than 62,000,000.
    let amount = usd * NANOS;
    let whole = amount.round();
    if (amount - whole).abs() < 1e-3 { whole as u64 } else { round(amount) as u64 }
}

#[expect(clippy::cast_precision_loss, reason = "exact up to nine million dollars")]
fn usd(nanos: u64) -> f64 {
    nanos as f64 / NANOS
}

#[cfg(test)]
#[allow(clippy::float_cmp, reason = "amounts are the floats that are nearest to their decimals")]
mod tests {
    use super::*;

    fn reserve(budget: &Budget, task: &str, amount: f64) -> bool {
        budget.reserve(&[(task.to_owned(), nanos(amount, f64::ceil))]).is_ok()
    }

    #[test]
    fn a_budget_is_reserved_to_the_last_part_and_never_beyond() {
        let budget = Budget::usd(0.3);
        assert!(reserve(&budget, "a", 0.1) && reserve(&budget, "b", 0.2));
        assert!(!reserve(&budget, "c", 0.000_000_001));
        assert_eq!((budget.left(), budget.reserved()), (0.0, 0.3));
        budget.charge("a", nanos(0.006, f64::round));
        assert_eq!((budget.spent(), budget.reserved(), budget.left()), (0.006, 0.2, 0.094));
        budget.charge("a", nanos(9.0, f64::round));
        assert_eq!(budget.spent(), 0.006, "what is not reserved is not charged");
    }

    #[test]
    fn several_tasks_are_reserved_together_or_not_at_all() {
        let budget = Budget::usd(1.0);
        let two = |amount| [("a".to_owned(), amount), ("b".to_owned(), amount)];
        let error = budget.reserve(&two(600_000_000)).unwrap_err();
        let text = "the request may cost up to 1.2 US dollars, and the budget has 1 left: it was not sent";
        assert_eq!(error.to_string(), text);
        assert_eq!(budget.left(), 1.0);
        budget.reserve(&two(500_000_000)).unwrap();
        assert_eq!(budget.left(), 0.0);
    }

    #[test]
    fn a_task_that_is_sent_twice_is_reserved_twice() {
        let budget = Budget::usd(1.0);
        assert!(reserve(&budget, "a", 0.4) && reserve(&budget, "a", 0.4));
        budget.charge("a", 0);
        assert_eq!(budget.reserved(), 0.4);
        budget.charge("a", 0);
        assert_eq!((budget.left(), budget.account().reservations.len()), (1.0, 0));
    }

    #[test]
    fn a_budget_that_is_no_amount_is_no_money() {
        for limit in [-1.0, f64::NAN, 0.0] {
            assert!(!reserve(&Budget::usd(limit), "a", 0.01));
        }
        assert_eq!(format!("{:?}", Budget::usd(2.5)), "Budget(2.5 of 2.5 US dollars left)");
    }
}
