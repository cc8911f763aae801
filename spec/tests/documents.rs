//! What is taken from around the task: names, and where parameters are documented.

use airspec_spec::{Source, read};
use std::io::Write as _;
use std::path::Path;

#[test]
fn a_parameter_is_documented_at_its_own_place_on_the_page() {
    let document = r#"{
        "openapi": "3.1.0",
        "externalDocs": {"url": "https://example.com/page"},
        "components": {"schemas": {"RequestBody": {"type": "array", "items": {"type": "object", "properties": {
            "taskUUID": {"type": "string"},
            "settings": {"type": "object", "properties": {
                "topP": {"type": "number", "maximum": 1},
                "parts": {"type": "array", "items": {"type": "string", "maxLength": 9}},
                "own": {"externalDocs": {"url": "https://example.com/own"}, "items": {"type": "string"}}
            }}
        }}}}}
    }"#;
    let model = read(&Source::new("spec.json", document)).unwrap();
    let found: Vec<(&str, &str)> = model
        .task
        .tree()
        .into_iter()
        .map(|schema| (schema.path.as_str(), schema.documentation.as_deref().unwrap_or_default()))
        .collect();
    assert_eq!(
        found,
        [
            ("", "https://example.com/page"),
            ("taskUUID", "https://example.com/page#request-taskuuid"),
            ("settings", "https://example.com/page#request-settings"),
            ("settings.topP", "https://example.com/page#request-settings-topp"),
            ("settings.parts", "https://example.com/page#request-settings-parts"),
            ("settings.parts.items", "https://example.com/page#request-settings-parts"),
            ("settings.own", "https://example.com/own"),
            ("settings.own.items", "https://example.com/own"),
        ]
    );
    let constraints = model.constraints();
    let limit = constraints.iter().find(|one| one.id == "settings.topP.maximum").unwrap();
    assert_eq!(limit.documentation.as_deref(), Some("https://example.com/page#request-settings-topp"));
}

#[test]
fn a_document_goes_by_its_name_or_by_that_of_its_file() {
    let slug = |document: &str| read(&Source::new("specs/My lighthouse.json", document)).unwrap().slug;
    assert_eq!(slug(r#"{"type": "object"}"#), "my-lighthouse");
    assert_eq!(slug(r#"{"type": "object", "title": "Harbour 2"}"#), "harbour-2");
    let model =
        r#"{"type": "object", "title": "Harbour", "properties": {"model": {"const": "sea:harbour@2"}}}"#;
    assert_eq!(slug(model), "sea-harbour-2");
}

#[test]
fn every_published_file_that_is_at_hand_is_read() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/provider-schemas");
    let Ok(entries) = std::fs::read_dir(&folder) else {
        // Past the capture of output, so that it is seen.
        let _ = writeln!(std::io::stderr(), "skipped: {} is not there", folder.display());
        return;
    };
    let paths = entries.flatten().map(|entry| entry.path());
    let refused: Vec<String> = paths
        .filter(|path| path.extension().is_some_and(|ending| ending == "json"))
        .filter_map(|path| airspec_spec::read_file(&path).err())
        .map(|error| error.to_string())
        .collect();
    assert!(refused.is_empty(), "{}", refused.join("\n"));
}
