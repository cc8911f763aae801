//! `--lenient` as a user of the installed program meets it: what is outside the dialect is listed, wherever a document is
//! read, and the rest is checked.

use serde_json::Value;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// A document with keywords outside the dialect in a parameter, in a condition, and in a schema that is referred to.
const SPEC: &str = r##"{
  "type": "object",
  "minProperties": 2,
  "$defs": {"size": {"type": "integer", "minimum": 1, "maximum": 9, "frob": true}},
  "properties": {
    "taskType": {"const": "imageInference"},
    "taskUUID": {"type": "string", "format": "uuid"},
    "model": {"const": "test:lenient@1"},
    "wide": {"$ref": "#/$defs/size"},
    "high": {"$ref": "#/$defs/size"},
    "word": {"type": "string", "pattern": "^(?!a)b", "maxLength": 4}
  },
  "required": ["taskType", "taskUUID", "model"],
  "not": {"maxProperties": 1},
  "additionalProperties": false
}
"##;

/// Lines and keywords of what is not checked.
const UNCHECKED: [(u64, &str, &str); 5] = [
    (3, "/minProperties", "minProperties"),
    (4, "/$defs/size/frob", "frob"),
    (11, "/properties/word/pattern", "pattern"),
    (14, "/not", "not"),
    (14, "/not/maxProperties", "maxProperties"),
];

