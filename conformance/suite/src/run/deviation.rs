//! Deviations: findings that are known and accepted, in a file that people review.
//!
//! One entry a line, four parts between bars; blank lines and lines that begin with `#` are comments:
//!
//! ```text
//! # case id                     | accepted until | first words of the message      | reason
//! ttl.minimum.reject.59         | 2027-01-31     | accepted with HTTP 200          | ticket 4711, the gateway rounds up
//! additionalProperties.reject.* | 2027-01-31     | accepted with HTTP 200          | ticket 4712, the gateway strips them
//! ```
//!
//! The grammar:
//!
//! ```text
//! file    = { line }                      lines end with LF or CR LF
//! line    = blank | comment | entry
//! comment = "#" any text                  spaces may stand before it
//! entry   = case "|" date "|" words "|" reason      spaces around each part do not count
//! case    = id | pattern                  an id without `*` and `?` is that of one case
//! pattern = as in globs: `*` any text, dots too; `?` one character; `[ab]`, `{a,b}` one of several; `\` escapes
//! date    = YYYY-MM-DD                    the last day, in UTC
//! words   = what the message begins with; holds no bar
//! reason  = the rest of the line, bars too
//! ```
//!
//! A file whose name ends in `.json` is an array of objects instead, which [`SCHEMA`] describes.
//!
//! The message must begin with the words, so that an accepted finding does not hide another one of the same case. A
//! pattern accepts every finding of a matching case in these words; a case with an entry of its own is decided by that
//! entry alone. An entry that no longer fails, fails in other words, has expired or names no case is a problem of its own:
//! the list cannot rot. A pattern is such a problem once every case that it matches was tried and none fails in its
//! words. What was not tried is left alone.

mod entry;
mod json;
#[cfg(test)]
mod tests;

pub use json::SCHEMA;

use crate::date::Date;
use crate::oracle::Verdict;
use crate::run::Record;
use airspec_spec::text::visible;
use entry::{Entry, is_finding, words};
use std::collections::{HashMap, HashSet};
use std::time::SystemTime;

/// How long an entry that [`Deviations::fixed`] adds is good for, in days.
const TERM: u64 = 90;
/// The reason of an entry that nobody has looked at.
const UNEXPLAINED: &str = "to be explained";

/// The deviations of one file.
#[derive(Clone, Debug, Default)]
pub struct Deviations {
    name: String,
    form: Form,
    lines: Vec<Line>,
}

/// How a file is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Form {
    #[default]
    Lines,
    Json,
}

/// A line of a file, or an object of an array.
#[derive(Clone, Debug)]
enum Line {
    /// A comment or a blank line.
    Remark(String),
    Entry(Entry),
}

/// What is no entry.
#[derive(Debug, thiserror::Error)]
#[error("{place}: {reason}; {hint}")]
pub struct DeviationError {
    place: String,
    reason: String,
    hint: &'static str,
}

impl DeviationError {
    fn line(place: String, reason: String) -> Self {
        let hint = "an entry is `case id | accepted until | first words of the message | reason`";
        Self { place, reason, hint }
    }

    fn json(place: String, reason: String) -> Self {
        let hint = "an entry is `{\"case\": …, \"until\": …, \"message\": …, \"reason\": …}`, and the file an array of them";
        Self { place, reason, hint }
    }
}

/// What became of an entry in a run.
enum Use<'a> {
    /// There is no case that it is about.
    NoCase,
    /// Its finding is still there, or was not looked for.
    Needed,
    /// Its case fails in other words.
    Changed(&'a Record),
    /// Nothing fails in its words.
    Idle,
}

impl Deviations {
    /// Reads the text of a file; one whose name ends in `.json` as JSON.
    ///
    /// # Errors
    /// The first thing that is neither an entry nor a comment, and a case that has two entries.
    pub fn read(name: &str, text: &str) -> Result<Self, DeviationError> {
        let is_json = name.to_ascii_lowercase().ends_with(".json");
        let form = if is_json { Form::Json } else { Form::Lines };
        let lines = match form {
            Form::Json => json::read(name, text)?.into_iter().map(Line::Entry).collect(),
            Form::Lines => lines(name, text)?,
        };
        let read = Self { name: name.to_owned(), form, lines };
        read.unambiguous()?;
        Ok(read)
    }

