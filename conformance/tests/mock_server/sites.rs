//! Web pages of elsewhere, which a browser lets send requests to this machine: they are refused, and no others are.

use crate::support::{Front, KEY, Running, bare, client, codes, engine, post, request, serve, task};
use airspec_mock::Settings;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

fn allowing() -> Settings {
    let allow_origins = vec!["https://app.example".to_owned(), "http://mock:8080".to_owned()];
    Settings { allow_origins, ..Settings::default() }
}

async fn status(request: RequestBuilder) -> u16 {
    request.send().await.unwrap().status().as_u16()
}

fn sent(front: &Front, headers: &[(&str, &str)]) -> RequestBuilder {
    let request = request(&front.url(), &json!([task(1, &json!({}))]));
    headers.iter().fold(request, |request, (name, value)| request.header(*name, *value))
}

#[tokio::test]
async fn a_page_of_another_origin_is_refused_and_one_of_this_machine_is_not() {
    for front in Front::both(|| engine(Settings::default())).await {
        for (headers, code) in [
            (vec![("origin", "https://evil.example")], "forbiddenOrigin"),
            (vec![("origin", "null")], "forbiddenOrigin"),
            (vec![("host", "evil.example")], "forbiddenHost"),
            (vec![("host", "localhost.evil.example:80"), ("origin", "http://localhost")], "forbiddenHost"),
            (vec![("host", "127.0.0.1.evil.example")], "forbiddenHost"),
        ] {
            let answer = sent(&front, &headers).send().await.unwrap();
            assert_eq!(answer.status(), 403, "{headers:?}");
            assert!(answer.headers().get("access-control-allow-origin").is_none());
            let answer: Value = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
            assert_eq!(codes(&answer), [code], "{headers:?}");
            let said = answer["errors"][0]["message"].as_str().unwrap();
            assert!(said.contains("--allow-origin"), "{said}");
        }
        let near = [("host", "localhost:1"), ("origin", "http://localhost:3000")];
        assert_eq!(status(sent(&front, &near[..1])).await, 200);
        assert_eq!(status(sent(&front, &near)).await, 200);
    }
}

#[tokio::test]
async fn no_route_is_open_to_strangers() {
    for front in Front::both(|| engine(Settings::default())).await {
        let origin = front.url().replace("/v1", "");
        for (method, path) in [
            (Method::POST, "/v1"),
            (Method::GET, "/v1"),
            (Method::OPTIONS, "/v1"),
            (Method::GET, "/image/x.jpg"),
            (Method::GET, "/_mock/deliveries"),
            (Method::POST, "/_mock/clock"),
            (Method::GET, "/"),
        ] {
            let asked = || client().request(method.clone(), format!("{origin}{path}"));
            assert_eq!(status(asked().header("origin", "https://evil.example")).await, 403, "{path}");
            assert_eq!(status(asked().header("host", "evil.example")).await, 403, "{path}");
        }
    }
}

#[tokio::test]
async fn an_origin_of_the_settings_may_use_the_mock_and_read_its_answers() {
    for front in Front::both(|| engine(allowing())).await {
        let headers = [("origin", "https://app.example"), ("host", "mock:8080")];
        let answer = sent(&front, &headers).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()["access-control-allow-origin"], "https://app.example");
        assert_eq!(answer.headers()["vary"], "origin");
        assert_eq!(status(sent(&front, &[("origin", "http://app.example")])).await, 403);
        assert_eq!(status(sent(&front, &[("host", "mocks")])).await, 403);

        let ask = |origin: &str| {
            client()
                .request(Method::OPTIONS, front.url())
                .header("origin", origin)
                .header("access-control-request-method", "POST")
                .header("access-control-request-headers", "authorization, content-type")
        };
        let leave = ask("https://app.example").send().await.unwrap();
        assert_eq!(leave.status(), 204);
        assert_eq!(leave.headers()["access-control-allow-headers"], "authorization, content-type");
        assert_eq!(leave.headers()["access-control-allow-origin"], "https://app.example");
        assert_eq!(status(ask("https://evil.example")).await, 403);
    }
}

