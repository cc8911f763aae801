//! One number changes in the spec, and one command later the crate, the mock and the suite have followed; a second
//! model is a second file. Performed on a copy of the workspace, as a maintainer would.

mod support;

use serde_json::Value;
use std::fs;
use support::workspace::Copy;

/// A model whose task options are those of GPT Image 2, so that they are shared.
const SECOND: &str = r#"{
  "type": "object",
  "properties": {
    "deliveryMethod": {"type": "string", "oneOf": [{"const": "sync"}, {"const": "async"}], "default": "sync"},
    "safety": {"type": "object", "properties": {"checkContent": {"type": "boolean"}}, "additionalProperties": false},
    "model": {"type": "string", "const": "test:second@1"},
    "strength": {"type": "number", "minimum": 0, "maximum": 1, "multipleOf": 0.01}
  },
  "required": ["model"],
  "additionalProperties": false
}"#;

/// The wider limit breaks nobody; taking it back does, and a request shows it.
fn what_it_means(copy: &Copy) {
    let (old, new) = ("old.json", "spec/models/openai-gpt-image-2.json");
    let values = ["--values", "20", "--fail-on", "breaking"];
    let wider = copy.succeeds(&[&["xtask", "diff", old, new], values.as_slice()].concat());
    let change = "\nCompatible:\n  `width` had to be at most 3840, now at most 4096\n";
    assert!(wider.contains(change) && wider.contains("\nThe generated crate: a minor step\n"), "{wider}");
    let back = copy.cargo(&[&["xtask", "diff", new, old], values.as_slice()].concat());
    let shown = String::from_utf8_lossy(&back.stdout).into_owned();
    assert_eq!(back.status.code(), Some(1), "{shown}");
    let request =
        shown.lines().skip_while(|line| !line.starts_with("A request that was valid")).nth(1).unwrap();
    let request: Value = serde_json::from_str(request).unwrap();
    assert!((3841..=4096).contains(&request[0]["width"].as_u64().unwrap()), "{request}");
    let notes = copy.succeeds(&["xtask", "diff", new, old, "--values", "20", "--migration"]);
    assert!(notes.contains("`.width(…)`: `width` had to be at most 4096, now at most 3840."), "{notes}");
}

/// What was published becomes the spec.
fn take_over(copy: &Copy, published: &Value) {
    fs::write(copy.path("published.json"), format!("{published:#}")).unwrap();
    let drift = copy.cargo(&["xtask", "verify", "--source", "published.json"]);
    let shown = String::from_utf8_lossy(&drift.stdout).into_owned();
    assert_eq!(drift.status.code(), Some(1), "{shown}");
    assert!(shown.contains("width") && shown.contains("3840") && shown.contains("4096"), "{shown}");
    copy.succeeds(&["xtask", "import", "published.json"]);
    copy.succeeds(&["xtask", "verify", "--source", "published.json"]);
}

#[test]
fn one_number_in_the_spec_moves_crate_mock_and_suite_and_a_second_model_is_a_second_file() {
    let copy = Copy::new();
    let document = copy.path("spec/models/openai-gpt-image-2.json");
    let mut spec: Value = serde_json::from_str(&fs::read_to_string(&document).unwrap()).unwrap();
    let task = &mut spec["components"]["schemas"]["RequestBody"]["items"]["properties"];
    // Whatever the document says today.
    if task["width"]["maximum"] != 3840 {
        task["width"]["maximum"] = 3840.into();
        fs::write(&document, format!("{spec:#}")).unwrap();
        copy.succeeds(&["xtask", "gen"]);
    }
    fs::copy(&document, copy.path("old.json")).unwrap();
    let task = &mut spec["components"]["schemas"]["RequestBody"]["items"]["properties"];
    task["width"]["maximum"] = 4096.into();
    take_over(&copy, &spec);
    fs::write(copy.path("spec/models/test-second.json"), SECOND).unwrap();

    let stale = copy.cargo(&["xtask", "gen", "--check"]);
    assert_eq!(stale.status.code(), Some(1));
    let shown = String::from_utf8_lossy(&stale.stdout).into_owned();
    assert!(shown.contains("stale: ") && shown.contains("+pub const WIDTH_MAXIMUM: u32 = 4096;"), "{shown}");
    assert!(shown.contains("missing: "), "{shown}");
    copy.succeeds(&["xtask", "gen"]);
    copy.succeeds(&["xtask", "gen", "--check"]);

    let manifest = fs::read_to_string(copy.path("generated/Cargo.toml")).unwrap();
    let features = ["\ntest-second-1 = []\n", "\nclient = ["];
    assert!(features.iter().all(|feature| manifest.contains(feature)), "those of hand are kept: {manifest}");
    let shared = fs::read_to_string(copy.path("generated/src/models/shared.rs")).unwrap();
    assert!(shared.contains("pub enum DeliveryMethod") && shared.contains("pub struct Safety"), "{shared}");
    copy.succeeds(&["check", "--quiet", "--package", "airspec-models", "--all-features"]);

    what_it_means(&copy);

    let report = copy.path("report");
    let report_flag = report.to_str().unwrap();
    copy.succeeds(&["xtask", "conformance", "--case", "width.m*", "--report", report_flag]);
    let report: Value =
        serde_json::from_str(&fs::read_to_string(report.join("report.json")).unwrap()).unwrap();
    let width = |id: &str| {
        let cases = report["cases"].as_array().unwrap();
        let case = cases.iter().find(|case| case["id"] == id).unwrap_or_else(|| panic!("no case {id}"));
        (case["request"].to_string(), case["verdict"].clone())
    };
    let (request, verdict) = width("width.maximum.accept.at-the-maximum");
    assert!(request.contains("4096") && verdict == "pass", "{request}");
    let (request, verdict) = width("width.maximum.reject.one-step-beyond-the-maximum-on-the-grid");
    assert!(request.contains("4112") && verdict == "pass", "{request}");
}
