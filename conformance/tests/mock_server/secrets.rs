//! A key is never shown: not in answers, errors, log lines, deliveries or debug output.

use crate::support::{KEY, bare, incoming, post, send, serve, still, task};
use airspec_conformance::mock::{Key, Settings};
use serde_json::json;
use std::time::Duration;

#[tokio::test]
async fn no_part_of_a_key_is_in_any_log_line_error_or_recorded_delivery() {
    let wrong = "sk-wrong-fedcba98";
    let engine = still(Settings { key: Some(Key::new(KEY)), retries: vec![], ..Settings::default() });
    let running = serve(engine).await;
    let origin = running.url.trim_end_matches("/v1").to_owned();
    let mut answers = Vec::new();
    // As a value, a name, an identifier, an address; in a good request and in bad ones.
    for (number, changes) in [
        json!({}),
        json!({"width": KEY}),
        json!({KEY: 1}),
        json!({"taskUUID": KEY}),
        json!({"outputFormat": KEY}),
        json!({"positivePrompt": KEY, "width": 17}),
        json!({"webhookURL": format!("http://{KEY}:{KEY}@127.0.0.1:1/{KEY}?key={KEY}")}),
        json!({"taskType": KEY}),
    ]
    .iter()
    .enumerate()
    {
        answers.push(post(&running.url, &json!([task(number as u64, changes)])).await.1.to_string());
    }
    for key in [KEY, wrong] {
        let auth = json!([{"taskType": "authentication", "apiKey": key, "x": key}, {"taskType": key}]);
        answers.push(
            send(bare(&running.url, auth.to_string()).header("content-type", "application/json"))
                .await
                .1
                .to_string(),
        );
        answers.push(send(bare(&format!("{origin}/{key}?k={key}"), key)).await.1.to_string());
        answers.push(
            send(bare(&running.url, key).header("authorization", format!("Bearer {key}")))
                .await
                .1
                .to_string(),
        );
        let method = reqwest::Method::from_bytes(b"SKWRONG").unwrap();
        answers.push(send(crate::support::client().request(method, &running.url)).await.1.to_string());
    }
    while running.engine.deliveries().iter().any(|delivery| delivery.attempts.is_empty()) {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    answers.push(format!("{:?}", running.engine.deliveries()));
    answers.push(format!("{:?}", running.engine));
    answers.push(format!("{:?}", incoming("POST", "/v1", KEY, KEY.into())));
    answers.extend(running.log.lock().unwrap().iter().cloned());
    assert!(answers.len() > 25);
    for part in ["0123456789", "6789abcdef", "fedcba", "sk-wrong", "SKWRONG"] {
        for answer in &answers {
            assert!(!answer.contains(part), "{part} is in {answer}");
        }
    }
}
