//! The report of a run: a table for the terminal, and files for programs and people: `report.json`, `junit.xml`,
//! `report.md` for the summary of a CI run, `report.html` for a browser, and a HAR file with the traffic.
//!
//! `report.json` is an interface; its names do not change:
//!
//! | name | content |
//! |---|---|
//! | `target` | the URL, or `mock` |
//! | `origin` | `traffic` where clients made the requests (`airspec check`, `airspec proxy`): each case is then a side of a constraint or a behaviour, and `seed` and `replay` have no meaning; left out for runs of the suite |
//! | `clients` | what the requests of clients break: `client`, `model`, `constraint`, `verdict`, `count` and `detail` of the first one; left out where there is none |
//! | `seed` | the seed of the requests: the same seed gives the same requests |
//! | `models` | the models of the cases; one, unless reports were merged |
//! | `shard` | the part of the cases, such as `2/5`; null for all |
//! | `summary` | `outcome` (`conforms`, `does-not-conform`, or `incomplete`: no finding, but cases were not tried or have no answer), `not_tried` (how many of `skipped` were planned), `no_answer`, `throttled` and `throttled_ms` (answers with HTTP 429 or 503 that asked to wait, and the time of waiting), `cases` (how many there are), `passed`, `failed`, `skipped`, `noted` (findings that are no failures: against an undocumented expectation, or where the page allows more than the server), `deviations` (how many of `passed` are accepted findings), `requests` (posted; polls, downloads and the search not counted), `search_requests`, `spent_usd` (the cost that the target reports if it is plausible, otherwise the upper bound of the requests; 0 without a limit on cost), `duration_ms` |
//! | `runs` | the origin of the report, one entry for each merged run: `started` (RFC 3339, UTC), `duration_ms`, `tool_version` (of `airspec`), `model`, `air` (the provider's id of the model), `spec_version` (from the document, or null) and `command` (the words of the command line, without secrets) |
//! | `problems` | problems with the list of deviations; a run with a problem does not pass |
//! | `remarks` | sentences about `spent_usd`: reported costs that are not plausible, requests without an answer |
//! | `headers` | the names of the headers from `--header` |
//! | `again` | arguments of the run that the command to repeat a case needs |
//! | `groups` | the findings by cause: `cause`, `verdict`, `finding`, `detail` of the first case, `model`, and the ids of all its `cases` |
//! | `subjects` | the constraints and behaviours: `id`, `model`, `statement` (a sentence) and `documentation` (page and anchor, or null) |
//! | `unchecked` | the keywords of the spec that are outside the dialect and were kept by `--lenient`, which no case is about: `model`, `pointer` (the place in the document), `line`, `keyword` and `reason`; left out where there is none |
//! | `cases` | the finished cases, in the order of the spec |
//! | `id`, `model`, `constraint`, `parameter` | of the case: its id, its model, the constraint or behaviour that it tests, and the parameter of that (empty for the task itself) |
//! | `level` | `badge`, `prose`, `facts` or `unstated` |
//! | `expect` | `accept`, `reject` or `behave` |
//! | `about` | a short description of the request |
//! | `verdict` | `pass`, `fail`, `note`, `no-answer` (no judgement: a time-out, a lost connection, HTTP 429 to every attempt) or `skip` |
//! | `skip` | why a case was skipped: `not-applicable` (it needs something that was not given) or `not-tried` (the run is incomplete); otherwise null |
//! | `cause` | a text that is equal for all cases with the same cause |
//! | `finding` | `breaks-page`, `stricter-than-page`, `page-wider-than-server`, `page-silent`, or null if there is no finding |
//! | `deviation` | the reason why the finding is accepted, or null. An accepted finding has the verdict `pass`; `finding` and `detail` still describe it |
//! | `detail` | a sentence |
//! | `duration_ms` | duration of the request, which is the same for all cases of a batch |
//! | `request` | `method`, `url` and `body` (JSON text), or null for a case that was not tried; of a run over several models, also for a case that passed, which the report of its model has |
//! | `response` | `status`, `content_type` and `body`, or `error` if there is no answer; null as for `request` |
//! | `curl` | of a finding: a shell command that repeats the request, with the key as `$RUNWARE_API_KEY`; null for the embedded mock and for bodies of more than 100 KiB |
//! | `replay` | of a finding: the `airspec` command that repeats the case |
//!
//! After the run, `cases` = `passed` + `failed` + `skipped` + `noted` + `no_answer`. During a run, the file lists
//! fewer cases than `summary.cases` says; the suite replaces it as a whole every second, so that a killed run leaves a
//! readable file. Bodies are shortened after 4 KiB, and secrets are redacted. [`merge`] merges several reports.
//!
//! Beside it, for programs that are not ours: `junit.xml`, whose test cases have the properties `constraint`, `level`, `expect`
//! and `finding`; `report.sarif` (SARIF 2.1.0), with one result for each cause; `badge.json`, for an endpoint badge of
//! shields.io. A kill matrix has `mutation.json`, in the form of the reports of Stryker.

