//! Findings for other programs: annotations of GitHub Actions, SARIF, the mutation testing report, the badge, JUnit.

mod support;

use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Output;
use support::{KEY, SPEC, Server, airspec, command};

fn out(output: &Output) -> String {
    assert_ne!(output.status.code(), None);
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// A SARIF document of which the types that are made from the schema of SARIF lose nothing.
fn sarif(text: &str) -> Value {
    let value: Value = serde_json::from_str(text).unwrap();
    let typed: serde_sarif::sarif::Sarif = serde_json::from_str(text).unwrap();
    assert_eq!(serde_json::to_value(&typed).unwrap(), value);
    assert_eq!(value["version"], "2.1.0");
    let run = &value["runs"][0];
    for result in run["results"].as_array().unwrap() {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(run["tool"]["driver"]["rules"][index]["id"], result["ruleId"]);
        assert!(["error", "warning", "note"].contains(&result["level"].as_str().unwrap()));
    }
    value
}

const WRONG: &str = "{\"taskType\": \"imageInference\",\n \"taskUUID\": \"50836053-a0ee-4cf5-b9d6-ae7c5d140ada\",\n \
    \"model\": \"openai:gpt-image@2\", \"positivePrompt\": \"a cat\",\n \"width\": 100000, \"height\": 1024, \"é\": 1}";

#[test]
fn violations_are_shown_where_they_are() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a b.json"), WRONG).unwrap();
    fs::write(folder.path().join("b.json"), "{\n\"a\": ,}").unwrap();
    let run = |format: &str| {
        let mut program = command(&["validate", "--spec", SPEC, "--format", format, "a b.json", "./b.json"]);
        let output = program.current_dir(folder.path()).output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        out(&output)
    };
    let text = run("github");
    let lines: Vec<&str> = text.lines().collect();
    assert!(
        lines
            .iter()
            .any(|line| line.starts_with("::error file=a b.json,line=4,col=11,title=width.maximum::")),
        "{text}"
    );
    assert!(
        lines
            .iter()
            .any(|line| line.starts_with("::error file=a b.json,line=4,col=35,title=additionalProperties::")),
        "{text}"
    );
    assert!(
        lines.iter().any(|line| line.starts_with("::error file=b.json,line=2,col=6,title=not-json::")),
        "{text}"
    );
    assert!(lines.iter().all(|line| line.starts_with("::error ")), "{text}");
    let value = sarif(&run("sarif"));
    let results = value["runs"][0]["results"].as_array().unwrap();
    assert_eq!(results.len(), lines.len());
    let at = |rule: &str| {
        let result = results.iter().find(|result| result["ruleId"] == rule).unwrap();
        let place = &result["locations"][0]["physicalLocation"];
        let region = &place["region"];
        (
            place["artifactLocation"]["uri"].as_str().unwrap().to_owned(),
            region["startLine"].as_u64().unwrap(),
            region["startColumn"].as_u64().unwrap(),
        )
    };
    assert_eq!(at("width.maximum"), ("a%20b.json".to_owned(), 4, 11));
    assert_eq!(at("not-json"), ("b.json".to_owned(), 2, 6));
    // What is right has no finding, and still is a document.
    fs::write(folder.path().join("b.json"), WRONG.replace("100000", "1024").replace(", \"é\": 1", ""))
        .unwrap();
    let mut program = command(&["validate", "--spec", SPEC, "--format", "sarif", "b.json"]);
    let output = program.current_dir(folder.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(sarif(&out(&output))["runs"][0]["results"].as_array().unwrap().len(), 0);
}

#[test]
fn more_violations_than_are_listed_are_counted() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("many.json");
    let members: Vec<String> = (0..80).map(|number| format!("\"x{number}\": 1")).collect();
    fs::write(&file, WRONG.replace("\"é\": 1", &members.join(", "))).unwrap();
    let text = out(&airspec(&["validate", "--spec", SPEC, "--format", "github", file.to_str().unwrap()]));
    assert_eq!(text.lines().count(), 51, "{text}");
    assert!(
        text.lines().last().unwrap().ends_with("title=unlisted::31 more violations are not listed"),
        "{text}"
    );
}

