//! `--resume`: what an earlier part of a run has done is taken from its report, and only the rest is sent.

use super::Failure;
use airspec_suite::case::Case;
use airspec_suite::oracle::Verdict;
use airspec_report::{Document, Entry, Received};
use airspec_suite::run::{Record, Request, Response};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The report of an earlier part.
#[derive(Debug)]
pub(super) struct Earlier {
    path: PathBuf,
    document: Document,
}

/// What an earlier part has done; nothing where there is none.
#[derive(Debug, Default)]
pub(super) struct Done {
    /// The cases that need not be sent again.
    pub(super) records: Vec<Record>,
    /// How many requests they took.
    pub(super) requests: usize,
    /// USD that they cost.
    pub(super) spent: f64,
}

impl Earlier {
    /// Reads a report, or the one in a folder.
    ///
    /// # Errors
    /// A file that cannot be read or is no report.
    pub(super) fn read(path: &Path) -> Result<Self, Failure> {
        let path = if path.is_dir() { path.join("report.json") } else { path.to_owned() };
        let text = std::fs::read_to_string(&path)
            .map_err(|error| Failure(format!("{}: {error}", path.display())))?;
        let document = serde_json::from_str(&text).map_err(|error| {
            Failure(format!("{}: {error}; --resume takes a report.json of this suite", path.display()))
        })?;
        Ok(Self { path, document })
    }

    /// The seed of its requests.
    pub(super) fn seed(&self) -> u64 {
        self.document.seed
    }

    /// Takes what is done out of the cases.
    ///
    /// # Errors
    /// A report of another run.
    pub(super) fn take(
        self,
        target: &str,
        model: &str,
        shard: Option<&str>,
        cases: &mut Vec<Case>,
    ) -> Result<Done, Failure> {
        let Document { target: of_target, models, shard: of_shard, summary, cases: entries, .. } =
            self.document;
        let path = self.path.display();
        let differs = |what: &str, theirs: &str, ours: &str| {
            Failure(format!(
                "{path} is about {what} {theirs}, and this run is about {ours}; start without --resume"
            ))
        };
        if of_target != target {
            return Err(differs("target", &of_target, target));
        }
        if models != [model] {
            return Err(differs("model", &models.join(" and "), model));
        }
        if of_shard.as_deref() != shard {
            let whole = "all cases";
            return Err(differs("part", of_shard.as_deref().unwrap_or(whole), shard.unwrap_or(whole)));
        }
        let mut done: HashMap<&str, &Entry> = HashMap::new();
        done.extend(
            entries
                .iter()
                .filter(|entry| entry.verdict != Verdict::Skip)
                .map(|entry| (entry.id.as_str(), entry)),
        );
        let mut records = Vec::new();
        cases.retain(|case| {
            let entry = done.get(case.id.as_str());
            records.extend(entry.map(|entry| record(case, entry)));
            entry.is_none()
        });
        Ok(Done { records, requests: summary.requests, spent: summary.spent_usd })
    }
}

fn record(case: &Case, entry: &Entry) -> Record {
    Record {
        verdict: entry.verdict,
        class: entry.finding,
        deviation: entry.deviation.clone(),
        detail: entry.detail.clone(),
        // The report may have shortened it.
        request: entry.request.as_ref().map(|sent| Request { body: sent.body.clone(), whole: None }),
        response: entry.response.as_ref().map(|received| match received {
            Received::Answer { status, content_type, body } => {
                Response::Answer { status: *status, content_type: content_type.clone(), body: body.clone() }
            }
            Received::Lost { error } => Response::Lost(error.clone()),
        }),
        duration: Duration::from_millis(entry.duration_ms),
        ..Record::of(case)
    }
}
