//! What a run says: a table for the terminal, `report.json` and a JUnit file for machines.
//!
//! `report.json` is an interface; its names do not change:
//!
//! | name | what |
//! |---|---|
//! | `target` | the address, or `mock` |
//! | `seed` | the number that gives the same requests again |
//! | `summary` | `cases` (how many there are), `passed`, `failed`, `skipped`, `noted` (deviations from what nobody states), `requests` (posted; polls and downloads not counted), `duration_ms` |
//! | `cases` | those that are done, in the order of the spec |
//! | `id`, `constraint` | of the case, and of the constraint or behaviour that it is about |
//! | `level` | `badge`, `prose`, `facts` or `unstated` |
//! | `expect` | `accept`, `reject` or `behave` |
//! | `verdict` | `pass`, `fail`, `note` or `skip` |
//! | `finding` | `breaks-page`, `stricter-than-page`, `page-silent`, or null where nothing is wrong |
//! | `deviation` | why a finding is accepted, where it is; else null |
//! | `detail` | a sentence |
//! | `request` | `method`, `url` and `body` (JSON text), or null for a case that was not tried |
//! | `response` | `status`, `content_type` and `body`, or `error` where no answer came |
//!
//! While a run is going on, fewer cases are listed than `summary.cases` says; the file is replaced as a whole now
//! and then, so that a run that is killed leaves a readable one. Bodies are shortened past 4 KiB, and secrets are
//! taken out.

mod files;
mod junit;
mod matrix;
mod table;
#[cfg(test)]
mod tests;

pub use files::{ReportError, Reports};
pub use matrix::Matrix;
pub use table::{Style, table};

use crate::oracle::Verdict;
use crate::run::{Record, Response};
use serde::Serialize;
use std::time::Duration;

/// What a report says about the run as a whole.
#[derive(Clone, Debug)]
pub struct Heading {
    /// The address, or `mock`.
    pub target: String,
    /// The seed of the cases.
    pub seed: u64,
    /// How many cases there are.
    pub cases: usize,
    /// How many requests were posted.
    pub requests: usize,
    /// How long it took.
    pub duration: Duration,
}

/// How many cases came to each verdict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// What must happen happened.
    pub passed: usize,
    /// It did not.
    pub failed: usize,
    /// Not tried.
    pub skipped: usize,
    /// It did not, but nobody states that it must.
    pub noted: usize,
}

impl Tally {
    /// Counts.
    pub fn of<'a>(records: impl IntoIterator<Item = &'a Record>) -> Self {
        let mut tally = Self::default();
        for record in records {
            *match record.verdict {
                Verdict::Pass => &mut tally.passed,
                Verdict::Fail => &mut tally.failed,
                Verdict::Skip => &mut tally.skipped,
                Verdict::Note => &mut tally.noted,
            } += 1;
        }
        tally
    }
}

#[derive(Serialize)]
struct Document<'a> {
    target: &'a str,
    seed: u64,
    summary: Summary,
    cases: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Summary {
    cases: usize,
    passed: usize,
    failed: usize,
    skipped: usize,
    noted: usize,
    requests: usize,
    duration_ms: u64,
}

#[derive(Serialize)]
struct Entry<'a> {
    id: &'a str,
    constraint: &'a str,
    level: &'a str,
    expect: &'a str,
    verdict: &'a str,
    finding: Option<&'a str>,
    deviation: Option<&'a str>,
    detail: &'a str,
    request: Option<Sent<'a>>,
    response: Option<Received<'a>>,
}

#[derive(Serialize)]
struct Sent<'a> {
    method: &'a str,
    url: &'a str,
    body: &'a str,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Received<'a> {
    Answer { status: u16, content_type: Option<&'a str>, body: &'a str },
    Lost { error: &'a str },
}

impl<'a> Document<'a> {
    fn of(heading: &'a Heading, records: &[&'a Record]) -> Self {
        let Tally { passed, failed, skipped, noted } = Tally::of(records.iter().copied());
        let summary = Summary {
            cases: heading.cases,
            passed,
            failed,
            skipped,
            noted,
            requests: heading.requests,
            duration_ms: u64::try_from(heading.duration.as_millis()).unwrap_or(u64::MAX),
        };
        let cases = records.iter().map(|record| Entry::of(record, &heading.target)).collect();
        Self { target: &heading.target, seed: heading.seed, summary, cases }
    }
}

impl<'a> Entry<'a> {
    fn of(record: &'a Record, url: &'a str) -> Self {
        Self {
            id: &record.id,
            constraint: &record.subject,
            level: record.level.word(),
            expect: record.expect,
            verdict: record.verdict.word(),
            finding: record.class.map(crate::oracle::Class::word),
            deviation: None,
            detail: &record.detail,
            request: record.request.as_ref().map(|sent| Sent { method: "POST", url, body: &sent.body }),
            response: record.response.as_ref().map(|response| match response {
                Response::Answer { status, content_type, body } => {
                    Received::Answer { status: *status, content_type: content_type.as_deref(), body }
                }
                Response::Lost(error) => Received::Lost { error },
            }),
        }
    }
}
