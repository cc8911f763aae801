//! Execute, third part: what results lead to (a remembered task, files, deliveries), first as values, then stored.

use super::plan::Plan;
use crate::behaviour_index::BehaviourIndex;
use crate::caller::Caller;
use crate::delivery::{DeliveryWorker, Load, QueuedDelivery};
use crate::item::Item;
use crate::network;
use crate::outcome::Outcome;
use crate::problem::Problem;
use crate::protocol::{name, status};
use crate::state::State;
use crate::state::tasks::Task;
use crate::task_view::TaskView;
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;

/// All that a task leads to.
#[derive(Debug)]
pub(crate) struct Execution {
    /// The results, each with the time at which it is ready.
    pub(crate) items: Vec<(Duration, Item)>,
    /// What went wrong in the end.
    pub(crate) failure: Option<Problem>,
    /// Whether the results are to be polled.
    pub(crate) deferred: bool,
    /// What is remembered of the task.
    pub(crate) kept: Option<Kept>,
    /// What is sent elsewhere.
    pub(crate) deliveries: Vec<QueuedDelivery>,
}

/// A task to remember.
#[derive(Debug)]
pub(crate) struct Kept {
    pub(crate) key: String,
    pub(crate) task: Task,
    /// The constraint that is broken if the key is taken; without one, the task replaces the other.
    pub(crate) unique: Option<String>,
}

/// What an execution needs to know beside plan and results.
#[derive(Clone, Copy)]
pub(crate) struct Terms<'a> {
    pub(crate) view: TaskView<'a>,
    pub(crate) index: &'a BehaviourIndex,
    pub(crate) key: Option<&'a str>,
    pub(crate) caller: &'a Caller,
    pub(crate) now: Duration,
    /// How long the results of a deferred task can be polled.
    pub(crate) retention: Duration,
    /// The constraint on identifiers, where the model has one.
    pub(crate) unique: Option<&'a str>,
    /// The place of the engine in its catalogue.
    pub(crate) engine: usize,
}

impl Execution {
    /// Gives each result its time, and says what is to be kept and to be sent.
    pub(crate) fn new(plan: &Plan, made: Vec<Item>, failure: Option<Problem>, terms: Terms<'_>) -> Self {
        let Terms { caller, now, .. } = terms;
        let ready = |number: usize| {
            let step = u32::try_from(number + 1).unwrap_or(u32::MAX);
            now.saturating_add(if plan.deferred {
                plan.pace.saturating_mul(step)
            } else {
                caller.conditions.delay
            })
        };
        let made = if failure.is_some() { Vec::new() } else { made };
        let items: Vec<_> =
            made.into_iter().enumerate().map(|(number, item)| (ready(number), item)).collect();
        let done = items.last().map_or(ready(0), |(ready, _)| *ready);
        let kept = kept(plan, &items, failure.as_ref(), done, terms);
        let deliveries = deliveries(&items, terms);
        Self { items, failure, deferred: plan.deferred, kept, deliveries }
    }

    /// Remembers the task, makes its files available from the time at which they are ready, and has results and files
    /// delivered then. False, and nothing stored, where another request was quicker to take the key.
    pub(crate) fn store(&mut self, now: Duration, state: &State, worker: &DeliveryWorker) -> bool {
        if let Some(Kept { key, task, unique }) = self.kept.take() {
            let free = crate::lock(&state.tasks).add(&key, task, now, unique.is_some());
            if !free {
                return false;
            }
        }
        {
            let mut files = crate::lock(&state.files);
            for (ready, item) in &self.items {
                if let Some(file) = item.file.as_ref().filter(|file| file.linked) {
                    let until = file.lifetime.map(|lifetime| ready.saturating_add(lifetime));
                    files.add(&file.name, Arc::clone(&file.image), until);
                }
            }
        }
        for queued in self.deliveries.drain(..) {
            worker.take(queued);
        }
        true
    }

