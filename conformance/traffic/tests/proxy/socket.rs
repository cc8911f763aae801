//! WebSockets through the proxy.

use crate::assert_same;
use crate::support::{Running, model, specs, task};
use airspec_mock::{Engine, Key, Mock, Settings as MockSettings};
use airspec_suite::case::derive;
use airspec_suite::oracle::{Oracle, Verdict};
use airspec_suite::run::{Limit, Record, Secret, Settings as RunSettings, Target as RunTarget, run};
use airspec_traffic::proxy::{Recorder, Settings};
use airspec_traffic::read::{Layout, exchanges};
use airspec_traffic::{Mask, Options, Scope, Watcher};
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, WebSocketConfig};
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

const KEY: &str = "k-0123456789";

async fn mock(fault: Option<&str>) -> Mock {
    let faults = fault.iter().map(ToString::to_string).collect();
    let key = Some(Key::new(KEY));
    let settings = MockSettings { faults, key, pace: Duration::from_millis(20), ..MockSettings::default() };
    Mock::start(Engine::new(model(), settings).unwrap()).await.unwrap()
}

fn ws(url: &str) -> String {
    url.replacen("http", "ws", 1)
}

/// Runs cases of the suite over WebSocket.
async fn records(url: &str, start: &str) -> Vec<Record> {
    let target = RunTarget::new(&ws(url), Some(Secret::new(KEY)), Limit::Loopback).unwrap();
    let mut cases = derive(&model(), 7).unwrap().cases;
    cases.retain(|case| case.subject.starts_with(start));
    let oracle = Arc::new(Oracle::new(&model()).unwrap());
    let settings = RunSettings { seed: 7, ..RunSettings::default() };
    run(oracle, &cases, &target, &settings, |_| {}, std::future::pending()).await.unwrap().records
}

/// Messages of any size.
fn large() -> WebSocketConfig {
    WebSocketConfig::default().max_message_size(None).max_frame_size(None)
}

struct Client(WebSocketStream<TcpStream>);

impl Client {
    async fn open(url: &str) -> Self {
        let mut request = ws(url).into_client_request().unwrap();
        request.headers_mut().insert("user-agent", "app/1.0".parse().unwrap());
        request.headers_mut().insert("sec-websocket-extensions", "permessage-deflate".parse().unwrap());
        let address = url.trim_start_matches("http://").split('/').next().unwrap();
        let stream = TcpStream::connect(address).await.unwrap();
        Self(client_async_with_config(request, stream, Some(large())).await.unwrap().0)
    }

    async fn say(&mut self, value: Value) {
        self.0.send(Message::text(value.to_string())).await.unwrap();
    }

    async fn hear(&mut self) -> Value {
        let message = tokio::time::timeout(Duration::from_secs(10), self.0.next()).await.unwrap();
        serde_json::from_str(message.unwrap().unwrap().to_text().unwrap()).unwrap()
    }

    async fn authenticated(url: &str) -> Self {
        let mut client = Self::open(url).await;
        client.say(json!([{"taskType": "authentication", "apiKey": KEY}])).await;
        assert!(client.hear().await["data"][0]["connectionSessionUUID"].is_string());
        client
    }
}

fn id(number: u64) -> String {
    format!("1b4e28ba-2fa1-41d2-883f-{number:012x}")
}

/// A task with an identifier of its own.
fn own_task(number: u64, more: Value) -> Value {
    let mut task = task(more);
    task["taskUUID"] = id(number).into();
    task
}

