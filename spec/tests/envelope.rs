//! What stands around the task: known names pass, and whatever would state something is refused.

use airspec_spec::{ReadError, Source, read};
use serde_json::{Value, json};

fn document() -> Value {
    let schema = |name: &str| json!({"schema": {"$ref": format!("#/components/schemas/{name}")}});
    json!({
        "openapi": "3.1.0",
        "info": {"title": "A model"},
        "paths": {"/": {"post": {
            "operationId": "run",
            "summary": "Run",
            "requestBody": {"required": true, "content": {"application/json": schema("RequestBody")}},
            "responses": {"200": {"description": "ok", "content": {"application/json": schema("ResponseBody")}}},
        }}},
        "components": {
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
            "schemas": {
                "AuthenticationTask": {
                    "type": "object",
                    "x-response-schema": "https://example.com/a.json",
                    "properties": {"taskType": {"const": "authentication"}, "apiKey": {"type": "string"}},
                    "required": ["taskType"],
                    "additionalProperties": false,
                },
                "RequestBody": {
                    "type": "array",
                    "description": "Tasks.",
                    "minItems": 1,
                    "items": {"type": "object", "properties": {"a": {"type": "string"}}},
                },
                "ResponseBody": {
                    "type": "object",
                    "title": "Answer",
                    "properties": {"data": {"type": "array", "items": {"type": "object"}}},
                    "required": ["data"],
                },
                "ErrorResponse": {
                    "type": "object",
                    "properties": {"errors": {"type": "array", "items": {"type": "object"}}},
                    "additionalProperties": false,
                },
            },
        },
    })
}

fn refusals(document: &Value) -> Vec<String> {
    match read(&Source::new("envelope.json", serde_json::to_string_pretty(document).unwrap())) {
        Ok(_) => Vec::new(),
        Err(ReadError::Refused(errors)) => errors.iter().map(ToString::to_string).collect(),
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn a_published_envelope_is_read() {
    assert_eq!(refusals(&document()), [] as [String; 0]);
}

#[test]
fn what_would_be_dropped_is_refused_with_its_place() {
    let schemas = "/components/schemas";
    let post = "/paths/~1/post";
    for (place, member, value) in [
        (format!("{schemas}/RequestBody"), "maxItems", json!(20)),
        (format!("{schemas}/RequestBody"), "minItems", json!(2)),
        (format!("{schemas}/RequestBody"), "uniqueItems", json!(true)),
        (format!("{schemas}/RequestBody"), "x-constraints", json!([])),
        (format!("{schemas}/ResponseBody"), "oneOf", json!([])),
        (format!("{schemas}/ResponseBody/properties/data"), "maxItems", json!(20)),
        (format!("{schemas}/ErrorResponse"), "propertys", json!({})),
        (format!("{schemas}/AuthenticationTask"), "propertys", json!({})),
        (format!("{schemas}/AuthenticationTask/properties/apiKey"), "maxlength", json!(5)),
        ("/components".to_owned(), "schema", json!({})),
        ("/paths/~1".to_owned(), "pots", json!({})),
        (post.to_owned(), "requestbody", json!({})),
        (format!("{post}/requestBody"), "contents", json!({})),
        (format!("{post}/requestBody/content/application~1json/schema"), "maxItems", json!(20)),
        (format!("{post}/responses/200"), "headres", json!({})),
    ] {
        let mut document = document();
        let holder = document.pointer_mut(&place).and_then(Value::as_object_mut).expect(&place);
        holder.insert(member.to_owned(), value);
        let errors = refusals(&document);
        assert_eq!(errors.len(), 1, "{place} {member}: {errors:?}");
        assert!(errors[0].contains(&format!("`{member}`")), "{place} {member}: {errors:?}");
        assert!(errors[0].starts_with("envelope.json:"), "{errors:?}");
    }
}
