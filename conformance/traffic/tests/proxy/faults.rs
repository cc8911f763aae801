//! Faults of the mock, in the suite's own traffic through the proxy.

use crate::support::{Running, model};
use airspec_mock::{Engine, Key, Mock, Settings as MockSettings};
use airspec_suite::case::derive;
use airspec_suite::oracle::{Oracle, Verdict};
use airspec_suite::run::{Limit, Record, Secret, Settings as RunSettings, Target as RunTarget, run};
use airspec_traffic::proxy::Settings;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

const KEY: &str = "k-0123456789";

/// Faults, and the beginning of the subjects whose cases touch them.
const FAULTS: [(&str, &str); 30] = [
    ("accept:width.maximum", "width"),
    ("accept:width.type", "width"),
    ("accept:outputFormat.enum", "outputFormat"),
    ("accept:numberResults.maximum", "numberResults"),
    ("accept:positivePrompt.required", "positivePrompt"),
    ("accept:additionalProperties", "additionalProperties"),
    ("accept:taskUUID.unique", "taskUUID"),
    ("refuse:width.multipleOf", "width"),
    ("refuse:outputFormat.enum:1", "outputFormat"),
    ("refuse:providerSettings.openai.quality.enum:1", "providerSettings"),
    ("blame:width.maximum", "width"),
    ("blame:numberResults.minimum", "numberResults"),
    ("misread:width.minimum:absolute", "width"),
    ("misread:width.maximum:clamped", "width"),
    ("misread:safety.additionalProperties:blank", "safety"),
    ("answer:includeCost.flag:never", "includeCost"),
    ("answer:numberResults.count:more", "numberResults"),
    ("answer:numberResults.images:same", "numberResults"),
    ("answer:deliveryMethod.delivery:immediate", "deliveryMethod"),
    ("answer:deliveryMethod.delivery:lost", "deliveryMethod"),
    ("answer:deliveryMethod.delivery:hollow", "deliveryMethod"),
    ("error:crash", "width"),
    ("error:first-task", "taskUUID"),
    ("error:invalid-missing", "width"),
    ("context:outputType.enum:uploadEndpoint", "outputType"),
    ("conversation:ack-fields", "deliveryMethod"),
    ("conversation:ack-repeated", "deliveryMethod"),
    ("conversation:poll-ids", "deliveryMethod"),
    ("conversation:poll-part", "deliveryMethod"),
    ("conversation:negative:cost", "includeCost"),
];

/// Faults that are found under another name: the suite knows what a case is about, and traffic does not.
const OTHER_NAMES: [&str; 6] = [
    "accept:taskUUID.unique",
    "refuse:width.multipleOf",
    "refuse:outputFormat.enum:1",
    "refuse:providerSettings.openai.quality.enum:1",
    "answer:deliveryMethod.delivery:hollow",
    "conversation:negative:cost",
];

async fn records(url: &str, start: &str) -> Vec<Record> {
    let target = RunTarget::new(url, Some(Secret::new(KEY)), Limit::Loopback).unwrap();
    let mut cases = derive(&model(), 7).unwrap().cases;
    let is_socket = url.starts_with("ws");
    cases.retain(|case| case.subject.starts_with(start) && (is_socket || case.wire.only_socket().is_none()));
    let oracle = Arc::new(Oracle::new(&model()).unwrap());
    let settings = RunSettings { seed: 7, ..RunSettings::default() };
    run(oracle, &cases, &target, &settings, |_| {}, std::future::pending()).await.unwrap().records
}

fn failing(records: Vec<Record>) -> BTreeSet<String> {
    let failing = records.into_iter().filter(|record| record.verdict == Verdict::Fail);
    failing.map(|record| record.subject).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_of_thirty_faults_is_found_in_the_traffic_that_touches_it() {
    let mut other = Vec::new();
    for (number, (fault, start)) in FAULTS.into_iter().enumerate() {
        let (faults, key) = (vec![fault.to_owned()], Some(Key::new(KEY)));
        let pace = Duration::from_millis(20);
        let settings = MockSettings { faults, key, pace, ..MockSettings::default() };
        let server = Mock::start(Engine::new(model(), settings).unwrap()).await.unwrap();
        let proxy = Running::start(&server.url(), Settings::default(), None).await;
        // Every third over WebSocket.
        let url = if number % 3 == 2 { proxy.url.replacen("http", "ws", 1) } else { proxy.url.clone() };
        let suite = failing(records(&url, start).await);
        let judged = proxy.finish().await;
        let found = failing(judged.watcher.summary().records(0, judged.watcher.specs().model(0)));
        println!("{fault}: suite {suite:?}, traffic {found:?}");
        let is_same = suite == found || OTHER_NAMES.contains(&fault);
        if suite.is_empty() || found.is_empty() || !is_same {
            other.push((fault, suite, found));
        }
    }
    assert!(other.is_empty(), "{other:#?}");
}
