//! What a run says: a table for the terminal, and files for machines and people: `report.json`, `junit.xml`,
//! `report.md` for the summary of a CI run, `report.html` for a browser, and a HAR file with the traffic.
//!
//! `report.json` is an interface; its names do not change:
//!
//! | name | what |
//! |---|---|
//! | `target` | the address, or `mock` |
//! | `seed` | the number that gives the same requests again |
//! | `models` | the models whose cases these are; one, unless reports were merged |
//! | `shard` | which part of the cases this is, such as `2/5`; null for all |
//! | `summary` | `outcome` (`conforms`, `does-not-conform`, or `incomplete`: nothing was found, but not everything that was planned was tried and answered), `not_tried` (how many of `skipped` were planned), `no_answer`, `throttled` and `throttled_ms` (answers that asked to wait, and how long that took), `cases` (how many there are), `passed`, `failed`, `skipped`, `noted` (findings that fail nothing: against what nobody states, or where the page is wider than the server), `deviations` (how many of `passed` are accepted findings), `requests` (posted; polls, downloads and the search not counted), `search_requests`, `spent_usd` (as the target reports, as far as that can be believed, or else the upper bound of what was sent; 0 without a limit on cost), `duration_ms` |
//! | `runs` | where the report comes from, one for each run that was merged: `started` (RFC 3339, UTC), `duration_ms`, `tool_version` (of `airspec`), `model`, `air` (the provider's id of it), `spec_version` (which the document states, or null) and `command` (its words, without secrets) |
//! | `problems` | what is wrong with the list of deviations; a run with such a problem does not pass |
//! | `remarks` | what must be known about `spent_usd`, in sentences: reported costs that were not believed, requests without an answer |
//! | `headers` | the names of further headers that were sent |
//! | `again` | arguments of the run that a command which tries a case again needs |
//! | `groups` | what is wrong, by cause: `cause`, `verdict`, `finding`, `detail` of the first case, `model`, and the ids of all its `cases` |
//! | `subjects` | what cases are about: `id`, `model`, `statement` (a sentence) and `documentation` (page and anchor, or null) of every constraint and behaviour |
//! | `cases` | those that are done, in the order of the spec |
//! | `id`, `model`, `constraint`, `parameter` | of the case: its id, its model, the constraint or behaviour that it is about, and the parameter of that (empty for the task itself) |
//! | `level` | `badge`, `prose`, `facts` or `unstated` |
//! | `expect` | `accept`, `reject` or `behave` |
//! | `about` | what is special about the request, in a few words |
//! | `verdict` | `pass`, `fail`, `note`, `no-answer` (no judgement: a time-out, a lost connection, HTTP 429 to every attempt) or `skip` |
//! | `skip` | why a case was skipped: `not-applicable` (it needs what was not given) or `not-tried` (the run is incomplete); else null |
//! | `cause` | the words that all cases share which came to the same for the same cause |
//! | `finding` | `breaks-page`, `stricter-than-page`, `page-wider-than-server`, `page-silent`, or null where nothing is wrong |
//! | `deviation` | why a finding is accepted, where it is; else null. The verdict is then `pass`, and `finding` and `detail` still say what is wrong |
//! | `detail` | a sentence |
//! | `duration_ms` | how long the case took |
//! | `request` | `method`, `url` and `body` (JSON text), or null for a case that was not tried |
//! | `response` | `status`, `content_type` and `body`, or `error` where no answer came |
//! | `curl` | where something is wrong: a shell command that sends the same request, with the key as `$RUNWARE_API_KEY`; null for the embedded mock and for bodies beyond 100 KiB |
//! | `replay` | where something is wrong: a command of the suite that tries the case again |
//!
//! Once all cases are done, `cases` = `passed` + `failed` + `skipped` + `noted` + `no_answer`. While a run is going on, fewer cases
//! are listed than `summary.cases` says; the file is replaced as a whole now and then, so that a run that is killed
//! leaves a readable one. Bodies are shortened past 4 KiB, and secrets are taken out. [`merge`] makes one report of
//! several.

mod document;
mod files;
mod group;
pub mod har;
pub mod html;
mod junit;
mod markdown;
mod matrix;
pub mod merge;
mod outcome;
mod provenance;
pub mod replay;
mod saved;
mod table;
#[cfg(test)]
mod tests;

pub use document::{Document, Entry, Received, Sent, Subject, Summary};
pub use files::{ReportError, Reports, replace, write};
pub use files::{make_folder, try_place};
pub use group::{Group, groups};
pub use html::Against;
pub use matrix::{Counts, Kill, Kills, KindCounts, Matrix};
pub use outcome::Outcome;
pub use provenance::Provenance;
pub use saved::{Saved, read, read_saved};
pub use table::{Amount, Style, table};

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
    /// Counts.
    pub fn of<'a>(records: impl IntoIterator<Item = &'a Record>) -> Self {
        let mut tally = Self::default();
        for record in records {
            *match record.verdict {
                Verdict::Pass => &mut tally.passed,
                Verdict::Fail => &mut tally.failed,
                Verdict::Skip => &mut tally.skipped,
                Verdict::NoAnswer => &mut tally.no_answer,
                Verdict::Note => &mut tally.noted,
            } += 1;
            tally.not_tried += usize::from(record.skip == Some(Skip::NotTried));
            tally.deviations += usize::from(record.deviation.is_some());
        }
        tally
    }
}
