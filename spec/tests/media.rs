//! Rules about files: read into the model, compared by `diff`, and no constraints on requests.

use airspec_spec::diff::{Action, Effect, compare};
use airspec_spec::model::Measure;
use airspec_spec::{Model, ReadError, Source, read};

const IMAGES: &str = r#""inputs": {"type": "object", "properties": {
    "image": {"type": "string"},
    "images": {"type": "array", "items": {"type": "string"}},
    "strength": {"type": "number"}}}"#;

fn spec(rules: &str) -> String {
    format!("{{\"type\": \"object\", \"properties\": {{{IMAGES}}}, \"x-constraints\": {rules}}}")
}

fn model(rules: &str) -> Model {
    read(&Source::new("media.json", spec(rules))).unwrap()
}

fn refusal(text: &str) -> String {
    match read(&Source::new("media.json", text)) {
        Err(ReadError::Refused(errors)) => errors[0].to_string(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_rule_about_files_is_part_of_the_model_and_no_constraint() {
    let model = model(
        r#"[{"operation": "area", "parameters": ["inputs.image"], "maximum": 1153433, "scope": "each"},
            {"operation": "width", "parameters": ["inputs.images"], "minimum": 128, "scope": "each"},
            {"operation": "ratio", "parameters": ["inputs.image"], "minimum": 0.5, "maximum": 2}]"#,
    );
    let said: Vec<(&str, Measure, String)> =
        model.media.iter().map(|rule| (rule.id.as_str(), rule.measure, rule.sentence())).collect();
    let pixels = "each file must have an area (width × height) of at most 1153433 pixels";
    assert_eq!(
        said,
        [
            ("inputs.image.area", Measure::Area, pixels.to_owned()),
            (
                "inputs.images.width",
                Measure::Width,
                "each file must have a width of at least 128 pixels".to_owned()
            ),
            (
                "inputs.image.ratio",
                Measure::Ratio,
                "the file must have a ratio (width ÷ height) from 0.5 to 2".to_owned()
            ),
        ]
    );
    assert!(model.constraints().iter().all(|constraint| constraint.rule.keyword() == "type"));
    assert!(model.warnings.is_empty());
}

#[test]
fn the_rules_about_parameters_stay_what_they_are() {
    let text = r#"{"type": "object", "properties": {"image": {"type": "string"}, "width": {}, "height": {}},
        "x-constraints": [{"operation": "height", "parameters": ["image"], "maximum": 4096},
            {"operation": "area", "parameters": ["width", "height"], "maximum": 100}]}"#;
    let model = read(&Source::new("media.json", text)).unwrap();
    assert!(model.constraint("width+height.area").is_some());
    assert_eq!(model.media.len(), 1);
}

#[test]
fn what_cannot_be_meant_is_refused_with_its_place() {
    for (rules, reason) in [
        (r#"[{"operation": "width", "parameters": ["inputs.strength"], "minimum": 1}]"#, "refers to no file"),
        (
            r#"[{"operation": "width", "parameters": ["inputs.images"], "minimum": 1}]"#,
            "does not say of which files",
        ),
        (
            r#"[{"operation": "width", "parameters": ["inputs.image"], "minimum": 1, "scope": "all"}]"#,
            "scope `all`",
        ),
        (r#"[{"operation": "width", "parameters": ["a", "b"], "minimum": 1}]"#, "names one parameter"),
        (r#"[{"operation": "depth", "parameters": ["inputs.image"], "minimum": 1}]"#, "operation `depth`"),
        (
            r#"[{"operation": "width", "parameters": ["inputs.image"], "minimum": 2, "maximum": 1}]"#,
            "lies above",
        ),
    ] {
        let said = refusal(&spec(rules));
        assert!(said.contains(reason) && said.contains("media.json:4:"), "{said}");
    }
    let inner = r#"{"type": "object", "properties": {"a": {"type": "string"}},
        "not": {"x-constraints": [{"operation": "width", "parameters": ["a"], "minimum": 1}]}}"#;
    assert!(refusal(inner).contains("within a condition"));
}

#[test]
fn a_rule_over_an_unknown_name_is_kept_and_warned_of() {
    let model = model(r#"[{"operation": "width", "parameters": ["inputs.mask"], "minimum": 1}]"#);
    assert_eq!((model.media.len(), model.warnings.len()), (1, 1));
}

#[test]
fn a_changed_rule_is_reported() {
    let area = |maximum: &str| {
        model(&format!(
            "[{{\"operation\": \"area\", \"parameters\": [\"inputs.image\"], \"maximum\": {maximum}}}]"
        ))
    };
    let none = model("[]");
    for (old, new, action, effect) in [
        (&none, &area("9"), Action::Added, Effect::Breaking),
        (&area("9"), &none, Action::Removed, Effect::Compatible),
        (&area("9"), &area("10"), Action::Changed, Effect::Compatible),
        (&area("9"), &area("8"), Action::Changed, Effect::Breaking),
    ] {
        let diff = compare(old, new);
        assert_eq!(diff.changes.len(), 1);
        assert_eq!((diff.changes[0].action, diff.changes[0].effect), (action, effect));
        assert!(diff.changes[0].sentence.contains("not checked by the validator"));
    }
    assert!(compare(&area("9"), &area("9.0")).changes.is_empty());
}