#[tokio::test(flavor = "multi_thread")]
async fn the_suite_comes_to_the_same_over_websocket_and_the_correct_mock_has_no_finding() {
    let server = mock(None).await;
    let proxy = Running::start(&server.url(), Settings::default(), None).await;
    let (direct, through) = (records(&server.url(), "").await, records(&proxy.url, "").await);
    assert_same(&direct, &through, proxy).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fault_is_found_over_websocket() {
    for (fault, start) in
        [("accept:width.maximum", "width"), ("answer:includeCost.flag:never", "includeCost")]
    {
        let server = mock(Some(fault)).await;
        let proxy = Running::start(&server.url(), Settings::default(), None).await;
        let failing = |records: Vec<Record>| -> BTreeSet<String> {
            let failing = records.into_iter().filter(|record| record.verdict == Verdict::Fail);
            failing.map(|record| record.subject).collect()
        };
        let suite = failing(records(&proxy.url, start).await);
        let judged = proxy.finish().await;
        let found = failing(judged.watcher.summary().records(0, judged.watcher.specs().model(0)));
        assert!(!suite.is_empty() && suite == found, "{fault}: {suite:?} {found:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn conversations_are_followed_and_a_record_has_them_without_the_key() {
    let server = mock(None).await;
    let folder = tempfile::tempdir().unwrap();
    for mask in [Mask::On, Mask::Off] {
        let path = folder.path().join(format!("{mask:?}.jsonl"));
        let recorder = Recorder::open(&path, mask).unwrap();
        let proxy = Running::start(&server.url(), Settings::default(), Some(recorder)).await;
        let mut client = Client::authenticated(&proxy.url).await;
        let base = if mask == Mask::On { 100 } else { 200 };
        // Two batches at once, whose results come in any order.
        client.say(json!([own_task(base, json!({"numberResults": 3}))])).await;
        client.say(json!([own_task(base + 1, json!({"includeCost": true}))])).await;
        for _ in 0..4 {
            assert!(client.hear().await["data"][0]["imageURL"].is_string());
        }
        // Submit and poll.
        client.say(json!([own_task(base + 2, json!({"deliveryMethod": "async"}))])).await;
        client.hear().await;
        loop {
            client.say(json!([{"taskType": "getResponse", "taskUUID": id(base + 2)}])).await;
            if client.hear().await["data"][0]["status"] == "success" {
                break;
            }
        }
        // What is wrong is refused, and told with the place.
        client.say(json!([own_task(base + 3, json!({"width": 4000}))])).await;
        assert_eq!(client.hear().await["errors"][0]["parameter"], "width");
        client.say(json!({"no": "batch"})).await;
        client.hear().await;
        client.0.close(None).await.unwrap();
        let judged = proxy.finish().await;
        let summary = judged.watcher.summary();
        assert!(summary.causes.is_empty() && summary.left_out.is_empty(), "{summary:?}");
        let clients: Vec<(&str, &str)> =
            summary.clients.iter().map(|one| (one.client.as_str(), one.constraint.as_str())).collect();
        assert_eq!(clients, [("app/1.0", "width.maximum"), ("app/1.0", "protocol.body")]);
        let lines = judged.recorder.as_ref().unwrap().lines();
        assert_eq!(lines, summary.requests);
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(!text.contains(KEY), "{text}");
        assert_eq!(text.contains("lighthouse"), mask == Mask::Off);
        let mut again = Watcher::new(specs(Scope::All), Options::default());
        exchanges(text.as_bytes(), Layout::Lines, None, |one| drop(again.watch(&one))).unwrap();
        let seen = |watcher: &Watcher| (watcher.summary().requests, watcher.summary().judged);
        assert_eq!(seen(&again), seen(&judged.watcher));
    }
}

/// A server that takes one WebSocket, and what it heard.
async fn echo() -> (String, tokio::sync::mpsc::UnboundedReceiver<Message>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (heard, messages) = tokio::sync::mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(mut socket) = tokio_tungstenite::accept_async_with_config(stream, Some(large())).await
            else {
                continue;
            };
            while let Some(Ok(message)) = socket.next().await {
                heard.send(message.clone()).unwrap();
                if message.is_text() || message.is_binary() {
                    socket.send(message).await.unwrap();
                }
            }
        }
    });
    (format!("http://{address}/v1"), messages)
}

