//! Carrying a valid task out: its results at once or in a while, their files, and what is delivered elsewhere.

use crate::caller::Caller;
use crate::capacity::Share;
use crate::delivery::{Load, Parcel};
use crate::dice;
use crate::engine::Engine;
use crate::fault::How;
use crate::item::Item;
use crate::outcome::Outcome;
use crate::problem::Problem;
use crate::protocol::{name, status};
use crate::roles::Reading;
use crate::state::tasks::Task;
use crate::steps::results::Maker;
use crate::weather;
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;

/// How many tasks are remembered as seen before all are forgotten at once.
const SEEN: usize = 50_000;

impl Engine {
    pub(crate) fn carry_out(
        &self,
        task: &Value,
        id: Option<&str>,
        caller: &Caller,
        share: &mut Share,
        outcome: &mut Outcome,
    ) {
        let reading = self.reading(task);
        let identity = self.identity(task, id);
        let maker = Maker {
            reading,
            prices: &self.prices,
            dice: self.dice,
            identity,
            origin: &caller.origin,
            unasked: &self.settings.unasked,
        };
        let deferred = self.is_deferred(reading);
        let Some(mut made) = admitted(maker, deferred, share) else {
            outcome.problems.push(crowded(task));
            return;
        };
        if !self.is_paid(maker, caller) {
            let status = self.settings.unpaid_status;
            if status != 200 {
                outcome.problems.push(Problem { status, ..weather::trouble(402).of_task(task) });
            }
            return;
        }
        let failure = self.failure(task, maker, caller);
        if failure.is_some() {
            made.clear();
        }
        let now = self.clock.now();
        let items: Vec<(Duration, Item)> = made
            .into_iter()
            .enumerate()
            .map(|(index, item)| {
                (
                    if deferred { self.ready(now, index) } else { now.saturating_add(caller.moment.delay) },
                    item,
                )
            })
            .collect();
        if let Err(problem) = self.remember(task, id, caller, deferred, &items, failure.as_ref()) {
            outcome.problems.extend(problem);
            return;
        }
        self.publish(&items, reading, id, caller);
        if deferred {
            outcome.items.push(acknowledgement(task));
        } else {
            outcome.items.extend(items.into_iter().map(|(_, item)| item));
            outcome.problems.extend(failure);
        }
    }

    /// When the result of that place is ready, of a deferred task that comes now.
    fn ready(&self, now: Duration, index: usize) -> Duration {
        if self.roles.delivery.as_ref().is_some_and(|delivery| self.faults.answers(&delivery.id, How::Stuck))
        {
            return Duration::MAX;
        }
        let step = u32::try_from(index + 1).unwrap_or(u32::MAX);
        now.saturating_add(self.settings.pace.saturating_mul(step))
    }

    /// Keeps a task whose results are to be polled, or whose identifier is taken until it is answered. Fails where
    /// another request was quicker to take it.
    fn remember(
        &self,
        task: &Value,
        id: Option<&str>,
        caller: &Caller,
        deferred: bool,
        items: &[(Duration, Item)],
        failure: Option<&Problem>,
    ) -> Result<(), Vec<Problem>> {
        let now = self.clock.now();
        let lost =
            self.roles.delivery.as_ref().is_some_and(|delivery| self.faults.answers(&delivery.id, How::Lost));
        let Some(id) = id.filter(|_| !(deferred && lost)) else { return Ok(()) };
        let kept = if deferred {
            let done = items.last().map_or(self.ready(now, 0), |(ready, _)| *ready);
            let failure = failure.map(|problem| (done, problem.clone().with(name::STATUS, status::ERROR)));
            let until = done.saturating_add(self.settings.retention);
            Task { account: caller.account, items: items.to_vec(), failure, until, deferred }
        } else if caller.moment.delay.is_zero() {
            return Ok(());
        } else {
            Task::held(caller.account, now.saturating_add(caller.moment.delay))
        };
        let unique = self.model.unique().filter(|constraint| !self.faults.accepts(&constraint.id));
        let free = crate::lock(&self.tasks).add(id, kept, now, unique.is_some());
        if free {
            Ok(())
        } else {
            Err(unique.map(|constraint| self.conflicting(task, constraint)).unwrap_or_default())
        }
    }

    fn is_paid(&self, maker: Maker<'_>, caller: &Caller) -> bool {
        let Some(balance) = caller.moment.weather.balance else { return true };
        let cost = maker.usd() * f64::from(u32::try_from(maker.count()).unwrap_or(u32::MAX));
        crate::lock(&self.purse).spend(cost, balance)
    }

