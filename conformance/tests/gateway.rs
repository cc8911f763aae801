//! A gateway with one fault at a time before a server that is right: what the program prints names the cause first,
//! and is short enough to be read.

#[path = "support/proxy.rs"]
mod proxy;
#[allow(dead_code, reason = "no report is read here")]
mod support;

use airspec_spec::Schema;
use proxy::{Answer, Change, Gateway, Kind, PLAIN, Request, Step};
use serde_json::Value;
use std::sync::OnceLock;
use support::{Server, airspec};

/// So many lines are read.
const MAX_LINES: usize = 40;
/// The first finding is in so many lines.
const FIRST_LINES: usize = 6;

/// What the program prints about a gateway, on standard output.
fn printed(change: Change, more: &[&str]) -> String {
    let server = Server::start(&[]);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let gateway = runtime.block_on(Gateway::before(&server.url, change));
    let arguments = [&["conformance", "--target", &gateway.url, "--seed", "1"], more].concat();
    let output = airspec(&arguments);
    runtime.shutdown_background();
    String::from_utf8(output.stdout).unwrap()
}

/// The first finding, on one line.
fn first_finding(text: &str) -> String {
    let lines = text.lines().filter(|line| !line.trim().is_empty()).take(FIRST_LINES);
    lines.flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ")
}

/// Prints how much there is to read and what comes first, and expects the output to be short and to name the cause.
fn expect_cause(text: &str, words: &[&str]) {
    let (lines, first) = (text.lines().count(), first_finding(text));
    println!("{lines} lines, the first finding: {first}");
    assert!(lines <= MAX_LINES, "{lines} lines:\n{text}");
    for word in words {
        assert!(first.contains(word), "no {word:?} in the first finding: {first}");
    }
}

fn expect_no_breach(text: &str) {
    println!("{} lines, at first: {}", text.lines().count(), first_finding(text));
    assert!(text.lines().count() <= MAX_LINES, "{text}");
    assert!(!text.contains("breaks-page"), "{text}");
}

/// The schema of a task.
fn schema() -> &'static Schema {
    static SCHEMA: OnceLock<Schema> = OnceLock::new();
    SCHEMA.get_or_init(|| {
        let slug = "openai-gpt-image-2";
        let (_, text) = airspec_spec::documents().iter().find(|(name, _)| *name == slug).unwrap();
        airspec_spec::read(&airspec_spec::Source::new(slug, *text)).unwrap().task
    })
}

/// Takes out what a schema does not declare.
fn strip(value: &mut Value, schema: &Schema) {
    match value {
        Value::Object(members) if !schema.properties.is_empty() => {
            members.retain(|name, _| schema.property(name).is_some());
            for (name, member) in members {
                if let Some(property) = schema.property(name) {
                    strip(member, &property.schema);
                }
            }
        }
        Value::Array(items) => {
            for item in items {
                schema.items.iter().for_each(|schema| strip(item, schema));
            }
        }
        _ => {}
    }
}

fn strip_unknown_names(request: &mut Request) -> Step {
    if request.kind == Kind::Post {
        request.each_task(|task| strip(task, schema()));
    }
    Step::Forward
}

fn round_width(request: &mut Request) -> Step {
    if request.kind == Kind::Post {
        request.each_task(|task| {
            let width = task.get("width").and_then(Value::as_u64).filter(|width| !width.is_multiple_of(16));
            if let Some(width) = width {
                task["width"] = (width / 16 * 16).into();
            }
        });
    }
    Step::Forward
}

fn html_errors(_: &Request, answer: &mut Answer) {
    if (400..500).contains(&answer.status) {
        let status = answer.status;
        let page = format!(
            "<!DOCTYPE html>\n<html><head><title>{status}</title></head>\n<body><h1>Request rejected</h1>\n\
             <hr><center>gateway</center></body></html>\n"
        );
        *answer = Answer::new(status, &[("content-type", "text/html; charset=utf-8")], &page);
    }
}

fn break_links(request: &mut Request) -> Step {
    if request.kind == Kind::File { Step::Answer(Answer::new(404, &[], "")) } else { Step::Forward }
}

fn throttle(request: &mut Request) -> Step {
    let errors = r#"{"errors":[{"code":"rateLimitExceeded","message":"Too many requests."}]}"#;
    if request.number.is_multiple_of(9) {
        let headers = [("content-type", "application/json"), ("retry-after", "1")];
        return Step::Answer(Answer::new(429, &headers, errors));
    }
    Step::Forward
}

fn hang(request: &mut Request) -> Step {
    if request.number.is_multiple_of(10) { Step::Hang } else { Step::Forward }
}

#[test]
fn a_gateway_that_strips_unknown_names_is_named_once() {
    let text = printed(Change { request: strip_unknown_names, ..PLAIN }, &[]);
    expect_cause(&text, &["accepted", "unknown"]);
}

#[test]
fn a_gateway_with_error_pages_of_its_own_is_named_once() {
    let text = printed(Change { answer: html_errors, ..PLAIN }, &[]);
    expect_cause(&text, &["without a list `errors`"]);
}

#[test]
fn a_gateway_that_rounds_the_width_is_named_once() {
    let text = printed(Change { request: round_width, ..PLAIN }, &[]);
    expect_cause(&text, &["accepted", "`width`", "16"]);
}

#[test]
fn a_gateway_with_broken_links_is_named_once() {
    let text = printed(Change { request: break_links, ..PLAIN }, &[]);
    expect_cause(&text, &["cannot be downloaded from `http://127.0.0.1:", "HTTP 404"]);
}

#[test]
fn a_gateway_that_throttles_breaks_nothing() {
    expect_no_breach(&printed(Change { request: throttle, ..PLAIN }, &[]));
}

#[test]
fn a_gateway_that_hangs_now_and_then_breaks_nothing() {
    expect_no_breach(&printed(Change { request: hang, ..PLAIN }, &["--timeout", "1"]));
}
