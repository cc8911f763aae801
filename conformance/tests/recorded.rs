//! Requests and answers that the provider recorded: the verdict on each is that of an independent validator on the
//! published schema as it is, Python's `jsonschema`. Without the records, or without that validator, a test is skipped.

#[allow(dead_code, reason = "starts no server")]
mod support;

use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use support::airspec;

/// What the records leave out.
const IDENTITY: &str = "7c1d5d3e-52c1-4a52-9d18-6a52d2b4f001";

/// Reads lines of {"file", "pointer", "value"}, and prints for each the first steps of the places that are wrong.
const PYTHON: &str = "
import json, sys
from jsonschema import Draft202012Validator, FormatChecker
for line in sys.stdin:
    asked = json.loads(line)
    schema = json.load(open(asked['file']))
    for step in asked['pointer'].split('/')[1:]:
        schema = schema[step]
    validator = Draft202012Validator(schema, format_checker=FormatChecker())
    wrong = set()
    for error in validator.iter_errors(asked['value']):
        if error.validator == 'additionalProperties' and not error.absolute_path:
            wrong.update(name for name in asked['value'] if name not in schema['properties'])
        else:
            wrong.add(str(error.absolute_path[0]) if error.absolute_path else '')
    print(json.dumps(sorted(wrong)))
";

fn shared(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared").join(path)
}

/// The slug of the model, the request and the result of each record.
fn records() -> Vec<(String, Value, Value)> {
    let Ok(entries) = shared("provider-examples").read_dir() else {
        println!("skipped: {} is not there", shared("provider-examples").display());
        return Vec::new();
    };
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|ending| ending == "json"));
    files.sort();
    let mut records = Vec::new();
    for path in files {
        let file: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        for example in file["examples"].as_array().unwrap() {
            let whole = |name: &str| {
                let mut value = example[name].clone();
                value["taskUUID"] = IDENTITY.into();
                value
            };
            let slug = file["model"].as_str().unwrap().to_owned();
            records.push((slug, whole("request"), whole("response")));
        }
    }
    records
}

/// What Python finds wrong with each value, given the published file and the place of the schema in it.
fn independent(asked: &[(PathBuf, &str, &Value)]) -> Option<Vec<BTreeSet<String>>> {
    let python =
        Command::new("python3").args(["-c", PYTHON]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let Ok(mut python) = python else {
        println!("skipped: there is no python3");
        return None;
    };
    let lines: String = asked
        .iter()
        .map(|(file, pointer, value)| {
            json!({"file": file, "pointer": pointer, "value": value}).to_string() + "\n"
        })
        .collect();
    // It ends early where the module is missing.
    let _ = python.stdin.take().unwrap().write_all(lines.as_bytes());
    let output = python.wait_with_output().unwrap();
    if !output.status.success() {
        println!("skipped: python3 has no module jsonschema");
        return None;
    }
    let text = String::from_utf8(output.stdout).unwrap();
    Some(text.lines().map(|line| serde_json::from_str(line).unwrap()).collect())
}

/// What `airspec validate` finds wrong with each value of a file: the first steps of the places.
fn ours(arguments: &[&str], values: &[&Value]) -> Vec<BTreeSet<String>> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("values.jsonl");
    let lines: Vec<String> = values.iter().map(ToString::to_string).collect();
    std::fs::write(&file, lines.join("\n")).unwrap();
    let output =
        airspec(&[&["validate", "--format", "lines"], arguments, &[file.to_str().unwrap()]].concat());
    assert!(matches!(output.status.code(), Some(0 | 1)), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let places = |line: &str| {
        let verdict: Value = serde_json::from_str(line).unwrap();
        let violations = verdict["violations"].as_array().unwrap().iter();
        let pointers = violations.map(|one| one["pointer"].as_str().unwrap().to_owned());
        pointers.map(|pointer| pointer.split('/').nth(1).unwrap_or_default().to_owned()).collect()
    };
    text.lines().map(places).collect()
}

fn schema_of(slug: &str) -> PathBuf {
    shared(&format!("provider-schemas/{slug}.json"))
}

#[test]
fn each_recorded_request_has_the_verdict_of_an_independent_validator() {
    let records = records();
    let place = "/components/schemas/RequestBody/items";
    let asked: Vec<_> = records.iter().map(|(slug, request, _)| (schema_of(slug), place, request)).collect();
    let Some(expected) = independent(&asked).filter(|expected| !expected.is_empty()) else { return };
    // Each is judged by the spec of the model that it names.
    let folder = shared("provider-schemas");
    let requests: Vec<&Value> = records.iter().map(|(_, request, _)| request).collect();
    let found = ours(&["--spec", folder.to_str().unwrap()], &requests);
    for (((slug, request, _), expected), found) in records.iter().zip(&expected).zip(&found) {
        assert_eq!(found, expected, "{slug}: {request}");
    }
    // The file of this model no longer has the parameter that its own examples use.
    let refused: BTreeSet<&str> = records
        .iter()
        .zip(&found)
        .filter(|(_, found)| !found.is_empty())
        .map(|((slug, ..), _)| &**slug)
        .collect();
    assert_eq!(refused, BTreeSet::from(["bria-video-background-removal"]));
}

#[test]
fn what_does_not_fit_in_a_recorded_answer_is_listed_field_by_field() {
    let records = records();
    let place = "/components/schemas/ResponseBody/properties/data/items";
    let asked: Vec<_> = records.iter().map(|(slug, _, result)| (schema_of(slug), place, result)).collect();
    let Some(expected) = independent(&asked).filter(|expected| !expected.is_empty()) else { return };
    let mut wrong: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for ((slug, _, result), expected) in records.iter().zip(&expected) {
        let spec = schema_of(slug);
        let found = ours(&["--response", "--spec", spec.to_str().unwrap()], &[result]);
        assert_eq!(found, std::slice::from_ref(expected), "{slug}: {result}");
        wrong.entry(slug).or_default().extend(found.into_iter().flatten());
    }
    wrong.retain(|_, fields| !fields.is_empty());
    let fields = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
    // The task type of before, and fields that the files do not declare.
    let known = [
        ("bria-video-background-removal", fields(&["mediaURL", "mediaUUID"])),
        ("clarity", fields(&["inputImageUUID", "taskType"])),
    ];
    assert_eq!(wrong, BTreeMap::from(known));
}