mod annotation;
mod badge;
mod count;
mod document;
mod files;
mod group;
pub mod har;
pub mod html;
mod junit;
mod markdown;
mod matrix;
pub mod merge;
mod mutation;
mod origin;
mod outcome;
mod provenance;
pub mod replay;
mod saved;
mod table;
#[cfg(test)]
mod tests;
mod unchecked;

pub use annotation::{Annotation, AnnotationFormat, Severity, annotations};
pub use count::counted;
pub use document::{Document, Entry, Received, Sent, Subject, Summary};
pub use files::{ReportError, Reports, replace, write, write_catalogue};
pub use files::{make_folder, try_place};
pub use group::{Group, groups};
pub use html::Against;
pub use matrix::{Counts, Kill, Kills, KindCounts, Matrix};
pub use origin::{ClientViolation, Origin};
pub use outcome::Outcome;
pub use provenance::Provenance;
pub use saved::{Saved, read, read_saved};
pub use table::{Amount, Style, table};
pub use unchecked::Unchecked;

use airspec_suite::oracle::{Skip, Verdict};
use airspec_suite::run::{Record, Throttled, Usd};
use std::time::Duration;

/// What every page of a report holds, whatever a server says: no secret, for [`airspec_suite::redact::guard`].
pub const TEMPLATES: [&str; 2] = [html::frame::STYLE, html::frame::SCRIPT];

/// What a report says about the run as a whole.
#[derive(Clone, Debug, Default)]
pub struct Heading {
    /// The address, or `mock`.
    pub target: String,
    /// The slug of the model.
    pub model: String,
    /// Which part of the cases this is, such as `2/5`.
    pub shard: Option<String>,
    /// The seed of the cases.
    pub seed: u64,
    /// Where the requests came from.
    pub origin: Origin,
    /// What the requests of clients break.
    pub clients: Vec<ClientViolation>,
    /// How many cases there are.
    pub cases: usize,
    /// How many requests were posted.
    pub requests: usize,
    /// How many requests the search posted.
    pub search_requests: usize,
    /// The names of further headers, for commands that send a request again.
    pub headers: Vec<String>,
    /// What is wrong with the list of deviations.
    pub problems: Vec<String>,
    /// Arguments that belong to a command of the suite that tries a case again, such as `--spec FILE`.
    pub again: Vec<String>,
    /// When and how the run was made.
    pub provenance: Provenance,
    /// What the cases are about.
    pub subjects: Vec<Subject>,
    /// What the spec states outside the dialect.
    pub unchecked: Vec<Unchecked>,
    /// What was spent.
    pub spent: Usd,
    /// What must be known about that amount, in sentences.
    pub remarks: Vec<String>,
    /// How long it took.
    pub duration: Duration,
    /// How many answers asked to wait and were waited for, and for how long.
    pub throttled: Throttled,
}

/// How many cases came to each verdict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// What must happen happened.
    pub passed: usize,
    /// It did not.
    pub failed: usize,
    /// Not tried or not applicable.
    pub skipped: usize,
    /// How many of `skipped` were planned and not tried.
    pub not_tried: usize,
    /// Tried, and without an answer.
    pub no_answer: usize,
    /// It did not, but that fails nothing.
    pub noted: usize,
    /// How many of `passed` are findings that are accepted.
    pub deviations: usize,
}

impl Tally {
    /// Counts records.
    pub fn of<'a>(records: impl IntoIterator<Item = &'a Record>) -> Self {
        let records = records.into_iter();
        Self::count(records.map(|record| (record.verdict, record.skip, record.deviation.is_some())))
    }

    /// Counts the cases of a report.
    pub fn of_entries<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> Self {
        let entries = entries.into_iter();
        Self::count(entries.map(|entry| (entry.verdict, entry.skip, entry.deviation.is_some())))
    }

    fn count(cases: impl Iterator<Item = (Verdict, Option<Skip>, bool)>) -> Self {
        let mut tally = Self::default();
        for (verdict, skip, is_deviation) in cases {
            *match verdict {
                Verdict::Pass => &mut tally.passed,
                Verdict::Fail => &mut tally.failed,
                Verdict::Skip => &mut tally.skipped,
                Verdict::NoAnswer => &mut tally.no_answer,
                Verdict::Note => &mut tally.noted,
            } += 1;
            tally.not_tried += usize::from(skip == Some(Skip::NotTried));
            tally.deviations += usize::from(is_deviation);
        }
        tally
    }
}
