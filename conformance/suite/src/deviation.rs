//! Deviations: findings that are known and accepted, in a file that people review.
//!
//! One entry a line, four parts between bars; blank lines and lines that begin with `#` are comments:
//!
//! ```text
//! # case id                 | accepted until | first words of the message      | reason
//! ttl.minimum.reject.59     | 2027-01-31     | accepted with HTTP 200          | ticket 4711, the gateway rounds up
//! ```
//!
//! The id is that of one case, without wildcards: an entry that could mean many cases would go on meaning those that
//! begin to fail later. The message must begin with the words, so that an accepted finding does not hide another one
//! of the same case. An entry that no longer fails, fails in other words, has expired or names no case is a problem of
//! its own: the list cannot rot. What was not tried is left alone.

use crate::date::Date;
use crate::oracle::Verdict;
use crate::run::Record;
use airspec_spec::text::visible;
use std::collections::{BTreeMap, HashSet};
use std::fmt::Write as _;
use std::time::SystemTime;

/// How long an entry that [`Deviations::fixed`] adds is good for, in days.
const TERM: u64 = 90;
/// How much of a message an entry holds that is added, in characters.
const WORDS: usize = 60;
/// The reason of an entry that nobody has looked at.
const UNEXPLAINED: &str = "to be explained";

/// The deviations of one file.
#[derive(Clone, Debug, Default)]
pub struct Deviations {
    name: String,
    lines: Vec<Line>,
}

#[derive(Clone, Debug)]
enum Line {
    /// A comment or a blank line.
    Remark(String),
    Entry(Entry),
}

/// One accepted finding.
#[derive(Clone, Debug)]
struct Entry {
    id: String,
    /// The last day.
    until: Date,
    /// What the message begins with.
    words: String,
    reason: String,
    /// The line as it stands in the file.
    text: String,
}

/// A line that is no entry.
#[derive(Debug, thiserror::Error)]
#[error(
    "{file}:{line}: {reason}; an entry is `case id | accepted until | first words of the message | reason`"
)]
pub struct DeviationError {
    file: String,
    line: usize,
    reason: String,
}

impl Deviations {
    /// Reads the text of a file.
    ///
    /// # Errors
    /// The first line that is neither an entry nor a comment, and a case that has two entries.
    pub fn read(name: &str, text: &str) -> Result<Self, DeviationError> {
        let mut lines = Vec::new();
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        for (index, text) in text.lines().enumerate() {
            let number = index + 1;
            let refused = |reason: String| DeviationError { file: name.to_owned(), line: number, reason };
            if is_remark(text) {
                lines.push(Line::Remark(text.to_owned()));
                continue;
            }
            let entry = Entry::read(text).map_err(refused)?;
            if let Some(other) = seen.insert(entry.id.clone(), number) {
                return Err(refused(format!("`{}` has an entry already, in line {other}", entry.id)));
            }
            lines.push(Line::Entry(entry));
        }
        Ok(Self { name: name.to_owned(), lines })
    }

    fn entries(&self) -> impl Iterator<Item = (usize, &Entry)> {
        self.lines.iter().enumerate().filter_map(|(index, line)| match line {
            Line::Entry(entry) => Some((index + 1, entry)),
            Line::Remark(_) => None,
        })
    }

    /// Makes a finding that is accepted a pass that says so.
    pub fn accept(&self, record: &mut Record, now: SystemTime) {
        if !is_finding(record) {
            return;
        }
        let today = Date::of(now);
        let mut live = self.entries().map(|(_, entry)| entry).filter(|entry| entry.until >= today);
        if let Some(entry) = live.find(|entry| entry.id == visible(&record.id) && entry.fits(record)) {
            record.verdict = Verdict::Pass;
            record.deviation = Some(entry.reason.clone());
        }
    }

    /// The reason of a live entry that accepts the acceptance of this case.
    #[must_use]
    pub fn accepts_acceptance(&self, id: &str, now: SystemTime) -> Option<&str> {
        let today = Date::of(now);
        let mut live = self.entries().map(|(_, entry)| entry).filter(|entry| entry.until >= today);
        let entry = live.find(|entry| entry.id == visible(id) && entry.words.starts_with("accepted"))?;
        Some(&entry.reason)
    }

    /// What is wrong with the list itself, given the ids of all cases and what those came to that were tried, after
    /// [`accept`](Self::accept).
    #[must_use]
    pub fn problems(&self, known: &HashSet<&str>, records: &[&Record], now: SystemTime) -> Vec<String> {
        let today = Date::of(now);
        let problem = |(line, entry): (usize, &Entry)| {
            let record = records.iter().find(|record| visible(&record.id) == entry.id).copied();
            let reason = entry.problem(known, record, today)?;
            Some(format!("{}:{line}: deviation `{}` {reason}", self.name, entry.id))
        };
        self.entries().filter_map(problem).collect()
    }

