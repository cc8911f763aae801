//! Exit code 0 means that everything planned was tried and holds; what is known and what has no answer is said so.

mod support;

use serde_json::Value;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::process::Output;
use support::{SPEC, Server, airspec, report};

fn printed(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn a_run_that_did_not_send_what_it_planned_is_incomplete() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    let mock = Server::start(&[]);
    let run = |more: &[&str]| {
        let arguments = ["conformance", "--target", &mock.url, "--max-cost", "0.3", "--report", path];
        airspec(&[&arguments[..], more].concat())
    };
    let output = run(&[]);
    assert_eq!(output.status.code(), Some(2));
    let last = printed(&output).lines().last().unwrap().to_owned();
    assert!(last.starts_with("incomplete: ") && last.ends_with(" not tried"), "{last}");
    let summary = &report(folder.path())["summary"];
    assert_eq!(summary["outcome"], "incomplete");
    assert!(summary["not_tried"].as_u64().unwrap() > 200, "{summary}");
    let file = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    assert!(
        file("junit.xml").contains(r#"type="incomplete""#) && file("junit.xml").contains(r#"errors="1""#)
    );
    assert!(file("report.md").contains("incomplete") && file("report.html").contains("Incomplete"));

    // What it has spent is on record, and a new run in the same folder would replace that.
    let again = run(&["--allow-incomplete"]);
    let reason = String::from_utf8_lossy(&again.stderr).into_owned();
    assert_eq!(again.status.code(), Some(2), "{reason}");
    assert!(reason.contains(&format!("continue it with --resume {path}")), "{reason}");
    assert_eq!(run(&["--resume", path, "--allow-incomplete"]).status.code(), Some(0));

    let merged = folder.path().join("merged");
    let merge = |more: &[&str]| airspec(&[&["merge", merged.to_str().unwrap(), path], more].concat());
    assert_eq!(merge(&[]).status.code(), Some(2));
    assert_eq!(merge(&["--allow-incomplete"]).status.code(), Some(0));
}

#[test]
fn an_accepted_deviation_ends_no_free_run_and_hides_no_other_finding() {
    let folder = tempfile::tempdir().unwrap();
    let list = folder.path().join("deviations.txt");
    std::fs::write(&list, "width.maximum.reject.* | 2999-01-01 | accepted | ticket 1\n").unwrap();
    let out = folder.path().join("report");
    let run = |faults: &[&str]| {
        let faults: Vec<&str> = faults.iter().flat_map(|fault| ["--fault", fault]).collect();
        let mock = Server::start(&faults);
        let fixed = ["conformance", "--free-only", "--seed", "1", "--search", "0", "--target", &mock.url];
        let some = ["--case", "width.*", "--case", "height.*"];
        let files = ["--deviations", list.to_str().unwrap(), "--report", out.to_str().unwrap()];
        let output = airspec(&[&fixed[..], &some, &files].concat());
        (output.status.code(), printed(&output), report(&out))
    };
    let (code, text, known) = run(&["accept:width.maximum"]);
    assert_eq!(code, Some(0), "{text}");
    assert!(known["summary"]["passed"].as_u64().unwrap() > 30, "{text}");
    let cases = known["cases"].as_array().unwrap();
    let unsent: Vec<_> = cases.iter().filter(|case| case["verdict"] == "skip").collect();
    assert!(!unsent.is_empty() && unsent.iter().all(|case| case["skip"] == "not-applicable"), "{unsent:?}");
    assert!(unsent.iter().all(|case| case["constraint"] == "width.maximum"), "{unsent:?}");

    let (code, text, _) = run(&["accept:width.maximum", "accept:height.maximum"]);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("height.maximum.reject.") && text.contains("does not conform: 5 failed"), "{text}");
}

