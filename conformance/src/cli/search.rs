//! The property-based search after the cases.

use super::choice::Choice;
use super::{Failure, shown};
use airspec_report::replace;
use airspec_spec::text::visible_json;
use airspec_suite::oracle::{Oracle, Verdict};
use airspec_suite::run::search::{Found, Regression, RequestClass, Search, empty, read_regressions, search};
use airspec_suite::run::{Event, Limit, Record, Settings, Target};
use std::collections::HashSet;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// How many requests of each sort a server on this machine gets where no number is given: a second is not long.
const FEW: usize = 20;

#[derive(Clone, Debug, clap::Args)]
pub(super) struct SearchArgs {
    /// After the cases, send N random requests of each kind: valid, one fault, two faults. Default: 20 for targets on
    /// this machine, otherwise 0; other machines get no valid ones
    #[arg(long, value_name = "N", value_parser = requests)]
    search: Option<usize>,
    /// File of requests that failed in a search: the search sends them first and adds new ones. Default:
    /// regressions.jsonl in the folder of --report
    #[arg(long, value_name = "FILE")]
    pub(super) regressions: Option<PathBuf>,
}

fn requests(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|requests| *requests <= 1_000_000).ok_or_else(|| "use 0 to 1000000".to_owned())
}

/// A search that is going to be made.
pub(super) struct Plan {
    requests: usize,
    sorts: Vec<RequestClass>,
    /// What an earlier part of the run has searched.
    before: Vec<Record>,
    file: Option<PathBuf>,
    regressions: Vec<Regression>,
}

impl SearchArgs {
    /// What will be searched at a target.
    pub(super) fn plan(
        &self,
        choice: &Choice,
        target: &Target,
        folder: Option<&Path>,
        searched: &[Record],
    ) -> Result<Plan, Failure> {
        let requests = self.search.unwrap_or(if target.limit() == Limit::Loopback { FEW } else { 0 });
        let (mut sorts, mut before) = (Vec::new(), Vec::new());
        for sort in RequestClass::ALL.into_iter().filter(|_| requests > 0) {
            if !choice.takes(sort.id())? {
                continue;
            }
            match searched.iter().find(|record| record.id == sort.id()) {
                Some(record) => before.push(record.clone()),
                None => sorts.push(sort),
            }
        }
        let own = || folder.map(|folder| folder.join("regressions.jsonl"));
        let file = self.regressions.clone().or_else(own).filter(|_| !sorts.is_empty());
        let regressions = file.as_deref().map(read).transpose()?.unwrap_or_default();
        Ok(Plan { requests, sorts, before, file, regressions })
    }
}

fn read(path: &Path) -> Result<Vec<Regression>, Failure> {
    let shown = shown(path);
    let text = match std::fs::read_to_string(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        other => other.map_err(|error| Failure(format!("regressions {shown}: {error}")))?,
    };
    let refused = |(line, error)| {
        Failure(format!(
            "regressions {shown}:{line}: {error}; the file must contain only lines that a search wrote"
        ))
    };
    read_regressions(&text).map_err(refused)
}

impl Plan {
    /// How many cases the search makes up.
    pub(super) fn cases(&self) -> usize {
        self.sorts.len() + self.before.len()
    }

    /// What an earlier part of the run has searched.
    pub(super) fn into_before(self) -> Vec<Record> {
        self.before
    }

    /// The records where nothing is searched any more, with the reason.
    pub(super) fn untried(self, reason: &str) -> Vec<Record> {
        let skipped = |sort| Record { detail: format!("not searched: {reason}"), ..Record::of(&empty(sort)) };
        self.before.into_iter().chain(self.sorts.into_iter().map(skipped)).collect()
    }

    /// Searches, and keeps what failed; or tells why it could not be written.
    pub(super) async fn execute(
        self,
        oracle: &Arc<Oracle>,
        target: &Target,
        settings: &Settings,
        records: &[Record],
        events: impl FnMut(Event<'_>),
        stop: impl Future<Output = ()>,
    ) -> Result<(Found, Option<Failure>), Failure> {
        if self.sorts.is_empty() {
            return Ok((Found { records: self.before, ..Found::default() }, None));
        }
        let wanted = Search {
            sorts: self.sorts,
            requests: self.requests,
            regressions: self.regressions.clone(),
            known: known(records),
        };
        let mut found = search(Arc::clone(oracle), target, settings, wanted, events, stop).await?;
        found.records.splice(..0, self.before);
        if let (Some(path), false) = (self.file, found.regressions.is_empty()) {
            let all = self.regressions.iter().chain(&found.regressions);
            let lines: Result<Vec<String>, _> = all.map(serde_json::to_string).collect();
            let written = replace(&path, visible_json(&(lines?.join("\n") + "\n")).as_bytes());
            return Ok((found, written.err().map(Failure::from)));
        }
        Ok((found, None))
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