#[tokio::test(flavor = "multi_thread")]
async fn frames_pings_and_the_close_pass_as_they_are() {
    let (url, mut heard) = echo().await;
    let proxy = Running::start(&url, Settings::default(), None).await;
    let mut client = Client::open(&proxy.url).await;
    let large = "x".repeat(40 << 20);
    for message in [Message::binary(vec![0, 255]), Message::text("ü"), Message::text(large)] {
        client.0.send(message.clone()).await.unwrap();
        assert!(client.0.next().await.unwrap().unwrap() == message);
        assert!(heard.recv().await.unwrap() == message);
    }
    client.0.send(Message::Ping(vec![1].into())).await.unwrap();
    assert_eq!(client.0.next().await.unwrap().unwrap(), Message::Pong(vec![1].into()));
    assert_eq!(heard.recv().await.unwrap(), Message::Ping(vec![1].into()));
    let close = CloseFrame { code: 4000.into(), reason: "done".into() };
    client.0.close(Some(close.clone())).await.unwrap();
    assert_eq!(client.0.next().await.unwrap().unwrap(), Message::Close(Some(close.clone())));
    assert_eq!(heard.recv().await.unwrap(), Message::Close(Some(close)));
    let judged = proxy.finish().await;
    let left_out: Vec<&String> = judged.watcher.summary().left_out.keys().collect();
    assert!(left_out.iter().any(|reason| reason.contains("is larger than what is judged")), "{left_out:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handshake_that_fails_and_a_socket_that_is_left_do_no_harm() {
    let server = mock(None).await;
    let settings = Settings { timeout: Duration::from_millis(500), ..Settings::default() };
    // Nothing is there, and there is no WebSocket at another path.
    for (target, path, status) in [("http://127.0.0.1:1/v1", "/v1", 502), (&*server.url(), "/v2", 404)] {
        let proxy = Running::start(target, settings.clone(), None).await;
        let address = proxy.url.trim_start_matches("http://").split('/').next().unwrap().to_owned();
        let stream = TcpStream::connect(&address).await.unwrap();
        let refused =
            tokio_tungstenite::client_async(format!("ws://{address}{path}"), stream).await.unwrap_err();
        let tokio_tungstenite::tungstenite::Error::Http(answer) = refused else { panic!("{refused}") };
        assert_eq!(answer.status(), status, "{target}");
    }
    let proxy = Running::start(&server.url(), settings, None).await;
    // One goes away in its request, one keeps silent for too long, one sends no frames.
    let mut gone = Client::authenticated(&proxy.url).await;
    gone.say(json!([own_task(1, json!({"deliveryMethod": "sync"}))])).await;
    drop(gone);
    let mut silent = Client::authenticated(&proxy.url).await;
    let end = tokio::time::timeout(Duration::from_secs(5), silent.0.next()).await.unwrap();
    assert!(end.is_none_or(|end| end.is_err()), "the proxy closes it");
    let mut garbage = Client::open(&proxy.url).await;
    tokio::io::AsyncWriteExt::write_all(garbage.0.get_mut(), &[0xFF; 64]).await.unwrap();
    let _ = tokio::time::timeout(Duration::from_secs(5), garbage.0.next()).await.unwrap();
    let judged = proxy.finish().await;
    let summary = judged.watcher.summary();
    assert!(summary.causes.is_empty() && summary.clients.is_empty(), "{summary:?}");
    assert!(summary.left_out.keys().any(|reason| reason.contains("RFC 6455")), "{:?}", summary.left_out);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_the_proxy_ends_its_sockets() {
    let server = mock(None).await;
    let proxy = Running::start(&server.url(), Settings::default(), None).await;
    let mut client = Client::authenticated(&proxy.url).await;
    let start = std::time::Instant::now();
    let judged = proxy.finish().await;
    assert!(start.elapsed() < Duration::from_secs(3), "{:?}", start.elapsed());
    assert!(client.0.next().await.is_none_or(|end| end.is_err()));
    assert_eq!(judged.watcher.summary().requests, 1);
}
