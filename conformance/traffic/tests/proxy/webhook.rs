//! Calls of webhooks, by way of the listener.

use crate::support::{ID, Running, client, task};
use crate::{mock, post};
use airspec_suite::oracle::Verdict;
use airspec_traffic::Watcher;
use airspec_traffic::proxy::{Settings, Webhook};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpListener;
use tokio::sync::mpsc;

const KEY: &str = "k-0123456789";
const OTHER: &str = "5f0d1c1e-9a56-4c5e-8a39-6f1d2b7c9e00";

fn settings(application: Option<String>) -> Settings {
    let webhook = Webhook { listen: "127.0.0.1:0".parse().unwrap(), application };
    Settings { webhook: Some(webhook), ..Settings::default() }
}

fn wrong(watcher: &Watcher) -> BTreeSet<String> {
    let records = watcher.summary().records(0, watcher.specs().model(0));
    let failing = records.into_iter().filter(|one| one.verdict == Verdict::Fail);
    failing.map(|one| one.subject).collect()
}

async fn send(proxy: &Running, more: Value) {
    let answer = post(&proxy.url, &json!([task(more)])).bearer_auth(KEY).send().await.unwrap();
    assert_eq!(answer.status(), 200);
}

/// An application that hands on what it is sent, and answers so.
async fn application(status: &'static str) -> (String, mpsc::UnboundedReceiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (calls, received) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            calls.send(crate::request(&mut stream).await).unwrap();
            let head =
                format!("HTTP/1.1 {status}\r\ncontent-length: 2\r\nx-own: 1\r\nconnection: close\r\n\r\nok");
            stream.write_all(head.as_bytes()).await.unwrap();
        }
    });
    (url, received)
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_of_the_mock_are_right_and_those_with_a_fault_are_found() {
    for (fault, is_found) in [
        (None, false),
        (Some("answer:webhookURL.webhook:put"), true),
        (Some("answer:webhookURL.webhook:garbled"), true),
        (Some("answer:webhookURL.webhook:twice"), true),
        (Some("conversation:webhook-query"), true),
    ] {
        let server = mock(fault).await;
        let proxy = Running::start(&server.url(), settings(None), None).await;
        let url = format!("{}/hook?token=a%2Fb", proxy.webhook.as_ref().unwrap());
        for delivery in ["sync", "async"] {
            let id = if delivery == "sync" { ID } else { OTHER };
            send(
                &proxy,
                json!({"webhookURL": url, "deliveryMethod": delivery, "taskUUID": id,
                "includeCost": true, "numberResults": 2}),
            )
            .await;
        }
        server.engine().wait_for_deliveries().await;
        let judged = proxy.finish().await.watcher;
        let summary = judged.summary();
        assert!(summary.calls >= 4, "{fault:?}: {summary:?}");
        let expected =
            if is_found { BTreeSet::from(["webhookURL.webhook".to_owned()]) } else { BTreeSet::new() };
        assert_eq!(wrong(&judged), expected, "{fault:?}: {:?}", summary.causes);
        if !is_found {
            assert_eq!((summary.calls, summary.wrong_calls), (4, 0));
            assert!(summary.left_out.is_empty(), "{:?}", summary.left_out);
            let records = summary.records(0, judged.specs().model(0));
            let webhook = records.iter().find(|one| one.subject == "webhookURL.webhook").unwrap();
            assert_eq!(webhook.verdict, Verdict::Pass);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_reaches_the_application_unchanged_and_its_answer_the_caller() {
    let (url, mut received) = application("202 Accepted").await;
    let server = mock(None).await;
    let proxy = Running::start(&server.url(), settings(Some(url)), None).await;
    let hook = format!("{}/hook/a?token=a%2Fb&part=1", proxy.webhook.as_ref().unwrap());
    let body = json!({"data": {"taskUUID": ID}}).to_string();
    let answer = client()
        .post(&hook)
        .header("content-type", "application/json")
        .header("x-signature", "s")
        .body(body.clone())
        .send()
        .await
        .unwrap();
    assert_eq!((answer.status().as_u16(), answer.headers()["x-own"].to_str().unwrap()), (202, "1"));
    assert_eq!(answer.text().await.unwrap(), "ok");
    let call = received.recv().await.unwrap();
    assert!(
        call.starts_with("POST /hook/a?token=a%2Fb&part=1 HTTP/1.1\r\n") && call.ends_with(&body),
        "{call}"
    );
    assert!(call.contains("x-signature: s"), "{call}");
    let judged = proxy.finish().await.watcher;
    let left_out = &judged.summary().left_out;
    assert_eq!(left_out["a webhook call for a task that was not seen"], 1, "{left_out:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_the_application_refuses_may_come_again() {
    let (url, mut received) = application("500 Oops").await;
    let server = mock(None).await;
    let proxy = Running::start(&server.url(), settings(Some(url)), None).await;
    let hook = format!("{}/hook", proxy.webhook.as_ref().unwrap());
    send(&proxy, json!({"webhookURL": hook})).await;
    // The mock gives up after a few attempts.
    received.recv().await.unwrap();
    let until = Instant::now() + Duration::from_secs(20);
    while received.is_empty() && Instant::now() < until {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let judged = proxy.finish().await.watcher;
    assert!(judged.summary().calls >= 2 && wrong(&judged).is_empty(), "{:?}", judged.summary());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_application_is_an_origin_and_one_that_is_away_is_told_to_the_caller() {
    let server = mock(None).await;
    let proxy = Running::start(&server.url(), settings(Some("http://127.0.0.1:9".to_owned())), None).await;
    let hook = proxy.webhook.clone().unwrap();
    let answer = client().post(&hook).body("{}").send().await.unwrap();
    assert_eq!(answer.status(), 502);
    assert!(answer.text().await.unwrap().contains("no answer from the application"));
    proxy.finish().await;
}
