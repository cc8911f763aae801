//! Several models at once: found by name or by what a task says, tested in one run, served by one mock.

mod support;

use airspec_mock::{Engine, Incoming, Settings};
use serde_json::{Value, json};
use std::path::Path;
use std::process::Output;
use support::{Server, airspec, report};
use tempfile::TempDir;

fn small(name: &str, maximum: u32) -> String {
    json!({
        "type": "object",
        "properties": {
            "taskType": {"type": "string", "const": "imageInference"},
            "taskUUID": {"type": "string", "format": "uuid"},
            "model": {"type": "string", "const": format!("test:{name}@1")},
            "steps": {"type": "integer", "minimum": 1, "maximum": maximum},
        },
        "required": ["taskType", "taskUUID", "model"],
        "additionalProperties": false,
    })
    .to_string()
}

/// A folder of specs.
fn folder(files: &[(&str, String)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

/// Two models whose limits differ.
fn two() -> TempDir {
    folder(&[("a.json", small("a", 10)), ("b.json", small("b", 20))])
}

/// Two models with prices: the one of a spec for tests, twice.
fn priced() -> TempDir {
    let (slug, spec) = ("openai-gpt-image-2", include_str!("../../spec/tests/specs/gpt-image.json"));
    let named =
        |name: &str| spec.replace(slug, name).replace("openai:gpt-image@2", &format!("test:{name}@1"));
    folder(&[("first.json", named("first")), ("second.json", named("second"))])
}

fn path(folder: &TempDir) -> &str {
    folder.path().to_str().unwrap()
}

fn shown(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn task(model: &str, steps: u32) -> Value {
    json!({"taskType": "imageInference", "taskUUID": "7c1d5d3e-52c1-4a52-9d18-6a52d2b4f001", "model": model, "steps": steps})
}

/// Exit code 2, nothing on standard output, and one message that says this.
fn cannot_run(arguments: &[&str], words: &str) {
    let output = airspec(arguments);
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{errors}");
    assert!(errors.starts_with("airspec: ") && errors.contains(words), "{errors}");
    assert!(output.stdout.is_empty());
}

#[test]
fn a_run_over_a_folder_has_one_report_and_one_for_each_model() {
    let (specs, reports) = (two(), tempfile::tempdir().unwrap());
    let output = airspec(&["conformance", "--spec", path(&specs), "--seed", "7", "--report", path(&reports)]);
    assert_eq!(output.status.code(), Some(0), "{}", shown(&output));
    assert!(shown(&output).contains("\n2 models, "), "{}", shown(&output));
    let whole = report(reports.path());
    assert_eq!(whole["models"], json!(["test-a-1", "test-b-1"]));
    let own = ["test-a-1", "test-b-1"].map(|slug| report(&reports.path().join(slug)));
    let cases = |report: &Value| report["summary"]["cases"].as_u64().unwrap();
    assert_eq!(cases(&whole), cases(&own[0]) + cases(&own[1]));
    let page = std::fs::read_to_string(reports.path().join("report.html")).unwrap();
    for slug in ["test-a-1", "test-b-1"] {
        assert!(page.contains(&format!("href=\"{slug}/report.html\"")), "{slug}");
        assert!(reports.path().join(slug).join("report.html").is_file());
    }
}

#[test]
fn a_shard_of_several_models_is_complete_and_all_shards_merge_into_one_report() {
    let (specs, reports) = (two(), tempfile::tempdir().unwrap());
    let place = |name: &str| reports.path().join(name).to_str().unwrap().to_owned();
    let run = ["conformance", "--spec", path(&specs), "--seed", "7", "--search", "0", "--report"];
    let shard = |number: usize| {
        let (part, shard) = (place(&format!("part-{number}")), format!("{number}/3"));
        let output = airspec(&[&run[..], &[&part, "--shard", &shard]].concat());
        assert_eq!(output.status.code(), Some(0), "{}", shown(&output));
        assert!(shown(&output).ends_with("\nconforms\n"), "{}", shown(&output));
        let document = report(Path::new(&part));
        assert_eq!(
            (document["shard"].as_str(), document["summary"]["outcome"].as_str()),
            (Some(shard.as_str()), Some("conforms"))
        );
        part
    };
    let parts: Vec<String> = (1..=3).map(shard).collect();
    let merge = |parts: &[String]| {
        let words: Vec<&str> = parts.iter().map(String::as_str).collect();
        airspec(&[&["merge", place("merged").as_str()], words.as_slice()].concat())
    };
    let output = merge(&parts);
    assert_eq!(output.status.code(), Some(0), "{}", shown(&output));
    assert_eq!(airspec(&[&run[..], &[place("whole").as_str()]].concat()).status.code(), Some(0));
    let cases = |name: &str| report(Path::new(&place(name)))["summary"]["cases"].as_u64().unwrap();
    assert_eq!(cases("merged"), cases("whole"));
    let output = merge(&parts[..2]);
    assert_eq!(output.status.code(), Some(2), "{}", shown(&output));
    assert!(shown(&output).contains("no report of shard 3/3"), "{}", shown(&output));
}

#[test]
fn the_exit_code_is_that_of_the_worst_model_and_its_finding_can_be_repeated() {
    let (specs, reports) = (two(), tempfile::tempdir().unwrap());
    // A server that knows a smaller limit of the second model.
    let served = folder(&[("a.json", small("a", 10)), ("b.json", small("b", 19))]);
    let mock = Server::start(&["--spec", path(&served)]);
    let arguments =
        ["conformance", "--spec", path(&specs), "--target", &mock.url, "--report", path(&reports)];
    let output = airspec(&arguments);
    assert_eq!(output.status.code(), Some(1), "{}", shown(&output));
    let whole = report(reports.path());
    let failed = whole["cases"].as_array().unwrap().iter().filter(|case| case["verdict"] == "fail");
    let failed: Vec<&Value> = failed.collect();
    assert!(!failed.is_empty() && failed.iter().all(|case| case["model"] == "test-b-1"), "{failed:?}");
    assert!(failed[0]["replay"].as_str().unwrap().contains("--model test-b-1"), "{}", failed[0]["replay"]);
    let only = airspec(&[&arguments[..5], &["--model", "test:a@1"]].concat());
    assert_eq!(only.status.code(), Some(0), "{}", shown(&only));
}

#[test]
fn one_limit_holds_over_all_models_and_a_run_on_it_goes_on() {
    let (specs, reports) = (priced(), tempfile::tempdir().unwrap());
    let mock = Server::start(&["--spec", path(&specs)]);
    let cases =
        ["conformance", "--spec", path(&specs), "--case", "outputFormat.*", "--search", "0", "--seed", "7"];
    let plan = shown(&airspec(&[&cases[..], &["--plan"]].concat()));
    let needed = plan.lines().last().unwrap().strip_prefix("--max-cost ").unwrap();
    assert!(plan.ends_with(" is enough for all 2 models\n"), "{plan}");
    let needed = needed.split(' ').next().unwrap();
    let half = (needed.parse::<f64>().unwrap() / 2.0).to_string();
    let run = |limit: &str, more: &[&str]| {
        let target = ["--target", mock.url.as_str(), "--max-cost", limit, "--report", path(&reports)];
        let output = airspec(&[&cases[..], &target, more].concat());
        let spent = report(reports.path())["summary"]["spent_usd"].as_f64().unwrap();
        assert!(spent > 0.0 && spent <= limit.parse().unwrap(), "{spent} of {limit}: {}", shown(&output));
        (output.status.code(), shown(&output))
    };
    let small = (needed.parse::<f64>().unwrap() / 20.0).to_string();
    let (code, text) = run(&small, &[]);
    assert_eq!(code, Some(2), "{half}: {text}");
    let (code, text) = run(needed, &["--resume", path(&reports)]);
    assert_eq!(code, Some(0), "{text}");
}

#[test]
fn one_mock_serves_several_models_and_refuses_a_task_for_none() {
    let models = airspec_spec::Catalogue::read(&[two().path().to_owned()]).unwrap().into_models();
    let engine = Engine::of_models(models, Settings::default()).unwrap();
    let post = |tasks: Value| {
        let headers = vec![
            ("content-type".to_owned(), "application/json".to_owned()),
            ("authorization".to_owned(), "Bearer any".to_owned()),
        ];
        let (method, path) = ("POST".to_owned(), "/v1".to_owned());
        let answer = engine.answer(&Incoming { method, path, headers, body: tasks.to_string().into_bytes() });
        let body: Value = serde_json::from_slice(&answer.body.into_bytes()).unwrap();
        (answer.status, body)
    };
    let second = json!({"taskType": "imageInference", "taskUUID": "7c1d5d3e-52c1-4a52-9d18-6a52d2b4f002", "model": "test:b@1", "steps": 20});
    let (status, body) = post(json!([task("test:a@1", 10), second]));
    assert_eq!((status, body["data"].as_array().unwrap().len()), (200, 2), "{body}");
    // The limit of the model that the task names.
    let (status, body) = post(json!([task("test:a@1", 20)]));
    assert_eq!((status, &body["errors"][0]["max"]), (400, &json!(10)), "{body}");
    let code = |mut task: Value, model: Option<Value>| {
        task.as_object_mut().unwrap().remove("model");
        if let Some(model) = model {
            task["model"] = model;
        }
        let (status, body) = post(json!([task]));
        assert_eq!((status, &body["errors"][0]["parameter"]), (400, &json!("model")), "{body}");
        body["errors"][0]["code"].as_str().unwrap().to_owned()
    };
    assert_eq!(code(task("", 1), Some(json!("test:c@1"))), "unknownModel");
    assert_eq!(code(task("", 1), Some(json!(7))), "invalidModel");
    assert_eq!(code(task("", 1), None), "missingModel");
}

#[test]
fn a_task_is_validated_against_the_spec_of_the_model_that_it_names() {
    let specs = two();
    let requests = specs.path().join("requests.jsonl");
    let lines =
        [task("test:a@1", 10), task("test:a@1", 20), task("test:b@1", 20), task("test:c@1", 1), json!({})];
    let lines: Vec<String> = lines.iter().map(Value::to_string).collect();
    std::fs::write(&requests, lines.join("\n")).unwrap();
    let output = airspec(&["validate", "--spec", path(&specs), requests.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    let found: Vec<Value> = String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let valid: Vec<bool> = found.iter().map(|verdict| verdict["valid"].as_bool().unwrap()).collect();
    assert_eq!(valid, [true, false, true, false, false]);
    assert_eq!(found[1]["violations"][0]["constraint"], "steps.maximum");
    let unknown = json!([{"pointer": "/model", "constraint": "model", "message": "must be one of test:a@1, test:b@1, found \"test:c@1\""}]);
    assert_eq!(found[3]["violations"], unknown);
}

#[test]
fn results_are_validated_field_by_field() {
    let specs = folder(&[]);
    let file = specs.path().join("answer.json");
    let identity = "7c1d5d3e-52c1-4a52-9d18-6a52d2b4f001";
    let answer = json!({"data": [
        {"taskType": "imageInference", "taskUUID": identity, "imageUUID": identity, "imageURL": "https://x/y.png", "status": "success"},
        {"taskType": "imageInference", "taskUUID": identity, "imageUUID": 7, "cost": "0.05"},
    ], "errors": []});
    std::fs::write(&file, answer.to_string()).unwrap();
    let arguments = ["validate", "--response", "--format", "lines", file.to_str().unwrap()];
    let output = airspec(&arguments);
    assert_eq!(output.status.code(), Some(1));
    let verdict: Value = serde_json::from_slice(&output.stdout).unwrap();
    let found = verdict["violations"].as_array().unwrap().iter();
    let found: Vec<(&str, &str)> =
        found.map(|one| (one["pointer"].as_str().unwrap(), one["message"].as_str().unwrap())).collect();
    assert_eq!(found.len(), 2, "{verdict}");
    for ((pointer, message), (field, words)) in
        found.iter().zip([("/data/1/imageUUID", "found 7"), ("/data/1/cost", "found `0.05`")])
    {
        assert!(*pointer == field && message.contains(words), "{pointer} {message}");
    }
}

#[test]
fn a_model_is_found_by_slug_and_by_air_id() {
    let specs = two();
    let diff = airspec(&["diff", "test:a@1", "test-b-1", "--spec", path(&specs), "--values", "20"]);
    assert_eq!(diff.status.code(), Some(0), "{}", shown(&diff));
    assert!(shown(&diff).contains("at most 20"), "{}", shown(&diff));
    let same = airspec(&["diff", "openai:gpt-image@2", "openai-gpt-image-2", "--values", "20"]);
    assert_eq!(same.status.code(), Some(0), "{}", shown(&same));
    let list = airspec(&["conformance", "--spec", path(&specs), "--model", "test-b-1", "--list"]);
    assert!(shown(&list).contains("steps.maximum.accept"), "{}", shown(&list));
}

#[test]
fn what_is_no_catalogue_gets_one_message() {
    let (specs, empty) = (two(), folder(&[]));
    cannot_run(&["conformance", "--spec", path(&empty)], "the folder contains no spec");
    let broken = folder(&[("a.json", small("a", 1)), ("b.json", "{".to_owned())]);
    cannot_run(&["validate", "--spec", path(&broken), "-"], "b.json:1:1: error: ");
    let twice = folder(&[("a.json", small("a", 1)), ("b.json", small("a", 2))]);
    cannot_run(&["mock", "--port", "0", "--spec", path(&twice)], "are both specs of test-a-1: remove one");
    cannot_run(
        &["conformance", "--spec", path(&specs), "--model", "test:c@1"],
        "there is no spec of `test:c@1`; known: test-a-1, test-b-1",
    );
    cannot_run(&["mock", "--spec", path(&specs), "--list-faults"], "choose one with --model");
    cannot_run(
        &["mock", "--port", "0", "--spec", path(&specs), "--fault", "accept:steps.maximum"],
        "choose one with --model",
    );
    cannot_run(
        &["conformance", "--spec", path(&specs), "--resume", path(&empty), "--report", path(&empty)],
        "--resume needs the folder",
    );
    cannot_run(
        &["conformance", "--spec", path(&specs), "--rules", "owner"],
        "choose one of the 2 with --model",
    );
    assert!(Path::new(path(&specs)).is_dir());
}
