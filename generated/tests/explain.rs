//! What is wrong with a struct is found in the members that a first pass names. It is the same as what is found in JSON,
//! where every member is checked.

#[allow(dead_code, reason = "the requests alone are of use here")]
#[path = "../benches/corpus/mod.rs"]
mod corpus;

use gpt_image::Request;
use serde_json::{Value, json};

/// A document that no release of the provider changes.
mod gpt_image {
    airspec_macros::model!("../spec/tests/specs/gpt-image.json");
}

/// Wrong values, each for a member of its own.
fn wrong() -> Vec<(&'static str, Value)> {
    vec![
        ("taskUUID", json!("5c2ff0ba-7a4b-1bd1-8b43-6d3a0c6a3c63")),
        ("outputQuality", json!(100)),
        ("webhookURL", json!("no URL")),
        ("uploadEndpoint", json!("")),
        ("ttl", json!(0)),
        ("inputs", json!({"referenceImages": ["!", "iVBORw0KGgo=", "?"]})),
        ("numberResults", json!(0)),
        ("positivePrompt", json!("a")),
        ("width", json!(17)),
        ("height", json!(100_000)),
    ]
}

/// The violations of the struct, which are those of the JSON.
fn violations(value: &Value) -> Vec<String> {
    let request: Request = serde_json::from_value(value.clone()).unwrap();
    let found = request.validate().err().unwrap_or_default();
    assert_eq!(found, Request::from_value(value.clone()).err().unwrap_or_default(), "{value}");
    found.iter().map(|violation| violation.pointer.clone()).collect()
}

#[test]
fn any_two_wrong_members_are_found_together() {
    let valid = corpus::samples().swap_remove(3).value;
    assert!(violations(&valid).is_empty());
    for (first, one) in wrong() {
        for (second, other) in wrong() {
            let mut value = valid.clone();
            value[first] = one.clone();
            value[second] = other;
            let found = violations(&value);
            for name in [first, second] {
                assert!(
                    found.iter().any(|pointer| pointer.split('/').nth(1) == Some(name)),
                    "{name}: {found:?}"
                );
            }
        }
    }
}
