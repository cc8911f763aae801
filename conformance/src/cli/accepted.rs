//! The file of deviations of a run: read before, held against the findings, and rewritten where that is asked for.

use super::{Failure, complain, shown};
use airspec_report::{replace, try_place};
use airspec_spec::text::visible;
use airspec_suite::run::Record;
use airspec_suite::run::deviation::{AcceptedFindings, Deviations};
use std::collections::HashSet;
use std::io::ErrorKind;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

#[derive(Clone, Debug, clap::Args)]
pub(super) struct Accepted {
    /// File of known and accepted findings. Each line: case id or pattern | accepted until | first words of the
    /// message | reason. A file that ends in .json contains an array of {case, until, message, reason}. The run fails if
    /// the case of an entry no longer fails or does not exist, or if the entry has expired
    #[arg(long, value_name = "FILE")]
    deviations: Option<PathBuf>,
    /// Rewrite the file of deviations with the current findings, each with a date 90 days from now and the reason `to be
    /// explained`: replace both. The exit code of this run does not change
    #[arg(long, requires = "deviations")]
    fix: bool,
}

impl Accepted {
    /// The same for one of several models, each of which can have a file in the folder.
    pub(super) fn of_model(&self, slug: &str) -> Self {
        let file = self.deviations.as_ref().map(|folder| (folder, folder.join(format!("{slug}.txt"))));
        let file = file.filter(|(folder, file)| self.fix || file.exists() || !folder.is_dir());
        Self { deviations: file.map(|(_, file)| file), fix: self.fix }
    }

    /// Reads the file; with `--fix` it need not be there yet.
    pub(super) fn read(&self, ids: Vec<String>) -> Result<List, Failure> {
        let now = SystemTime::now();
        let Some(path) = &self.deviations else {
            let findings = Arc::new(AcceptedFindings { deviations: Deviations::default(), now });
            return Ok(List { findings, ids, fix: None });
        };
        let name = shown(path);
        let text = match std::fs::read_to_string(path) {
            Err(error) if error.kind() == ErrorKind::NotFound && self.fix => String::new(),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return Err(Failure(format!("deviations {name}: there is no such file; --fix creates it")));
            }
            other => other.map_err(|error| Failure(format!("deviations {name}: {error}")))?,
        };
        let deviations = Deviations::read(&name, &text)?;
        if self.fix {
            // A place that cannot be written to is told before anything is sent.
            try_place(path)?;
        }
        let findings = Arc::new(AcceptedFindings { deviations, now });
        Ok(List { findings, ids, fix: self.fix.then(|| path.clone()) })
    }
}

/// The deviations of a run.
pub(super) struct List {
    /// For the run, which applies them.
    pub(super) findings: Arc<AcceptedFindings>,
    /// The ids of all cases, those that are not tried among them.
    ids: Vec<String>,
    fix: Option<PathBuf>,
}

impl List {
    /// What is wrong with the file, which is rewritten where that is asked for; and why it could not be.
    pub(super) fn review(&self, records: &[Record]) -> (Vec<String>, Option<Failure>) {
        let ids: Vec<_> = self.ids.iter().map(|id| visible(id)).collect();
        let known: HashSet<&str> = ids.iter().map(AsRef::as_ref).collect();
        let records: Vec<&Record> = records.iter().collect();
        let AcceptedFindings { deviations, now } = self.findings.as_ref();
        let mut unwritten = None;
        if let Some(path) = &self.fix {
            let text = deviations.fixed(&known, &records, *now);
            match replace(path, text.as_bytes()) {
                Ok(()) => {
                    let entries = Deviations::read(&shown(path), &text).map_or(0, |fixed| fixed.len());
                    complain(&format!("wrote {}, entries: {entries}", shown(path)));
                }
                Err(error) => unwritten = Some(error.into()),
            }
        }
        (deviations.problems(&known, &records, *now), unwritten)
    }
}
