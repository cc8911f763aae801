//! What the provider publishes, read by `fetch`, `import`, `verify`, `diff` and `catalogue`: from a server on this machine
//! that answers as the schema service and the pages of models do.

#[allow(dead_code, reason = "each test uses a part")]
#[path = "support/provider.rs"]
mod provider;

use provider::{Answer, Provider};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

const AIR: &str = "test:lantern@3";
const SLUG: &str = "test-lantern-3";
const RESOLVE: &str = "/resolve/test%3Alantern%403";

fn own(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec/tests/sources").join(name);
    fs::read_to_string(path).unwrap()
}

/// A provider that knows the lantern in every place.
fn provider() -> Provider {
    let provider = Provider::start();
    provider.json(RESOLVE, own("lantern.service.json"));
    provider.json("/resolve/test-lantern-3", own("lantern.service.json"));
    provider.json("/docs/models/test-lantern-3/schema.json", own("lantern.json"));
    provider.publish(
        "/docs/models/test-lantern-3.md",
        Answer::Text("text/markdown; charset=utf-8", own("lantern.md")),
    );
    provider
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Runs a command in a folder, which also holds its cache.
fn airspec(provider: &Provider, folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_airspec"));
    command.args(arguments).args(provider.flags()).current_dir(folder).stdin(Stdio::null());
    command.env("AIRSPEC_CACHE", folder.join("cache")).env_remove("AIRSPEC_MODELS").output().unwrap()
}

fn succeeds(provider: &Provider, folder: &Path, arguments: &[&str]) -> String {
    let output = airspec(provider, folder, arguments);
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", text(&output.stderr));
    text(&output.stdout)
}

/// The one message of a command that could not run.
fn refusal(provider: &Provider, folder: &Path, arguments: &[&str]) -> String {
    let output = airspec(provider, folder, arguments);
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
    assert!(output.stdout.is_empty() && said.starts_with("airspec: "), "{said}");
    assert!(said.lines().all(|line| line.starts_with("airspec: ") || line.starts_with("  help: ")), "{said}");
    said.trim_start_matches("airspec: ").trim_end().replace(&provider.url, "URL")
}

#[test]
fn a_model_is_read_from_each_of_the_three_places_by_slug_and_by_air_id() {
    let (provider, folder) = (provider(), tempfile::tempdir().unwrap());
    provider.json("/registry.json", r#"{"version": "1", "models": {"test:lantern@3": {"taskType": "imageInference", "id": "test-lantern-3"}}}"#);
    for (from, file) in
        [("service", "lantern.service.json"), ("schema", "lantern.json"), ("page", "lantern.md")]
    {
        for name in [AIR, SLUG] {
            let printed = succeeds(&provider, folder.path(), &["fetch", name, "--from", from]);
            assert_eq!(printed, own(file), "{name} from {from}");
        }
        let saved = folder.path().join("saved");
        succeeds(&provider, folder.path(), &["fetch", AIR, "--from", from, "--out", saved.to_str().unwrap()]);
        assert_eq!(fs::read_to_string(saved).unwrap(), own(file));
    }
    for from in ["service", "schema", "page"] {
        let models = folder.path().join(from);
        let out = models.to_str().unwrap();
        let said =
            succeeds(&provider, folder.path(), &["import", "--model", AIR, "--from", from, "--out", out]);
        assert!(said.contains(", about test-lantern-3\n") && said.contains("\nwrote "), "{said}");
        let said =
            succeeds(&provider, folder.path(), &["verify", "--model", SLUG, "--from", from, "--models", out]);
        assert!(said.contains(" 0 differences"), "{said}");
    }
}

#[test]
fn the_next_place_is_asked_only_where_one_does_not_know_the_model() {
    let (provider, folder) = (provider(), tempfile::tempdir().unwrap());
    let read = || {
        provider.requests();
        let printed = succeeds(&provider, folder.path(), &["fetch", SLUG, "--no-cache"]);
        (printed, provider.requests())
    };
    assert_eq!(read(), (own("lantern.service.json"), vec!["200 /resolve/test-lantern-3".to_owned()]));
    let unknown = || Answer::Status(404, "", String::new());
    provider.publish("/resolve/test-lantern-3", unknown());
    assert_eq!(read().0, own("lantern.json"));
    provider.publish("/docs/models/test-lantern-3/schema.json", unknown());
    let (page, asked) = read();
    assert_eq!((page, asked.len()), (own("lantern.md"), 3));
    provider.publish("/docs/models/test-lantern-3.md", unknown());
    assert_eq!(
        refusal(&provider, folder.path(), &["fetch", SLUG]),
        "URL/docs/models/test-lantern-3.md: HTTP 404: the model `test-lantern-3` is not published there"
    );
    provider.publish("/resolve/test-lantern-3", Answer::Status(503, "retry-after: 7\r\n", String::new()));
    assert_eq!(
        refusal(&provider, folder.path(), &["fetch", SLUG]),
        "URL/resolve/test-lantern-3: HTTP 503: try again in 7 s"
    );
}

#[test]
fn what_did_not_change_is_not_sent_again() {
    let (provider, folder) = (provider(), tempfile::tempdir().unwrap());
    let read = |more: &[&str]| {
        let printed = succeeds(&provider, folder.path(), &[&["fetch", AIR], more].concat());
        (printed, provider.requests().concat())
    };
    let (first, again) = (own("lantern.service.json"), own("lantern.service.json").replace("1024", "2048"));
    assert_eq!(read(&[]), (first.clone(), format!("200 {RESOLVE}")));
    assert_eq!(read(&[]), (first.clone(), format!("304 {RESOLVE}")));
    assert_eq!(read(&["--no-cache"]), (first.clone(), format!("200 {RESOLVE}")));
    provider.json(RESOLVE, again.clone());
    assert_eq!(read(&[]), (again.clone(), format!("200 {RESOLVE}")));
    // What is not there any more is not read from the cache, and neither is a damaged entry.
    let entry = fs::read_dir(folder.path().join("cache")).unwrap().next().unwrap().unwrap().path();
    let kept = fs::read_to_string(&entry).unwrap();
    fs::write(&entry, &kept[..kept.len() - 10]).unwrap();
    assert_eq!(read(&[]), (again, format!("200 {RESOLVE}")));
    provider.publish(RESOLVE, Answer::Status(500, "", String::new()));
    assert_eq!(
        refusal(&provider, folder.path(), &["fetch", AIR]),
        format!("URL{RESOLVE}: HTTP 500: try again later")
    );
}

/// Wrong answers, each with what is said of it.
fn wrong() -> Vec<(Answer, String)> {
    let service = own("lantern.service.json");
    let at = |reason: &str| format!("URL{RESOLVE}: {reason}");
    let json = |text: String| Answer::Text("application/json", text);
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n";
    let html = "HTML instead of JSON: is this the right address, or did a proxy answer in its place?";
    let announced =
        |rest: &str| format!("{head}content-length: {}\r\n\r\n{rest}", service.len()).into_bytes();
    let is_other = |answer: String| answer.replace("test:lantern@3", "test:kite@1");
    vec![
        (Answer::Text("text/html", "<p>Welcome</p>".to_owned()), at(html)),
        (json(" \n<!DOCTYPE html><p>Sign in</p>".to_owned()), at(html)),
        (
            Answer::Status(403, "", "no".to_owned()),
            at("HTTP 403: access is refused; is this the right address?"),
        ),
        (Answer::Status(429, "retry-after: 30\r\n", String::new()), at("HTTP 429: try again in 30 s")),
        (Answer::Status(204, "", String::new()), at("HTTP 204 instead of 200; is this the right address?")),
        (json(String::new()), at("the answer is empty; try again")),
        (Answer::Bytes(announced(&service[..900])), at("the answer ended early")),
        (
            Answer::Bytes(
                format!("{head}transfer-encoding: chunked\r\n\r\n40\r\n{}", &service[..9]).into_bytes(),
            ),
            at("the answer ended early"),
        ),
        (Answer::Bytes(b"SSH-2.0-OpenSSH_9.6\r\n".to_vec()), at("the answer ended early")),
        (json(service[..900].to_owned()), "help: the text ends too early: is the file complete?".to_owned()),
        (json(r#"{"error": "no such model"}"#.to_owned()), format!("URL{RESOLVE}:1:2: error: ")),
        (
            json(r#"{"requestSchema": {"type": "object", "propertes": {}}}"#.to_owned()),
            "unknown keyword `propertes`".to_owned(),
        ),
        (json(own("lantern.json")), at("expected an answer of the schema service, found an OpenAPI file")),
        (
            json(is_other(service.clone())),
            at("asked for the model `test:lantern@3`, the answer is about `test:kite@1`"),
        ),
        (
            Answer::Bytes([head.as_bytes(), b"\r\n\xff\xfe{}"].concat()),
            at("the answer is not text in UTF-8, expected JSON"),
        ),
        (
            json(" ".repeat((8 << 20) + 1)),
            at("the answer (HTTP 200) is larger than 8388608 bytes; is this the right address?"),
        ),
    ]
}

/// Answers that lead elsewhere, or are in no encoding that is read.
fn astray() -> Vec<(Answer, String)> {
    let at = |reason: &str| format!("URL{RESOLVE}: {reason}");
    vec![
        (
            Answer::Status(302, "location: /resolve/test%3Alantern%403\r\n", String::new()),
            at("redirected more than 5 times"),
        ),
        (
            Answer::Status(301, "location: http://example.org/x?secret=1\r\n", String::new()),
            at("`http://example.org/x` is not read: use https, or http on this machine"),
        ),
        (
            Answer::Status(308, "location: file:///etc/passwd\r\n", String::new()),
            at("`file:///etc/passwd` is not read"),
        ),
        (Answer::Status(200, "content-encoding: br\r\n", "x".to_owned()), "content encoding `br`".to_owned()),
    ]
}

#[test]
fn each_wrong_answer_gets_one_clear_message_and_changes_nothing() {
    let (provider, folder) = (provider(), tempfile::tempdir().unwrap());
    let models = folder.path().join("models");
    fs::create_dir(&models).unwrap();
    let document = models.join("test-lantern-3.json");
    fs::write(&document, own("lantern.json")).unwrap();
    for (answer, expected) in wrong().into_iter().chain(astray()) {
        provider.publish(RESOLVE, answer);
        let said = refusal(&provider, folder.path(), &["import", "--model", AIR, "--out", "models"]);
        assert!(said.contains(&expected), "{said}\n  instead of: {expected}");
        assert!(said.len() < 600 && !said.contains("secret"), "{said}");
    }
    assert_eq!(fs::read_to_string(&document).unwrap(), own("lantern.json"));
    assert_eq!(fs::read_dir(&models).unwrap().count(), 1);
    assert!(!folder.path().join("cache").exists(), "nothing that is wrong is kept");
}

#[test]
fn a_slow_server_and_none_are_not_waited_for() {
    let (provider, folder) = (provider(), tempfile::tempdir().unwrap());
    let head = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n{}";
    provider.publish(RESOLVE, Answer::Late(Duration::from_secs(20), head.to_vec()));
    let start = Instant::now();
    let said = refusal(&provider, folder.path(), &["fetch", AIR, "--timeout", "0.3"]);
    assert!(said.ends_with("no complete answer within 0.3 s; --timeout SECONDS allows more"), "{said}");
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    let nobody = Command::new(env!("CARGO_BIN_EXE_airspec"))
        .args(["fetch", AIR, "--no-cache", "--service", "http://127.0.0.1:1"])
        .output()
        .unwrap();
    let said = text(&nobody.stderr);
    assert!(said.contains("no connection: ") && said.contains("--proxy"), "{said}");
    for (flag, address) in
        [("--service", "http://schemas.runware.ai"), ("--service", "schemas.runware.ai"), ("--service", "")]
    {
        let output = Command::new(env!("CARGO_BIN_EXE_airspec"))
            .args(["fetch", AIR, "--no-cache", flag, address])
            .output()
            .unwrap();
        let said = text(&output.stderr);
        assert_eq!((output.status.code(), said.lines().count()), (Some(2), 1), "{said}");
        assert!(said.contains("use https") || said.contains("no URL"), "{said}");
    }
}

#[test]
fn a_schema_service_without_a_schema_of_results_is_read() {
    let (provider, folder) = (provider(), tempfile::tempdir().unwrap());
    let mut answer: Value = serde_json::from_str(&own("lantern.service.json")).unwrap();
    answer["responseSchema"] = Value::Null;
    provider.json(RESOLVE, answer.to_string());
    let said = succeeds(&provider, folder.path(), &["import", "--model", AIR]);
    assert!(said.contains("the source does not describe results"), "{said}");
    let document = fs::read_to_string(folder.path().join("test-lantern-3.json")).unwrap();
    assert!(
        serde_json::from_str::<Value>(&document).unwrap()["components"]["schemas"]["ResponseBody"]
            .is_object()
    );
}

#[test]
fn what_is_published_is_compared_with_the_spec_that_it_would_change() {
    let (provider, folder) = (provider(), tempfile::tempdir().unwrap());
    succeeds(&provider, folder.path(), &["import", "--model", AIR, "--out", "models"]);
    let spec = "models/test-lantern-3.json";
    let same = succeeds(
        &provider,
        folder.path(),
        &["diff", spec, "--model", AIR, "--values", "10", "--fail-on", "any"],
    );
    assert!(!same.contains("Breaking"), "{same}");
    let mut answer: Value = serde_json::from_str(&own("lantern.service.json")).unwrap();
    answer["requestSchema"]["properties"]["glow"]["maximum"] = json!(0.5);
    provider.json(RESOLVE, answer.to_string());
    let output = airspec(&provider, folder.path(), &["diff", spec, "--model", AIR, "--fail-on", "breaking"]);
    let said = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{said}{}", text(&output.stderr));
    assert!(said.contains("`glow` had to be at most 1, now at most 0.5"), "{said}");
    let said = refusal(&provider, folder.path(), &["diff", "openai-gpt-image-2", "--model", AIR]);
    assert!(said.contains("about `test:lantern@3`"), "{said}");
}

/// Two releases: in the second, a model is new, one is gone, and the lantern has another parameter.
fn releases(provider: &Provider) {
    let service: Value = serde_json::from_str(&own("lantern.service.json")).unwrap();
    let lantern = |request: &Value| json!({"slug": SLUG, "air": AIR, "requestSchema": request, "responseSchema": service["responseSchema"]});
    let other = |air: &str, slug: &str| {
        let request = json!({"type": "object", "properties": {"taskType": {"const": "videoInference"}}});
        json!({"slug": slug, "air": air, "requestSchema": request, "responseSchema": null})
    };
    let map = |version: &str, inference: Value| {
        json!({"version": version, "inference": inference, "utilities": []}).to_string()
    };
    let mut request = service["requestSchema"].clone();
    let first = map("20260601T0000", json!([lantern(&request), other("test:kite@1", "test-kite-1")]));
    request["properties"]["smoke"] = json!({"type": "boolean"});
    request["properties"].as_object_mut().unwrap().remove("seed");
    let second = map("20260701T0000", json!([other("test:reel@1", "test-reel-1"), lantern(&request)]));
    provider.json("/releases/20260601T0000/schema-map.json", first);
    provider.json("/releases/latest/schema-map.json", second);
    let models = json!({AIR: {"taskType": "imageInference", "id": SLUG}, "test:reel@1": {"taskType": "videoInference", "id": "test-reel-1"}});
    provider.json(
        "/registry.json",
        json!({"version": "20260701T0000", "models": models, "modalityTaskTypes": {}}).to_string(),
    );
}

#[test]
fn the_catalogue_lists_the_models_of_a_release_and_the_changes_between_two() {
    let (provider, folder) = (provider(), tempfile::tempdir().unwrap());
    releases(&provider);
    let today = succeeds(&provider, folder.path(), &["catalogue"]);
    let rows = "AIR id          slug            task type\n\
                test:lantern@3  test-lantern-3  imageInference\n\
                test:reel@1     test-reel-1     videoInference\n\n2 models of release 20260701T0000\n";
    assert_eq!(today, rows);
    // A release without a registry has its schemas.
    let first =
        succeeds(&provider, folder.path(), &["catalogue", "20260601T0000", "--task", "videoInference"]);
    assert!(
        first.contains("test:kite@1") && first.ends_with("\n1 model of release 20260601T0000\n"),
        "{first}"
    );
    let changes =
        succeeds(&provider, folder.path(), &["catalogue", "20260601T0000", "latest", "--format", "markdown"]);
    let rows = "| change | AIR id | slug or parameters |\n|---|---|---|\n\
                | `new` | `test:reel@1` | `test-reel-1` |\n\
                | `removed` | `test:kite@1` | `test-kite-1` |\n\
                | `changed` | `test:lantern@3` | `+smoke, -seed` |\n\n\
                from release 20260601T0000 to 20260701T0000: 1 new, 1 removed, 1 changed\n";
    assert_eq!(changes, rows);
    let changes =
        succeeds(&provider, folder.path(), &["catalogue", "20260601T0000", "latest", "--format", "json"]);
    let changes: Value = serde_json::from_str(&changes).unwrap();
    assert_eq!(
        changes["changed"],
        json!([{"air": AIR, "added": ["smoke"], "removed": ["seed"], "results": false}])
    );
    let said = refusal(&provider, folder.path(), &["catalogue", "1999"]);
    assert_eq!(said, "URL/releases/1999/schema-map.json: HTTP 404: the release is not published there");
    provider.json("/registry.json", r#"{"models": {"a": "#);
    assert!(refusal(&provider, folder.path(), &["catalogue"]).ends_with("the list ends early; try again"));
    provider.json("/registry.json", r#"["a"]"#);
    assert!(refusal(&provider, folder.path(), &["catalogue"]).contains("no list of models: "));
}

#[test]
fn a_model_is_read_as_it_was_in_a_release() {
    let (provider, folder) = (provider(), tempfile::tempdir().unwrap());
    releases(&provider);
    let read = |release: &str| {
        let printed = succeeds(&provider, folder.path(), &["fetch", SLUG, "--release", release]);
        serde_json::from_str::<Value>(&printed).unwrap()["requestSchema"]["properties"].clone()
    };
    assert!(read("20260601T0000").get("smoke").is_none() && read("latest").get("smoke").is_some());
    succeeds(
        &provider,
        folder.path(),
        &["import", "--model", AIR, "--release", "20260601T0000", "--out", "models"],
    );
    let said = succeeds(
        &provider,
        folder.path(),
        &["import", "--model", AIR, "--release", "latest", "--out", "models"],
    );
    assert!(said.contains("`smoke` is new") && said.contains("`seed` is removed"), "{said}");
    let said = refusal(&provider, folder.path(), &["fetch", "test:moth@1", "--release", "latest"]);
    assert!(
        said.ends_with("the release has no model `test:moth@1`; `airspec catalogue` lists them"),
        "{said}"
    );
}
