//! One report of several: the shards of a run, the models of a catalogue. What does not belong together is refused.

use super::document::{Document, Summary};
use super::group::groups;
use super::outcome::Outcome;
use airspec_suite::run::Usd;
use airspec_suite::shard::Shard;
use std::collections::{BTreeMap, BTreeSet};

/// Reports that were merged.
#[derive(Debug)]
pub struct Merged {
    /// The report of all.
    pub document: Document,
    /// What is missing for it to be whole, for people.
    pub missing: Vec<String>,
}

/// Why reports cannot be merged.
#[derive(Debug, thiserror::Error)]
pub enum MergeError {
    /// Nothing to merge.
    #[error("no report to merge")]
    Nothing,
    /// They are of different runs.
    #[error("{one} and {other} cannot be merged: {what} {ours} and {theirs}")]
    Different {
        /// A file.
        one: String,
        /// Another file.
        other: String,
        /// What differs.
        what: &'static str,
        /// In the one.
        ours: String,
        /// In the other.
        theirs: String,
    },
    /// They tell of the same case.
    #[error("{one} and {other} both have the case {id} of {model}: give each part of a run once")]
    Twice {
        /// A file.
        one: String,
        /// Another file.
        other: String,
        /// The case.
        id: String,
        /// Its model.
        model: String,
    },
}

/// Merges reports, each with the name of its file.
///
/// # Errors
/// Reports of different targets, seeds or ways to split a run, and a case that is in two of them.
pub fn merge(reports: Vec<(String, Document)>) -> Result<Merged, MergeError> {
    let mut reports = reports.into_iter();
    let Some((first, mut whole)) = reports.next() else { return Err(MergeError::Nothing) };
    let mut parts = Parts::default();
    parts.add(&first, &whole)?;
    for (name, document) in reports {
        let different = |what, ours: String, theirs: String| {
            Err(MergeError::Different { one: first.clone(), other: name.clone(), what, ours, theirs })
        };
        if document.target != whole.target {
            return different("the targets are", whole.target, document.target);
        }
        if document.seed != whole.seed {
            return different("the seeds are", whole.seed.to_string(), document.seed.to_string());
        }
        parts.add(&name, &document)?;
        for model in document.models {
            if !whole.models.contains(&model) {
                whole.models.push(model);
            }
        }
        for subject in document.subjects {
            if !whole.subjects.iter().any(|known| known.id == subject.id && known.model == subject.model) {
                whole.subjects.push(subject);
            }
        }
        for one in document.unchecked {
            if !whole.unchecked.contains(&one) {
                whole.unchecked.push(one);
            }
        }
        whole.summary = sum(&whole.summary, &document.summary);
        for run in document.runs {
            if !whole.runs.contains(&run) {
                whole.runs.push(run);
            }
        }
        whole.problems.extend(document.problems);
        whole.remarks.extend(document.remarks);
        whole.clients.extend(document.clients);
        whole.cases.extend(document.cases);
    }
    // A model's cases together, in the order in which the files were given.
    let rank = |model: &str| whole.models.iter().position(|known| known == model);
    whole.cases.sort_by_key(|entry| rank(&entry.model));
    whole.shard = parts.shard();
    whole.groups = groups(&whole.cases);
    let missing = parts.missing(&whole);
    whole.summary.outcome = Outcome::of(&whole.summary, !whole.problems.is_empty());
    if !missing.is_empty() && whole.summary.outcome == Outcome::Conforms {
        whole.summary.outcome = Outcome::Incomplete;
    }
    Ok(Merged { missing, document: whole })
}

fn sum(one: &Summary, other: &Summary) -> Summary {
    Summary {
        // Set once all are there.
        outcome: one.outcome,
        not_tried: one.not_tried + other.not_tried,
        no_answer: one.no_answer + other.no_answer,
        throttled: one.throttled + other.throttled,
        throttled_ms: one.throttled_ms + other.throttled_ms,
        cases: one.cases + other.cases,
        passed: one.passed + other.passed,
        failed: one.failed + other.failed,
        skipped: one.skipped + other.skipped,
        noted: one.noted + other.noted,
        deviations: one.deviations + other.deviations,
        requests: one.requests + other.requests,
        search_requests: one.search_requests + other.search_requests,
        spent_usd: (Usd::rounded_up(one.spent_usd) + Usd::rounded_up(other.spent_usd)).to_f64(),
        // Machines work side by side.
        duration_ms: one.duration_ms.max(other.duration_ms),
    }
}

/// Which parts of which models are there.
#[derive(Default)]
struct Parts {
    /// The shards of a model, with the file that says so.
    shards: BTreeMap<String, (String, BTreeSet<Shard>)>,
    /// Where each case of a model is.
    cases: BTreeMap<(String, String), String>,
}

impl Parts {
    fn add(&mut self, name: &str, document: &Document) -> Result<(), MergeError> {
        let shards: BTreeSet<Shard> = document
            .shard
            .iter()
            .flat_map(|list| list.split(", "))
            .filter_map(|shard| shard.parse().ok())
            .collect();
        for model in &document.models {
            let (other, known) =
                self.shards.entry(model.clone()).or_insert_with(|| (name.to_owned(), shards.clone()));
            let of = |shards: &BTreeSet<Shard>| shards.first().map_or(1, |shard| shard.of);
            if of(known) != of(&shards) {
                let split = |shards| format!("{} parts", of(shards));
                return Err(MergeError::Different {
                    one: other.clone(),
                    other: name.to_owned(),
                    what: "the run is split into",
                    ours: split(known),
                    theirs: split(&shards),
                });
            }
            known.extend(&shards);
        }
        for entry in &document.cases {
            let key = (entry.model.clone(), entry.id.clone());
            if let Some(other) = self.cases.insert(key, name.to_owned()) {
                let (id, model) = (entry.id.clone(), entry.model.clone());
                return Err(MergeError::Twice { one: other, other: name.to_owned(), id, model });
            }
        }
        Ok(())
    }

    /// The shards that are there, unless they are all.
    fn shard(&self) -> Option<String> {
        let partial = self.shards.values().find(|(_, shards)| !is_whole(shards))?;
        Some(partial.1.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))
    }

    fn missing(&self, whole: &Document) -> Vec<String> {
        let mut missing = Vec::new();
        for (model, (_, shards)) in self.shards.iter().filter(|(_, (_, shards))| !is_whole(shards)) {
            let of = shards.first().map_or(1, |shard| shard.of);
            let gone = (1..=of).filter(|number| !shards.iter().any(|shard| shard.number == *number));
            let gone: Vec<String> = gone.map(|number| format!("{number}/{of}")).collect();
            missing.push(format!("{model}: no report of shard {}", gone.join(", ")));
        }
        if whole.cases.len() < whole.summary.cases {
            let (done, all) = (whole.cases.len(), whole.summary.cases);
            missing.push(format!("{done} of {all} cases were tried"));
        }
        missing
    }
}

fn is_whole(shards: &BTreeSet<Shard>) -> bool {
    shards.first().is_none_or(|shard| shard.of == shards.len())
}
