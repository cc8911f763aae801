//! `airspec check`: recorded traffic as its users have it.
#![allow(clippy::needless_pass_by_value)] // what `json!` makes is passed on

#[allow(dead_code, reason = "starts no server")]
mod support;

use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;
use support::airspec;

const ID: &str = "1b4e28ba-2fa1-41d2-883f-0016d3cca427";
const PROMPT: &str = "a secret lighthouse at night";

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

fn task(more: Value) -> Value {
    let mut task = json!({"taskType": "imageInference", "taskUUID": ID, "model": "openai:gpt-image@2",
        "positivePrompt": PROMPT, "width": 1024, "height": 1024});
    task.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    task
}

/// A line of an exchange in which a task gets its result.
fn line(more: Value) -> Value {
    let result = json!({"taskType": "imageInference", "taskUUID": ID,
        "imageUUID": "7d6b7cba-95ec-4a7a-8c6f-2dd2b4a0c9a1", "imageURL": "https://im.runware.ai/image/secret.jpg"});
    json!({"client": "app/1.0", "request": [task(more)], "status": 200, "answer": {"data": [result]}})
}

fn check(folder: &Path, lines: &[Value], arguments: &[&str]) -> Output {
    let file = folder.join("traffic.jsonl");
    let text: Vec<String> = lines.iter().map(ToString::to_string).collect();
    fs::write(&file, text.join("\n")).unwrap();
    airspec(&[&["check", file.to_str().unwrap()], arguments].concat())
}

#[test]
fn the_archive_of_a_run_has_no_wrong_answer_and_every_wrong_request() {
    let folder = tempfile::tempdir().unwrap();
    let har = folder.path().join("run.har");
    let har = har.to_str().unwrap();
    let run = airspec(&[
        "conformance",
        "--seed",
        "7",
        "--search",
        "0",
        "--quiet",
        "--case",
        "width.*",
        "--har",
        har,
    ]);
    assert_eq!(run.status.code(), Some(0), "{}", told(&run));
    let report = folder.path().join("report");
    let output =
        airspec(&["check", har, "--fail-on", "server", "--strict", "--report", report.to_str().unwrap()]);
    let text = told(&output);
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(text.contains(" 0 answers wrong") && text.contains("clients break the spec"), "{text}");
    // Each constraint of the parameter has both sides.
    let report: Value =
        serde_json::from_str(&fs::read_to_string(report.join("report.json")).unwrap()).unwrap();
    let entry = |id: &str| report["cases"].as_array().unwrap().iter().find(|case| case["id"] == id).cloned();
    for id in ["width.maximum.accept.traffic", "width.maximum.reject.traffic"] {
        assert_eq!(entry(id).unwrap()["verdict"], "pass", "{id}");
    }
    assert_eq!(entry("ttl.minimum.reject.traffic").unwrap()["verdict"], "skip");
    assert_eq!(report["origin"], "traffic");
    assert!(report["clients"].as_array().unwrap().iter().any(|one| one["constraint"] == "width.maximum"));
    // The requests are wrong, on purpose.
    assert_eq!(airspec(&["check", har]).status.code(), Some(1));
    assert_eq!(airspec(&["check", har, "--fail-on", "client"]).status.code(), Some(1));
}

