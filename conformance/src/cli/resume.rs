//! `--resume`: what an earlier part of a run has done is taken from its report, and only the rest is sent.

use super::{Failure, shown};
use airspec_report::{Document, Entry, Received};
use airspec_spec::Model;
use airspec_suite::case::Case;
use airspec_suite::oracle::{Skip, Verdict};
use airspec_suite::run::journal::{Header, Journal, Past};
use airspec_suite::run::search::{self, RequestClass};
use airspec_suite::run::{Budget, Limit, Record, Request, Response, Usd};
use std::collections::{BTreeSet, HashMap};
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
    /// What they cost, and what requests cost at most whose answer nobody has seen.
    pub(super) spent: Usd,
    /// What the search found, or why it is not made again.
    pub(super) searched: Vec<Record>,
}

impl Earlier {
    /// Reads a report, or the one in a folder.
    ///
    /// # Errors
    /// A file that cannot be read or is no report.
    pub(super) fn read(path: &Path) -> Result<Self, Failure> {
        let path = if path.is_dir() { path.join("report.json") } else { path.to_owned() };
        let text =
            std::fs::read_to_string(&path).map_err(|error| Failure(format!("{}: {error}", shown(&path))))?;
        let document = serde_json::from_str(&text).map_err(|error| {
            Failure(format!("{}: {error}; --resume needs a report.json of this suite", shown(&path)))
        })?;
        Ok(Self { path, document })
    }

    /// The folder of the report, where the journal stands beside it.
    pub(super) fn folder(&self) -> &Path {
        match self.path.parent() {
            Some(folder) if folder != Path::new("") => folder,
            _ => Path::new("."),
        }
    }

    /// What was spent, and the cases that are not sent again: the journal knows more than the report of a run that was
    /// killed.
    pub(super) fn spending(&self, past: &Past) -> (Usd, BTreeSet<String>) {
        let cases = &self.document.cases;
        let listed = cases.iter().map(|entry| entry.id.as_str()).collect();
        let done = cases.iter().filter(|entry| is_done(entry)).map(|entry| entry.id.as_str()).collect();
        let spent = past.spent().max(Usd::rounded_up(self.document.summary.spent_usd));
        (spent, past.held(&listed, &done))
    }

    /// What was spent.
    ///
    /// # Errors
    /// A journal that cannot be read.
    pub(super) fn spent(&self) -> Result<Usd, Failure> {
        Ok(self.spending(&Past::read(self.folder())?).0)
    }

    /// The seed of its requests.
    pub(super) fn seed(&self) -> u64 {
        self.document.seed
    }

    /// Whether this is a part of the same run.
    ///
    /// # Errors
    /// A report of another run.
    pub(super) fn check(&self, target: &str, model: &str, shard: Option<&str>) -> Result<(), Failure> {
        let Document { target: of_target, models, shard: of_shard, .. } = &self.document;
        let path = shown(&self.path);
        let differs = |what: &str, theirs: &str, ours: &str| {
            Failure(format!(
                "{path} is about {what} {theirs}, this run is about {ours}; start without --resume"
            ))
        };
        if of_target != target {
            return Err(differs("target", of_target, target));
        }
        if *models != [model] {
            return Err(differs("model", &models.join(" and "), model));
        }
        if of_shard.as_deref() != shard {
            let whole = "all cases";
            return Err(differs("part", of_shard.as_deref().unwrap_or(whole), shard.unwrap_or(whole)));
        }
        Ok(())
    }

    /// Takes what is done out of the cases, and what must not be sent again.
    pub(super) fn take(self, past: &Past, cases: &mut Vec<Case>) -> Done {
        let (spent, held) = self.spending(past);
        let Document { summary, cases: entries, .. } = self.document;
        let mut done: HashMap<&str, &Entry> = HashMap::new();
        done.extend(entries.iter().filter(|entry| is_done(entry)).map(|entry| (entry.id.as_str(), entry)));
        let mut records = Vec::new();
        cases.retain(|case| {
            let entry = done.get(case.id.as_str());
            let is_held = entry.is_none() && held.contains(&case.id);
            records.extend(entry.map(|entry| record(case, entry)));
            records.extend(is_held.then(|| held_back(case)));
            entry.is_none() && !is_held
        });
        let mut searched = Vec::new();
        for case in RequestClass::ALL.map(search::empty) {
            let is_held = held.contains(&case.id);
            match done.get(case.id.as_str()) {
                Some(entry) => searched.push(record(&case, entry)),
                None => searched.extend(is_held.then(|| held_back(&case))),
            }
        }
        Done { records, requests: summary.requests, spent, searched }
    }
}

/// What may be spent, and what the journal of the earlier part says. Where money counts, the journal is kept in the
/// folder of the report, or else in that of the earlier part.
///
/// # Errors
/// A journal that cannot be kept.
pub(super) fn budget(
    model: &Model,
    limit: Limit,
    report: Option<&Path>,
    earlier: Option<&Earlier>,
    header: &Header,
) -> Result<(Budget, Past), Failure> {
    let (journal, past) = match earlier {
        Some(earlier) if limit == Limit::Loopback => (None, Past::read(earlier.folder())?),
        Some(earlier) => {
            let resumed = Journal::resume(earlier.folder(), report, header, |past| earlier.spending(past));
            let (journal, past) = resumed?;
            (Some(journal), past)
        }
        None if limit == Limit::Loopback => (None, Past::default()),
        None => {
            report.map_or(Ok(()), refuse_unfinished)?;
            (report.map(|folder| Journal::create(folder, header)).transpose()?, Past::default())
        }
    };
    let spent = earlier.map_or(Usd::ZERO, |earlier| earlier.spending(&past).0);
    let budget = Budget::new(model, limit).after(spent, past.acceptances());
    Ok((journal.into_iter().fold(budget, Budget::journaled), past))
}

/// Refuses a folder where a run has spent money and did not finish: its limit is for all parts of it, and the record of
/// what it has spent must not be replaced.
pub(super) fn refuse_unfinished(folder: &Path) -> Result<(), Failure> {
    let past = Past::read(folder)?;
    if past.spent() == Usd::ZERO {
        return Ok(());
    }
    let is_finished = Earlier::read(folder).is_ok_and(|earlier| {
        let cases = &earlier.document.cases;
        earlier.document.summary.cases == cases.len() && cases.iter().all(is_done_or_not_applicable)
    });
    if is_finished {
        return Ok(());
    }
    Err(Failure(format!(
        "{0} holds a run that is not finished and has spent up to {1} USD: continue it with --resume {0}, or choose \
         another folder",
        shown(folder),
        past.spent()
    )))
}

fn is_done_or_not_applicable(entry: &Entry) -> bool {
    is_done(entry) || entry.skip == Some(Skip::NotApplicable)
}

fn is_done(entry: &Entry) -> bool {
    !matches!(entry.verdict, Verdict::Skip | Verdict::NoAnswer)
}

/// The record of a case that was under way when the earlier part ended.
fn held_back(case: &Case) -> Record {
    Record {
        detail: "not sent again: it was unfinished when an earlier part of this run ended, and may have been billed"
            .to_owned(),
        ..Record::of(case)
    }
}

fn record(case: &Case, entry: &Entry) -> Record {
    Record {
        verdict: entry.verdict,
        skip: entry.skip,
        class: entry.finding,
        cause: entry.cause.clone(),
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
