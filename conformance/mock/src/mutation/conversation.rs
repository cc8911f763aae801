//! `conversation:<mutation>`: results are right one by one, and wrong beside what came before or comes elsewhere: polls,
//! acknowledgements, downloads, webhook calls and uploads.

mod deliveries;
mod list;
mod polls;

pub(super) use list::mutations;

use crate::answer::Answer;
use crate::behaviour_index::BehaviourIndex;
use crate::item::Item;
use crate::outcome::Outcome;
use crate::problem::Problem;
use crate::protocol::name;
use crate::seeded_rng::SeededRng;
use crate::steps::execute::Execution;
use crate::steps::judge::Conflict;
use crate::steps::plan::Plan;
use crate::task_view::TaskView;
use airspec_spec::Model;
use serde_json::Value;
use std::collections::{HashMap, HashSet};
use std::sync::Mutex;

/// A way to be wrong over several exchanges. A text is the field or the value that it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ConversationMutation {
    PollEnds,
    PollIds,
    PollPart,
    PollWithout(String),
    PollLate,
    Mixed,
    AckFields,
    AckUntyped,
    AckUnnamed,
    AckRepeated,
    Rerun,
    ConflictDrops,
    IdsRepeat,
    SecondDownload,
    Created,
    Negative(String),
    /// Of the format, down to multiples of so many pixels.
    Rounded(String, u32),
    Capped(String),
    LargeEnd,
    WebhookWithUpload,
    WebhookDeferred,
    WebhookWith(String),
    WebhookQuery,
    WebhookEarly,
    UploadWithWebhook,
    UploadDeferred,
    UploadWith(String),
    UploadQuery,
    UploadRepeated,
}

/// Pixels that sizes are rounded down to a multiple of, and that they are capped at.
const STEP: u32 = 64;
const CAP: u32 = 1536;
/// Pixels of a side from which on the fault `conversation:large-end` changes it.
pub const LARGE_SIDE: u32 = 3000;

/// The ways that were chosen, and what they remember.
#[derive(Debug)]
pub(super) struct ConversationMutations {
    chosen: Vec<ConversationMutation>,
    index: BehaviourIndex,
    rng: SeededRng,
    memory: Mutex<Memory>,
}

#[derive(Debug, Default)]
struct Memory {
    /// The results of the last deferred task.
    deferred: Vec<Item>,
    /// How many results polls have given, by task.
    given: HashMap<String, usize>,
    /// Tasks whose end a poll has seen, and tasks that are forgotten.
    ended: HashSet<String>,
    dropped: HashSet<String>,
    /// Files that were fetched.
    fetched: HashSet<String>,
    polls: u64,
}

impl ConversationMutations {
    pub(super) fn of(model: &Model, rng: SeededRng) -> Self {
        Self { chosen: Vec::new(), index: BehaviourIndex::of(model), rng, memory: Mutex::default() }
    }

    pub(super) fn add(&mut self, mutation: ConversationMutation) {
        self.chosen.push(mutation);
    }

    pub(super) fn on_conflict(&self, key: &str, conflict: &mut Conflict) {
        for mutation in &self.chosen {
            match mutation {
                ConversationMutation::Rerun => conflict.pending = false,
                ConversationMutation::ConflictDrops if conflict.pending => {
                    crate::lock(&self.memory).dropped.insert(key.to_owned());
                }
                _ => {}
            }
        }
    }

    pub(super) fn on_plan(&self, view: TaskView<'_>, plan: &mut Plan) {
        let format = self.index.container.as_ref().and_then(|(parameter, _)| view.text(parameter));
        for mutation in &self.chosen {
            let sides = [&mut plan.width, &mut plan.height];
            match mutation {
                ConversationMutation::Rounded(value, step) if format == Some(value) => {
                    for side in sides {
                        *side = (*side / step * step).max(*step.min(side));
                    }
                }
                ConversationMutation::Capped(value) if format == Some(value) => {
                    for side in sides {
                        *side = (*side).min(CAP);
                    }
                }
                ConversationMutation::LargeEnd => {
                    for side in sides.into_iter().filter(|side| **side >= LARGE_SIDE) {
                        *side -= 16;
                    }
                }
                _ => {}
            }
        }
    }

