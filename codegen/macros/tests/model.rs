//! The macro as its users call it.

mod tiny {
    airspec_macros::model!("tests/tiny.json");
}

use tiny::{ExtrasItem, Mode, Request, Required};

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
    let _ = |item: ExtrasItem| item.weight;
}

#[test]
fn mistakes_are_compile_errors_with_a_name() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/refused/*.rs");
}
