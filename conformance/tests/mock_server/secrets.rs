//! A key is never shown: not in answers, errors, log lines, deliveries or debug output, over either front and over a
//! WebSocket.

use crate::socket::Client;
use crate::support::{Front, KEY, Running, bare, incoming, post, send, serve, still, task};
use airspec_mock::{Engine, Key, Settings};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

const WRONG: &str = "sk-wrong-fedcba98";
/// Parts of both keys, and of a method that looks like one.
const PARTS: [&str; 6] = ["0123456789", "6789abcdef", "fedcba", "sk-wrong", "SKWRONG", "sk-01"];

fn secretive() -> Arc<Engine> {
    still(Settings { key: Some(Key::new(KEY)), retries: vec![], ..Settings::default() })
}

/// The key as a value, a name, an identifier, an address; in a good task and in bad ones.
fn tasks() -> Vec<Value> {
    let changes = [
        json!({}),
        json!({"width": KEY}),
        json!({KEY: 1}),
        json!({"taskUUID": KEY}),
        json!({"outputFormat": KEY}),
        json!({"positivePrompt": KEY, "width": 17}),
        json!({"webhookURL": format!("http://{KEY}:{KEY}@127.0.0.1:1/{KEY}?key={KEY}")}),
        json!({"taskType": KEY}),
    ];
    (1..).zip(&changes).map(|(number, changes)| task(number, changes)).collect()
}

fn hold_nothing(told: &[String]) {
    for (part, told) in PARTS.iter().flat_map(|part| told.iter().map(move |told| (part, told))) {
        assert!(!told.contains(part), "{part} is in {told}");
    }
}

#[tokio::test]
async fn no_part_of_a_key_is_in_any_answer_log_line_or_recorded_delivery() {
    for front in Front::both(secretive).await {
        let url = front.url();
        let origin = url.trim_end_matches("/v1").to_owned();
        let mut told = Vec::new();
        for task in tasks() {
            told.push(post(&url, &json!([task])).await.1.to_string());
        }
        for key in [KEY, WRONG] {
            let auth = json!([{"taskType": "authentication", "apiKey": key, "x": key}, {"taskType": key}]);
            let method = reqwest::Method::from_bytes(b"SKWRONG").unwrap();
            for request in [
                bare(&url, auth.to_string()).header("content-type", "application/json"),
                bare(&format!("{origin}/{key}?k={key}"), key),
                bare(&format!("{origin}/image/{key}.jpg"), key),
                bare(&url, key).header("authorization", format!("Bearer {key}")),
                bare(&url, "[]").header("authorization", format!("Bearer {key}")).header("content-type", key),
                bare(&url, "[]").header("x-mock-network", key),
                crate::support::client().request(method, &url),
            ] {
                let (status, answer) = send(request).await;
                assert!(status >= 400, "{answer}");
                told.push(answer.to_string());
            }
        }
        while front.engine().deliveries().iter().any(|delivery| delivery.attempts.is_empty()) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let deliveries = crate::support::client().get(format!("{origin}/_mock/deliveries"));
        told.push(send(deliveries).await.1.to_string());
        told.push(format!("{:?}", front.engine().deliveries()));
        told.push(format!("{:?}", front.engine()));
        told.push(format!("{:?}", incoming("POST", "/v1", KEY, KEY.into())));
        if let Front::Axum(running) = &front {
            told.extend(lines(running));
        }
        assert!(told.len() > 25);
        hold_nothing(&told);
    }
}

#[tokio::test]
async fn no_part_of_a_key_is_in_any_frame_or_log_line_of_a_socket() {
    let running = serve(secretive()).await;
    let mut told = Vec::new();
    for first in [
        json!([{"taskType": "authentication", "apiKey": WRONG, "connectionSessionUUID": WRONG}]),
        json!([{"taskType": WRONG, "apiKey": WRONG}]),
        json!({"apiKey": WRONG}),
    ] {
        let mut client = Client::open(&running, None).await;
        client.say(&first).await;
        told.push(client.hear().await.unwrap().to_string());
        assert_eq!(client.hear().await, None);
    }
    let (mut client, _) = Client::authenticated(&running, None).await;
    let auth = json!({"taskType": "authentication", "apiKey": WRONG, KEY: KEY, "connectionSessionUUID": KEY});
    let poll = json!({"taskType": "getResponse", "taskUUID": KEY, KEY: 1});
    for task in tasks().into_iter().chain([auth, poll]) {
        client.say(&json!([task])).await;
        told.push(client.hear().await.unwrap().to_string());
    }
    told.extend(lines(&running));
    assert!(told.len() > 20);
    hold_nothing(&told);
}

fn lines(running: &Running) -> Vec<String> {
    running.log.lock().unwrap().clone()
}
