//! Documents held against sources.

mod support;

use airspec_spec::facts::Facts;
use airspec_spec::verify::{self, Allowed, compare};
use airspec_spec::{Source, import};
use serde_json::{Value, json};
use support::{ids, shared, source};

fn facts(text: &Value) -> Facts {
    import::read(&Source::new("changed.json", format!("{text:#}"))).unwrap_or_else(|error| panic!("{error}"))
}

fn lantern() -> Value {
    serde_json::from_str(source("lantern.json").text()).unwrap()
}

/// The ids of the differences that one change to the document makes, seen from the page in Markdown.
fn found(change: impl Fn(&mut Value)) -> Vec<String> {
    let mut spec = lantern();
    // What Markdown never tells would be found every time.
    let flames = spec
        .pointer_mut("/components/schemas/RequestBody/items/properties/inputs/properties/flames")
        .unwrap();
    flames["x-levels"] = json!({"minItems": "facts", "maxItems": "facts"});
    change(&mut spec);
    ids(&compare(&import::read(&source("lantern.md")).unwrap(), &facts(&spec)))
}

fn task(spec: &mut Value) -> &mut Value {
    spec.pointer_mut("/components/schemas/RequestBody/items").unwrap()
}

fn remove(value: &mut Value, name: &str) {
    assert!(value.as_object_mut().unwrap().remove(name).is_some(), "{name}");
}

#[test]
fn each_kind_of_fact_is_compared() {
    assert_eq!(found(|_| {}), Vec::<String>::new());
    let one = |change: fn(&mut Value), id: &str| {
        assert_eq!(found(|spec| change(&mut task(spec)["properties"])), [id], "{id}");
    };
    one(|all| remove(all, "glow"), "glow");
    one(|all| all["smoke"] = json!({"type": "boolean"}), "smoke");
    one(|all| all["glow"]["minimum"] = json!(0.2), "glow.minimum");
    one(|all| remove(&mut all["glow"], "maximum"), "glow.maximum");
    one(|all| all["glow"]["exclusiveMaximum"] = json!(2), "glow.exclusiveMaximum");
    one(|all| all["glow"]["multipleOf"] = json!(0.01), "glow.multipleOf");
    one(|all| all["glow"]["default"] = json!(0.6), "glow.default");
    one(|all| remove(&mut all["glow"], "default"), "glow.default");
    one(|all| all["seed"]["type"] = json!("number"), "seed.type");
    one(|all| all["seed"]["maximum"] = json!(9_223_372_036_854_775_807_u64), "seed.maximum");
    one(|all| all["model"]["const"] = json!("test:lantern@4"), "model.const");
    one(|all| all["taskUUID"]["format"] = json!("uuid"), "taskUUID.format");
    one(|all| all["frame"]["properties"]["colour"]["maxLength"] = json!(21), "frame.colour.maxLength");
    one(|all| all["preset"]["enum"] = json!(["porch"]), "preset.enum");
    one(|all| remove(&mut all["preset"], "enum"), "preset.enum");
    one(
        |all| all["settings"]["properties"]["wind"]["oneOf"][0]["const"] = json!("Calm"),
        "settings.wind.enum",
    );
    one(
        |all| all["inputs"]["properties"]["flames"]["items"]["type"] = json!("integer"),
        "inputs.flames.items.type",
    );
    one(
        |all| all["inputs"]["properties"]["flames"]["items"]["anyOf"] = json!([{"format": "uri"}]),
        "inputs.flames.items.anyOf",
    );
    one(|all| remove(&mut all["frame"], "oneOf"), "frame.colour+picture.oneOf");
}

#[test]
fn nesting_and_what_is_required_are_compared() {
    let moved = found(|spec| {
        let all = &mut task(spec)["properties"];
        all["wind"] = all["settings"]["properties"]["wind"].clone();
        remove(&mut all["settings"]["properties"], "wind");
    });
    assert_eq!(moved, ["wind", "settings.wind"]);
    let loose = found(|spec| task(spec)["required"] = json!(["taskType", "taskUUID", "glow"]));
    assert_eq!(loose, ["model.required", "glow.required"]);
}

#[test]
fn rules_and_results_are_compared() {
    let without = |index: usize| {
        found(|spec| {
            task(spec)["allOf"].as_array_mut().unwrap().remove(index);
        })
    };
    let ids: Vec<String> = (0..6).flat_map(without).collect();
    let rules = [
        "width+height.dependentRequired",
        "preset+width+height.not",
        "inputs.flames+glow.if",
        "preset+inputs.flames.if",
        "seed+settings.wind.not",
        "width+height.if",
    ];
    assert_eq!(ids, rules);
    let row = found(|spec| {
        task(spec)["allOf"][5]["then"]["oneOf"][0]["properties"]["width"]["const"] = json!(641);
    });
    assert_eq!(row, ["width+height.if", "width+height.if"]);
    let result = found(|spec| {
        let item = spec.pointer_mut("/components/schemas/ResponseBody/properties/data/items").unwrap();
        item["properties"]["cost"]["type"] = json!("integer");
        item["required"] = json!(["taskType", "taskUUID"]);
    });
    assert_eq!(result, ["data[].imageUUID.required", "data[].cost.type"]);
}