    pub(super) fn on_results(&self, items: &mut [Item]) {
        for mutation in &self.chosen {
            match mutation {
                ConversationMutation::IdsRepeat => {
                    for (number, item) in (0..).zip(items.iter_mut()) {
                        self.rename(item, "repeated", number);
                    }
                }
                ConversationMutation::Negative(field) => {
                    for value in items.iter_mut().filter_map(|item| item.fields.get_mut(field)) {
                        *value = (-value.as_f64().unwrap_or_default().abs().max(0.001)).into();
                    }
                }
                _ => {}
            }
        }
    }

    /// Gives every identifier that belongs to a result alone another value.
    fn rename(&self, item: &mut Item, what: &str, number: u64) {
        for field in &self.index.distinct {
            if item.get(field).is_some_and(Value::is_string) {
                item.set(field, self.rng.uuid(what, number).to_string().into());
            }
        }
    }

    pub(super) fn on_execution(&self, view: TaskView<'_>, execution: &mut Execution) {
        for mutation in &self.chosen {
            match mutation {
                ConversationMutation::Rerun => {
                    if let Some(kept) = &mut execution.kept {
                        kept.unique = None;
                    }
                }
                ConversationMutation::Mixed if execution.deferred => self.mix(execution),
                mutation => deliveries::on_execution(mutation, &self.index, view, execution),
            }
        }
    }

    /// Gives a deferred task the results of the one before.
    fn mix(&self, execution: &mut Execution) {
        let Some(kept) = &mut execution.kept else { return };
        let own: Vec<Item> = kept.task.items.iter().map(|(_, item)| item.clone()).collect();
        let identifier = own.first().and_then(|item| item.fields.get(name::TASK_UUID)).cloned();
        let before = std::mem::replace(&mut crate::lock(&self.memory).deferred, own);
        for ((_, item), mut other) in kept.task.items.iter_mut().zip(before) {
            if let Some(identifier) = &identifier {
                other.fields.insert(name::TASK_UUID.into(), identifier.clone());
            }
            *item = other;
        }
    }

    /// Changes what a deferred task is answered at once.
    pub(super) fn on_acknowledgement(&self, view: TaskView<'_>, outcome: &mut Outcome) {
        let count = self.index.count.as_ref().and_then(|path| view.whole(path)).unwrap_or(1);
        for mutation in &self.chosen {
            let Some(item) = outcome.items.first_mut() else { return };
            match mutation {
                ConversationMutation::AckFields => {
                    let early = self.rng.uuid("early", count).to_string();
                    for field in &self.index.distinct {
                        item.set(field, early.as_str().into());
                    }
                }
                ConversationMutation::AckUntyped => drop(item.fields.remove(name::TASK_TYPE)),
                ConversationMutation::AckUnnamed => drop(item.fields.remove(name::TASK_UUID)),
                ConversationMutation::AckRepeated => {
                    let again = item.clone();
                    outcome.items.extend((1..count).map(|_| again.clone()));
                }
                _ => {}
            }
        }
    }

    /// Changes the results and errors of a poll.
    pub(super) fn on_polled(&self, key: &str, outcome: &mut Outcome) {
        if self.chosen.is_empty() {
            return;
        }
        let mut memory = crate::lock(&self.memory);
        for mutation in &self.chosen {
            if *mutation == ConversationMutation::PollIds {
                for item in &mut outcome.items {
                    memory.polls += 1;
                    self.rename(item, "poll", memory.polls);
                }
            }
            polls::on_polled(mutation, key, &mut memory, outcome);
        }
    }

    /// Changes the status of an answer without errors.
    pub(super) fn on_status(&self, outcome: &Outcome, status: &mut u16) {
        if self.chosen.is_empty() || *status != 200 || outcome.items.is_empty() {
            return;
        }
        let has_results = outcome.items.iter().any(|item| item.file.is_some());
        if has_results && self.chosen.contains(&ConversationMutation::Created) {
            *status = 201;
        }
    }

    /// The answer to a download, where it is another one than the file; `refuse` makes it.
    pub(super) fn on_file(&self, name: &str, refuse: impl FnOnce(&Problem) -> Answer) -> Option<Answer> {
        if !self.chosen.contains(&ConversationMutation::SecondDownload) {
            return None;
        }
        let is_first = crate::lock(&self.memory).fetched.insert(name.to_owned());
        (!is_first).then(|| refuse(&Problem::new(404, "fileNotFound", "There is no such file.")))
    }
}
