//! The judge in the path: `--enforce`, `--budget` and `--warn-header`.

use crate::support::{ID, Running, client, result, specs, task};
use airspec_mock::{Engine, Mock, Settings as MockSettings};
use airspec_suite::cost::Costs;
use airspec_suite::run::Usd;
use airspec_traffic::proxy::{Guarding, Settings};
use airspec_traffic::{Options, Scope, Watcher};
use serde_json::{Value, json};
use std::time::Duration;

async fn mock() -> Mock {
    Mock::start(Engine::new(crate::support::model(), MockSettings::default()).unwrap()).await.unwrap()
}

fn settings(guarding: Guarding) -> Settings {
    Settings { guarding, ..Settings::default() }
}

fn id(number: usize) -> String {
    format!("1b4e28ba-2fa1-41d2-883f-{number:012x}")
}

fn own_task(number: usize, more: Value) -> Value {
    let mut task = task(more);
    task["taskUUID"] = id(number).into();
    task
}

async fn post(url: &str, body: &Value) -> (u16, Value, Option<String>) {
    let request = client().post(url).header("content-type", "application/json").bearer_auth("hunter2hunter2");
    let answer = request.body(body.to_string()).send().await.unwrap();
    let status = answer.status().as_u16();
    let warning = answer.headers().get("airspec-findings").map(|value| value.to_str().unwrap().to_owned());
    let text = answer.text().await.unwrap();
    (status, serde_json::from_str(&text).unwrap_or(Value::Null), warning)
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_breaks_the_spec_reaches_the_target() {
    let server = mock().await;
    let proxy =
        Running::start(&server.url(), settings(Guarding { enforce: true, ..Guarding::default() }), None)
            .await;
    // As the API answers it.
    let wide = json!([own_task(1, json!({"width": 4000}))]);
    let (status, answer, warning) = post(&proxy.url, &wide).await;
    let engine = Engine::new(crate::support::model(), MockSettings::default()).unwrap();
    assert_eq!((status, warning), (400, None));
    assert_eq!(answer["data"], json!([]));
    let checked = engine.check(wide.to_string().as_bytes(), |_| true);
    assert_eq!(answer["errors"], Value::Array(checked.errors));
    assert_eq!(
        (&answer["errors"][0]["parameter"], &answer["errors"][0]["taskUUID"]),
        (&json!("width"), &json!(id(1)))
    );
    // Tasks beside it are not forwarded, and are told.
    let two = json!([own_task(2, json!({})), own_task(3, json!({"width": 4000}))]);
    let (status, answer, _) = post(&proxy.url, &two).await;
    let codes: Vec<(&str, &str)> = answer["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| (error["taskUUID"].as_str().unwrap(), error["code"].as_str().unwrap()))
        .collect();
    assert_eq!((status, codes), (400, vec![(&*id(3), "invalidWidth"), (&*id(2), "notForwarded")]));
    for body in [json!({}), json!([]), json!("text"), json!([{"taskType": "getResponse"}])] {
        assert_eq!(post(&proxy.url, &body).await.0, 400, "{body}");
    }
    let same = json!([own_task(4, json!({})), own_task(4, json!({}))]);
    assert_eq!(post(&proxy.url, &same).await.1["errors"][0]["code"], "conflictTaskUUID");
    assert!(server.violations().is_empty(), "{:?}", server.violations());
    // What keeps to the spec passes.
    let (status, answer, _) = post(&proxy.url, &json!([own_task(5, json!({}))])).await;
    assert_eq!((status, &answer["data"][0]["taskUUID"]), (200, &json!(id(5))));
    // No other way leads to the target.
    let other = proxy.url.replace("/v1", "/v2");
    assert_eq!(post(&other, &wide).await.0, 403);
    assert_eq!(client().get(&other).send().await.unwrap().status(), 404);
    let socket = client().get(&proxy.url).header("connection", "upgrade").header("upgrade", "websocket");
    assert_eq!(socket.send().await.unwrap().status(), 501);
    let judged = proxy.finish().await;
    let summary = judged.watcher.summary();
    assert_eq!((summary.requests, summary.judged, summary.causes.len()), (8, 1, 0), "{summary:?}");
    assert_eq!(summary.left_out["no answer: the proxy answered it (--enforce)"], 7);
    assert!(summary.clients.iter().any(|one| one.constraint == "width.maximum"), "{:?}", summary.clients);
}

#[tokio::test(flavor = "multi_thread")]
async fn findings_are_in_a_header_and_the_request_passes() {
    let server = mock().await;
    let guarding = Guarding { warn_header: true, ..Guarding::default() };
    let proxy = Running::start(&server.url(), settings(guarding), None).await;
    let (status, _, warning) = post(&proxy.url, &json!([own_task(1, json!({"width": 4000}))])).await;
    assert_eq!((status, warning.as_deref()), (400, Some("/0/width width.maximum")));
    let (status, _, warning) = post(&proxy.url, &json!([own_task(2, json!({}))])).await;
    assert_eq!((status, warning), (200, None));
    assert_eq!(server.violations().len(), 1);
    // A body that is too large to be checked passes all the same.
    let guarding = Guarding { warn_header: true, ..Guarding::default() };
    let proxy = Running::start(&swallowing(LARGE).await, settings(guarding), None).await;
    let large = client().post(&proxy.url).body(vec![b' '; LARGE]).send().await.unwrap();
    assert_eq!(large.status(), 204, "the answer of the server");
}

/// More bytes than the proxy looks at.
const LARGE: usize = 33 << 20;

/// A server that reads so many bytes to the end before it answers with nothing.
async fn swallowing(bytes: usize) -> String {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let (mut piece, mut total) = (vec![0; 1 << 16], 0);
        while total < bytes {
            let read = stream.read(&mut piece).await.unwrap();
            assert!(read > 0, "the body ends after {total} bytes");
            total += read;
        }
        stream.write_all(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n").await.unwrap();
    });
    url
}

/// A server that takes its time, bills so much for each result, and counts requests.
async fn billing(cost: Option<f64>) -> (String, std::sync::Arc<std::sync::atomic::AtomicUsize>) {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    let count = std::sync::Arc::<std::sync::atomic::AtomicUsize>::default();
    let counter = std::sync::Arc::clone(&count);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let counter = std::sync::Arc::clone(&counter);
            tokio::spawn(async move {
                let mut text = String::new();
                while !text.contains("}]") {
                    let mut piece = [0; 4096];
                    let read = stream.read(&mut piece).await.unwrap();
                    text += &String::from_utf8_lossy(&piece[..read]);
                    if read == 0 {
                        return;
                    }
                }
                counter.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
                let place = text.find("taskUUID\":\"").unwrap() + 11;
                let mut result = result(cost.map_or(json!({}), |cost| json!({"cost": cost})));
                result["taskUUID"] = text[place..place + 36].into();
                tokio::time::sleep(Duration::from_millis(300)).await;
                let body = json!({"data": [result]}).to_string();
                let head =
                    format!("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {}\r\n\r\n", body.len());
                stream.write_all(&[head.as_bytes(), body.as_bytes()].concat()).await.unwrap();
            });
        }
    });
    (url, count)
}

