//! The program as a user meets it: exit codes, and one line on standard error.

use serde_json::Value;
use std::process::{Command, Output, Stdio};

fn airspec(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_airspec"))
        .args(arguments)
        .env_remove("RUNWARE_API_KEY")
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

/// Exit code 2, and one line that says this; what is wrong with a spec has a second one that helps.
fn cannot_run(arguments: &[&str], words: &str) {
    let output = airspec(arguments);
    let errors = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{errors}");
    // What is wrong with a spec comes with a line of help.
    assert_eq!(errors.lines().filter(|line| !line.starts_with("  help: ")).count(), 1, "{errors}");
    assert!(errors.starts_with("airspec: ") && errors.contains(words), "{errors}");
    assert!(output.stdout.is_empty());
}

#[test]
fn what_cannot_run_says_so_in_one_line() {
    cannot_run(&["conformance", "--target", "http://127.0.0.1:1"], "cannot be reached");
    cannot_run(
        &["conformance", "--target", "https://api.runware.ai/v1"],
        "no key for api.runware.ai: set RUNWARE_API_KEY",
    );
    cannot_run(&["conformance", "--target", "nonsense"], "give the full endpoint");
    cannot_run(&["conformance", "--case", "nothing.*"], "--case matches none");
    cannot_run(&["conformance", "--spec", "/nowhere.json"], "/nowhere.json");
    cannot_run(&["mock", "--port", "1", "--spec", "/nowhere.json"], "/nowhere.json");
}

#[test]
fn a_target_that_costs_money_is_refused_with_a_key_too() {
    let output = Command::new(env!("CARGO_BIN_EXE_airspec"))
        .args(["conformance", "--target", "https://api.runware.ai/v1"])
        .env("RUNWARE_API_KEY", "hunter2hunter2")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let errors = text(&output.stderr);
    assert!(errors.contains("is not this machine") && !errors.contains("hunter2"), "{errors}");
}

#[test]
fn wrong_arguments_are_code_2_and_help_is_code_0() {
    assert_eq!(airspec(&["conformance", "--jobs", "0"]).status.code(), Some(2));
    assert_eq!(airspec(&["conformance", "--timeout", "-1"]).status.code(), Some(2));
    assert_eq!(airspec(&["unknown"]).status.code(), Some(2));
    assert_eq!(airspec(&["--help"]).status.code(), Some(0));
    assert_eq!(airspec(&["conformance", "--help"]).status.code(), Some(0));
}

#[test]
fn a_list_sends_nothing_and_is_the_same_for_the_same_seed() {
    let list = |seed: &str| airspec(&["conformance", "--list", "--seed", seed]).stdout;
    let first = list("1");
    assert_eq!(first, list("1"));
    assert!(text(&first).lines().count() > 100);
    assert!(text(&first).lines().next().unwrap().contains("accept"));
}

#[test]
fn the_embedded_mock_conforms() {
    let folder = tempfile::tempdir().unwrap();
    let report = folder.path().to_str().unwrap();
    let output = airspec(&["conformance", "--seed", "7", "--report", report]);
    let table = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{}{table}", text(&output.stderr));
    assert!(table.lines().last().unwrap().ends_with("seed 7"), "{table}");
    assert!(table.lines().all(|line| line.chars().count() <= 100));
    let report: Value =
        serde_json::from_slice(&std::fs::read(folder.path().join("report.json")).unwrap()).unwrap();
    assert_eq!(report["target"], "mock");
    assert_eq!(report["summary"]["failed"], 0);
    assert_eq!(
        report["summary"]["cases"].as_u64(),
        report["cases"].as_array().map(|cases| cases.len() as u64)
    );
    assert!(folder.path().join("junit.xml").exists());
}

#[test]
fn a_pattern_chooses_cases() {
    let output = airspec(&["conformance", "--case", "width.*", "--case", "height.maximum.*"]);
    let table = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{table}");
    assert!(table.contains("width.maximum") && table.contains("height.maximum"));
    assert!(!table.contains("height.minimum") && !table.contains("ttl"));
}