#[test]
fn the_exit_code_says_who_is_at_fault() {
    let folder = tempfile::tempdir().unwrap();
    let right = line(json!({}));
    let wide = line(json!({"width": 16_000}));
    let mut refused = wide.clone();
    refused["status"] = json!(400);
    refused["answer"] = json!({"errors": [{"code": "invalidWidth", "message": "m", "parameter": "width",
        "taskUUID": ID}]});
    for (lines, [any, server, client]) in [
        (vec![&right], [0, 0, 0]),
        // The client is wrong; then both are.
        (vec![&right, &refused], [1, 0, 1]),
        (vec![&right, &wide], [1, 1, 1]),
    ] {
        let lines: Vec<Value> = lines.into_iter().cloned().collect();
        for (on, code) in [("any", any), ("server", server), ("client", client)] {
            let output = check(folder.path(), &lines, &["--fail-on", on]);
            assert_eq!(output.status.code(), Some(code), "{on}: {}", told(&output));
        }
    }
    let output = check(folder.path(), &[right.clone(), wide.clone(), wide], &[]);
    let text = told(&output);
    assert!(text.contains("breaks-page, 2 answers: accepted against `maximum`"), "{text}");
    assert!(text.contains("client app/1.0, 2 requests: width.maximum"), "{text}");
    assert!(
        text.contains("exchange 2: /0/width: must be at most ") && text.contains(", found 16000"),
        "{text}"
    );
    // What cannot be read is told, and no reason to forget what was found before.
    let broken = [right.to_string(), "{\"request\"".to_owned(), right.to_string()].join("\n");
    let file = folder.path().join("broken.jsonl");
    fs::write(&file, broken).unwrap();
    let output = airspec(&["check", file.to_str().unwrap()]);
    let text = told(&output);
    assert!(output.status.code() == Some(2) && text.contains("line 2 is no exchange"), "{text}");
    let output = airspec(&["check", "/no/such/file.har"]);
    assert!(output.status.code() == Some(2) && told(&output).contains("cannot be read"), "{}", told(&output));
}

#[test]
fn no_prompt_and_no_link_is_in_a_report_unless_it_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let report = folder.path().join("report");
    let lines = [line(json!({"width": 16_000})), line(json!({"outputFormat": PROMPT}))];
    for (flags, is_told) in [(&[][..], false), (&["--keep-bodies"], true)] {
        let output = check(folder.path(), &lines, &[&["--report", report.to_str().unwrap()], flags].concat());
        let mut text = told(&output);
        for file in ["report.json", "report.md", "report.html", "junit.xml"] {
            text += &fs::read_to_string(report.join(file)).unwrap();
        }
        assert_eq!(text.contains("lighthouse"), is_told, "{flags:?}");
        assert_eq!(text.contains("secret.jpg"), is_told, "{flags:?}");
        // A report of traffic has no command that the suite would run.
        assert!(text.contains("Conformance of traffic") && !text.contains("airspec conformance --seed"));
    }
}

fn shared(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared").join(path)
}

/// What is wrong with answers; what is wrong with requests, and how often.
type Findings = (BTreeSet<String>, BTreeSet<(String, u64)>);

/// The findings of a report: the subjects of wrong answers, and those of wrong requests.
fn findings(report: &Path) -> Findings {
    let report: Value =
        serde_json::from_str(&fs::read_to_string(report.join("report.json")).unwrap()).unwrap();
    let cases = report["cases"].as_array().unwrap().iter();
    let wrong = cases.filter(|case| ["fail", "note"].iter().any(|verdict| case["verdict"] == *verdict));
    let clients = report.get("clients").and_then(Value::as_array).into_iter().flatten();
    (
        wrong
            .map(|case| {
                format!("{}: {}", case["constraint"].as_str().unwrap(), case["detail"].as_str().unwrap())
            })
            .collect(),
        clients
            .map(|one| (one["constraint"].as_str().unwrap().to_owned(), one["count"].as_u64().unwrap()))
            .collect(),
    )
}

#[test]
fn recorded_pairs_have_exactly_the_deviations_that_are_known() {
    let (examples, schemas) = (shared("provider-examples"), shared("provider-schemas"));
    let Ok(entries) = examples.read_dir() else {
        println!("skipped: {} is not there", examples.display());
        return;
    };
    let mut pairs = 0;
    let mut wrong: BTreeMap<String, Findings> = BTreeMap::new();
    for path in entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "json"))
    {
        let file: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let report = folder.path().to_str().unwrap();
        let output = airspec(&[
            "check",
            path.to_str().unwrap(),
            "--spec",
            schemas.to_str().unwrap(),
            "--report",
            report,
        ]);
        let count = file["examples"].as_array().unwrap().len();
        pairs += count;
        assert!(
            told(&output).contains(&format!("{count} exchanges, {count} answers judged")),
            "{}",
            told(&output)
        );
        let found = findings(folder.path());
        let is_right = found.0.is_empty() && found.1.is_empty();
        assert_eq!(output.status.code(), Some(i32::from(!is_right)), "{}", told(&output));
        if !is_right {
            wrong.insert(file["model"].as_str().unwrap().to_owned(), found);
        }
    }
    println!("{pairs} pairs: {wrong:#?}");
    assert_eq!(pairs, 25);
    let models: Vec<&str> = wrong.keys().map(String::as_str).collect();
    assert_eq!(models, ["bria-video-background-removal", "clarity"]);
    // The file of this model no longer has the parameter that its own examples use, and all four were accepted.
    let (bria, bria_clients) = &wrong["bria-video-background-removal"];
    assert_eq!(*bria_clients, BTreeSet::from([("additionalProperties".to_owned(), 4)]));
    let has = |found: &BTreeSet<String>, words: &[&str]| {
        found.iter().any(|one| words.iter().all(|word| one.contains(word)))
    };
    assert!(
        has(bria, &["additionalProperties: accepted"]) && has(bria, &["mediaURL", "mediaUUID"]),
        "{bria:#?}"
    );
    let (clarity, clarity_clients) = &wrong["clarity"];
    assert!(clarity_clients.is_empty());
    assert!(has(clarity, &["inputImageUUID"]) && has(clarity, &["taskType", "imageUpscale"]), "{clarity:#?}");
}