    /// The text of a file without these problems: entries that no longer fail or name no case are gone, those that
    /// fail in other words have the new ones, and what else failed is added. Comments and reasons stay, and so do
    /// dates: an expired entry is for people to decide.
    #[must_use]
    pub fn fixed(&self, known: &HashSet<&str>, records: &[&Record], now: SystemTime) -> String {
        let mut text = String::new();
        for line in &self.lines {
            match line {
                Line::Remark(remark) => {
                    let _ = writeln!(text, "{remark}");
                }
                Line::Entry(entry) => {
                    let record = records.iter().find(|record| visible(&record.id) == entry.id).copied();
                    if let Some(line) = entry.fixed(known, record) {
                        let _ = writeln!(text, "{line}");
                    }
                }
            }
        }
        let until = Date::after(now, TERM);
        let has_entry = |record: &Record| self.entries().any(|(_, entry)| entry.id == visible(&record.id));
        for record in records.iter().filter(|record| record.verdict == Verdict::Fail && !has_entry(record)) {
            let (id, words) = (visible(&record.id), words(&record.detail));
            let _ = writeln!(text, "{id} | {until} | {words} | {UNEXPLAINED}");
        }
        text
    }
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
pub fn is_remark(line: &str) -> bool {
    line.trim().is_empty() || line.trim_start().starts_with('#')
}

impl Entry {
    fn read(text: &str) -> Result<Self, String> {
        let parts: Vec<&str> = text.splitn(4, '|').map(str::trim).collect();
        let [id, until, words, reason] = parts.as_slice() else {
            return Err(format!("{} parts instead of four", parts.len()));
        };
        for (part, what) in [(id, "case id"), (words, "message"), (reason, "reason")] {
            if part.is_empty() {
                return Err(format!("the {what} is missing"));
            }
        }
        if id.contains(['*', '?']) {
            return Err(format!("`{id}` is a pattern: name one case"));
        }
        let until = until.parse().map_err(|error| format!("`{until}` {error}"))?;
        Ok(Self {
            id: (*id).to_owned(),
            until,
            words: (*words).to_owned(),
            reason: (*reason).to_owned(),
            text: text.to_owned(),
        })
    }

    /// Whether it is about this finding.
    fn fits(&self, record: &Record) -> bool {
        visible(&record.detail).starts_with(&self.words)
    }

    fn problem(&self, known: &HashSet<&str>, record: Option<&Record>, today: Date) -> Option<String> {
        if !known.contains(self.id.as_str()) {
            return Some("names no case: remove it, or correct the id (--list shows them)".to_owned());
        }
        if self.until < today {
            return Some(format!("expired on {}: correct the server, or agree on a new date", self.until));
        }
        let record = record.filter(|record| record.verdict != Verdict::Skip && record.deviation.is_none())?;
        if is_finding(record) {
            let words = words(&record.detail);
            return Some(format!("fails in other words, `{words}`, not with `{}`", self.words));
        }
        Some("no longer fails: remove it".to_owned())
    }

    fn fixed(&self, known: &HashSet<&str>, record: Option<&Record>) -> Option<String> {
        if !known.contains(self.id.as_str()) {
            return None;
        }
        match record.filter(|record| record.verdict != Verdict::Skip) {
            Some(record) if record.deviation.is_none() && !is_finding(record) => None,
            Some(record) if !self.fits(record) => {
                Some(format!("{} | {} | {} | {}", self.id, self.until, words(&record.detail), self.reason))
            }
            Some(_) | None => Some(self.text.clone()),
        }
    }
}

fn is_finding(record: &Record) -> bool {
    matches!(record.verdict, Verdict::Fail | Verdict::Note)
}

/// The first words of a message, up to the first one that another run would give otherwise. Hidden characters are
/// escaped: people review the file.
fn words(detail: &str) -> String {
    let detail = visible(detail);
    let mut short = String::new();
    let is_id = |word: &str| word.split('-').filter(|part| part.len() >= 4).count() >= 5;
    for word in detail.split_inclusive(' ') {
        if word.contains('|') || is_id(word) || short.chars().count() + word.chars().count() > WORDS {
            break;
        }
        short.push_str(word);
    }
    let short = short.trim();
    if short.is_empty() {
        detail.chars().take_while(|letter| *letter != '|').take(WORDS).collect()
    } else {
        short.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oracle::Class;
    use airspec_spec::Level;
    use std::time::Duration;

    /// 2026-11-22.
    fn now() -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_371_000)
    }

    fn record(id: &str, verdict: Verdict, detail: &str) -> Record {
        Record {
            id: id.to_owned(),
            subject: "a.b".to_owned(),
            parameter: "a".to_owned(),
            level: Level::Badge,
            expect: "reject",
            about: String::new(),
            verdict,
            skip: None,
            class: (verdict == Verdict::Fail).then_some(Class::BreaksPage),
            cause: String::new(),
            deviation: None,
            detail: detail.to_owned(),
            request: None,
            response: None,
            duration: Duration::ZERO,
        }
    }

