//! A spec that is odd and legal: what once went wrong with such ones.

use airspec_models::Real;

mod odd {
    airspec_macros::model!("tests/odd.json");
}

use odd::{Request, Required};

fn violated(text: &str) -> Vec<String> {
    let violations = Request::from_json(text).err().unwrap_or_default();
    violations.iter().map(|one| format!("{} {}", one.pointer, one.constraint)).collect()
}

#[test]
fn whole_numbers_beyond_floats_are_judged_as_they_are_written() {
    assert_eq!(violated(r#"{"even": 9007199254740993}"#), ["/even even.multipleOf"]);
    assert_eq!(violated(r#"{"large": 9007199254740993}"#), ["/large large.maximum"]);
    assert_eq!(violated(r#"{"small": 9007199254740993}"#), ["/small small.maximum"]);
    let request = Request::from_json(r#"{"even": 9007199254740994, "large": 0.5}"#).unwrap();
    assert_eq!(request.even, Some(Real::from(9_007_199_254_740_994_i64)));
    assert_eq!(serde_json::to_string(&request).unwrap(), r#"{"even":9007199254740994,"large":0.5}"#);
    assert_eq!(Request::builder(Required {}).even(16).small(0.5).build().unwrap().even, Some(16.0.into()));
    assert_eq!(Request::builder(Required {}).even(f64::NAN).build().unwrap_err().len(), 1);
}

#[test]
fn sets_of_numbers_are_enums_of_their_values() {
    assert_eq!(violated(r#"{"step": -1.0, "share": 0.123456}"#), [""; 0]);
    assert_eq!(violated(r#"{"step": 3, "share": 0.5}"#), ["/step step.enum", "/share share.enum"]);
    let request = Request::builder(Required {}).step(odd::Step::V40000).build().unwrap();
    assert_eq!(serde_json::to_string(&request).unwrap(), r#"{"step":40000}"#);
}

#[test]
fn names_of_members_are_judged_at_their_object() {
    assert_eq!(violated(r#"{"taskMembers": {"self": "a", "123456789": 5}}"#), [""; 0]);
    assert_eq!(violated(r#"{"taskMembers": {"1234567890": 5}}"#), ["/taskMembers taskMembers.propertyNames"]);
}

#[test]
fn members_are_judged_by_the_form_of_their_names() {
    assert_eq!(violated(r#"{"tagged": {"size": 1, "x-a": "a"}}"#), [""; 0]);
    assert_eq!(violated(r#"{"tagged": {"x-a": 1}}"#), ["/tagged tagged.patternProperties"]);
    assert_eq!(violated(r#"{"tagged": {"y": "a"}}"#), ["/tagged tagged.patternProperties"]);
    let request = Request::from_json(r#"{"tagged": {"size": 1, "x-a": "a"}}"#).unwrap();
    assert_eq!(serde_json::to_string(&request).unwrap(), r#"{"tagged":{"size":1,"x-a":"a"}}"#);
}

#[test]
fn items_are_judged_by_their_places() {
    assert_eq!(violated(r#"{"pair": []}"#), [""; 0]);
    assert_eq!(violated(r#"{"pair": ["a", 1]}"#), [""; 0]);
    for wrong in [r"[1]", r#"["a", 0]"#, r#"["a", 1, 2]"#] {
        assert_eq!(violated(&format!("{{\"pair\": {wrong}}}")), ["/pair pair.prefixItems"], "{wrong}");
    }
}

#[test]
fn an_object_is_closed_beyond_its_branches() {
    assert_eq!(violated(r#"{"composed": {"a": 1, "b": "x"}}"#), [""; 0]);
    assert_eq!(violated(r#"{"composed": {"a": 1, "c": "x"}}"#), ["/composed composed.unevaluatedProperties"]);
    assert_eq!(violated(r#"{"composed": {"b": 1}}"#), ["/composed/b composed.b.allOf"]);
}

#[test]
fn objects_without_members_and_members_named_like_our_own_names_are_fine() {
    assert_eq!(violated(r#"{"empty": {"a": 1}}"#), ["/empty/a empty.additionalProperties"]);
    assert_eq!(violated(r#"{"gen": {"node": 1.0, "taskMembers": 9007199254740993}}"#), [""; 0]);
    assert_eq!(
        violated(r#"{"gen": {"taskMembers": 9007199254740992}}"#),
        ["/gen/taskMembers gen.taskMembers.enum"]
    );
    assert_eq!(
        violated(r#"{"taskMembers": {"self": "a", "x/y": "b"}}"#),
        ["/taskMembers/x~1y taskMembers.*.type"]
    );
}
