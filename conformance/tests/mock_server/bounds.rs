//! What one request may ask for, and how long a connection may take, seen from outside.

use crate::support::{ask, client, codes, engine, incoming, post, serve, still, task, uuid};
use airspec_mock::{Engine, Settings};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};

/// The answer to a body that is only said, not sent.
fn answer(engine: &Engine, body: String) -> (u16, Value, usize) {
    let answer = engine.answer(&incoming("POST", "/v1", "sk-0123456789abcdef", body.into_bytes()));
    let bytes = answer.body.into_bytes();
    (answer.status, serde_json::from_slice(&bytes).unwrap(), bytes.len())
}

#[test]
fn more_tasks_or_values_than_a_request_may_have_are_refused_in_one_sentence() {
    let engine = engine(Settings { max_tasks: 3, ..Settings::default() });
    for (body, code) in [
        (json!([{}, {}, {}, {}]).to_string(), "tooManyTasks"),
        (format!("[{}{{}}]", "{},".repeat(100_000)), "tooManyValues"),
        (format!("[{}[]]", "[],".repeat(1_000_000)), "tooManyValues"),
        (format!("[{{\"a\":[{}0]}}]", "0,".repeat(100_000)), "tooManyValues"),
        (format!("[[{}", "{\"a\":".repeat(50_000)), "tooManyValues"),
    ] {
        let (status, answer, bytes) = answer(&engine, body);
        assert_eq!((status, codes(&answer)), (400, vec![code]));
        assert!(bytes < 300, "{bytes}");
    }
    assert_eq!(ask(&engine, &json!([task(1, &json!({})), task(2, &json!({})), task(3, &json!({}))])).0, 200);
}

#[test]
fn of_many_errors_the_first_are_told_and_the_rest_are_counted() {
    let engine = engine(Settings::default());
    let unknown: Value =
        (0..5_000).map(|n| (format!("x{n}"), json!(0))).collect::<serde_json::Map<_, _>>().into();
    let (status, answer) = ask(&engine, &json!([task(1, &unknown)]));
    let told = codes(&answer);
    assert_eq!((status, told.len(), told[100]), (400, 101, "moreErrors"));
    let last = &answer["errors"][100];
    assert_eq!(last["message"], "4900 more errors of this task are left out.");
    assert_eq!(last["taskUUID"], uuid(1));

    let ping = json!([{"taskType": "ping", "ping": true}]).to_string();
    let many: String = (0..5_000).map(|n| format!(",\"x{n}\":0")).collect();
    let (_, answer) =
        ask(&engine, &serde_json::from_str(&ping.replace("true", &format!("true{many}"))).unwrap());
    assert_eq!((codes(&answer).len(), *codes(&answer).last().unwrap()), (101, "moreErrors"));

    let wrong: Vec<Value> = (0..500).map(|n| json!({"taskType": "x", "taskUUID": uuid(n), "a": 0})).collect();
    let (_, answer) = ask(&engine, &json!(wrong));
    let errors = answer["errors"].as_array().unwrap();
    assert!(errors.len() <= 1_500, "{}", errors.len());
    for number in 0..500 {
        assert!(errors.iter().any(|error| error["taskUUID"] == uuid(number)), "every task has an error");
    }
}

#[test]
fn more_results_than_an_answer_holds_are_refused_task_by_task() {
    let engine = still(Settings::default());
    let many: Vec<Value> = (0..101).map(|n| task(n, &json!({"numberResults": 20}))).collect();
    let (status, answer) = ask(&engine, &json!(many));
    assert_eq!((status, answer["data"].as_array().unwrap().len()), (200, 2_000));
    assert_eq!(codes(&answer), ["tooManyResults"]);
    assert_eq!(answer["errors"][0]["taskUUID"], uuid(100));

    let deferred: Vec<Value> =
        (200..250).map(|n| task(n, &json!({"numberResults": 20, "deliveryMethod": "async"}))).collect();
    assert_eq!(ask(&engine, &json!(deferred)).0, 200);
    let polls: Vec<Value> =
        (0..150).map(|n| json!({"taskType": "getResponse", "taskUUID": uuid(200 + n % 50)})).collect();
    let (_, answer) = ask(&engine, &json!(polls));
    assert_eq!((answer["data"].as_array().unwrap().len(), codes(&answer).len()), (2_000, 50));
}

#[test]
fn images_in_an_answer_are_limited_by_their_pixels() {
    let engine = engine(Settings::default());
    let changes = json!({"numberResults": 20, "outputType": "base64Data", "width": 3840, "height": 3840});
    let request = json!([task(1, &changes), task(2, &changes), task(3, &json!({}))]).to_string();
    // Not drawn: that would take a while.
    let answer = engine.answer(&incoming("POST", "/v1", "sk-0123456789abcdef", request.into_bytes()));
    assert_eq!(
        (answer.note.results, answer.note.errors.as_slice()),
        (21, ["tooManyResults".to_owned()].as_slice())
    );
}

#[test]
fn a_key_that_is_no_key_is_refused() {
    let engine = engine(Settings::default());
    let auth = |key: &str| json!([{"taskType": "authentication", "apiKey": key}]);
    let key = |length| "k".repeat(length);
    assert_eq!(ask(&engine, &auth(&key(1_000))).0, 200);
    assert_eq!(ask(&engine, &auth(&key(2_000))).0, 401);
}

fn impatient() -> Settings {
    let short = Duration::from_millis(200);
    Settings { header_timeout: short, body_timeout: short, write_timeout: short, ..Settings::default() }
}

async fn connect(url: &str) -> TcpStream {
    TcpStream::connect(url.trim_start_matches("http://").trim_end_matches("/v1")).await.unwrap()
}