fn airspec(arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_airspec"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A program that does not read its input ends first.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The spec in a folder.
fn spec(folder: &Path) -> String {
    let path = folder.join("lenient.json");
    fs::write(&path, SPEC).unwrap();
    path.display().to_string()
}

/// Whether each keyword has one line, and the count is right.
fn assert_listed(said: &str) {
    assert_eq!(said.matches("5 keywords outside the dialect are not checked").count(), 1, "{said}");
    for (line, pointer, keyword) in UNCHECKED {
        let line = format!("line {line}: `{keyword}` at `{pointer}` is not checked: ");
        assert_eq!(said.matches(&line).count(), 1, "{line}\n{said}");
    }
}

#[test]
fn each_command_refuses_the_document_and_takes_it_with_the_flag() {
    let folder = tempfile::tempdir().unwrap();
    let (spec, task) = (
        spec(folder.path()),
        r#"{"taskType": "imageInference", "taskUUID": "5c2ff0ba-7a4b-4bd1-8b43-6d3a0c6a3c63", "model": "test:lenient@1"}"#,
    );
    let traffic = folder.path().join("traffic.jsonl");
    let exchange =
        format!(r#"{{"client": "app/1.0", "request": [{task}], "status": 200, "answer": {{"data": []}}}}"#);
    fs::write(&traffic, exchange + "\n").unwrap();
    for arguments in [
        vec!["validate", "-", "--spec", &spec],
        vec!["conformance", "--spec", &spec, "--list"],
        vec!["mock", "--spec", &spec, "--list-faults"],
        vec!["check", "--spec", &spec, traffic.to_str().unwrap()],
    ] {
        let strict = airspec(&arguments, task);
        assert_eq!(strict.status.code(), Some(2), "{arguments:?}: {}", text(&strict.stderr));
        let said = text(&strict.stderr);
        assert!(said.contains("lenient.json:3:3: error: unknown keyword `minProperties`"), "{said}");
        assert!(said.contains("`--lenient` keeps it as unchecked, and lists it"), "{said}");
        let lenient = airspec(&[arguments.as_slice(), &["--lenient"]].concat(), task);
        assert_ne!(lenient.status.code(), Some(2), "{arguments:?}: {}", text(&lenient.stderr));
        assert_listed(&text(&lenient.stderr));
    }
}

#[test]
fn what_is_known_beside_it_is_still_checked() {
    let folder = tempfile::tempdir().unwrap();
    let spec = spec(folder.path());
    let judged = |members: &str| {
        let task = format!(
            r#"{{"taskType": "imageInference", "taskUUID": "5c2ff0ba-7a4b-4bd1-8b43-6d3a0c6a3c63", "model": "test:lenient@1"{members}}}"#
        );
        airspec(&["validate", "-", "--spec", &spec, "--lenient"], &task).status.code()
    };
    for (members, code) in [
        ("", 0),
        (r#", "wide": 9, "word": "abc""#, 0),
        (r#", "wide": 10"#, 1),
        (r#", "word": "bcdef""#, 1),
        (r#", "frob": 1"#, 1),
    ] {
        assert_eq!(judged(members), Some(code), "{members}");
    }
}

#[test]
fn a_report_lists_it_in_each_of_its_forms() {
    let folder = tempfile::tempdir().unwrap();
    let (spec, report) = (spec(folder.path()), folder.path().join("report"));
    let arguments =
        ["conformance", "--spec", &spec, "--lenient", "--seed", "1", "--report", report.to_str().unwrap()];
    let output = airspec(&arguments, "");
    let said = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{said}{}", text(&output.stderr));
    assert_listed(&text(&output.stderr));
    assert!(said.contains("5 keywords of the spec are not checked: `minProperties` (line 3)"), "{said}");
    let document: Value = serde_json::from_slice(&fs::read(report.join("report.json")).unwrap()).unwrap();
    let listed: Vec<(u64, &str, &str)> = document["unchecked"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            (
                one["line"].as_u64().unwrap(),
                one["pointer"].as_str().unwrap(),
                one["keyword"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(listed, UNCHECKED);
    assert_eq!(document["again"][2], "--lenient");
    for file in ["report.md", "report.html"] {
        let page = fs::read_to_string(report.join(file)).unwrap();
        let page = page.replace("<code>", "'").replace("</code>", "'");
        for (line, pointer, keyword) in UNCHECKED {
            let line = format!("line {line}: `{keyword}` at `{pointer}`");
            assert!(page.replace('`', "'").contains(&line.replace('`', "'")), "{file}: {line}\n{page}");
        }
    }
}

#[test]
fn an_imported_document_says_so_and_each_later_reading_does() {
    let folder = tempfile::tempdir().unwrap();
    let (spec, out) = (spec(folder.path()), folder.path().join("models"));
    let import =
        |flags: &[&str]| airspec(&[&["import", &spec, "--out", out.to_str().unwrap()], flags].concat(), "");
    let strict = import(&[]);
    assert_eq!(strict.status.code(), Some(2));
    assert!(text(&strict.stderr).contains("`--lenient` keeps it as unchecked"), "{}", text(&strict.stderr));
    assert!(!out.exists() || fs::read_dir(&out).unwrap().count() == 0, "nothing is half written");
    let lenient = import(&["--lenient"]);
    assert_eq!(lenient.status.code(), Some(0), "{}", text(&lenient.stderr));
    assert_listed(&text(&lenient.stderr));
    let path = fs::read_dir(&out).unwrap().next().unwrap().unwrap().path();
    let written: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    assert_eq!(written["x-unchecked"].as_array().map(Vec::len), Some(5));
    let listed = airspec(&["conformance", "--list", "--spec", path.to_str().unwrap()], "");
    assert_eq!(listed.status.code(), Some(0), "{}", text(&listed.stderr));
    assert_listed(&text(&listed.stderr));
    let before = fs::read(&path).unwrap();
    let again = import(&["--lenient"]);
    assert!(text(&again.stdout).contains("nothing to change in"), "{}", text(&again.stdout));
    assert_eq!(fs::read(&path).unwrap(), before);
    // A source that is in the dialect now leaves nothing to list.
    let plain = SPEC
        .replace("  \"minProperties\": 2,\n", "")
        .replace(", \"frob\": true", "")
        .replace("\"pattern\": \"^(?!a)b\", ", "")
        .replace("  \"not\": {\"maxProperties\": 1},\n", "");
    fs::write(&spec, plain).unwrap();
    let later = import(&[]);
    assert_eq!(later.status.code(), Some(0), "{}", text(&later.stderr));
    assert!(!fs::read_to_string(&path).unwrap().contains("x-unchecked"));
}