#[test]
fn a_run_writes_what_dashboards_read() {
    let server = Server::start(&["--spec", SPEC, "--fault", "accept:width.maximum"]);
    let folder = tempfile::tempdir().unwrap();
    let report = folder.path().join("report");
    let arguments = [
        "conformance",
        "--spec",
        SPEC,
        "--seed",
        "7",
        "--case",
        "width.*",
        "--search",
        "0",
        "--target",
        &server.url,
        "--format",
        "github",
        "--report",
        report.to_str().unwrap(),
    ];
    let output = airspec(&arguments);
    assert_eq!(output.status.code(), Some(1));
    let text = out(&output);
    // What the server says is printed while commands are off.
    let token = text.lines().next().and_then(|line| line.strip_prefix("::stop-commands::")).unwrap();
    let (table, after) = text.split_once(&format!("\n::{token}::\n")).unwrap();
    assert!(table.contains("does not conform"), "{text}");
    let commands: Vec<&str> = after.lines().collect();
    assert_eq!(commands.len(), 1, "one cause is one annotation: {text}");
    assert!(commands[0].starts_with("::error title="), "{text}");
    assert!(commands[0].contains("title=width.maximum::breaks-page, "), "{text}");
    assert!(commands[0].contains("%0Aairspec conformance "), "{text}");
    let read = |name: &str| fs::read_to_string(report.join(name)).unwrap();
    let value = sarif(&read("report.sarif"));
    assert_eq!(value["runs"][0]["results"][0]["ruleId"], "width.maximum");
    let help = value["runs"][0]["tool"]["driver"]["rules"][0]["helpUri"].as_str().unwrap();
    assert!(help.contains("#request-width"), "{help}");
    let counts: Value = serde_json::from_str(&read("report.json")).unwrap();
    let badge: Value = serde_json::from_str(&read("badge.json")).unwrap();
    let told = format!("{} of {} cases fail", counts["summary"]["failed"], counts["summary"]["cases"]);
    assert_eq!(
        badge,
        serde_json::json!({"schemaVersion": 1, "label": "airspec", "message": told, "color": "red"})
    );
    let junit = read("junit.xml");
    assert!(junit.contains("<property name=\"constraint\" value=\"width.maximum\"/>"), "{junit}");
    assert!(junit.contains("<property name=\"finding\" value=\"breaks-page\"/>"), "{junit}");
    for name in ["report.sarif", "badge.json", "junit.xml"] {
        assert!(!read(name).contains(KEY), "{name}");
    }
}

#[test]
fn a_kill_matrix_is_a_mutation_testing_report() {
    let folder = tempfile::tempdir().unwrap();
    let arguments =
        ["faults", "--spec", SPEC, "--seed", "7", "--seeds", "1", "--fault", "accept:width.m*", "--report"];
    let output = airspec(&[&arguments[..], &[folder.path().to_str().unwrap()]].concat());
    assert_eq!(output.status.code(), Some(0));
    let read = |name: &str| -> Value {
        serde_json::from_slice(&fs::read(folder.path().join(name)).unwrap()).unwrap()
    };
    let (kills, report) = (read("faults.json"), read("mutation.json"));
    let (path, file) = report["files"].as_object().unwrap().iter().next().unwrap();
    let lines: Vec<&str> = file["source"].as_str().unwrap().lines().collect();
    let mutants = file["mutants"].as_array().unwrap();
    assert_eq!(mutants.len(), kills["faults"].as_array().unwrap().len(), "{path}");
    let tests = report["testFiles"]["cases"]["tests"].as_array().unwrap();
    for (mutant, kill) in mutants.iter().zip(kills["faults"].as_array().unwrap()) {
        assert_eq!(mutant["id"], kill["id"]);
        assert_eq!(mutant["status"], "Killed");
        assert!(tests.iter().any(|test| test["id"] == mutant["killedBy"][0] && test["id"] == kill["case"]));
        let line = usize::try_from(mutant["location"]["start"]["line"].as_u64().unwrap()).unwrap();
        assert!(lines[line - 1].starts_with(kill["id"].as_str().unwrap()));
    }
}

#[test]
fn changes_and_differences_are_findings() {
    let folder = tempfile::tempdir().unwrap();
    let text = fs::read_to_string(SPEC).unwrap();
    let changed = folder.path().join("new.json");
    let narrow = text.replacen("\"maximum\": 3840", "\"maximum\": 3824", 1);
    assert_ne!(narrow, text);
    fs::write(&changed, narrow).unwrap();
    let changed = changed.to_str().unwrap();
    let diff = |format: &str| out(&airspec(&["diff", SPEC, changed, "--values", "0", "--format", format]));
    let github = diff("github");
    assert!(
        github.lines().any(|line| line.starts_with("::error ") && line.contains("title=breaking::")),
        "{github}"
    );
    let value = sarif(&diff("sarif"));
    assert!(value["runs"][0]["results"].as_array().unwrap().iter().any(|result| result["level"] == "error"));
    let none = airspec(&["diff", SPEC, SPEC, "--format", "github"]);
    assert_eq!(out(&none), "");
    let wrong = airspec(&["diff", SPEC, SPEC, "--format", "xml"]);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&wrong.stderr).contains("use text, markdown, json, github or sarif"));

    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec/tests/sources");
    let page = fs::read_dir(&source).unwrap().map(|entry| entry.unwrap().path());
    let page = page.filter(|path| path.extension().is_some_and(|extension| extension == "md")).min();
    let Some(page) = page else { panic!("no page in {}", source.display()) };
    let verify = |format: &str| {
        airspec(&["verify", "--source", page.to_str().unwrap(), "--spec", changed, "--format", format])
    };
    let told = verify("text");
    let value = sarif(&out(&verify("sarif")));
    let results = value["runs"][0]["results"].as_array().unwrap();
    let errors = results.iter().filter(|result| result["level"] == "error").count();
    assert_eq!(verify("github").status.code(), told.status.code());
    assert_eq!(errors > 0, told.status.code() == Some(1), "{}", out(&told));
    assert!(errors > 0, "the spec has another maximum than the page");
}
