//! The kill matrix: each fault of the mock, and the first case that finds it.

use super::Style;
use super::table::{shorten, wrap};
use crate::faults::{End, Fate};
use crate::run::Record;
use serde::Serialize;
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
    pub fates: Vec<Fate>,
    /// How long it took.
    pub duration: Duration,
}

/// `faults.json`.
#[derive(Serialize)]
struct Document<'a> {
    seed: u64,
    false_alarms: Vec<&'a str>,
    summary: Summary,
    faults: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Summary {
    faults: usize,
    killed: usize,
    noted: usize,
    equivalent: usize,
    survived: usize,
    duration_ms: u64,
}

#[derive(Serialize)]
struct Entry<'a> {
    id: &'a str,
    what: &'a str,
    end: &'a str,
    case: Option<&'a str>,
    detail: Option<&'a str>,
    requests: usize,
}

impl Matrix {
    /// Whether no fault survived and nothing was found where nothing is wrong.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.alarms.is_empty() && self.count("survived") == 0
    }

    fn count(&self, word: &str) -> usize {
        self.fates.iter().filter(|fate| fate.end.word() == word).count()
    }

    /// The text of `faults.json`.
    ///
    /// # Errors
    /// None that is known: there is nothing in it that JSON cannot hold.
    pub(super) fn json(&self) -> serde_json::Result<Vec<u8>> {
        let document = Document {
            seed: self.seed,
            false_alarms: self.alarms.iter().map(|record| record.id.as_str()).collect(),
            summary: Summary {
                faults: self.fates.len(),
                killed: self.count("killed"),
                noted: self.count("noted"),
                equivalent: self.count("equivalent"),
                survived: self.count("survived"),
                duration_ms: u64::try_from(self.duration.as_millis()).unwrap_or(u64::MAX),
            },
            faults: self.fates.iter().map(Entry::of).collect(),
        };
        let mut text = serde_json::to_vec_pretty(&document)?;
        text.push(b'\n');
        Ok(text)
    }

    /// For the terminal.
    #[must_use]
    pub fn table(&self, style: Style) -> String {
        let mut text = String::new();
        for Fate { fault, end, requests } in &self.fates {
            let (code, told) = match end {
                End::Killed { case, .. } => ("32", format!("killed after {requests} by {case}")),
                End::Noted { case, .. } => ("33", format!("noted by {case}")),
                End::Equivalent { reason } => ("2", format!("equivalent: {reason}")),
                End::Survived => ("31", format!("survived {requests} requests: {}", fault.what)),
            };
            let _ = writeln!(text, "{:<60}  {}", shorten(&fault.id, 60), style.paint(code, &told));
        }
        for record in &self.alarms {
            let _ = writeln!(text, "false alarm: {}\n    {}", record.id, wrap(&record.detail, 96, "    "));
        }
        let alarms = match self.alarms.len() {
            0 => "found nothing".to_owned(),
            many => format!("{many} false alarms"),
        };
        let _ = writeln!(
            text,
            "{} faults: {} killed, {} noted, {} equivalent, {} survived; without a fault, {} seeds: {alarms}; {:.1} s, seed {}",
            self.fates.len(),
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

impl<'a> Entry<'a> {
    fn of(fate: &'a Fate) -> Self {
        let (case, detail) = match &fate.end {
            End::Killed { case, detail } | End::Noted { case, detail } => {
                (Some(case.as_str()), Some(detail.as_str()))
            }
            End::Equivalent { reason } => (None, Some(reason.as_str())),
            End::Survived => (None, None),
        };
        let Fate { fault, end, requests } = fate;
        Self { id: &fault.id, what: &fault.what, end: end.word(), case, detail, requests: *requests }
    }
}