    /// What is answered at once.
    pub(crate) fn into_outcome(self, task: &Value) -> Outcome {
        if self.deferred {
            return Outcome { items: vec![acknowledgement(task)], problems: Vec::new() };
        }
        Outcome {
            items: self.items.into_iter().map(|(_, item)| item).collect(),
            problems: self.failure.into_iter().collect(),
        }
    }
}

/// A deferred task is kept with its results; of another one the identifier is taken until it is answered.
fn kept(
    plan: &Plan,
    items: &[(Duration, Item)],
    failure: Option<&Problem>,
    done: Duration,
    terms: Terms<'_>,
) -> Option<Kept> {
    let Terms { key, caller, now, retention, unique, engine, .. } = terms;
    let task = if plan.deferred {
        let failure = failure.map(|problem| (done, problem.clone().with(name::STATUS, status::ERROR)));
        let until = done.saturating_add(retention);
        Task { account: caller.account, engine, items: items.to_vec(), failure, until, deferred: true }
    } else if caller.conditions.delay.is_zero() {
        return None;
    } else {
        Task { engine, ..Task::held(caller.account, now.saturating_add(caller.conditions.delay)) }
    };
    Some(Kept { key: key?.to_owned(), task, unique: unique.map(str::to_owned) })
}

/// For each result, its file for the upload URL and itself for the webhook, as far as the task names them.
fn deliveries(items: &[(Duration, Item)], terms: Terms<'_>) -> Vec<QueuedDelivery> {
    let Terms { view, index, .. } = terms;
    let url = |parameter: &Option<String>| view.text(parameter.as_ref()?).map(str::to_owned);
    let (upload, webhook) = (url(&index.upload), url(&index.webhook));
    let mut deliveries = Vec::new();
    for (due, item) in items {
        let file = item.file.as_ref().zip(upload.clone());
        let file = file.map(|(file, url)| (url, Load::Upload(Arc::clone(&file.image))));
        let notice = webhook.clone().map(|url| (url, Load::Notice(item.clone())));
        deliveries.extend(file.into_iter().chain(notice).map(|(url, load)| QueuedDelivery {
            due: *due,
            url,
            task: terms.key.map(str::to_owned),
            load,
            edit: None,
            secrets: terms.caller.secrets.clone(),
        }));
    }
    deliveries
}

/// The error of a task whose results one answer has no room for.
pub(crate) fn crowded(task: &Value) -> Problem {
    let text =
        "The results of this request are more than one answer holds: send this task in a request of its own.";
    Problem::new(400, "tooManyResults", text).of_task(task)
}

/// The error of a task that the balance does not cover; none where such a task just has no result.
pub(crate) fn unpaid(task: &Value, status: u16) -> Option<Problem> {
    (status != 200).then(|| Problem { status, ..network::problem_of_status(402).of_task(task) })
}

/// The error of a task that fails at the provider.
pub(crate) fn failed(task: &Value) -> Problem {
    Problem::new(500, "timeoutProvider", "The provider did not answer in time.").of_task(task)
}

/// The error of a task that the provider's content policy refuses.
pub(crate) fn moderated(task: &Value) -> Problem {
    let text = "The provider refused the prompt or an image because of its content policy.";
    Problem::new(400, "contentPolicyViolation", text).of_task(task)
}

/// The error of a task of an account that has not bought credit, for a model that the platform does not host itself.
pub(crate) fn without_credit(task: &Value) -> Problem {
    let text = "This model needs paid credit. Add credit to the account and try again.";
    Problem::new(400, "thirdPartyInsufficientCredits", text).of_task(task)
}

fn acknowledgement(task: &Value) -> Item {
    let named = |name: &&str| Some(((*name).to_owned(), task.get(*name)?.clone()));
    Item::plain([name::TASK_TYPE, name::TASK_UUID].iter().filter_map(named).collect())
}