fn bound() -> f64 {
    Costs::new(&crate::support::model()).bound(&json!([task(json!({"includeCost": true}))]))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_limit_holds_for_requests_at_the_same_time_and_is_corrected_by_their_cost() {
    // Twenty at once, and room for three bounds. Each costs a fourth of its bound, so that more have room later.
    let cost = bound() / 4.0;
    let (url, count) = billing(Some(cost)).await;
    let limit = Usd::rounded_up(bound() * 3.5);
    let guarding = Guarding { budget: Some(limit), ..Guarding::default() };
    let proxy = Running::start(&url, settings(guarding), None).await;
    let all = (0..20).map(|number| {
        let url = proxy.url.clone();
        tokio::spawn(
            async move { post(&url, &json!([own_task(number, json!({"includeCost": true}))])).await },
        )
    });
    let all: Vec<_> = all.collect();
    let mut statuses = Vec::new();
    for one in all {
        let (status, answer, _) = one.await.unwrap();
        if status == 402 {
            let error = &answer["errors"][0];
            assert_eq!(error["code"], "insufficientCredits");
            assert!(error["message"].as_str().unwrap().contains("--budget") && error["taskUUID"].is_string());
        }
        statuses.push(status);
    }
    let passed = statuses.iter().filter(|status| **status == 200).count();
    assert_eq!((passed, count.load(std::sync::atomic::Ordering::SeqCst)), (3, 3), "{statuses:?}");
    let spent = proxy.ledger.as_ref().unwrap().spending();
    let expected = (0..3).map(|_| Usd::rounded_up(cost)).sum::<Usd>();
    assert_eq!((spent.spent, spent.reserved, spent.refused), (expected, Usd::ZERO, 17));
    // What was set aside and not spent is free again.
    let mut more = 0;
    while post(&proxy.url, &json!([own_task(100 + more, json!({"includeCost": true}))])).await.0 == 200 {
        more += 1;
    }
    let spent = proxy.ledger.as_ref().unwrap().spending().spent;
    // 3.5 bounds, one of them for the request that found no room.
    assert!((6..=8).contains(&more) && spent <= limit, "{more} {spent}");
    let judged = proxy.finish().await;
    assert!(judged.watcher.summary().left_out["no answer: the proxy answered it (--budget)"] >= 18);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_known_counts_in_full_and_unknown_prices_are_refused() {
    let (url, count) = billing(None).await;
    let guarding = Guarding { budget: Some(Usd::rounded_up(bound() * 1.5)), ..Guarding::default() };
    let watcher = Watcher::new(specs(Scope::Named), Options::default());
    let proxy = Running::with(&url, settings(guarding), watcher, None, |_| {}).await;
    // Another model has no spec here.
    let mut other = own_task(1, json!({}));
    other["model"] = "runware:101@1".into();
    let (status, answer, _) = post(&proxy.url, &json!([other])).await;
    let text = answer["errors"][0]["message"].as_str().unwrap();
    assert!(status == 402 && text.contains("no spec of the model `runware:101@1`"), "{answer}");
    // What cannot be read has no price.
    assert_eq!(post(&proxy.url, &json!({})).await.0, 400);
    assert_eq!(count.load(std::sync::atomic::Ordering::SeqCst), 0);
    // A result without its cost.
    assert_eq!(post(&proxy.url, &json!([own_task(2, json!({}))])).await.0, 200);
    assert_eq!(proxy.ledger.as_ref().unwrap().spending().spent, Usd::rounded_up(bound()));
    assert_eq!(post(&proxy.url, &json!([own_task(3, json!({}))])).await.0, 402);
    // A poll costs nothing.
    assert_eq!(post(&proxy.url, &json!([{"taskType": "getResponse", "taskUUID": ID}])).await.0, 200);
    proxy.finish().await;
    // Nothing was sent where no server is, and a client that goes away is counted in full.
    let proxy = Running::start("http://127.0.0.1:1/v1", settings(guarding), None).await;
    assert_eq!(post(&proxy.url, &json!([own_task(4, json!({}))])).await.0, 502);
    assert_eq!(proxy.ledger.as_ref().unwrap().spending().spent, Usd::ZERO);
    proxy.finish().await;
    let (url, count) = billing(Some(0.001)).await;
    let proxy = Running::start(&url, settings(guarding), None).await;
    let body = json!([own_task(5, json!({}))]);
    let gone = tokio::time::timeout(Duration::from_millis(150), post(&proxy.url, &body)).await;
    assert!(gone.is_err());
    tokio::time::sleep(Duration::from_millis(400)).await;
    assert_eq!(count.load(std::sync::atomic::Ordering::SeqCst), 1);
    let spent = proxy.ledger.as_ref().unwrap().spending();
    assert_eq!((spent.spent, spent.reserved), (Usd::rounded_up(bound()), Usd::ZERO));
}
