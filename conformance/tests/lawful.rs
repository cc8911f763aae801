//! Answers that are lawful and unusual: a gateway before the mock changes all of them in one way at a time, and the
//! suite must find nothing that no source rules out. A red answer that is wrong costs a tester's trust.

#[path = "lawful/json.rs"]
mod json;
#[path = "support/proxy.rs"]
mod proxy;
#[path = "lawful/rows.rs"]
mod rows;

use airspec_mock::{Engine, Mock, Settings as MockSettings};
use airspec_suite::case::{Cases, Expect, derive};
use airspec_suite::oracle::{Oracle, Verdict};
use airspec_suite::packing::Packing;
use airspec_suite::run::{Advance, Limit, Record, Secret, Settings, Target, run};
use proxy::Gateway;
use rows::{Expected, ROWS, Row};
use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

const SEED: u64 = 7;

/// So many cases of each side of a constraint are tried.
const MAX_CASES: usize = 3;

/// Rows that are tried at a time.
const JOBS: usize = 2;

/// What all rows are tried with.
struct Fixture {
    oracle: Arc<Oracle>,
    cases: Cases,
    packing: Arc<Packing>,
}

impl Fixture {
    fn new() -> Self {
        let slug = "openai-gpt-image-2";
        let text = include_str!("../../spec/tests/specs/gpt-image.json");
        let model = airspec_spec::read(&airspec_spec::Source::new(slug, text)).unwrap();
        let mut cases = derive(&model, SEED).unwrap();
        // Cases of one constraint are answered alike: a few of each show what an answer does to all. Only WebSocket has
        // a ping.
        let mut known: HashMap<(String, &str), usize> = HashMap::new();
        cases.cases.retain(|case| {
            let is_single = case.body.as_array().is_none_or(|tasks| tasks.len() < 2);
            let is_counted = matches!(case.expect, Expect::Accept | Expect::Reject(_)) && is_single;
            let count = known.entry((case.subject.clone(), case.expect.word())).or_default();
            *count += usize::from(is_counted);
            case.subject != "protocol.ping" && (!is_counted || *count <= MAX_CASES)
        });
        let oracle = Arc::new(Oracle::new(&model).unwrap());
        let packing = Arc::new(Packing::new(&oracle, &cases.base, &cases.cases));
        Self { oracle, cases, packing }
    }

    /// Runs all cases through the gateway of a row.
    async fn run(&self, row: &Row) -> Vec<Record> {
        let key = Some(airspec_mock::Key::new("a-key-for-tests"));
        let mut settings = MockSettings { pace: Duration::from_millis(30), key, ..MockSettings::default() };
        (row.mock)(&mut settings);
        let mock = Mock::start(Engine::new(self.oracle.model().clone(), settings).unwrap()).await.unwrap();
        let gateway = Gateway::before(&mock.url(), row.change).await;
        let target =
            Target::new(&gateway.url, Some(Secret::new("a-key-for-tests")), Limit::Loopback).unwrap();
        let engine = Arc::clone(mock.engine());
        let cases = &self.cases.cases;
        let settings = Settings {
            seed: SEED,
            advance: Some(Advance::new(move |time| engine.clock().advance(time))),
            packing: row.is_packed.then(|| Arc::clone(&self.packing)),
            ..Settings::default()
        };
        let oracle = Arc::clone(&self.oracle);
        let ran = run(oracle, cases, &target, &settings, |_| {}, std::future::pending()).await;
        let records = ran.unwrap_or_else(|error| panic!("{}: {error}", row.name)).records;
        let (skipped, others) = (of(&records, Verdict::Skip).len(), cases.len() - records.len());
        assert_eq!((skipped, others), (0, 0), "{}: not everything was tried", row.name);
        records
    }
}

fn of(records: &[Record], verdict: Verdict) -> Vec<&Record> {
    records.iter().filter(|record| record.verdict == verdict).collect()
}

/// What the suite made of a row that it should not have made of it.
fn mistake(row: &Row, records: &[Record]) -> Option<String> {
    let (findings, notes, total) = (of(records, Verdict::Fail), of(records, Verdict::Note), records.len());
    let told = |records: &[&Record]| {
        let first = records[0];
        format!("{} of {} cases, such as {}: {}", records.len(), total, first.id, first.detail)
    };
    match row.expected {
        Expected::Nothing | Expected::Notes if !findings.is_empty() => {
            Some(format!("findings in {}", told(&findings)))
        }
        Expected::Nothing if !notes.is_empty() => Some(format!("notes in {}", told(&notes))),
        Expected::Findings { source, subjects } => {
            let is_meant = |record: &&&Record| {
                subjects.iter().any(|known| record.subject == *known || record.detail.contains(known))
            };
            let strange = findings.iter().find(|record| !is_meant(record));
            match strange {
                Some(record) => {
                    Some(format!("a finding that is not about it, {}: {}", record.id, record.detail))
                }
                None if findings.is_empty() => Some(format!("no findings, although ruled out by {source}")),
                None => None,
            }
        }
        Expected::Nothing | Expected::Notes | Expected::Off { .. } => None,
    }
}

/// Tries a row; a line for the table, and a mistake where there is one.
fn tried(fixture: &Fixture, row: &Row) -> (String, Option<String>) {
    if let Expected::Off { until } = row.expected {
        return (format!("{:55} not tried until {until}", row.name), None);
    }
    let start = Instant::now();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let records = runtime.block_on(fixture.run(row));
    let (findings, notes) = (of(&records, Verdict::Fail), of(&records, Verdict::Note));
    let first = findings.iter().chain(&notes).next();
    let first = first.map(|record| format!("  {}: {}", record.id, record.detail)).unwrap_or_default();
    let line =
        format!("{:55} {:4} {:4} {:5.1?}{first}", row.name, findings.len(), notes.len(), start.elapsed());
    (line, mistake(row, &records).map(|mistake| format!("{}: {mistake}", row.name)))
}

#[test]
fn lawful_answers_are_no_findings() {
    let (fixture, next, mistakes) = (Fixture::new(), AtomicUsize::new(0), Mutex::new(Vec::new()));
    println!("{:55} {:>4} {:>4}", "change", "fail", "note");
    std::thread::scope(|scope| {
        for _ in 0..JOBS {
            scope.spawn(|| {
                while let Some(row) = ROWS.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let (line, mistake) = tried(&fixture, row);
                    println!("{line}");
                    mistakes.lock().unwrap().extend(mistake);
                }
            });
        }
    });
    let mistakes = mistakes.into_inner().unwrap();
    assert!(mistakes.is_empty(), "{}", mistakes.join("\n"));
}
