//! `$ref` within a file is followed; positions stay those of the text.

use airspec_spec::{Model, ReadError, Source};
use serde_json::{Value, json};

fn read(document: &str) -> Result<Model, ReadError> {
    airspec_spec::read(&Source::new("spec.json", document))
}

/// The first lines of all errors.
fn refused(document: &str) -> Vec<String> {
    let Err(ReadError::Refused(errors)) = read(document) else { panic!("it is read: {document}") };
    errors.iter().map(|error| error.to_string().lines().next().unwrap_or_default().to_owned()).collect()
}

fn ids(model: &Model) -> Vec<String> {
    model.constraints().into_iter().map(|constraint| constraint.id.to_string()).collect()
}

#[test]
fn a_reference_is_the_schema_that_it_refers_to() {
    let written = json!({"type": "object", "properties": {"a": {"type": "string", "maxLength": 3}}});
    let referring = json!({
        "$defs": {"word": {"type": "string", "maxLength": 3}},
        "type": "object",
        "properties": {"a": {"$ref": "#/$defs/word"}},
    });
    let (written, referring) = (read(&written.to_string()).unwrap(), read(&referring.to_string()).unwrap());
    assert_eq!(ids(&written), ids(&referring));
    assert_eq!(written.schema["properties"], referring.schema["properties"]);
}

#[test]
fn what_stands_beside_a_reference_describes_it_or_holds_too() {
    let document = json!({
        "$defs": {"word": {"type": "string", "description": "Any.", "maxLength": 3}},
        "type": "object",
        "properties": {
            "a": {"description": "Mine.", "$ref": "#/$defs/word"},
            "b": {"minLength": 1, "$ref": "#/$defs/word", "allOf": [{"pattern": "a"}]},
        },
    });
    let model = read(&document.to_string()).unwrap();
    assert_eq!(model.task.at("a").unwrap().description.as_deref(), Some("Mine."));
    assert_eq!(
        model.schema["properties"]["a"],
        json!({"description": "Mine.", "type": "string", "maxLength": 3})
    );
    let both = json!({"minLength": 1, "allOf": [{"pattern": "a"}, document["$defs"]["word"]]});
    assert_eq!(model.schema["properties"]["b"], both);
}

#[test]
fn names_and_values_are_no_references() {
    let properties = json!({
        "$ref": {"type": "string"},
        "a": {"const": {"$ref": "#/nowhere"}, "default": {"$ref": "b.json"}, "examples": [{"$ref": "#"}]},
    });
    let document = json!({"type": "object", "properties": properties});
    assert_eq!(read(&document.to_string()).unwrap().schema["properties"], properties);
}

#[test]
fn pointers_start_from_the_schema_that_has_an_id() {
    let document = |id: &Value| {
        json!({
            "openapi": "3.1.0",
            "info": {"title": "t"},
            "components": {"schemas": {
                "Word": {"type": "string"},
                "RequestBody": {"type": "array", "items": {
                    "$id": id, "$defs": {"word": {"type": "integer"}},
                    "type": "object", "properties": {"a": {"$ref": "#/$defs/word"}},
                }},
            }},
        })
        .to_string()
    };
    let model = read(&document(&json!("https://example.com/task.json"))).unwrap();
    assert_eq!(model.task.at("a").unwrap().kinds().names(), ["integer"]);
    let whole = document(&json!("task"))
        .replace("\"$id\":\"task\",", "")
        .replace("$defs/word", "components/schemas/Word");
    assert_eq!(read(&whole).unwrap().task.at("a").unwrap().kinds().names(), ["string"]);
    let service = r##"{"requestSchema": {"$defs": {"n": {"type": "null"}}, "type": "object",
        "properties": {"a": {"$ref": "#/$defs/n"}}}}"##;
    assert_eq!(read(service).unwrap().task.at("a").unwrap().kinds().names(), ["null"]);
}

#[test]
fn errors_stand_where_the_text_has_them() {
    let document = "{\"$defs\": {\n  \"a\": {\"items\": {\"minimum\": \"1\"}}},\n \"type\": \"object\", \"properties\": {\n  \"b\": {\"$ref\": \"#/$defs/a\"},\n  \"c\": {\"maxlength\": 1}}}";
    let expected = [
        "spec.json:2:30: error: expected a number, found a string",
        "spec.json:5:9: error: unknown keyword `maxlength`",
    ];
    assert_eq!(refused(document), expected);
}

#[test]
fn what_cannot_be_followed_is_refused() {
    let of = |rest: &str| format!("{{\"type\": \"object\", {rest}}}");
    let refused = |rest: &str| refused(&of(rest)).join("; ");
    let cases = [
        (
            r##""properties": {"a": {"$ref": "#"}}"##,
            "1:49: error: `$ref` leads back to a schema that it is part of",
        ),
        (
            r##""$defs": {"a": {"items": {"$ref": "#/$defs/b"}}, "b": {"not": {"$ref": "#/$defs/a"}}}"##,
            "1:91: error: `$ref` leads back to a schema that it is part of",
        ),
        (
            r#""properties": {"a": {"$ref": "other.json#/a"}}"#,
            "1:49: error: `$ref` to `other.json#/a` leads out of the file",
        ),
        (
            r##""properties": {"a": {"$ref": "#/$defs/a"}}"##,
            "1:49: error: `$ref` to `#/$defs/a`, where there is nothing",
        ),
        (r##""properties": {"a": {"$ref": "#a"}}"##, "1:49: error: `$ref` to `#a`, where there is nothing"),
        (r#""properties": {"a": {"$ref": 5}}"#, "1:49: error: expected a string, found a number"),
        (r#""$defs": {"a": {"type": 5}}"#, "1:44: error: expected a string, found a number"),
    ];
    for (rest, expected) in cases {
        assert_eq!(refused(rest), format!("spec.json:{expected}"), "{rest}");
    }
}

#[test]
fn references_that_multiply_are_refused_in_time() {
    let twice = |index: usize| {
        format!(
            "\"d{index}\": {{\"allOf\": [{{\"$ref\": \"#/$defs/d{0}\"}}, {{\"$ref\": \"#/$defs/d{0}\"}}]}}",
            index + 1
        )
    };
    let definitions: Vec<String> = (0..25).map(twice).chain(["\"d25\": {}".to_owned()]).collect();
    let document = format!("{{\"type\": \"object\", \"$defs\": {{{}}}}}", definitions.join(", "));
    let errors = refused(&document);
    assert_eq!(errors.len(), 1);
    assert!(errors[0].contains("too large") || errors[0].contains("levels"), "{errors:?}");
}