    /// Refuses what stands twice: an id, whose entries could contradict each other, and a pattern with the same words.
    fn unambiguous(&self) -> Result<(), DeviationError> {
        let mut seen: HashMap<(&str, &str), usize> = HashMap::new();
        for (index, entry) in self.entries() {
            let words = if entry.is_pattern() { &entry.words } else { "" };
            let Some(other) = seen.insert((&entry.id, words), index) else { continue };
            let reason = |other: String| format!("`{}` has an entry already, {other}", entry.id);
            return Err(match self.form {
                Form::Lines => {
                    DeviationError::line(self.place(index), reason(format!("in line {}", other + 1)))
                }
                Form::Json => DeviationError::json(
                    json::place(&self.name, index, Some(&entry.id)),
                    reason(format!("entry {}", other + 1)),
                ),
            });
        }
        Ok(())
    }

    fn entries(&self) -> impl Iterator<Item = (usize, &Entry)> {
        self.lines.iter().enumerate().filter_map(|(index, line)| match line {
            Line::Entry(entry) => Some((index, entry)),
            Line::Remark(_) => None,
        })
    }

    /// How many entries there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries().count()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn place(&self, index: usize) -> String {
        match self.form {
            Form::Lines => format!("{}:{}", self.name, index + 1),
            Form::Json => json::place(&self.name, index, None),
        }
    }

    /// The entry of a case, or else the patterns that match it.
    fn about(&self, id: &str) -> Vec<&Entry> {
        match self.entry_of(id) {
            Some(entry) => vec![entry],
            None => self.entries().map(|(_, entry)| entry).filter(|entry| entry.matches(id)).collect(),
        }
    }

    fn entry_of(&self, id: &str) -> Option<&Entry> {
        self.entries().map(|(_, entry)| entry).find(|entry| entry.is_of(id))
    }

    /// Makes a finding that is accepted a pass that says so.
    pub fn accept(&self, record: &mut Record, now: SystemTime) {
        if !is_finding(record) {
            return;
        }
        let today = Date::of(now);
        let entries = self.about(&visible(&record.id));
        if let Some(entry) = entries.into_iter().find(|entry| entry.until >= today && entry.fits(record)) {
            record.verdict = Verdict::Pass;
            record.deviation = Some(entry.reason.clone());
        }
    }

    /// The reason of a live entry that accepts the acceptance of this case.
    #[must_use]
    pub fn accepts_acceptance(&self, id: &str, now: SystemTime) -> Option<&str> {
        let today = Date::of(now);
        let mut live = self.about(&visible(id)).into_iter().filter(|entry| entry.until >= today);
        let entry = live.find(|entry| entry.words.starts_with("accepted"))?;
        Some(&entry.reason)
    }

    /// What is wrong with the list itself, given the ids of all cases and what those came to that were tried, after
    /// [`accept`](Self::accept).
    #[must_use]
    pub fn problems(&self, known: &HashSet<&str>, records: &[&Record], now: SystemTime) -> Vec<String> {
        let (today, records) = (Date::of(now), by_id(records));
        let problem = |(index, entry): (usize, &Entry)| {
            let reason = self.problem(entry, known, &records, today)?;
            Some(format!("{}: deviation `{}` {reason}", self.place(index), entry.id))
        };
        self.entries().filter_map(problem).collect()
    }

    fn problem(
        &self,
        entry: &Entry,
        known: &HashSet<&str>,
        records: &HashMap<String, &Record>,
        today: Date,
    ) -> Option<String> {
        let expired = entry.until < today;
        match self.use_of(entry, known, records) {
            Use::NoCase if entry.is_pattern() => {
                Some("matches no case: remove it, or correct it (--list shows the ids)".to_owned())
            }
            Use::NoCase => Some("names no case: remove it, or correct the id (--list shows them)".to_owned()),
            _ if expired => {
                Some(format!("expired on {}: correct the server, or agree on a new date", entry.until))
            }
            Use::Needed => None,
            Use::Changed(record) => {
                let words = words(&record.detail);
                Some(format!("fails in other words, `{words}`, not with `{}`", entry.words))
            }
            Use::Idle if entry.is_pattern() => {
                Some(format!("matches no case that fails with `{}`: remove it", entry.words))
            }
            Use::Idle => Some("no longer fails: remove it".to_owned()),
        }
    }

    /// The text of a file without these problems: entries that no longer fail or name no case are gone, those that
    /// fail in other words have the new ones, and what else failed is added. Comments and reasons stay, and so do
    /// dates: an expired entry is for people to decide.
    #[must_use]
    pub fn fixed(&self, known: &HashSet<&str>, records: &[&Record], now: SystemTime) -> String {
        let by_id = by_id(records);
        let mut lines = Vec::new();
        for line in &self.lines {
            match line {
                Line::Remark(_) => lines.push(line.clone()),
                Line::Entry(entry) => match self.use_of(entry, known, &by_id) {
                    Use::Needed => lines.push(line.clone()),
                    Use::Changed(record) => lines.push(Line::Entry(entry.with_words_of(record))),
                    Use::NoCase | Use::Idle => {}
                },
            }
        }
        let until = Date::after(now, TERM);
        let has_entry = |record: &Record| {
            let id = visible(&record.id);
            self.about(&id).into_iter().any(|entry| entry.is_of(&id) || entry.fits(record))
        };
        for record in records.iter().filter(|record| record.verdict == Verdict::Fail && !has_entry(record)) {
            lines.push(Line::Entry(Entry::of(record, until, UNEXPLAINED)));
        }
        match self.form {
            Form::Json => json::text(lines.iter().filter_map(|line| match line {
                Line::Entry(entry) => Some(entry),
                Line::Remark(_) => None,
            })),
            Form::Lines => lines.iter().fold(String::new(), |text, line| match line {
                Line::Remark(line) | Line::Entry(Entry { text: line, .. }) => text + line + "\n",
            }),
        }
    }

    fn use_of<'r>(
        &self,
        entry: &Entry,
        known: &HashSet<&str>,
        records: &HashMap<String, &'r Record>,
    ) -> Use<'r> {
        let tried = |id: &str| {
            let record = records.get(id).copied()?;
            (!matches!(record.verdict, Verdict::Skip | Verdict::NoAnswer)).then_some(record)
        };
        let fails = |record: &Record| is_finding(record) || record.deviation.is_some();
        if known.contains(entry.id.as_str()) {
            return match tried(&entry.id) {
                Some(record) if !fails(record) => Use::Idle,
                Some(record) if !entry.fits(record) => Use::Changed(record),
                Some(_) | None => Use::Needed,
            };
        }
        let cases: Vec<&str> =
            known.iter().copied().filter(|id| entry.matches(id) && self.entry_of(id).is_none()).collect();
        if cases.is_empty() {
            return Use::NoCase;
        }
        let is_needed = |id: &&str| tried(id).is_none_or(|record| fails(record) && entry.fits(record));
        if cases.iter().any(is_needed) { Use::Needed } else { Use::Idle }
    }
}