/// How long a connection lasts that has sent so much, and what it was told.
async fn lasts(url: &str, sent: &str) -> (Duration, String) {
    let (mut stream, started, mut said) = (connect(url).await, Instant::now(), Vec::new());
    stream.write_all(sent.as_bytes()).await.unwrap();
    // A reset is an end, too.
    let _ =
        tokio::time::timeout(Duration::from_secs(10), stream.read_to_end(&mut said)).await.expect("an end");
    (started.elapsed(), String::from_utf8_lossy(&said).into_owned())
}

#[tokio::test]
async fn a_head_or_a_body_that_does_not_end_ends_the_connection() {
    let running = serve(engine(impatient())).await;
    for (sent, status) in [
        ("", ""),
        ("POST /v1 HTTP/1.1\r\nhost: localhost\r\nx: ", ""),
        ("POST /v1 HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\n\r\n[", "HTTP/1.1 408"),
        (
            "POST /v1 HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n1\r\n[\r\n",
            "HTTP/1.1 408",
        ),
        ("GET /v1 HTTP/1.1\r\nhost: localhost\r\n\r\nGET ", "HTTP/1.1 405"),
    ] {
        let (time, said) = lasts(&running.url, sent).await;
        assert!(time < Duration::from_secs(5), "{sent}: {time:?}");
        assert!(said.starts_with(status), "{sent}: {said}");
    }
    let long = format!("GET /v1 HTTP/1.1\r\nhost: localhost\r\nx: {}", "x".repeat(40_000));
    let (_, said) = lasts(&running.url, &long).await;
    assert!(said.starts_with("HTTP/1.1 431"), "{said}");
}

#[tokio::test]
async fn a_reader_that_stalls_is_left_and_one_that_is_slow_is_not() {
    let running = serve(engine(impatient())).await;
    let large = json!({"outputType": "base64Data", "outputFormat": "PNG", "numberResults": 20, "width": 2048, "height": 2048});
    let body = json!([task(1, &large)]).to_string();
    let head = format!(
        "POST /v1 HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer sk-0123456789\r\ncontent-type: \
         application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    let address = running.url.trim_start_matches("http://").trim_end_matches("/v1");
    let mut stalled = socket.connect(address.parse().unwrap()).await.unwrap();
    stalled.write_all(head.as_bytes()).await.unwrap();
    // The answer is larger than what the sockets hold, so the server has to wait, which it does not do for long.
    let mut first = [0; 12];
    stalled.read_exact(&mut first).await.unwrap();
    assert_eq!(&first, b"HTTP/1.1 200");
    let (status, _) = post(&running.url, &json!([task(2, &json!({"outputType": "base64Data"}))])).await;
    assert_eq!(status, 200, "others are served meanwhile");
    tokio::time::sleep(Duration::from_secs(3)).await;
    let mut rest = Vec::new();
    // A reset is an end, too.
    let _ = stalled.read_to_end(&mut rest).await;
    assert!(!rest.ends_with(b"0\r\n\r\n"), "{} bytes were had by who did not read", rest.len());

    let slow = client().post(&running.url).body(json!([task(3, &json!({}))]).to_string());
    let slow =
        slow.header("authorization", "Bearer sk-0123456789").header("content-type", "application/json");
    let (status, answer) = crate::support::send(slow.header("x-mock-network", "slow=1s")).await;
    assert_eq!((status, answer["data"].as_array().unwrap().len()), (200, 1));
}

#[tokio::test]
async fn where_all_connections_are_taken_the_idlest_makes_room() {
    let settings =
        Settings { max_connections: 8, header_timeout: Duration::from_secs(600), ..Settings::default() };
    let running = serve(engine(settings)).await;
    let mut idle = Vec::new();
    for _ in 0..30 {
        let mut stream = connect(&running.url).await;
        stream.write_all(b"POST /v1 HTTP/1.1\r\n").await.unwrap();
        idle.push(stream);
    }
    let body = json!([task(1, &json!({}))]);
    let answered = post(&running.url, &body);
    let (status, _) = tokio::time::timeout(Duration::from_secs(30), answered).await.expect("an answer");
    assert_eq!(status, 200);
}

#[tokio::test]
async fn requests_under_way_do_not_make_room() {
    let running = serve(engine(Settings { max_connections: 2, ..Settings::default() })).await;
    let url = Arc::new(running.url.clone());
    let asks = (0..6).map(|number| {
        let url = Arc::clone(&url);
        tokio::spawn(async move {
            let request = crate::support::request(&url, &json!([task(number, &json!({}))]));
            crate::support::send(request.header("x-mock-network", "latency=200ms")).await.0
        })
    });
    for ask in asks.collect::<Vec<_>>() {
        assert_eq!(ask.await.unwrap(), 200);
    }
}

#[tokio::test]
async fn a_large_answer_is_whole_although_it_is_drawn_while_it_is_read() {
    let running = serve(engine(Settings::default())).await;
    let changes = json!({"outputType": "dataURI", "outputFormat": "PNG", "numberResults": 5, "width": 1920, "height": 1920});
    let (status, answer) =
        post(&running.url, &json!([task(1, &changes), task(2, &json!({"width": 17}))])).await;
    assert_eq!((status, codes(&answer)), (200, vec!["invalidWidth"]));
    let data = answer["data"].as_array().unwrap();
    assert_eq!(data.len(), 5);
    for item in data {
        let text = item["imageDataURI"].as_str().unwrap().strip_prefix("data:image/png;base64,").unwrap();
        let bytes = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, text).unwrap();
        let found = airspec_media::probe(&bytes).unwrap();
        assert_eq!(found.size(), Some((1920, 1920)));
    }
}