/// What a server says first to bytes that no HTTP client would send.
async fn said(running: &Running, head: &str) -> String {
    let address = running.url.trim_start_matches("http://").trim_end_matches("/v1");
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(head.replace('\n', "\r\n").as_bytes()).await.unwrap();
    let mut answer = vec![0; 4096];
    let length = stream.read(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer[..length]).into_owned()
}

#[tokio::test]
async fn a_socket_of_a_page_of_another_origin_is_not_opened() {
    let running = serve(engine(allowing())).await;
    let upgrade = "connection: Upgrade\nupgrade: websocket\nsec-websocket-version: 13\n\
                   sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\n\n";
    for (headers, status) in [
        ("host: localhost\n", "101"),
        ("host: localhost\norigin: http://localhost:3000\n", "101"),
        ("host: mock\norigin: https://app.example\n", "101"),
        ("host: localhost\norigin: https://evil.example\n", "403"),
        ("host: localhost\norigin: null\n", "403"),
        ("host: rebound.example\n", "403"),
        ("host: localhost\nhost: rebound.example\n", "403"),
        ("host: localhost\norigin: http://localhost\norigin: https://evil.example\n", "403"),
    ] {
        let answer = said(&running, &format!("GET /v1 HTTP/1.1\n{headers}{upgrade}")).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{headers}{answer}");
    }
    let answer = said(&running, "GET http://rebound.example/v1 HTTP/1.1\nhost: localhost\n\n").await;
    assert!(answer.starts_with("HTTP/1.1 403 "), "{answer}");
    assert!(running.log.lock().unwrap().iter().any(|line| line.starts_with("GET (another site) 403")));
}

#[tokio::test]
async fn what_a_page_may_send_without_asking_moves_neither_clock_nor_money() {
    let running = serve(engine(Settings::default())).await;
    let control = running.url.replace("/v1", "/_mock/clock");
    let form = bare(&control, "{\"advance\": 3600}").header("content-type", "text/plain");
    assert_eq!(status(form.header("origin", "https://evil.example")).await, 403);
    let tasks = bare(&running.url, json!([task(1, &json!({}))]).to_string());
    let tasks = tasks.header("content-type", "text/plain").header("authorization", format!("Bearer {KEY}"));
    assert_eq!(status(tasks.header("origin", "https://evil.example")).await, 403);
    let (_, now) = crate::support::send(client().get(&control)).await;
    assert!(now["now"].as_f64().unwrap() < 1800.0, "{now}");
    assert_eq!(post(&running.url, &json!([task(1, &json!({}))])).await.0, 200);
}

#[test]
fn the_program_takes_origins_as_flags_and_refuses_what_is_none() {
    use std::io::{BufRead as _, Read as _, Write as _};
    use std::process::{Command, Stdio};

    let program = |origin: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_airspec"));
        command.args(["mock", "--quiet", "--port", "0", "--allow-origin", origin]);
        command
    };
    for wrong in ["null", "app.example", "https://app.example/path", "file:///x"] {
        let output = program(wrong).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{wrong}: {said}");
        assert!(said.contains("--allow-origin") && said.contains("https://app.example"), "{said}");
    }
    let mut mock = program("https://app.example").stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    std::io::BufReader::new(mock.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let address = line.split("http://").nth(1).unwrap().split("/v1").next().unwrap();
    let said = |origin: &str| {
        let mut stream = std::net::TcpStream::connect(address).unwrap();
        let head = format!("GET /_mock/clock HTTP/1.1\r\nhost: app.example\r\norigin: {origin}\r\n");
        stream.write_all(format!("{head}connection: close\r\n\r\n").as_bytes()).unwrap();
        let mut said = String::new();
        stream.read_to_string(&mut said).unwrap();
        said
    };
    let (let_in, refused) = (said("https://app.example"), said("https://evil.example"));
    mock.kill().unwrap();
    mock.wait().unwrap();
    assert!(let_in.starts_with("HTTP/1.1 200 "), "{let_in}");
    assert!(refused.starts_with("HTTP/1.1 403 "), "{refused}");
}