#[test]
fn a_page_that_counts_values_is_held_against_their_number() {
    let page = import::read(&source("lantern.txt")).unwrap();
    let count = |values: Value| {
        let mut spec = lantern();
        remove(task(&mut spec), "allOf");
        remove(&mut task(&mut spec)["properties"]["frame"], "oneOf");
        task(&mut spec)["properties"]["preset"] = values;
        ids(&compare(&page, &facts(&spec)))
    };
    assert_eq!(count(json!({"type": "string", "enum": ["a", "b"]})), Vec::<String>::new());
    assert_eq!(count(json!({"type": "string", "x-value-count": 2})), Vec::<String>::new());
    assert_eq!(count(json!({"type": "string", "enum": ["a", "b", "c"]})), ["preset.enum"]);
    assert_eq!(count(json!({"type": "string"})), ["preset.enum"]);
}

#[test]
fn a_known_difference_is_told_apart_and_must_still_apply() {
    let mut spec = lantern();
    task(&mut spec)["properties"]["glow"]["default"] = json!(0.6);
    let source = import::read(&source("lantern.service.json")).unwrap();
    let entry = |spec: &str| Allowed {
        model: "lantern".to_owned(),
        layout: "service".to_owned(),
        difference: "glow.default".to_owned(),
        source: "0.5".to_owned(),
        spec: spec.to_owned(),
        reason: "It was tried.".to_owned(),
    };
    let report = |list: &[Allowed]| verify::verify(&source, &facts(&spec), "lantern", list, Vec::new());
    assert_eq!(ids(&report(&[]).differences), ["glow.default"]);
    let known = report(&[entry("0.6")]);
    assert!(known.is_clean() && known.allowed.len() == 1 && known.stale.is_empty());
    let stale = report(&[entry("0.6"), entry("0.7")]);
    assert!(!stale.is_clean() && stale.stale == [entry("0.7")]);
    let other = Allowed { layout: "markdown".to_owned(), ..entry("0.7") };
    assert!(report(&[entry("0.6"), other]).is_clean());
    assert!(stale.to_string().contains("no longer apply"), "{stale}");
}

#[test]
fn an_allow_list_without_a_reason_or_with_a_misspelt_member_is_refused() {
    let entry = |reason: &str, more: &str| {
        let text = format!(
            r#"[{{"model": "m", "layout": "text", "difference": "d", "source": "1", "spec": "2", "reason": "{reason}"{more}}}]"#
        );
        verify::allowed(&Source::new("allowed.json", text)).map_err(|error| error.message)
    };
    assert_eq!(entry("", ""), Err("an entry without a reason".to_owned()));
    assert_eq!(entry("r", r#", "line": "1""#), Err("`line` is unknown here".to_owned()));
    assert_eq!(entry("r", "").map(|list| list.len()), Ok(1));
}

#[test]
fn the_list_of_known_differences_reads() {
    assert!(!verify::built_in().is_empty());
}

#[test]
fn the_pages_of_the_committed_model_differ_from_its_document_where_it_is_known() {
    let (slug, text) = airspec_spec::documents()[0];
    let spec = import::read(&Source::new(format!("{slug}.json"), text)).unwrap();
    let verify = |source: &Source| {
        verify::verify(&import::read(source).unwrap(), &spec, slug, &verify::built_in(), Vec::new())
    };
    if let Some(page) = shared("spec-source/openai-gpt-image-2.page.txt") {
        let report = verify(&page);
        assert!(report.is_clean() && report.allowed.is_empty(), "{report}");
    }
    if let Some(page) = shared("provider-pages/openai-gpt-image-2.md") {
        let report = verify(&page);
        let shown: Vec<(usize, &str, &str, &str)> = report
            .differences
            .iter()
            .map(|one| (one.line, one.id.as_str(), one.source.as_str(), one.spec.as_str()))
            .collect();
        let together = "must have `width` and `height` together or not at all";
        let never = "not stated (this layout cannot state it)";
        assert_eq!(
            shown,
            [
                (27, "width+height.dependentRequired", together, "not stated"),
                (179, "inputs.referenceImages.minItems", never, "1"),
                (179, "inputs.referenceImages.maxItems", never, "16"),
                (211, "width.minimum", "480", "16"),
                (221, "height.minimum", "480", "16"),
            ]
        );
        assert!(report.stale.is_empty() && report.unread.is_empty());
        let known: Vec<&str> = report.allowed.iter().map(|(one, _)| one.id.as_str()).collect();
        assert_eq!(known, ["data[].taskUUID.format", "data[].imageUUID.format"]);
    }
}
