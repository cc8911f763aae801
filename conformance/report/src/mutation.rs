//! The kill matrix as a mutation testing report, in the form that Stryker's report pages and dashboard read.

use super::Kills;
use serde_json::{Map, Value, json};

/// The name of the one file of the report, which has a line for each fault: faults are made in a server, not in its source.
const FILE: &str = "faults of the mock.txt";
/// The name of the one file of tests.
const TESTS: &str = "cases";

/// The report.
pub(super) fn report(kills: &Kills) -> Value {
    let source: String = kills.faults.iter().map(|kill| format!("{}: {}\n", kill.id, kill.what)).collect();
    let mut cases: Vec<&String> = kills.faults.iter().filter_map(|kill| kill.case.as_ref()).collect();
    cases.sort();
    cases.dedup();
    let tests: Vec<Value> = cases.iter().map(|case| json!({"id": case, "name": case})).collect();
    let mutants = kills.faults.iter().zip(1..).map(|(kill, line)| {
        let status = match kill.end.as_str() {
            "killed" | "noted" => "Killed",
            "equivalent" => "Ignored",
            _ => "Survived",
        };
        let width = kill.id.chars().count() + 1;
        let mut mutant = Map::from_iter([
            ("id".to_owned(), json!(kill.id)),
            ("mutatorName".to_owned(), json!(kill.id.split(':').next().unwrap_or_default())),
            ("description".to_owned(), json!(kill.what)),
            ("replacement".to_owned(), json!(kill.what)),
            ("status".to_owned(), json!(status)),
            (
                "location".to_owned(),
                json!({"start": {"line": line, "column": 1}, "end": {"line": line, "column": width}}),
            ),
        ]);
        if let Some(case) = &kill.case {
            mutant.insert("killedBy".to_owned(), json!([case]));
            mutant.insert("coveredBy".to_owned(), json!([case]));
        }
        if let Some(detail) = &kill.detail {
            mutant.insert("statusReason".to_owned(), json!(detail));
        }
        Value::Object(mutant)
    });
    json!({
        "schemaVersion": "2",
        "thresholds": {"high": 100, "low": 99},
        "framework": {"name": "airspec", "version": env!("CARGO_PKG_VERSION")},
        "files": {FILE: {"language": "text", "source": source, "mutants": mutants.collect::<Vec<_>>()}},
        "testFiles": {TESTS: {"tests": tests}},
    })
}
