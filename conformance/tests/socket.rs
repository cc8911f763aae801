//! The cases over WebSocket: the same verdicts as over HTTP, whatever a server does with its connections.

use airspec_mock::{Engine, Key, Mock, Settings as MockSettings};
use airspec_suite::case::{Case, Cases, derive};
use airspec_suite::oracle::{Oracle, Verdict};
use airspec_suite::packing::Packing;
use airspec_suite::run::{Limit, Record, Run, RunError, Secret, Settings, Target, run};
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{WebSocketStream, accept_async};

const KEY: &str = "a-key-for-tests";
const SLUG: &str = "openai-gpt-image-2";

struct Fixture {
    oracle: Arc<Oracle>,
    cases: Vec<Case>,
    base: Value,
}

/// The cases of the model that a filter keeps.
fn fixture(keep: impl Fn(&Case) -> bool) -> Fixture {
    let text = include_str!("../../spec/tests/specs/gpt-image.json");
    let model = airspec_spec::read(&airspec_spec::Source::new(SLUG, text)).unwrap();
    let Cases { mut cases, base, .. } = derive(&model, 1).unwrap();
    cases.retain(keep);
    Fixture { oracle: Arc::new(Oracle::new(&model).unwrap()), cases, base }
}

impl Fixture {
    async fn run(&self, url: &str, is_packed: bool, timeout: Duration) -> Result<Run, RunError> {
        let target = Target::new(url, Some(Secret::new(KEY)), Limit::Loopback)?;
        let packing = is_packed.then(|| Arc::new(Packing::new(&self.oracle, &self.base, &self.cases)));
        let callback = Duration::from_millis(500);
        let settings = Settings { seed: 1, timeout, packing, callback, retries: 0, ..Settings::default() };
        run(Arc::clone(&self.oracle), &self.cases, &target, &settings, |_| (), std::future::pending()).await
    }

    async fn mock(&self, fault: Option<&str>) -> Mock {
        let faults = fault.into_iter().map(str::to_owned).collect();
        let (key, pace) = (Some(Key::new(KEY)), Duration::from_millis(20));
        let settings = MockSettings { faults, key, pace, ..MockSettings::default() };
        Mock::start(Engine::new(self.oracle.model().clone(), settings).unwrap()).await.unwrap()
    }
}

