//! Rules about images: constraints of the parameter that takes the image, compared by `diff` like all others.

use airspec_spec::diff::{Action, Effect, compare};
use airspec_spec::{Model, ReadError, Rule, Source, read};

const IMAGES: &str = r#""inputs": {"type": "object", "properties": {
    "image": {"type": "string"},
    "images": {"type": "array", "items": {"type": "string"}},
    "strength": {"type": "number"}}}"#;

fn spec(rules: &str) -> String {
    format!("{{\"type\": \"object\", \"properties\": {{{IMAGES}}}, \"x-constraints\": {rules}}}")
}

fn model(rules: &str) -> Model {
    read(&Source::new("image.json", spec(rules))).unwrap()
}

fn refusal(text: &str) -> String {
    match read(&Source::new("image.json", text)) {
        Err(ReadError::Refused(errors)) => errors[0].to_string(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_rule_about_images_is_a_constraint_of_the_value_that_is_the_image() {
    let model = model(
        r#"[{"operation": "area", "parameters": ["inputs.image"], "maximum": 1153433, "scope": "each"},
            {"operation": "width", "parameters": ["inputs.images"], "minimum": 128, "scope": "each"},
            {"operation": "ratio", "parameters": ["inputs.image"], "minimum": 0.5, "maximum": 2}]"#,
    );
    let constraints = model.constraints();
    let said: Vec<_> = constraints
        .iter()
        .filter(|constraint| matches!(constraint.rule, Rule::Image(_)))
        .map(|one| (one.id.as_str(), one.parameter.as_str(), one.depth, one.expected.as_str()))
        .collect();
    let area = "must be an image with an area (width × height) of at most 1153433 pixels";
    let ratio = "must be an image with a ratio (width ÷ height) from 0.5 to 2";
    let width = "must be an image with a width of at least 128 pixels";
    assert_eq!(
        said,
        [
            ("inputs.image.area", "inputs.image", 2, area),
            ("inputs.image.ratio", "inputs.image", 2, ratio),
            ("inputs.images.items.width", "inputs.images.items", 3, width),
        ]
    );
    assert!(model.warnings.is_empty());
}

#[test]
fn the_ends_of_a_range_are_legal() {
    for (rule, legal, illegal) in [
        (r#""operation": "width", "minimum": 128"#, (128, 1), (127, 999)),
        (r#""operation": "height", "maximum": 128"#, (1, 128), (1, 129)),
        (r#""operation": "area", "minimum": 12, "maximum": 12"#, (3, 4), (3, 5)),
        (r#""operation": "ratio", "minimum": 0.5, "maximum": 2"#, (200, 100), (201, 100)),
        (r#""operation": "ratio", "minimum": 0.5, "maximum": 2"#, (100, 200), (100, 201)),
    ] {
        let model = model(&format!(r#"[{{"parameters": ["inputs.image"], {rule}}}]"#));
        let rules = model.constraints().into_iter().find_map(|constraint| match &constraint.rule {
            Rule::Image(range) => Some(range.clone()),
            _ => None,
        });
        let admits = |(width, height)| rules.as_ref().unwrap().admits(width, height);
        assert!(admits(legal) && !admits(illegal), "{rule}");
    }
}

#[test]
fn the_rules_about_parameters_stay_what_they_are() {
    let text = r#"{"type": "object", "properties": {"image": {"type": "string"}, "width": {}, "height": {}},
        "x-constraints": [{"operation": "height", "parameters": ["image"], "maximum": 4096},
            {"operation": "area", "parameters": ["width", "height"], "maximum": 100}]}"#;
    let model = read(&Source::new("image.json", text)).unwrap();
    assert!(model.constraint("width+height.area").is_some());
    assert!(model.constraint("image.height").is_some());
}

#[test]
fn what_cannot_be_meant_is_refused_with_its_place() {
    for (rules, reason) in [
        (r#"[{"operation": "width", "parameters": ["inputs.strength"], "minimum": 1}]"#, "and no image"),
        (
            r#"[{"operation": "width", "parameters": ["inputs.images"], "minimum": 1}]"#,
            "does not say of which images",
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
        assert!(said.contains(reason) && said.contains("image.json:4:"), "{said}");
    }
    let inner = r#"{"type": "object", "properties": {"a": {"type": "string"}},
        "not": {"x-constraints": [{"operation": "width", "parameters": ["a"], "minimum": 1}]}}"#;
    assert!(refusal(inner).contains("within a condition"));
}

#[test]
fn a_rule_over_an_unknown_name_is_left_out_and_warned_of() {
    let model = model(r#"[{"operation": "width", "parameters": ["inputs.mask"], "minimum": 1}]"#);
    assert!(model.constraints().iter().all(|constraint| constraint.rule.keyword() == "type"));
    assert_eq!(model.warnings.len(), 1);
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
    }
    assert!(compare(&area("9"), &area("9.0")).changes.is_empty());
}
