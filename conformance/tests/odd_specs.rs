//! Specs that are odd and legal: cases are derived without panicking, and the judge blames what generated code blames.
//! `cargo xtask differential --random-specs` finds more of them.

use airspec_judge::Judge;
use airspec_spec::{Model, Source};
use airspec_suite::case;
use serde_json::json;

fn model(schema: &serde_json::Value) -> Model {
    airspec_spec::read(&Source::new("odd.json", schema.to_string())).expect("it is legal")
}

fn task(properties: &serde_json::Value) -> serde_json::Value {
    json!({"type": "object", "properties": properties, "required": ["a"]})
}

#[test]
fn cases_are_derived_whatever_a_parameter_is() {
    let odd = [
        json!({"oneOf": [{"const": []}, {"const": {}}]}),
        json!({"enum": [{"a": [1]}, []]}),
        json!({"enum": []}),
        json!({"type": "array", "uniqueItems": true}),
        json!({"type": "array", "uniqueItems": true, "minItems": 9, "items": {"type": "boolean"}}),
        json!({"type": "array", "uniqueItems": true, "minItems": 3, "items": {"type": "object"}}),
        json!(false),
        json!({"not": {}}),
        json!({"type": ["object", "array"], "required": ["b"], "minItems": 2}),
        json!({"minimum": 1e300, "multipleOf": 1e-7}),
    ];
    for schema in odd {
        let model = model(&task(&json!({"a": schema})));
        assert!(case::derive(&model, 1).is_ok(), "{schema}");
    }
    let mut zero = task(&json!({"a": {"type": "integer", "minimum": 0}, "b": {"const": 0}}));
    for operation in ["area", "ratio"] {
        zero["x-constraints"] = json!([{"operation": operation, "parameters": ["a", "b"], "minimum": 0}]);
        assert!(case::derive(&model(&zero), 1).is_ok(), "{operation}");
    }
}

#[test]
fn a_wrong_type_hides_what_is_inside_and_an_empty_object_names_its_strangers() {
    let schema = task(&json!({
        "a": {"type": "number", "items": {"type": "integer"}, "properties": {"b": false}},
        "e": {"type": "object", "additionalProperties": false},
    }));
    let judge = Judge::new(&model(&schema)).unwrap();
    let blamed = |value: serde_json::Value| -> Vec<String> {
        judge.task(&value).into_iter().map(|one| format!("{} {}", one.pointer, one.constraint)).collect()
    };
    assert_eq!(blamed(json!({"a": ["x"]})), ["/a a.type"]);
    assert_eq!(blamed(json!({"a": {"b": 1}})), ["/a a.type"]);
    let strangers = ["/e/x e.additionalProperties", "/e/y~1 e.additionalProperties"];
    assert_eq!(blamed(json!({"a": 1, "e": {"x": 1, "y/": 2}})), strangers);
}

#[test]
fn keywords_about_names_and_places_have_cases_on_both_sides() {
    let parameters = json!({
        "named": {"type": "object", "propertyNames": {"pattern": "^[a-z]+$"}},
        "tagged": {
            "type": "object", "properties": {"size": {"type": "integer"}}, "required": ["size"],
            "patternProperties": {"^x-": {"type": "string", "maxLength": 5}}, "additionalProperties": false,
        },
        "pair": {"type": "array", "prefixItems": [{"enum": ["rgb", "hsl"]}, {"type": "integer"}], "items": false},
        "composed": {
            "type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"],
            "allOf": [{"properties": {"b": {"type": "string"}}}], "unevaluatedProperties": false,
        },
        "whole": {"$ref": "#/$defs/count"},
    });
    let mut task = task(&parameters);
    task["required"] = json!([]);
    task["$defs"] = json!({"count": {"type": "integer", "minimum": 1}});
    let cases = case::derive(&model(&task), 1).unwrap();
    for constraint in [
        "named.propertyNames",
        "tagged.patternProperties",
        "pair.prefixItems",
        "composed.unevaluatedProperties",
        "whole.minimum",
    ] {
        let gaps: Vec<_> = cases.gaps.iter().filter(|gap| gap.constraint == constraint).collect();
        assert!(gaps.is_empty(), "{gaps:?}");
        assert!(cases.cases.iter().any(|case| case.subject == constraint), "{constraint}");
    }
}