fn failed(run: &Run) -> Vec<&Record> {
    run.records.iter().filter(|record| record.verdict == Verdict::Fail).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn faults_are_found_over_websocket_too() {
    for (fault, subject) in [
        ("accept:width.maximum", "width.maximum"),
        ("refuse:height.minimum", "height.minimum"),
        ("answer:numberResults.count:one", "numberResults.count"),
        ("answer:taskUUID.echo:wrong", "taskUUID.echo"),
    ] {
        let fixture = fixture(|case| case.subject == subject);
        let mock = fixture.mock(Some(fault)).await;
        let run = fixture.run(&mock.socket_url(), true, Duration::from_secs(5)).await.unwrap();
        assert!(!failed(&run).is_empty(), "{fault}: {:#?}", run.records);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_only_http_has_is_left_out_by_name() {
    let fixture = fixture(|case| case.subject.starts_with("protocol."));
    let mock = fixture.mock(None).await;
    let run = fixture.run(&mock.socket_url(), true, Duration::from_secs(5)).await.unwrap();
    let left_out: Vec<&str> = run
        .records
        .iter()
        .filter(|record| record.verdict == Verdict::Skip)
        .map(|record| record.detail.as_str())
        .collect();
    for what in ["methods", "paths", "media types of requests", "a header for the key"] {
        assert!(left_out.contains(&format!("only HTTP has {what}").as_str()), "{what}: {left_out:?}");
    }
    let ping = run.records.iter().find(|record| record.id == "protocol.ping.answer.a-sign-of-life").unwrap();
    assert_eq!(ping.verdict, Verdict::Pass, "{ping:?}");
    assert!(failed(&run).is_empty(), "{:#?}", failed(&run));
    let over_http = fixture.run(&mock.url(), true, Duration::from_secs(5)).await.unwrap();
    let ping = over_http.records.iter().find(|record| record.subject == "protocol.ping").unwrap();
    assert!(ping.detail.starts_with("only WebSocket has "), "{ping:?}");
}

/// The frames that a server got, a list for each connection.
type Frames = Arc<Mutex<Vec<Vec<Value>>>>;

/// A server whose connections are each served by a function.
async fn server<F, R>(serve: F) -> (String, Frames)
where
    F: Fn(usize, WebSocketStream<TcpStream>, Frames) -> R + Send + Sync + 'static,
    R: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("ws://{}/v1", listener.local_addr().unwrap());
    let frames = Frames::default();
    let seen = Arc::clone(&frames);
    tokio::spawn(async move {
        for number in 0.. {
            let (stream, _) = listener.accept().await.unwrap();
            seen.lock().unwrap().push(Vec::new());
            if let Ok(socket) = accept_async(stream).await {
                tokio::spawn(serve(number, socket, Arc::clone(&seen)));
            }
        }
    });
    (url, frames)
}

/// The next frame, noted.
async fn frame(number: usize, socket: &mut WebSocketStream<TcpStream>, seen: &Frames) -> Option<Value> {
    let message = socket.next().await?.ok()?;
    let value: Value = serde_json::from_str(message.to_text().ok()?).ok()?;
    seen.lock().unwrap()[number].push(value.clone());
    Some(value)
}

async fn say(socket: &mut WebSocketStream<TcpStream>, value: &Value) {
    let _ = socket.send(Message::text(value.to_string())).await;
}

fn welcome() -> Value {
    json!({"data": [{"taskType": "authentication", "connectionSessionUUID": "5c2ff0ba-7a4b-4bd1-8b43-6d3a0c6a3c63"}]})
}

/// One case that must be accepted, alone.
fn accepted() -> Fixture {
    let mut fixture = fixture(|case| case.id.starts_with("width.minimum.accept"));
    fixture.cases.truncate(1);
    assert_eq!(fixture.cases.len(), 1);
    fixture
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_taken_up_where_its_connection_is_lost() {
    let (url, frames) = server(|number, mut socket, seen| async move {
        let _key = frame(number, &mut socket, &seen).await;
        say(&mut socket, &welcome()).await;
        if number == 0 {
            let _task = frame(number, &mut socket, &seen).await;
            return;
        }
        let task = seen.lock().unwrap()[0][1][0].clone();
        let id = &task["taskUUID"];
        let result = json!({"taskType": "imageInference", "taskUUID": id, "imageUUID": id, "imageURL": "http://127.0.0.1:9/x.jpg"});
        say(&mut socket, &json!({"data": [result]})).await;
        let _ping = frame(number, &mut socket, &seen).await;
        say(&mut socket, &json!({"data": [{"taskType": "ping", "pong": true}]})).await;
    })
    .await;
    let run = accepted().run(&url, false, Duration::from_secs(5)).await.unwrap();
    assert_eq!(run.records[0].verdict, Verdict::Pass, "{:#?}", run.records);
    let frames = frames.lock().unwrap();
    let first = &frames[0][0][0];
    assert_eq!((&first["taskType"], &first["apiKey"]), (&json!("authentication"), &json!(KEY)));
    assert_eq!(first["connectionSessionUUID"], Value::Null);
    assert_eq!(frames[1][0][0]["connectionSessionUUID"], "5c2ff0ba-7a4b-4bd1-8b43-6d3a0c6a3c63");
    assert_eq!(frames[1].len(), 2, "the task is not sent again: {frames:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn servers_that_misbehave_are_findings_or_no_answer_and_never_a_pass() {
    for how in ["silent", "close", "garbage", "no session", "half", "other task", "flood"] {
        let (url, _) = server(move |number, mut socket, seen| async move {
            let _key = frame(number, &mut socket, &seen).await;
            match how {
                "silent" => return std::future::pending().await,
                "no session" => say(&mut socket, &json!({"data": [{"taskType": "authentication"}]})).await,
                _ => say(&mut socket, &welcome()).await,
            }
            let Some(task) = frame(number, &mut socket, &seen).await else { return };
            let id = task[0]["taskUUID"].clone();
            match how {
                "garbage" => drop(socket.send(Message::text("<html>")).await),
                "half" => drop(socket.send(Message::text(r#"{"data":[{"taskType""#)).await),
                "other task" => {
                    say(
                        &mut socket,
                        &json!({"data": [{"taskType": "imageInference", "taskUUID": "x", "imageUUID": "y"}]}),
                    )
                    .await;
                }
                "flood" => {
                    let result = json!({"data": [{"taskType": "imageInference", "taskUUID": id}]});
                    for _ in 0..100_000 {
                        say(&mut socket, &result).await;
                    }
                }
                _ => return,
            }
            std::future::pending::<()>().await;
        })
        .await;
        let run = accepted().run(&url, false, Duration::from_millis(500)).await;
        let is_told = match &run {
            Ok(run) => run.records.iter().all(|record| record.verdict != Verdict::Pass),
            Err(error) => !error.to_string().is_empty(),
        };
        assert!(is_told, "{how}: {run:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_websocket_is_said_to_be_none() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("ws://{}/v1", listener.local_addr().unwrap());
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let (mut head, answer) = ([0; 4096], b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n");
            let _ = tokio::io::AsyncReadExt::read(&mut stream, &mut head).await;
            let _ = tokio::io::AsyncWriteExt::write_all(&mut stream, answer).await;
        }
    });
    let error = accepted().run(&url, false, Duration::from_secs(2)).await.unwrap_err().to_string();
    assert!(error.contains("HTTP 404") && error.contains("full endpoint"), "{error}");
}
