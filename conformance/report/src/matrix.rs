//! The kill matrix: each fault of the mock, and the first case that finds it.

use super::Style;
use super::count::counted;
use super::table::{shorten, wrap};
use airspec_suite::faults::{End, MutantOutcome};
use airspec_suite::run::Record;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

/// What became of the faults.
#[derive(Clone, Debug)]
pub struct Matrix {
    /// The seed of the cases.
    pub seed: u64,
    /// How many seeds, from that one on, the mock without a fault was tried with.
    pub seeds: u64,
    /// What was found wrong with it.
    pub alarms: Vec<Record>,
    /// The faults.
    pub outcomes: Vec<MutantOutcome>,
    /// How long it took.
    pub duration: Duration,
}

/// The content of `faults.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kills {
    /// The seed of the cases.
    pub seed: u64,
    /// The ids of cases that found something wrong with the mock without a fault.
    pub false_alarms: Vec<String>,
    /// The counts.
    pub summary: Counts,
    /// The counts of each kind of fault, such as `accept`.
    #[serde(default)]
    pub kinds: BTreeMap<String, KindCounts>,
    /// The faults.
    pub faults: Vec<Kill>,
}

/// How many faults came to which end.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// All.
    pub faults: usize,
    /// A case failed.
    pub killed: usize,
    /// A case noted it.
    pub noted: usize,
    /// No request can show it.
    #[serde(default)]
    pub equivalent: usize,
    /// Nothing was found.
    pub survived: usize,
    /// How long it took.
    pub duration_ms: u64,
}

/// How many faults of one kind came to which end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KindCounts {
    /// All.
    pub faults: usize,
    /// A case failed.
    pub killed: usize,
    /// A case noted it.
    pub noted: usize,
    /// No request can show it.
    pub equivalent: usize,
    /// Nothing was found.
    pub survived: usize,
}

/// What became of one fault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kill {
    /// The fault, such as `accept:width.maximum`.
    pub id: String,
    /// What it does.
    pub what: String,
    /// `killed`, `noted`, `equivalent` or `survived`.
    pub end: String,
    /// The first case that found it.
    pub case: Option<String>,
    /// What that case found, or why no case can.
    pub detail: Option<String>,
    /// How many requests were posted until then.
    pub requests: usize,
}

impl Matrix {
    /// Whether no fault survived and nothing was found where nothing is wrong.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.alarms.is_empty() && self.count("survived") == 0
    }

    fn count(&self, word: &str) -> usize {
        self.outcomes.iter().filter(|outcome| outcome.end.word() == word).count()
    }

    /// The counts of each kind of fault.
    #[must_use]
    pub fn kinds(&self) -> BTreeMap<String, KindCounts> {
        let mut kinds: BTreeMap<String, KindCounts> = BTreeMap::new();
        for outcome in &self.outcomes {
            let counts = kinds.entry(outcome.fault.kind().to_owned()).or_default();
            counts.faults += 1;
            match &outcome.end {
                End::Killed { .. } => counts.killed += 1,
                End::Noted { .. } => counts.noted += 1,
                End::Equivalent { .. } => counts.equivalent += 1,
                End::Survived => counts.survived += 1,
            }
        }
        kinds
    }

    /// For the terminal.
    #[must_use]
    pub fn table(&self, style: Style) -> String {
        let mut text = String::new();
        for MutantOutcome { fault, end, requests } in &self.outcomes {
            let (code, told) = match end {
                End::Killed { case, .. } => {
                    ("32", format!("killed after {} by {case}", counted(*requests, "request")))
                }
                End::Noted { case, .. } => ("33", format!("noted by {case}")),
                End::Equivalent { reason } => ("2", format!("equivalent: {reason}")),
                End::Survived => {
                    ("31", format!("survived {}: {}", counted(*requests, "request"), fault.what))
                }
            };
            let _ = writeln!(text, "{:<60}  {}", shorten(&fault.id, 60), style.paint(code, &told));
        }
        for record in &self.alarms {
            let _ = writeln!(text, "false alarm: {}\n    {}", record.id, wrap(&record.detail, 96, "    "));
        }
        for (kind, counts) in self.kinds() {
            let KindCounts { faults, killed, noted, equivalent, survived } = counts;
            let _ = writeln!(
                text,
                "{kind:<13} {faults:>5} faults: {killed:>5} killed, {noted:>3} noted, {equivalent:>3} equivalent, {survived:>3} survived"
            );
        }
        let alarms = match self.alarms.len() {
            0 => "no false alarm".to_owned(),
            many => counted(many, "false alarm"),
        };
        let _ = writeln!(
            text,
            "{}: {} killed, {} noted, {} equivalent, {} survived; without a fault, {}: {alarms}; {:.1} s, seed {}",
            counted(self.outcomes.len(), "fault"),
            self.count("killed"),
            self.count("noted"),
            self.count("equivalent"),
            self.count("survived"),
            self.seeds,
            self.duration.as_secs_f64(),
            self.seed
        );
        text
    }
}

impl Kills {
    /// What became of the faults, for files.
    #[must_use]
    pub fn of(matrix: &Matrix) -> Self {
        Self {
            seed: matrix.seed,
            false_alarms: matrix.alarms.iter().map(|record| record.id.clone()).collect(),
            summary: Counts {
                faults: matrix.outcomes.len(),
                killed: matrix.count("killed"),
                noted: matrix.count("noted"),
                equivalent: matrix.count("equivalent"),
                survived: matrix.count("survived"),
                duration_ms: u64::try_from(matrix.duration.as_millis()).unwrap_or(u64::MAX),
            },
            kinds: matrix.kinds(),
            faults: matrix.outcomes.iter().map(Kill::of).collect(),
        }
    }
}

impl Kill {
    fn of(outcome: &MutantOutcome) -> Self {
        let (case, detail) = match &outcome.end {
            End::Killed { case, detail } | End::Noted { case, detail } => {
                (Some(case.clone()), Some(detail.clone()))
            }
            End::Equivalent { reason } => (None, Some(reason.clone())),
            End::Survived => (None, None),
        };
        let MutantOutcome { fault, end, requests } = outcome;
        let (id, what, end) = (fault.id.clone(), fault.what.clone(), end.word().to_owned());
        Self { id, what, end, case, detail, requests: *requests }
    }
}