fn by_id<'r>(records: &[&'r Record]) -> HashMap<String, &'r Record> {
    // Of two records of one id the first counts.
    records.iter().rev().map(|record| (visible(&record.id).into_owned(), *record)).collect()
}

/// The lines of a file that is no JSON.
fn lines(name: &str, text: &str) -> Result<Vec<Line>, DeviationError> {
    let line = |(index, text): (usize, &str)| {
        if is_remark(text) {
            return Ok(Line::Remark(text.to_owned()));
        }
        let refused = |reason| DeviationError::line(format!("{name}:{}", index + 1), reason);
        Entry::read(text).map(Line::Entry).map_err(refused)
    };
    text.lines().enumerate().map(line).collect()
}

/// The accepted findings of a run that begins now.
#[derive(Clone, Debug)]
pub struct AcceptedFindings {
    /// The list.
    pub deviations: Deviations,
    /// The day that decides which entries have expired.
    pub now: SystemTime,
}

impl AcceptedFindings {
    /// Makes a finding that is accepted a pass that says so.
    pub fn accept(&self, record: &mut Record) {
        self.deviations.accept(record, self.now);
    }

    /// Why it is accepted that the target takes a request of this case, which it must refuse.
    pub(crate) fn acceptance(&self, id: &str) -> Option<&str> {
        self.deviations.accepts_acceptance(id, self.now)
    }
}

/// Whether a line of the file is no entry.
fn is_remark(line: &str) -> bool {
    line.trim().is_empty() || line.trim_start().starts_with('#')
}
