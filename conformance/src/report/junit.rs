//! The JUnit file: one test case per case, in one suite.

use super::Heading;
use crate::oracle::Verdict;
use crate::run::Record;
use quick_junit::{NonSuccessKind, Report, SerializeError, TestCase, TestCaseStatus, TestSuite};

pub(super) fn text(heading: &Heading, records: &[&Record]) -> Result<String, SerializeError> {
    let mut suite = TestSuite::new(format!("airspec conformance of {}", heading.target));
    suite.set_time(heading.duration);
    suite.add_property(("seed", heading.seed.to_string().as_str()));
    suite.add_test_cases(records.iter().map(|record| case(record)));
    let mut report = Report::new("airspec conformance");
    report.set_time(heading.duration);
    report.add_test_suite(suite);
    report.to_string()
}

fn case(record: &Record) -> TestCase {
    let mut status = match record.verdict {
        Verdict::Pass | Verdict::Note => TestCaseStatus::success(),
        Verdict::Skip => TestCaseStatus::skipped(),
        Verdict::Fail => TestCaseStatus::non_success(NonSuccessKind::Failure),
    };
    match record.verdict {
        Verdict::Fail => {
            status.set_message(&record.detail);
            status.set_type(record.class.map_or("fail", crate::oracle::Class::word));
        }
        Verdict::Skip => {
            status.set_message(&record.detail);
        }
        Verdict::Pass | Verdict::Note => {}
    }
    let mut case = TestCase::new(&record.id, status);
    let class = if record.parameter.is_empty() { "task" } else { &record.parameter };
    case.set_classname(class).set_time(record.duration);
    if record.verdict == Verdict::Note {
        case.set_system_out(format!("note: {}", record.detail));
    }
    case
}
