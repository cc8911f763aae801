//! The files of a report, and the table.

mod hostile;

use super::{Amount, Document, Heading, Provenance, Reports, Style, Subject, table};
use airspec_spec::{Level, Model, Source};
use airspec_suite::case::Gap;
use airspec_suite::oracle::{Class, Skip, Verdict};
use airspec_suite::run::{Record, Request, Response};
use serde_json::Value;
use std::time::Duration;

/// A spec of a few parameters and one behaviour.
fn model() -> Model {
    let text = r#"{
        "openapi": "3.1.0", "info": {"title": "Tiny", "version": "1"},
        "components": {"schemas": {"RequestBody": {"type": "array", "items": {
            "type": "object", "required": ["ticket", "wide", "high"], "additionalProperties": false,
            "properties": {
                "high": {"type": "integer", "minimum": 16, "maximum": 64, "multipleOf": 16},
                "hook": {"type": "string", "format": "uri"},
                "ticket": {"type": "string", "format": "uuid4", "x-unique": true},
                "wide": {"type": "integer", "maximum": 64, "minimum": 16, "multipleOf": 16}
            }
        }}, "ResponseBody": {"type": "object", "properties": {"data": {"type": "array", "items": {"type": "object"}}}},
            "ErrorResponse": {"type": "object", "properties": {"errors": {"type": "array", "items": {"type": "object"}}}}}},
        "x-behaviours": [{"id": "hook.webhook", "kind": "webhook", "level": "prose", "description": "hook.webhook",
            "parameter": "hook"}]
    }"#;
    airspec_spec::read(&Source::new("tiny.json", text)).unwrap()
}

