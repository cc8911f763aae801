//! An OpenAPI 3.1 document that general tools (Prism, Schemathesis, Swagger UI) take as it is.

use super::portable::{json_schema, portable};
use airspec_spec::Model;
use airspec_spec::behaviour::{Behaviour, Kind};
use serde_json::{Map, Value, json};

/// The statuses of a refusal, with what they mean.
const REFUSALS: [(&str, &str); 7] = [
    ("400", "Missing or invalid parameters"),
    ("401", "No valid key"),
    ("402", "Balance too low"),
    ("403", "The key lacks the permission"),
    ("429", "Too many requests"),
    ("500", "Server error"),
    ("503", "Temporarily unavailable"),
];

/// The endpoint of a model as an OpenAPI document.
#[must_use]
pub fn openapi(model: &Model) -> Value {
    let mut task = json_schema(model);
    if let Value::Object(members) = &mut task {
        members.remove("$schema");
    }
    let mut responses = Map::new();
    responses
        .insert("200".to_owned(), response("Results, or the acknowledgement of a deferred task", "Success"));
    for (status, meaning) in REFUSALS {
        responses.insert(status.to_owned(), response(meaning, "Refusal"));
    }
    let mut document = json!({
        "openapi": "3.1.0",
        "info": {"title": model.title, "version": "1.0.0", "summary": model.summary},
        "servers": [{"url": "https://api.runware.ai/v1"}],
        "security": [{"apiKey": []}],
        "paths": {"/": {"post": {
            "operationId": "run",
            "summary": format!("Run {}", model.title),
            "requestBody": {"required": true, "content": {"application/json": {
                "schema": {"type": "array", "minItems": 1, "items": {"$ref": "#/components/schemas/Task"}},
            }}},
            "responses": responses,
        }}},
        "components": {
            "securitySchemes": {"apiKey": {"type": "http", "scheme": "bearer"}},
            "schemas": {
                "Task": task,
                "Success": envelope("data", &success(model)),
                "Refusal": envelope("errors", &item(model.answers.error.as_ref())),
            },
        },
    });
    if let Some(page) = &model.documentation {
        document["externalDocs"] = json!({"url": page});
    }
    document
}

fn response(meaning: &str, schema: &str) -> Value {
    let schema = json!({"$ref": format!("#/components/schemas/{schema}")});
    json!({"description": meaning, "content": {"application/json": {"schema": schema}}})
}

/// An object with a list of items; live answers carry both lists at times, so others are allowed.
fn envelope(name: &str, item: &Value) -> Value {
    json!({"type": "object", "required": [name], "properties": {name: {"type": "array", "items": item}}})
}

/// What stands in such a list.
fn item(schema: Option<&Value>) -> Value {
    schema.map_or_else(|| json!({"type": "object"}), portable)
}

/// A result; where results may come later, also what is answered in their place.
fn success(model: &Model) -> Value {
    let result = item(model.answers.result.as_ref());
    let is_delivery = |behaviour: &Behaviour| matches!(behaviour.kind, Kind::Delivery { .. });
    if !model.behaviours.iter().any(is_delivery) {
        return result;
    }
    let text = json!({"type": "string"});
    let acknowledgement = json!({
        "title": "Acknowledgement of a deferred task",
        "type": "object",
        "additionalProperties": false,
        "required": ["taskType", "taskUUID"],
        "properties": {"taskType": text, "taskUUID": text},
    });
    json!({"anyOf": [result, acknowledgement]})
}
