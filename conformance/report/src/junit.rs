//! The JUnit file: one test case per case, one suite per model. XML knows no form for some characters, and the writer
//! would leave them out: they are escaped before, so that nothing moves together.

use super::document::{Document, Entry};
use super::outcome::Outcome;
use airspec_spec::text::{visible, visible_lines};
use airspec_suite::oracle::{Class, Skip, Verdict};
use quick_junit::{NonSuccessKind, Report, SerializeError, TestCase, TestCaseStatus, TestSuite};
use std::collections::HashMap;
use std::time::Duration;

pub(super) fn text(document: &Document) -> Result<String, SerializeError> {
    let mut report = Report::new("airspec conformance");
    let run = Duration::from_millis(document.summary.duration_ms);
    report.set_time(run);
    let times = Times::of(document);
    for model in &document.models {
        let mut suite =
            TestSuite::new(visible(&format!("{model}: airspec conformance of {}", document.target)));
        let entries = || document.cases.iter().filter(|entry| entry.model == *model);
        // Requests are sent in parallel: together they take longer than the run.
        suite.set_time(entries().map(|entry| times.share(entry)).sum::<Duration>().min(run));
        suite.add_property(("seed", document.seed.to_string().as_str()));
        suite.add_test_cases(entries().map(|entry| case(entry, times.share(entry))));
        if document.models.first() == Some(model) {
            suite.add_test_cases(document.problems.iter().map(|text| problem(text)));
            suite.add_test_cases(incomplete(document));
        }
        report.add_test_suite(suite);
    }
    report.to_string()
}

/// How many cases each request tests: cases of one batch have its request and its time.
struct Times<'a>(HashMap<(&'a str, u64), u32>);

impl<'a> Times<'a> {
    fn of(document: &'a Document) -> Self {
        let mut cases = HashMap::new();
        for key in document.cases.iter().filter_map(Self::key) {
            *cases.entry(key).or_insert(0) += 1;
        }
        Self(cases)
    }

    fn key(entry: &Entry) -> Option<(&str, u64)> {
        Some((entry.request.as_ref()?.body.as_str(), entry.duration_ms))
    }

    /// The part of the time of a batch that one of its cases takes.
    fn share(&self, entry: &Entry) -> Duration {
        let cases = Self::key(entry).and_then(|key| self.0.get(&key)).copied().unwrap_or(1);
        Duration::from_millis(entry.duration_ms) / cases
    }
}

fn case(entry: &Entry, time: Duration) -> TestCase {
    let mut status = match entry.verdict {
        Verdict::Pass | Verdict::Note => TestCaseStatus::success(),
        Verdict::Skip => TestCaseStatus::skipped(),
        Verdict::NoAnswer => TestCaseStatus::non_success(NonSuccessKind::Error),
        Verdict::Fail => TestCaseStatus::non_success(NonSuccessKind::Failure),
    };
    match entry.verdict {
        Verdict::Fail => {
            status.set_message(visible(&entry.detail));
            status.set_type(entry.finding.map_or("fail", Class::word));
            if let Some(command) = entry.curl.as_ref().or(entry.replay.as_ref()) {
                status.set_description(visible_lines(command));
            }
        }
        Verdict::NoAnswer => {
            status.set_message(visible(&entry.detail)).set_type("no-answer");
        }
        Verdict::Skip => {
            let words = entry.skip.map_or("skipped", Skip::words);
            status.set_message(visible(&format!("{words}: {}", entry.detail))).set_type(words);
        }
        Verdict::Pass | Verdict::Note => {}
    }
    let mut case = TestCase::new(visible(&entry.id), status);
    let class = if entry.parameter.is_empty() { "task" } else { &entry.parameter };
    case.set_classname(visible(class)).set_time(time);
    let finding = entry.finding.map_or("none", Class::word);
    for (name, value) in [
        ("constraint", entry.constraint.as_str()),
        ("level", &entry.level),
        ("expect", &entry.expect),
        ("finding", finding),
    ] {
        case.add_property((name, visible(value).as_ref()));
    }
    match (entry.verdict, &entry.deviation) {
        (_, Some(reason)) => {
            case.set_system_out(visible(&format!("accepted deviation: {reason}: {}", entry.detail)));
        }
        (Verdict::Note, None) => {
            case.set_system_out(visible(&format!("note: {}", entry.detail)));
        }
        _ => {}
    }
    case
}

/// A run that did not try what was planned is an error of its own, so that no tool takes it for a pass.
fn incomplete(document: &Document) -> Option<TestCase> {
    if document.summary.outcome != Outcome::Incomplete {
        return None;
    }
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
    status.set_message(document.summary.verdict(0)).set_type("incomplete");
    let mut case = TestCase::new("the run is complete", status);
    case.set_classname("run");
    Some(case)
}

/// An entry of the list of deviations that is of no use is a failure of its own.
fn problem(problem: &str) -> TestCase {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
    status.set_message(visible(problem)).set_type("deviation");
    let name = problem.split('`').nth(1).unwrap_or("deviation");
    let mut case = TestCase::new(visible(&format!("deviation {name}")), status);
    case.set_classname("deviations");
    case
}
