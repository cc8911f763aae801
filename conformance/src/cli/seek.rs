//! The property-based search after the cases.

use super::Failure;
use super::choice::Choice;
use airspec_suite::oracle::{Oracle, Verdict};
use airspec_report::replace;
use airspec_suite::run::search::{Found, Regression, Search, Sort, read_regressions, search};
use airspec_suite::run::{Limit, Record, Settings, Target};
use std::collections::HashSet;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// How many requests of each sort a server on this machine gets where no number is given: a second is not long.
const FEW: usize = 20;

#[derive(Clone, Debug, clap::Args)]
pub(super) struct Seek {
    /// Draws up to N random requests each of valid ones, of ones with one fault and of ones with two, after the cases;
    /// 20 where money does not count, else 0; for other machines only faulty ones are drawn
    #[arg(long, value_name = "N", value_parser = requests)]
    search: Option<usize>,
    /// Requests that failed in a search, to be tried first, and where new ones are added; regressions.jsonl in the
    /// folder of the report without it
    #[arg(long, value_name = "FILE")]
    regressions: Option<PathBuf>,
}

fn requests(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|requests| *requests <= 1_000_000).ok_or_else(|| "use 0 to 1000000".to_owned())
}

/// A search that is going to be made.
pub(super) struct Plan {
    requests: usize,
    sorts: Vec<Sort>,
    file: Option<PathBuf>,
    regressions: Vec<Regression>,
}

impl Seek {
    /// What will be searched at a target.
    pub(super) fn plan(
        &self,
        choice: &Choice,
        target: &Target,
        folder: Option<&Path>,
    ) -> Result<Plan, Failure> {
        let requests = self.search.unwrap_or(if target.limit() == Limit::Loopback { FEW } else { 0 });
        let mut sorts = Vec::new();
        for sort in Sort::ALL.into_iter().filter(|_| requests > 0) {
            if choice.takes(sort.id())? {
                sorts.push(sort);
            }
        }
        let own = || folder.map(|folder| folder.join("regressions.jsonl"));
        let file = self.regressions.clone().or_else(own).filter(|_| !sorts.is_empty());
        let regressions = file.as_deref().map(read).transpose()?.unwrap_or_default();
        Ok(Plan { requests, sorts, file, regressions })
    }
}

fn read(path: &Path) -> Result<Vec<Regression>, Failure> {
    let shown = path.display();
    let text = match std::fs::read_to_string(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        other => other.map_err(|error| Failure(format!("regressions {shown}: {error}")))?,
    };
    let refused = |(line, error)| {
        Failure(format!("regressions {shown}:{line}: {error}; a line is what a search has written there"))
    };
    read_regressions(&text).map_err(refused)
}

impl Plan {
    /// How many cases the search makes up.
    pub(super) fn cases(&self) -> usize {
        self.sorts.len()
    }

    /// Searches, and keeps what failed.
    pub(super) async fn carry_out(
        self,
        oracle: &Arc<Oracle>,
        target: &Target,
        settings: &Settings,
        records: &[Record],
        stop: impl Future<Output = ()>,
    ) -> Result<Found, Failure> {
        if self.sorts.is_empty() {
            return Ok(Found::default());
        }
        let wanted = Search {
            sorts: self.sorts,
            requests: self.requests,
            regressions: self.regressions.clone(),
            known: known(records),
        };
        let found = search(Arc::clone(oracle), target, settings, wanted, stop).await?;
        if let (Some(path), false) = (self.file, found.regressions.is_empty()) {
            let all = self.regressions.iter().chain(&found.regressions);
            let lines: Result<Vec<String>, _> = all.map(serde_json::to_string).collect();
            replace(&path, (lines?.join("\n") + "\n").as_bytes())?;
        }
        Ok(found)
    }
}

/// What the cases have found: what does not hold, and parameters whose legal values are refused.
fn known(records: &[Record]) -> HashSet<String> {
    let mut known = HashSet::new();
    for record in records.iter().filter(|record| record.verdict == Verdict::Fail) {
        known.insert(record.subject.clone());
        if record.expect != "reject" {
            known.insert(record.parameter.clone());
        }
    }
    known
}
