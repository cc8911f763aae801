//! The macro as its users call it.

mod tiny {
    airspec_macros::model!("tests/tiny.json");
}

mod generated_id {
    airspec_macros::model!("tests/generated_id.json");
}

use tiny::{ExtrasItem, ExtrasItemRequired, Mode, Request, Required};

#[test]
fn a_spec_becomes_a_request_that_knows_its_rules() {
    let required = Required { prompt: "a lighthouse".into() };
    let request = Request::builder(required.clone())
        .strength(0.35)
        .mode(Mode::Best)
        .width(32)
        .height(64)
        .build()
        .unwrap();
    assert_eq!(serde_json::to_value(&request).unwrap()["strength"], serde_json::json!(0.35));
    assert!(Request::from_json(r#"{"prompt": "ab", "seed": "auto", "extras": [{"name": "x"}]}"#).is_ok());

    let violations = Request::builder(required).strength(0.33).width(64).build().unwrap_err();
    let ids: Vec<&str> = violations.iter().map(|one| &*one.constraint).collect();
    assert_eq!(ids, ["strength.multipleOf", "width+height.dependentRequired"]);

    let violations = Request::from_json(
        r#"{"prompt": "ab", "width": 16, "height": 64, "seed": -1, "extras": [{"name": "X"}, []]}"#,
    )
    .unwrap_err();
    let ids: Vec<&str> = violations.iter().map(|one| &*one.constraint).collect();
    assert_eq!(ids, ["seed.oneOf", "extras.items.name.pattern", "extras.items.type", "width+height.ratio"]);

    let twice = r#"{"prompt": "ab", "extras": [{"name": "x", "weight": 1}, {"weight": 1.0, "name": "x"}]}"#;
    let violations = Request::from_json(twice).unwrap_err();
    let ids: Vec<&str> = violations.iter().map(|one| &*one.constraint).collect();
    assert_eq!(ids, ["extras.uniqueItems"]);

    // The rule holds for each item, and only where its trigger is present.
    let long = r#"{"prompt": "ab", "extras": [{"name": "long"}, {"name": "long", "weight": 1}]}"#;
    let violations = Request::from_json(long).unwrap_err();
    let found: Vec<(&str, &str)> = violations.iter().map(|one| (&*one.pointer, &*one.constraint)).collect();
    assert_eq!(found, [("/extras/1/name", "extras.items.weight+name.dependentSchemas")]);
}

#[test]
fn a_nested_object_starts_from_what_it_cannot_do_without() {
    let extra = ExtrasItem::new(ExtrasItemRequired { name: "fog".into() }).weight(0.5);
    assert_eq!((extra.name.as_str(), extra.weight.is_some()), ("fog", true));
    let request = Request::builder(Required { prompt: "ab".into() }).extras([extra]).build().unwrap();
    let extras = &serde_json::to_value(&request).unwrap()["extras"];
    assert_eq!(*extras, serde_json::json!([{"name": "fog", "weight": 0.5}]));
}

#[test]
fn only_the_identity_of_a_task_is_generated_and_all_scalar_defaults_have_an_accessor() {
    let required =
        generated_id::Required { parent_uuid: "019c42a0-c3ff-7138-be83-ee257abc5331".parse().unwrap() };
    let [one, two] = [(), ()].map(|()| generated_id::Request::builder(required.clone()).build().unwrap());
    assert_eq!(one.parent_uuid, required.parent_uuid);
    assert_ne!(one.task_uuid, two.task_uuid);
    assert_eq!((one.effective_voice(), one.effective_seed()), ("plain", serde_json::json!("auto")));
    let set = generated_id::Request::builder(required).voice("loud").seed(3).build_unchecked();
    assert_eq!((set.effective_voice(), set.effective_seed()), ("loud", serde_json::json!(3)));
}

#[test]
fn mistakes_are_compile_errors_with_a_name() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/refused/*.rs");
}