    const FILE: &str = "# The list\n\
        \n\
        a.live    | 2026-11-22 | accepted with HTTP | ticket 1 | part two\n\
        a.changed | 2027-01-01 | refused            | ticket 2\n\
        # about the next one\n\
        a.gone    | 2027-01-01 | accepted           | ticket 3\n\
        a.old     | 2026-11-21 | accepted           | ticket 4\n\
        a.nowhere | 2027-01-01 | accepted           | ticket 5\n\
        a.untried | 2027-01-01 | accepted           | ticket 6\n\
        a.skipped | 2027-01-01 | accepted           | ticket 7\n";

    fn after(deviations: &Deviations) -> Vec<Record> {
        let mut records = vec![
            record("a.live", Verdict::Fail, "accepted with HTTP 200, but"),
            record("a.changed", Verdict::Fail, "HTTP 500 | oops"),
            record("a.gone", Verdict::Pass, "HTTP 200"),
            record("a.old", Verdict::Fail, "accepted with HTTP 200"),
            record("a.skipped", Verdict::Skip, "no address"),
            record(
                "a.new",
                Verdict::Fail,
                "HTTP 200, but task 1b4e28ba-2fa1-41d2-883f-0016d3cca427 is not in",
            ),
            record("a.note", Verdict::Note, "2 errors"),
        ];
        for record in &mut records {
            deviations.accept(record, now());
        }
        records
    }

    fn known() -> HashSet<&'static str> {
        ["a.live", "a.changed", "a.gone", "a.old", "a.untried", "a.skipped", "a.new", "a.note"].into()
    }

    #[test]
    fn an_entry_accepts_its_finding_until_its_day_and_no_other() {
        let deviations = Deviations::read("list.txt", FILE).unwrap();
        let records = after(&deviations);
        let accepted: Vec<_> = records.iter().filter(|record| record.deviation.is_some()).collect();
        assert_eq!(accepted.len(), 1);
        assert_eq!((accepted[0].id.as_str(), accepted[0].verdict), ("a.live", Verdict::Pass));
        assert_eq!(accepted[0].deviation.as_deref(), Some("ticket 1 | part two"));
        assert_eq!(accepted[0].class, Some(Class::BreaksPage), "what is wrong is still told");
    }

    #[test]
    fn an_entry_that_is_of_no_use_is_a_problem() {
        let deviations = Deviations::read("list.txt", FILE).unwrap();
        let records = after(&deviations);
        let problems = deviations.problems(&known(), &records.iter().collect::<Vec<_>>(), now());
        let expected = [
            "list.txt:4: deviation `a.changed` fails in other words, `HTTP 500`, not with `refused`",
            "list.txt:6: deviation `a.gone` no longer fails: remove it",
            "list.txt:7: deviation `a.old` expired on 2026-11-21: correct the server, or agree on a new date",
            "list.txt:8: deviation `a.nowhere` names no case: remove it, or correct the id (--list shows them)",
        ];
        assert_eq!(problems, expected);
    }

    #[test]
    fn a_fixed_file_keeps_comments_and_reasons_and_has_no_problem_but_the_expired_one() {
        let deviations = Deviations::read("list.txt", FILE).unwrap();
        let records = after(&deviations);
        let fixed = deviations.fixed(&known(), &records.iter().collect::<Vec<_>>(), now());
        let expected = "# The list\n\
            \n\
            a.live    | 2026-11-22 | accepted with HTTP | ticket 1 | part two\n\
            a.changed | 2027-01-01 | HTTP 500 | ticket 2\n\
            # about the next one\n\
            a.old     | 2026-11-21 | accepted           | ticket 4\n\
            a.untried | 2027-01-01 | accepted           | ticket 6\n\
            a.skipped | 2027-01-01 | accepted           | ticket 7\n\
            a.new | 2027-02-20 | HTTP 200, but task | to be explained\n";
        assert_eq!(fixed, expected);
        let again = Deviations::read("list.txt", &fixed).unwrap();
        let records = after(&again);
        let problems = again.problems(&known(), &records.iter().collect::<Vec<_>>(), now());
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert!(records.iter().all(|record| record.verdict != Verdict::Fail || record.id == "a.old"));
    }

    #[test]
    fn a_line_that_is_no_entry_is_refused_with_its_place() {
        for (line, words) in [
            ("a.b", "1 parts instead of four"),
            ("a.b | 2027-01-01 | accepted", "3 parts instead of four"),
            ("a.b | tomorrow | accepted | why", "`tomorrow` is no date"),
            ("a.b | 2027-02-30 | accepted | why", "is no date"),
            ("a.b | 2027-01-01 |  | why", "the message is missing"),
            ("a.b | 2027-01-01 | accepted | ", "the reason is missing"),
            ("a.* | 2027-01-01 | accepted | why", "is a pattern"),
        ] {
            let error = Deviations::read("list.txt", &format!("# x\n{line}\n")).unwrap_err().to_string();
            assert!(error.starts_with("list.txt:2: ") && error.contains(words), "{error}");
        }
        let twice = "a.b | 2027-01-01 | x | y\n".repeat(2);
        assert!(Deviations::read("l", &twice).unwrap_err().to_string().contains("already, in line 1"));
    }
}
