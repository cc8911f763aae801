//! The file of deviations of a run: read before, held against the findings, and rewritten where that is asked for.

use super::{Failure, complain, shown};
use airspec_report::{replace, try_place};
use airspec_spec::text::visible;
use airspec_suite::deviation::{Deviations, is_remark};
use airspec_suite::run::Record;
use std::collections::HashSet;
use std::io::ErrorKind;
use std::path::PathBuf;
use std::time::SystemTime;

#[derive(Clone, Debug, clap::Args)]
pub(super) struct Accepted {
    /// Findings that are known and accepted, one a line: case id | accepted until | first words of the message |
    /// reason. An entry that no longer fails, has expired or names no case is a failure
    #[arg(long, value_name = "FILE")]
    deviations: Option<PathBuf>,
    /// Rewrites the file of deviations to what was found; the run still fails where it would have without
    #[arg(long, requires = "deviations")]
    fix: bool,
}

impl Accepted {
    /// Reads the file; with `--fix` it need not be there yet.
    pub(super) fn read(&self, ids: Vec<String>) -> Result<List, Failure> {
        let now = SystemTime::now();
        let Some(path) = &self.deviations else {
            return Ok(List { deviations: Deviations::default(), ids, fix: None, now });
        };
        let name = shown(path);
        let text = match std::fs::read_to_string(path) {
            Err(error) if error.kind() == ErrorKind::NotFound && self.fix => String::new(),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return Err(Failure(format!("deviations {name}: there is no such file; --fix writes one")));
            }
            other => other.map_err(|error| Failure(format!("deviations {name}: {error}")))?,
        };
        let deviations = Deviations::read(&name, &text)?;
        if self.fix {
            // A place that cannot be written to is told before anything is sent.
            try_place(path)?;
        }
        Ok(List { deviations, ids, fix: self.fix.then(|| path.clone()), now })
    }
}

/// The deviations of a run.
pub(super) struct List {
    deviations: Deviations,
    /// The ids of all cases, those that are not tried among them.
    ids: Vec<String>,
    fix: Option<PathBuf>,
    now: SystemTime,
}

impl List {
    pub(super) fn accept(&self, record: &mut Record) {
        self.deviations.accept(record, self.now);
    }

    /// What is wrong with the file, which is rewritten where that is asked for; and why it could not be.
    pub(super) fn settle(&self, records: &[Record]) -> (Vec<String>, Option<Failure>) {
        let ids: Vec<_> = self.ids.iter().map(|id| visible(id)).collect();
        let known: HashSet<&str> = ids.iter().map(AsRef::as_ref).collect();
        let records: Vec<&Record> = records.iter().collect();
        let mut unwritten = None;
        if let Some(path) = &self.fix {
            let text = self.deviations.fixed(&known, &records, self.now);
            match replace(path, text.as_bytes()) {
                Ok(()) => {
                    let entries = text.lines().filter(|line| !is_remark(line)).count();
                    complain(&format!("wrote {}, entries: {entries}", shown(path)));
                }
                Err(error) => unwritten = Some(error.into()),
            }
        }
        (self.deviations.problems(&known, &records, self.now), unwritten)
    }
}
