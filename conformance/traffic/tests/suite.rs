//! The suite's own traffic, read back from its archive: the verdicts on it are those of the suite.

use airspec_mock::{Engine, Key, Mock, Settings as MockSettings};
use airspec_report::har;
use airspec_spec::{Catalogue, Model, Source};
use airspec_suite::case::derive;
use airspec_suite::oracle::{Oracle, Verdict};
use airspec_suite::run::{Limit, Record, Run, Secret, Settings, Target, run};
use airspec_traffic::read::{Layout, exchanges};
use airspec_traffic::{Body, Found, Options, Scope, Seen, Side, Specs, Watcher};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// What the faults of the test are about.
const TOUCHED: [&str; 9] = [
    "width",
    "numberResults",
    "deliveryMethod",
    "outputType",
    "outputFormat",
    "includeCost",
    "taskUUID",
    "safety",
    "task.",
];

const KEY: &str = "k-0123456789";

fn model() -> Model {
    let text = include_str!("../../../spec/tests/specs/gpt-image.json");
    airspec_spec::read(&Source::new("gpt-image.json", text)).unwrap()
}

/// Sends all cases, each in its own request, to a mock with this fault.
fn sent(model: &Model, fault: Option<&str>) -> Run {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let faults = fault.iter().map(ToString::to_string).collect();
        let engine = Engine::new(
            model.clone(),
            MockSettings { faults, key: Some(Key::new(KEY)), ..MockSettings::default() },
        )
        .unwrap();
        let mock = Mock::start(engine).await.unwrap();
        let target = Target::new(&mock.url(), Some(Secret::new(KEY)), Limit::Loopback).unwrap();
        let settings = Settings { seed: 7, keep_traffic: true, ..Settings::default() };
        let mut cases = derive(model, 7).unwrap().cases;
        cases.retain(|case| case.wire.only_socket().is_none());
        if fault.is_some() {
            cases.retain(|case| TOUCHED.iter().any(|start| case.subject.starts_with(start)));
        }
        let oracle = Arc::new(Oracle::new(model).unwrap());
        run(oracle, &cases, &target, &settings, |_| {}, std::future::pending()).await.unwrap()
    })
}

/// What the archive of a run comes to, exchange by exchange, with what was sent.
fn watched(model: &Model, archive: &str) -> (Watcher, Vec<(String, Seen)>) {
    let specs = Specs::new(Catalogue::of(vec![model.clone()]).unwrap(), Scope::All).unwrap();
    let mut watcher = Watcher::new(specs, Options::default());
    let mut all = Vec::new();
    exchanges(archive.as_bytes(), Layout::Document, Some("/v1"), |exchange| {
        let Body::Whole(bytes) = &exchange.request else { return };
        let text = String::from_utf8(bytes.clone()).unwrap();
        all.push((text, watcher.watch(&exchange)));
    })
    .unwrap();
    (watcher, all)
}

/// The gravest verdict on the server about whether the request is accepted.
fn verdict(seen: &Seen) -> Verdict {
    let is_about_request = |found: &&Found| match found.side {
        Side::Server { expect, .. } => expect != "behave",
        Side::Client => false,
    };
    seen.found.iter().filter(is_about_request).map(|found| found.verdict).max().unwrap_or(Verdict::Pass)
}

/// Cases whose verdict is another than that of their exchange, and how many were compared.
fn compare(records: &[Record], all: &[(String, Seen)]) -> (Vec<String>, usize) {
    let mut by_text: HashMap<&str, Vec<&Seen>> = HashMap::new();
    for (text, seen) in all {
        by_text.entry(text).or_default().push(seen);
    }
    let (mut other, mut compared) = (Vec::new(), 0);
    for record in records.iter().filter(|record| ["accept", "reject"].contains(&record.expect)) {
        let Some(whole) = record.request.as_ref().and_then(|request| request.whole.as_deref()) else {
            continue;
        };
        let mut seen = by_text.get(whole).into_iter().flatten().filter(|seen| seen.is_judged);
        let Some(seen) = seen.next_back() else { continue };
        compared += 1;
        // A finding about results that the suite adds to the first case that shows it.
        let is_other = verdict(seen) != record.verdict && !record.detail.starts_with("accepted, but ");
        if is_other {
            let found: Vec<&str> = seen.found.iter().map(|found| found.detail.as_str()).collect();
            other.push(format!("{}: {:?} {}; traffic: {found:#?}", record.id, record.verdict, record.detail));
        }
    }
    (other, compared)
}