    /// Whether the weather lets the task fail at the provider.
    fn failure(&self, task: &Value, maker: Maker<'_>, caller: &Caller) -> Option<Problem> {
        let fails = self.dice.chance("fail", maker.identity, caller.moment.weather.fail);
        let problem = || Problem::new(500, "timeoutProvider", "The provider did not answer in time.");
        fails.then(|| problem().of_task(task))
    }

    fn is_deferred(&self, reading: Reading<'_>) -> bool {
        self.roles.delivery.as_ref().is_some_and(|delivery| {
            let asked = reading.text(&delivery.parameter).as_deref() == Some(delivery.deferred.as_str());
            let forced = !asked
                && reading.text(&delivery.parameter).as_deref() == Some(delivery.immediate.as_str())
                && self.faults.answers(&delivery.id, How::Deferred);
            (asked && !self.faults.answers(&delivery.id, How::Immediate)) || forced
        })
    }

    /// A number that differs between any two tasks, and is the same for the same task after a restart.
    fn identity(&self, task: &Value, id: Option<&str>) -> u64 {
        let text = id.map_or_else(|| task.to_string(), str::to_owned);
        let known = dice::hash(text.as_bytes());
        let mut seen = crate::lock(&self.seen);
        if seen.len() >= SEEN {
            seen.clear();
        }
        let times = seen.entry(known).or_default();
        *times += 1;
        self.dice.draw(&text, *times)
    }

    /// Makes files available from the time at which they are ready, and has results and files delivered then.
    fn publish(&self, items: &[(Duration, Item)], reading: Reading<'_>, id: Option<&str>, caller: &Caller) {
        {
            let mut files = crate::lock(&self.files);
            for (ready, item) in items {
                if let Some(file) = item.file.as_ref().filter(|file| file.linked) {
                    let until = file.lifetime.map(|lifetime| ready.saturating_add(lifetime));
                    files.add(&file.name, file.recipe.clone(), until);
                }
            }
        }
        let (webhook, upload) = (self.roles.webhook.as_ref(), self.roles.upload.as_ref());
        for (index, (due, item)) in items.iter().enumerate() {
            let file = upload.and_then(|(id, parameter)| {
                let recipe = Arc::clone(&item.file.as_ref()?.recipe);
                Some((id, reading.text(parameter)?, Load::Upload(recipe)))
            });
            let notice = webhook.and_then(|(id, parameter)| {
                Some((id, reading.text(parameter)?, Load::Notice(self.notice(id, item))))
            });
            for (behaviour, address, load) in file.into_iter().chain(notice) {
                for _ in 0..self.copies(behaviour, index) {
                    let (address, load) = (address.clone(), load.clone());
                    let (task, secrets) = (id.map(str::to_owned), caller.secrets.clone());
                    let defect = self.defect(behaviour);
                    self.courier.take(Parcel { due: *due, address, task, load, defect, secrets });
                }
            }
        }
    }

    /// How often a delivery is made: once, but for faults.
    fn copies(&self, behaviour: &str, index: usize) -> usize {
        let has = |how| self.faults.answers(behaviour, how);
        match () {
            () if has(How::Silent) || has(How::Once) && index > 0 => 0,
            () if has(How::Twice) => 2,
            () => 1,
        }
    }

    /// The way in which a delivery is wrong.
    fn defect(&self, behaviour: &str) -> Option<How> {
        let ways = [How::Garbled, How::Posted, How::Put, How::Encoded];
        ways.into_iter().find(|how| self.faults.answers(behaviour, *how))
    }

    /// The result that a webhook is told.
    fn notice(&self, behaviour: &str, item: &Item) -> Item {
        let mut item = item.clone();
        if self.faults.answers(behaviour, How::Stranger) {
            item.fields.insert(name::TASK_UUID.into(), self.dice.uuid("stranger", 0).to_string().into());
        }
        item
    }
}

/// The results of a task, if the answer has room for them. Pictures of a deferred one are in a later answer.
fn admitted(maker: Maker<'_>, deferred: bool, share: &mut Share) -> Option<Vec<Item>> {
    let count = usize::try_from(maker.count()).unwrap_or(usize::MAX);
    let pixels = if deferred { 0 } else { maker.inline_pixels() };
    let made = if share.take_results(count, pixels) { maker.items()? } else { return None };
    share.take_bytes(made.iter().map(Item::weight).sum()).then_some(made)
}

/// The error of a task whose results one answer has no room for.
pub(crate) fn crowded(task: &Value) -> Problem {
    let text =
        "The results of this request are more than one answer holds: send this task in a request of its own.";
    Problem::new(400, "tooManyResults", text).of_task(task)
}

fn acknowledgement(task: &Value) -> Item {
    let named = |name: &&str| Some(((*name).to_owned(), task.get(*name)?.clone()));
    Item::plain([name::TASK_TYPE, name::TASK_UUID].iter().filter_map(named).collect())
}
