//! Rules that tie parameters together, some of them dead: every fault is found or shown to change nothing.

use airspec_spec::{Model, Source};
use airspec_suite::faults::{End, MutationRun};
use serde_json::json;
use std::collections::BTreeMap;

/// Sizes come from a table, or from a preset that needs a picture; pictures and captions stand in for each other.
fn model() -> Model {
    let pair = |width: u64, height: u64| json!({"properties": {"width": {"const": width}, "height": {"const": height}}});
    let schema = json!({
        "type": "object",
        "properties": {
            "taskType": {"type": "string", "const": "imageInference"},
            "taskUUID": {"type": "string", "format": "uuid"},
            "model": {"type": "string", "const": "maker:table@1"},
            "outputType": {"type": "string", "enum": ["URL", "base64Data"], "default": "URL"},
            "width": {"type": "integer"},
            "height": {"type": "integer"},
            "preset": {"type": "string", "enum": ["1K"]},
            "pictures": {"type": "array", "minItems": 1, "maxItems": 2, "items": {"type": "string", "format": "uri"}},
            "single": {"type": "array", "maxItems": 1, "items": {"type": "string", "minLength": 1}},
            "mark": {
                "type": "object",
                "properties": {"text": {"type": "string"}, "image": {"type": "string"}},
                "oneOf": [{"required": ["text"]}, {"required": ["image"]}],
                "additionalProperties": false
            }
        },
        "required": ["taskType", "taskUUID", "model"],
        "additionalProperties": false,
        "allOf": [
            {"dependentRequired": {"width": ["height"], "height": ["width"]}},
            {
                "if": {"not": {"required": ["pictures"], "properties": {"pictures": {"minItems": 1}}}},
                "then": {"required": ["width", "height"]}
            },
            {"not": {"allOf": [
                {"required": ["preset"]},
                {"anyOf": [{"required": ["width"]}, {"required": ["height"]}]}
            ]}},
            {
                "if": {"anyOf": [{"required": ["width"]}, {"required": ["height"]}]},
                "then": {"oneOf": [pair(1024, 1024), pair(1264, 848), pair(848, 1264)]}
            },
            {"if": {"required": ["preset"]}, "then": {"required": ["pictures"]}}
        ]
    });
    airspec_spec::read(&Source::new("table.json", schema.to_string())).expect("it is legal")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_fault_is_found_or_changes_nothing() {
    let mutations = MutationRun::new(model()).unwrap();
    let load = mutations.load(1).unwrap();
    let alarms = mutations.sound(1, 1).await.unwrap();
    assert!(alarms.is_empty(), "{alarms:?}");
    let about =
        ["accept:height", "accept:preset", "accept:width", "misread:mark", "misread:single", "misread:width"];
    let mut ends: BTreeMap<String, End> = BTreeMap::new();
    // Of the names that servers may know, an object within a task is tried with some.
    let is_name = |id: &str| [":sibling-", ":kebab", ":snake"].iter().any(|part| id.contains(part));
    let is_meant = |id: &str| about.iter().any(|start| id.starts_with(start)) && !is_name(id);
    for fault in mutations.faults().into_iter().filter(|fault| is_meant(&fault.id)) {
        let outcome = mutations.test(fault, &load).await.unwrap();
        ends.insert(outcome.fault.id, outcome.end);
    }
    let of = |word: &str| {
        let ids = ends.iter().filter(|(_, end)| end.word() == word).map(|(id, _)| id.as_str());
        ids.collect::<Vec<&str>>()
    };
    assert!(of("survived").is_empty(), "{:?}", of("survived"));
    // What the table implies of types, what a preset without images breaks, and what a list of one or a least length of one
    // leaves no room for.
    let dead = [
        "accept:height.type",
        "accept:preset+pictures.if",
        "accept:width.type",
        "misread:single.items.minLength:bytes",
        "misread:single.items.minLength:escaped",
        "misread:single.items.minLength:first",
        "misread:single.items.minLength:nfc",
        "misread:single.items.minLength:nfd",
        "misread:single.items.minLength:nfkc",
        "misread:single.items.minLength:utf16",
        "misread:single.items.type:first",
    ];
    assert_eq!(of("equivalent"), dead);
    assert!(of("killed").len() > 10, "{ends:?}");
}

/// The provider's files, where they are there.
const PUBLISHED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/provider-schemas");

#[test]
fn each_side_without_a_case_in_a_published_file_has_a_proof() {
    let Ok(folder) = std::fs::read_dir(PUBLISHED) else {
        println!("skipped: no published files in {PUBLISHED}");
        return;
    };
    let mut unproved = Vec::new();
    for entry in folder {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|ending| ending != "json") {
            continue;
        }
        let model = airspec_spec::read_file(&path).unwrap();
        let gaps = airspec_suite::case::derive(&model, 1).unwrap().gaps;
        let open = gaps.into_iter().filter(|gap| !gap.reason.starts_with("proved: "));
        unproved.extend(
            open.map(|gap| format!("{}: {} {} {}", model.slug, gap.constraint, gap.side, gap.reason)),
        );
    }
    assert!(unproved.is_empty(), "{unproved:#?}");
}
