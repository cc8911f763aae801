//! `airspec replay`: recorded requests, sent to another server.

mod support;

use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::process::Output;
use support::{SPEC, Server, airspec};

const PROMPT: &str = "a secret lighthouse at night";

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

fn id(number: usize) -> String {
    format!("1b4e28ba-2fa1-41d2-883f-{number:012x}")
}

fn task(number: usize, more: &Value) -> Value {
    let mut task = json!({"taskType": "imageInference", "taskUUID": id(number), "model": "openai:gpt-image@2",
        "positivePrompt": PROMPT, "width": 1024, "height": 1024});
    task.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    task
}

fn result(number: usize, more: &Value) -> Value {
    let mut result = json!({"taskType": "imageInference", "taskUUID": id(number),
        "imageUUID": format!("7d6b7cba-95ec-4a7a-8c6f-{number:012x}"),
        "imageURL": format!("https://im.runware.ai/image/{number}.jpg")});
    result.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    result
}

fn line(request: &Value, status: u16, answer: &Value) -> Value {
    json!({"request": request, "status": status, "answer": answer})
}

/// A record of a correct server: a plain task, a deferred one with its poll, and what is not sent again.
fn record() -> Vec<Value> {
    let poll = json!([{"taskType": "getResponse", "taskUUID": id(2)}]);
    let refused = json!({"errors": [{"code": "invalidWidth", "message": "Invalid", "parameter": "width", "taskUUID": id(3)}]});
    let first = result(2, &json!({"status": "success", "cost": 0.211}));
    let mut second = result(9, &json!({"status": "success", "cost": 0.211}));
    second["taskUUID"] = id(2).into();
    vec![
        line(
            &json!([task(1, &json!({"includeCost": true}))]),
            200,
            &json!({"data": [result(1, &json!({"cost": 0.211}))]}),
        ),
        line(
            &json!([task(2, &json!({"deliveryMethod": "async", "numberResults": 2, "includeCost": true}))]),
            200,
            &json!({"data": [{"taskType": "imageInference", "taskUUID": id(2)}]}),
        ),
        line(&poll, 200, &json!({"data": [first, second]})),
        line(&json!([task(3, &json!({"width": 4000}))]), 400, &refused),
        line(
            &json!([task(4, &json!({"webhookURL": "http://127.0.0.1:9/hook"}))]),
            200,
            &json!({"data": [result(4, &json!({}))]}),
        ),
    ]
}

fn replay(folder: &Path, record: &[Value], url: &str, arguments: &[&str]) -> Output {
    let file = folder.join("traffic.jsonl");
    let lines: Vec<String> = record.iter().map(ToString::to_string).collect();
    fs::write(&file, lines.join("\n")).unwrap();
    airspec(&[&["replay", file.to_str().unwrap(), "--target", url, "--spec", SPEC], arguments].concat())
}

#[test]
fn a_correct_server_comes_to_the_verdicts_of_the_record_as_often_as_it_is_asked() {
    let folder = tempfile::tempdir().unwrap();
    let mock = Server::start(&["--spec", SPEC]);
    let report = folder.path().join("report");
    for _ in 0..2 {
        let output = replay(folder.path(), &record(), &mock.url, &["--report", report.to_str().unwrap()]);
        let text = told(&output);
        assert_eq!(output.status.code(), Some(0), "{text}");
        assert!(text.contains("2 requests compared with the record: 0 different verdicts"), "{text}");
        for reason in ["the request breaks the spec (1)", "a task calls a webhook or uploads its files (1)"] {
            assert!(text.contains(reason), "{reason}: {text}");
        }
        assert!(!text.contains("lighthouse"), "{text}");
    }
    let report = support::report(&report);
    let entry = |id: &str| report["cases"].as_array().unwrap().iter().find(|case| case["id"] == id).cloned();
    assert_eq!(entry("deliveryMethod.delivery.behave.traffic").unwrap()["verdict"], "pass");
    assert!(report["target"].as_str().unwrap().contains("replayed to"), "{}", report["target"]);
}

#[test]
fn a_server_with_a_fault_and_a_record_with_one_differ() {
    let folder = tempfile::tempdir().unwrap();
    // Now it is wrong: in the answer at once, and in results that come later.
    for fault in ["answer:includeCost.flag:never", "conversation:poll-without:cost"] {
        let mock = Server::start(&["--spec", SPEC, "--fault", fault]);
        let output = replay(folder.path(), &record(), &mock.url, &["--timeout", "5"]);
        let text = told(&output);
        assert_eq!(output.status.code(), Some(1), "{fault}: {text}");
        assert!(
            text.contains(", includeCost.flag\n    recorded: no finding\n    replayed: "),
            "{fault}: {text}"
        );
    }
    // It was wrong in the record.
    let mock = Server::start(&["--spec", SPEC]);
    let mut wrong = record();
    wrong[0]["answer"]["data"][0].as_object_mut().unwrap().remove("cost");
    let output = replay(folder.path(), &wrong, &mock.url, &[]);
    let text = told(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains("exchange 1, includeCost.flag") && text.contains("replayed: no finding"), "{text}");
}

#[test]
fn money_has_a_limit_and_nothing_is_sent_elsewhere_without_one() {
    let folder = tempfile::tempdir().unwrap();
    let output = replay(folder.path(), &record(), "http://192.0.2.1/v1", &[]);
    let text = told(&output);
    assert_eq!(output.status.code(), Some(2), "{text}");
    assert!(text.contains("192.0.2.1 is not this machine") && text.contains("--max-cost USD"), "{text}");
    assert!(!text.contains("--free-only"), "{text}");
    // Room for one of the two requests: the second has two results.
    let mock = Server::start(&["--spec", SPEC]);
    let output = replay(folder.path(), &record(), &mock.url, &["--max-cost", "1.0"]);
    let text = told(&output);
    assert_eq!(output.status.code(), Some(2), "{text}");
    assert!(text.contains("USD of the limit of 1.000 USD spent"), "{text}");
    assert!(text.contains("The request may cost") && text.contains("1 request compared"), "{text}");
    // A limit of nothing sends nothing.
    let output = replay(folder.path(), &record(), &mock.url, &["--max-cost", "0"]);
    assert!(told(&output).contains("0.000 USD of the limit of 0.000 USD spent"), "{}", told(&output));
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn what_cannot_be_used_is_said_and_ends_with_2() {
    let folder = tempfile::tempdir().unwrap();
    for (url, words) in [
        ("ws://127.0.0.1:1/v1", "over HTTP"),
        ("nonsense", "target"),
        ("http://127.0.0.1:1/v1", "no connection"),
    ] {
        let output = replay(folder.path(), &record()[..1], url, &[]);
        let text = told(&output);
        assert!(output.status.code() == Some(2) && text.contains(words), "{url}: {text}");
    }
    // Masked media are no media.
    let mock = Server::start(&["--spec", SPEC]);
    let image = json!({"inputs": {"referenceImages": ["https://xxxxx.xxxxxxx/x.xxx"]}});
    let mut masked = line(&json!([task(1, &image)]), 200, &json!({"data": [result(1, &json!({}))]}));
    masked["masked"] = json!(true);
    let output = replay(folder.path(), &[masked], &mock.url, &[]);
    assert!(told(&output).contains("the media of a task are masked"), "{}", told(&output));
    assert_eq!(output.status.code(), Some(2));
}