/// A PNG of one pixel.
const PIXEL: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";

/// An archive in which a task gets a link, with the download where it is recorded.
fn archive(folder: &Path, link: &str, has_download: bool) -> PathBuf {
    let result = json!({"taskType": "imageInference", "taskUUID": ID,
        "imageUUID": "7d6b7cba-95ec-4a7a-8c6f-2dd2b4a0c9a1", "imageURL": link});
    let json = |value: Value| json!({"mimeType": "application/json", "text": value.to_string()});
    let mut entries = vec![json!({
        "request": {"method": "POST", "url": "https://api.runware.ai/v1", "headers": [],
            "postData": json(json!([task(json!({}))]))},
        "response": {"status": 200, "headers": [], "content": json(json!({"data": [result]}))},
    })];
    if has_download {
        entries.push(json!({
            "request": {"method": "GET", "url": link, "headers": []},
            "response": {"status": 200, "headers": [],
                "content": {"mimeType": "image/png", "text": PIXEL, "encoding": "base64"}},
        }));
    }
    let path = folder.join("files.har");
    fs::write(&path, json!({"log": {"entries": entries}}).to_string()).unwrap();
    path
}

/// Serves the file at every path.
fn serve_pixel() -> String {
    use base64::Engine as _;
    use std::io::{Read as _, Write as _};
    let bytes = base64::prelude::BASE64_STANDARD.decode(PIXEL).unwrap();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let link = format!("http://{}/image/secret.jpg", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 4096]).unwrap();
            let length = bytes.len();
            let head = format!(
                "HTTP/1.1 200 OK\r\ncontent-type: image/png\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n"
            );
            stream.write_all(&[head.as_bytes(), &bytes].concat()).unwrap();
        }
    });
    link
}

#[test]
fn files_are_examined_where_their_download_is_recorded_or_made_and_named_elsewhere() {
    let folder = tempfile::tempdir().unwrap();
    let far = "https://im.runware.ai/image/secret.jpg";
    let near = serve_pixel();
    let unseen = "- left out: 1 file that did not pass (--fetch downloads them): outputFormat.container, \
        width+height.size";
    for (link, has_download, flags, code, words) in [
        (far, true, &[][..], 1, "1 file of results, 1 looked at, 1 wrong"),
        (far, false, &[], 0, unseen),
        (&near, false, &[], 0, unseen),
        (&near, false, &["--fetch"], 0, "a file that --fetch did not get: its link is not followed"),
        (&near, false, &["--fetch", "--allow-private"], 1, "1 file of results, 1 looked at, 1 wrong"),
    ] {
        let file = archive(folder.path(), link, has_download);
        let output = airspec(&[&["check", file.to_str().unwrap()], flags].concat());
        let text = told(&output);
        assert_eq!(output.status.code(), Some(code), "{link} {flags:?}: {text}");
        assert!(text.contains(words) && !text.contains("secret"), "{link} {flags:?}: {text}");
        assert_eq!(text.contains("1 x 1 pixels where 1024 x 1024"), code == 1, "{text}");
    }
    let output = airspec(&["check", "x.har", "--allow-private"]);
    assert!(told(&output).contains("--fetch"), "{}", told(&output));
}
