//! The idioms of published specs, each with values that it allows and values that it does not.
//!
//! The files have the form of JSON-Schema-Test-Suite, so that generated code runs them too:
//! `cargo xtask differential --suite conformance/judge/tests/idioms`.

use airspec_judge::Judge;
use airspec_spec::{Source, read};
use serde_json::{Value, json};

#[test]
fn every_idiom_is_read_and_judged() {
    let files = [include_str!("idioms/idioms.json"), include_str!("idioms/patterns.json")];
    let groups = files.map(|text| serde_json::from_str::<Vec<Value>>(text).unwrap());
    for group in groups.iter().flatten() {
        let title = group["description"].as_str().unwrap();
        let task = json!({"type": "object", "properties": {"value": group["schema"]}, "required": ["value"]});
        let model = read(&Source::new(title, task.to_string())).unwrap_or_else(|error| panic!("{error}"));
        let judge = Judge::new(&model).unwrap();
        for test in group["tests"].as_array().unwrap() {
            let task = json!({"value": test["data"]});
            let violations = judge.task(&task);
            assert_eq!(
                json!(violations.is_empty()),
                test["valid"],
                "{title}: {}: {violations:?}",
                test["data"]
            );
            let unmapped = violations.iter().find(|one| one.constraint.starts_with("unmapped"));
            assert!(unmapped.is_none(), "{title}: {unmapped:?}");
        }
    }
}