fn record(id: &str, verdict: Verdict, class: Option<Class>, detail: &str) -> Record {
    let mut parts = id.split('.');
    let (parameter, rule, expect) = (parts.next().unwrap(), parts.next().unwrap(), parts.next().unwrap());
    Record {
        id: id.to_owned(),
        subject: format!("{parameter}.{rule}"),
        parameter: parameter.to_owned(),
        level: Level::Badge,
        expect: match expect {
            "accept" => "accept",
            "reject" => "reject",
            _ => "behave",
        },
        about: "at the edge".to_owned(),
        verdict,
        skip: (verdict == Verdict::Skip).then_some(Skip::NotTried),
        class,
        cause: if class.is_some() { detail.to_owned() } else { String::new() },
        deviation: None,
        detail: detail.to_owned(),
        request: Some(Request {
            body: r#"[{"say":"it's"}]"#.to_owned(),
            whole: Some(r#"[{"say":"it's"}]"#.to_owned()),
        }),
        response: Some(Response::Answer {
            status: 200,
            content_type: Some("application/json".to_owned()),
            body: "{\"data\":[]}".to_owned(),
        }),
        duration: Duration::from_millis(5),
    }
}

fn records() -> Vec<Record> {
    vec![
        record("wide.maximum.accept.64", Verdict::Pass, None, "HTTP 200"),
        record(
            "wide.maximum.reject.80",
            Verdict::Fail,
            Some(Class::BreaksPage),
            "accepted with HTTP 200, but \u{1} <&>",
        ),
        record("wide.minimum.accept.16", Verdict::Note, Some(Class::PageSilent), "2 errors for one fault"),
        record("hook.webhook.behave.an-address", Verdict::Skip, None, "needs an address"),
    ]
}

fn provenance() -> Provenance {
    Provenance {
        started: "2026-11-22T18:10:00.000Z".to_owned(),
        tool_version: "0.1.0".to_owned(),
        model: "tiny".to_owned(),
        air: Some("tiny:1@1".to_owned()),
        spec_version: Some("2026-10-12".to_owned()),
        command: ["airspec", "conformance", "--seed", "7"].map(str::to_owned).to_vec(),
        ..Provenance::default()
    }
}

fn heading() -> Heading {
    let duration = Duration::from_millis(1234);
    Heading {
        target: "http://127.0.0.1:8080/v1".to_owned(),
        model: "tiny".to_owned(),
        seed: 7,
        cases: 5,
        requests: 3,
        duration,
        provenance: provenance(),
        subjects: Subject::all(&model()).into_iter().take(1).collect(),
        ..Heading::default()
    }
}

fn document(records: &[Record]) -> Document {
    Document::of(&heading(), &records.iter().collect::<Vec<_>>())
}

#[test]
fn the_names_of_the_report_are_an_interface() {
    let folder = tempfile::tempdir().unwrap();
    let records = records();
    let reports = Reports::create(&folder.path().join("new/folder"), &heading(), &[]).unwrap();
    let read = || -> Value {
        serde_json::from_str(&std::fs::read_to_string(folder.path().join("new/folder/report.json")).unwrap())
            .unwrap()
    };
    assert_eq!(read()["cases"], Value::Array(Vec::new()), "readable before anything is known");
    reports.finish(&document(&records)).unwrap();
    insta::assert_snapshot!(serde_json::to_string_pretty(&read()).unwrap());
    let files: Vec<_> = std::fs::read_dir(folder.path().join("new/folder")).unwrap().collect();
    assert_eq!(files.len(), 6, "no file is left over");
}

#[test]
fn the_junit_file_has_one_test_case_per_case() {
    let records = records();
    let text = super::junit::text(&document(&records)).unwrap();
    insta::assert_snapshot!(text);
}

#[test]
fn the_table_fits_a_terminal_and_says_everything() {
    let mut records = records();
    records[1].detail = "a sentence that goes on ".repeat(12);
    for index in 0..30 {
        records.push(record(&format!("wide.type.reject.number-{index}"), Verdict::Pass, None, ""));
    }
    let gaps =
        [Gap { constraint: "high.type".to_owned(), side: "accept", reason: "no value is legal ".repeat(10) }];
    let text = table(Style::Plain, &model(), &document(&records), &gaps, Amount::All);
    for line in text.lines().filter(|line| !line.trim_start().starts_with("curl")) {
        assert!(line.chars().count() <= 100, "{line}");
    }
    insta::assert_snapshot!(text);
}

#[test]
fn colours_are_only_for_terminals() {
    let records = records();
    let render = |style| table(style, &model(), &document(&records), &[], Amount::All);
    assert!(!render(Style::Plain).contains('\x1b'));
    assert!(render(Style::Coloured).contains("\x1b[31m✗\x1b[0m"));
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let below = file.path().join("below");
    let error = Reports::create(&below, &heading(), &[]).unwrap_err().to_string();
    assert!(error.starts_with(&format!("{}: ", below.display())), "{error}");
    let error = Reports::create(file.path(), &heading(), &[]).unwrap_err().to_string();
    assert_eq!(error, format!("{}: is a file, and must be a folder", file.path().display()));
}

#[test]
fn reports_of_several_models_become_one_and_those_of_other_targets_do_not() {
    use super::merge::merge;
    let one = document(&records());
    let mut other = document(&records());
    other.models = vec!["small".to_owned()];
    for entry in &mut other.cases {
        entry.model = "small".to_owned();
    }
    let pair = |other: &Document| vec![("one".to_owned(), one.clone()), ("other".to_owned(), other.clone())];
    let merged = merge(pair(&other)).unwrap();
    assert_eq!(merged.document.models, ["tiny", "small"]);
    assert_eq!(merged.document.cases.len(), 8);
    assert_eq!(merged.document.summary.failed, 2);
    assert_eq!(merged.missing, ["8 of 10 cases were tried"], "each was stopped before its last case");
    let text = super::junit::text(&merged.document).unwrap();
    assert_eq!(text.matches("<testsuite ").count(), 2, "{text}");

    let elsewhere = Document { target: "http://127.0.0.1:1/v1".to_owned(), ..other };
    let error = merge(pair(&elsewhere)).unwrap_err().to_string();
    let expected =
        "one and other cannot be merged: the targets are http://127.0.0.1:8080/v1 and http://127.0.0.1:1/v1";
    assert_eq!(error, expected);
    let split = |shard: &str| Document { shard: Some(shard.to_owned()), cases: Vec::new(), ..one.clone() };
    let parts = vec![("one".to_owned(), split("1/2")), ("other".to_owned(), split("2/3"))];
    let error = merge(parts).unwrap_err().to_string();
    assert!(error.contains("the run is split into 2 parts and 3 parts"), "{error}");
    assert!(merge(Vec::new()).is_err());
}

#[test]
fn a_summary_for_people_takes_texts_of_a_server_as_they_are() {
    let mut records = records();
    records[1].detail = "a | b </details> ``` ```` [x](javascript:1)".to_owned();
    let text = super::markdown::text(&document(&records));
    let fenced = "`````text\na | b </details> ``` ```` [x](javascript:1)\n`````\n";
    assert!(text.contains(fenced), "{text}");
    assert!(
        text.contains("| 5 | 1 | 1 | 0 | 1 | 0 | 1 | 0 |") && text.contains("4 of 5 cases were tried"),
        "{text}"
    );
    assert!(text.contains("curl -sS http://127.0.0.1:8080/v1"), "{text}");
}

#[test]
fn a_report_of_an_earlier_version_is_read_and_its_page_says_less() {
    let mut value = serde_json::to_value(document(&records())).unwrap();
    assert_eq!(value["runs"][0]["duration_ms"], 1234);
    value.as_object_mut().unwrap().remove("runs").unwrap();
    let document: Document = serde_json::from_value(value).unwrap();
    let page = super::html::run(&document, None);
    assert!(!page.contains("<h2>Command</h2>") && !page.contains(">started <b>"));
}

#[test]
fn a_merged_report_keeps_what_its_runs_share_and_lists_what_differs() {
    let one = document(&records());
    let mut other = document(&records());
    other.models = vec!["small".to_owned()];
    for entry in &mut other.cases {
        "small".clone_into(&mut entry.model);
    }
    let same = super::merge::merge(vec![
        ("one".to_owned(), one.clone()),
        ("other".to_owned(), Document { runs: one.runs.clone(), ..other.clone() }),
    ]);
    assert_eq!(same.unwrap().document.runs, one.runs, "what is the same stands once");
    other.runs[0].model = "small".to_owned();
    other.runs[0].started = "2026-11-23T01:02:03.004Z".to_owned();
    other.runs[0].command.push("it's".to_owned());
    let both = super::merge::merge(vec![("one".to_owned(), one), ("other".to_owned(), other)]).unwrap();
    assert_eq!(both.document.runs.len(), 2);
    let page = super::html::run(&both.document, None);
    for words in [
        "started <b>2026-11-22 18:10:00 UTC, 2026-11-23 01:02:03 UTC</b>",
        "AIR id <b>tiny:1@1</b>",
        "spec <b>2026-10-12</b>",
        "airspec <b>0.1.0</b>",
        "<p>tiny, 2026-11-22 18:10:00 UTC, 1.2 s</p><pre tabindex=\"0\">airspec conformance --seed 7</pre>",
        "airspec conformance --seed 7 'it'\\''s'</pre>",
    ] {
        assert!(page.contains(words), "{words}\n{page}");
    }
}