#[test]
fn a_lost_answer_is_tried_again_and_then_an_own_verdict() {
    // What it answers is a refusal of everything, which is right for these cases.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for (number, stream) in listener.incoming().enumerate() {
            let mut stream = stream.unwrap();
            let mut buffer = vec![0; 64 << 10];
            let size = stream.read(&mut buffer).unwrap_or(0);
            // One request is lost once, and another one each time it comes.
            let is_lost = String::from_utf8_lossy(&buffer[..size]).contains(r#""width":3856"#);
            if size == 0 || is_lost || number == 2 {
                continue;
            }
            let body = r#"{"errors":[{"code":"invalidWidth","message":"no","parameter":"width"}]}"#;
            let _ = write!(
                stream,
                "HTTP/1.1 400 Bad Request\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
                body.len()
            );
        }
    });
    let folder = tempfile::tempdir().unwrap();
    let arguments = [
        "conformance",
        "--spec",
        SPEC,
        "--target",
        &url,
        "--case",
        "width.m*.reject.*",
        "--search",
        "0",
        "--alone",
        "--seed",
        "1",
    ];
    let output = airspec(&[&arguments[..], &["--report", folder.path().to_str().unwrap()]].concat());
    let text = printed(&output);
    assert_eq!(output.status.code(), Some(2), "{text}");
    assert!(!text.contains("breaks-page") && text.contains("incomplete: "), "{text}");
    let cases = report(folder.path())["cases"].as_array().unwrap().clone();
    let silent: Vec<_> = cases.iter().filter(|case| case["verdict"] == "no-answer").collect();
    let is_lost = |case: &&Value| case["request"]["body"].as_str().unwrap().contains(r#""width":3856"#);
    assert!(!silent.is_empty() && silent.len() == cases.iter().filter(is_lost).count(), "{text}");
    assert!(silent.iter().all(|case| case["finding"].is_null()));
    assert!(!folder.path().join("regressions.jsonl").exists());
}

#[test]
fn a_comparison_of_what_was_not_sent_is_incomplete() {
    let (good, other) = (Server::start(&[]), Server::start(&["--fault", "accept:width.maximum"]));
    let run = |more: &[&str]| {
        let fixed = ["conformance", "--compare", &good.url, &other.url, "--case", "width.m*", "--seed", "4"];
        let output = airspec(&[&fixed[..], more].concat());
        (output.status.code(), printed(&output))
    };
    let (code, text) = run(&["--max-cost", "0"]);
    assert_eq!(code, Some(2), "{text}");
    assert!(
        text.contains("cases without a verdict on one of the two") && text.ends_with("seed 4\n"),
        "{text}"
    );
    assert_eq!(run(&["--max-cost", "0", "--allow-incomplete"]).0, Some(0));
    assert_eq!(run(&[]).0, Some(1));

    let list = tempfile::NamedTempFile::new().unwrap();
    let path = list.path().to_str().unwrap();
    std::fs::write(path, "width.maximum.reject.* | 2999-01-01 | accepted | ticket 1\n").unwrap();
    let output = airspec(&["conformance", "--compare", &good.url, &other.url, "--deviations", path, "--fix"]);
    assert_eq!(output.status.code(), Some(2), "the findings of one server would replace those of the other");
}

#[test]
fn a_balance_that_is_spent_during_the_run_is_no_finding() {
    let mock = Server::start(&["--network", "balance=1"]);
    let output = airspec(&["conformance", "--target", &mock.url, "--seed", "7", "--search", "0"]);
    let text = printed(&output);
    assert_eq!(output.status.code(), Some(2), "{text}");
    assert!(!text.contains("breaks-page") && !text.contains("page-silent"), "{text}");
    let reason = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(reason.contains("the balance of the account is spent (HTTP 402)"), "{reason}");
    assert!(text.lines().last().unwrap().starts_with("incomplete: "), "{text}");
}

#[test]
fn a_model_that_answers_later_has_no_conflict_with_itself() {
    let spec = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/provider-schemas/tripo-v3-1.json");
    if !std::path::Path::new(spec).exists() {
        println!("SKIPPED: {spec} is not there");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    for more in [&["--alone"][..], &[]] {
        let fixed = ["conformance", "--spec", spec, "--seed", "3", "--search", "0", "--report", path];
        let output = airspec(&[&fixed[..], more].concat());
        let cases = report(folder.path())["cases"].as_array().unwrap().clone();
        let conflicts: Vec<_> = cases
            .iter()
            .filter(|case| case["verdict"] != "pass" && case["detail"].as_str().unwrap().contains("conflict"))
            .collect();
        assert!(cases.len() > 500 && conflicts.is_empty(), "{conflicts:?} {}", printed(&output));
    }
}