/// The causes of failures that the suite finds, and those that the traffic shows.
fn failing(run: &Run, watcher: &Watcher) -> (BTreeSet<String>, BTreeSet<String>) {
    let suite = run.records.iter().filter(|record| record.verdict == Verdict::Fail);
    let records = watcher.summary().records(0, watcher.specs().model(0));
    let traffic = records.iter().filter(|record| record.verdict == Verdict::Fail);
    (suite.map(|one| one.subject.clone()).collect(), traffic.map(|one| one.subject.clone()).collect())
}

#[test]
fn the_correct_mock_has_no_finding_and_every_violation_is_told() {
    let model = model();
    let run = sent(&model, None);
    let archive = har::text(&run.traffic);
    assert_eq!(run.traffic.more, 0, "all exchanges are in the archive");
    let (watcher, all) = watched(&model, &archive);
    let summary = watcher.summary();
    let wrong: Vec<_> =
        summary.causes.iter().map(|group| (group.first, &group.cause, &group.detail)).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    let (other, compared) = compare(&run.records, &all);
    let cases = run.records.iter().filter(|record| ["accept", "reject"].contains(&record.expect)).count();
    println!(
        "{compared} of {cases} cases compared, {} exchanges, left out {:#?}",
        all.len(),
        summary.left_out
    );
    assert!(other.is_empty(), "{other:#?}");
    assert!(compared * 10 > cases * 9, "{compared} of {cases}");
    // What the suite breaks is what the client is told.
    let broken: BTreeSet<&str> = summary.clients.iter().map(|group| group.constraint.as_str()).collect();
    let rejected = run.records.iter().filter(|record| record.expect == "reject");
    for record in
        rejected.filter(|record| !record.subject.starts_with("protocol.") && record.request.is_some())
    {
        assert!(broken.contains(record.subject.as_str()), "{}", record.id);
    }
    let coverage = &summary.coverage(watcher.specs())[0];
    println!("{coverage:?}");
    assert!(coverage.kept * 10 > coverage.constraints * 9 && coverage.broken * 10 > coverage.constraints * 9);
}

/// Faults of all kinds that show in what the cases send.
const FAULTS: [&str; 14] = [
    "accept:width.maximum",
    "accept:outputFormat.enum",
    "blame:numberResults.minimum",
    "refuse:providerSettings.openai.quality.enum:1",
    "misread:width.minimum:absolute",
    "misread:safety.additionalProperties:blank",
    "answer:includeCost.flag:never",
    "error:crash",
    "error:first-task",
    "error:invalid-missing",
    "context:outputType.enum:uploadEndpoint",
    "context:numberResults.minimum:async",
    "conversation:rerun",
    "state:crash-7",
];

#[test]
fn a_fault_is_found_in_the_traffic_that_touches_it() {
    let model = model();
    for fault in FAULTS {
        let run = sent(&model, Some(fault));
        let (watcher, all) = watched(&model, &har::text(&run.traffic));
        let (other, compared) = compare(&run.records, &all);
        let (suite, traffic) = failing(&run, &watcher);
        println!(
            "{fault}: {compared} cases compared; failing in both: {}",
            suite.intersection(&traffic).count()
        );
        // A server that fails now and then answers the same request in two ways, and the suite sends it again.
        if fault.starts_with("state:") {
            assert!(suite.intersection(&traffic).count() > 0, "{fault}");
            continue;
        }
        assert!(compared > 500 && other.is_empty(), "{fault}: {compared}, {other:#?}");
        assert!(!suite.is_empty() && suite == traffic, "{fault}: {suite:?} {traffic:?}");
    }
}
