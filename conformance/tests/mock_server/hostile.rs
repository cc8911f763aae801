//! What nobody should send: the mock says so, and stays up.

use crate::support::{Front, KEY, bare, codes, engine, post, send, serve, task};
use airspec_mock::Settings;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

#[tokio::test]
async fn a_body_that_is_no_batch_is_refused_in_clear_words() {
    let deep = format!("{}0{}", "[".repeat(70), "]".repeat(70));
    let bodies: Vec<(Vec<u8>, &str)> = vec![
        (b"".to_vec(), "invalidJson"),
        (b"[".to_vec(), "invalidJson"),
        (b"[{]".to_vec(), "invalidJson"),
        (b"\xff\xfe".to_vec(), "invalidJson"),
        (b"\xef\xbb\xbf[]".to_vec(), "invalidJson"),
        (b"[{\"a\":1,\"a\":2}]".to_vec(), "invalidJson"),
        (b"[1e999]".to_vec(), "invalidJson"),
        (deep.into_bytes(), "invalidJson"),
        (b"{}".to_vec(), "invalidRequestBody"),
        (b"[]".to_vec(), "invalidRequestBody"),
        (b"null".to_vec(), "invalidRequestBody"),
        (b"\"[]\"".to_vec(), "invalidRequestBody"),
        (b"[null]".to_vec(), "invalidTask"),
        (b"[[]]".to_vec(), "invalidTask"),
    ];
    for front in Front::both(|| engine(Settings::default())).await {
        for (body, code) in &bodies {
            let request = bare(&front.url(), body.clone())
                .header("authorization", format!("Bearer {KEY}"))
                .header("content-type", "application/json; charset=utf-8");
            let (status, answer) = send(request).await;
            let shown = String::from_utf8_lossy(body);
            assert_eq!((status, codes(&answer)), (400, vec![*code]), "{shown}");
            assert!(!answer["errors"][0]["message"].as_str().unwrap().is_empty());
        }
        assert_eq!(post(&front.url(), &json!([task(1, &json!({}))])).await.0, 200, "still up");
    }
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_unread() {
    let running = serve(engine(Settings { max_body: 1000, ..Settings::default() })).await;
    let address = running.url.trim_start_matches("http://").trim_end_matches("/v1").to_owned();
    let mut stream = TcpStream::connect(&address).await.unwrap();
    // Nothing of the body is sent, and the answer comes all the same.
    let head = format!("POST /v1 HTTP/1.1\r\nhost: {address}\r\ncontent-length: 1000000000\r\n\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    assert!(answer.contains("requestTooLarge"));

    let (status, _) = send(bare(&running.url, vec![b' '; 1001])).await;
    assert_eq!(status, 413);
    let front = Front::both(|| engine(Settings { max_body: 1000, ..Settings::default() })).await;
    assert_eq!(send(bare(&front[0].url(), vec![b' '; 1001])).await.0, 413);
}

#[tokio::test]
async fn what_is_not_http_does_not_bring_the_server_down() {
    let running = serve(engine(Settings::default())).await;
    let address = running.url.trim_start_matches("http://").trim_end_matches("/v1").to_owned();
    for noise in
        ["\0\0\0\0", "GET\r\n\r\n", "POST /v1 HTTP/1.1\r\ncontent-length: x\r\n\r\n", "\x16\x03\x01\x02\0"]
    {
        let mut stream = TcpStream::connect(&address).await.unwrap();
        stream.write_all(noise.as_bytes()).await.unwrap();
        drop(stream);
    }
    assert_eq!(post(&running.url, &json!([task(1, &json!({}))])).await.0, 200);
}

#[tokio::test]
async fn a_server_that_is_told_to_stop_ends_and_frees_its_port() {
    let mut running = serve(engine(Settings::default())).await;
    assert_eq!(post(&running.url, &json!([task(1, &json!({}))])).await.0, 200);
    running.stop.take().unwrap().send(()).unwrap();
    tokio::time::timeout(std::time::Duration::from_secs(10), running.ended).await.unwrap().unwrap();
    assert!(crate::support::client().get(&running.url).send().await.is_err());
}

#[test]
fn thousands_of_requests_leave_little_behind() {
    let engine = engine(Settings {
        retention: std::time::Duration::ZERO,
        pace: std::time::Duration::ZERO,
        ..Settings::default()
    });
    for number in 0..3_000 {
        let changes = json!({"deliveryMethod": "async", "webhookURL": "http://127.0.0.1:1/"});
        crate::support::ask(&engine, &json!([task(number, &changes)]));
    }
    assert!(engine.deliveries().len() <= 1000);
}
