//! A document of a made-up model, and the facts around its task.

use crate::Fact;
use crate::Means::{Nobody, Readers, Senders, Words};
use serde_json::{Value, json};

pub(crate) fn base() -> Value {
    let schema = |name: &str| json!({"application/json": {"schema": {"$ref": format!("#/components/schemas/{name}")}}});
    let error = json!({"description": "An error.", "content": schema("ErrorResponse")});
    json!({
        "openapi": "3.1.0",
        "info": {"title": "Small", "version": "1", "x-air-id": "made:up@1"},
        "servers": [{"url": "https://api.example.com/v1", "description": "HTTP"}],
        "security": [{"key": []}],
        "paths": {"/": {"post": {
            "operationId": "run",
            "requestBody": {"required": true, "content": schema("RequestBody")},
            "responses": {
                "200": {"description": "Done.", "content": schema("ResponseBody")},
                "400": error, "404": error,
            },
        }}},
        "components": {
            "securitySchemes": {
                "key": {"type": "http", "scheme": "bearer"},
                "other": {"type": "apiKey", "in": "header", "name": "X-Key"},
            },
            "schemas": {
                "AuthenticationTask": authentication(),
                "RequestBody": {"type": "array", "items": task()},
                "ResponseBody": {
                    "type": "object",
                    "properties": {"data": {"type": "array", "items": result()}},
                    "required": ["data"],
                    "additionalProperties": false,
                },
                "ErrorResponse": {
                    "type": "object",
                    "properties": {"errors": {"type": "array", "items": an_error()}},
                    "required": ["errors"],
                    "additionalProperties": false,
                },
            },
        },
        "x-behaviours": [
            {"id": "outputType.field", "level": "prose", "description": "The field of the file.", "kind": "select",
                "parameter": "outputType", "fields": {"URL": "imageURL", "text": "imageText"}},
            {"id": "numberResults.count", "level": "prose", "description": "As many results.", "kind": "count",
                "parameter": "numberResults"},
        ],
    })
}

fn authentication() -> Value {
    json!({
        "type": "object",
        "properties": {
            "taskType": {"type": "string", "const": "authentication"},
            "apiKey": {"type": "string", "minLength": 1},
        },
        "required": ["taskType", "apiKey"],
        "additionalProperties": false,
    })
}

fn task() -> Value {
    json!({
        "type": "object",
        "properties": {
            "taskUUID": {"type": "string"},
            "outputType": {"type": "string", "enum": ["URL", "text"], "default": "URL"},
            "numberResults": {"type": "integer", "minimum": 1, "maximum": 4, "default": 1},
            "steps": {"type": "integer", "minimum": 1, "maximum": 50, "default": 20},
        },
        "required": ["taskUUID"],
        "additionalProperties": false,
    })
}

fn result() -> Value {
    json!({
        "type": "object",
        "properties": {
            "taskUUID": {"type": "string"},
            "imageURL": {"type": "string"},
            "imageText": {"type": "string"},
        },
        "required": ["taskUUID", "imageURL"],
        "additionalProperties": false,
    })
}

fn an_error() -> Value {
    json!({
        "type": "object",
        "properties": {
            "code": {"type": "string", "enum": ["invalid", "busy"]},
            "message": {"type": "string"},
        },
        "required": ["code", "message"],
        "additionalProperties": false,
    })
}

/// Puts a value where a pointer leads: its last step may be new.
fn set(document: &mut Value, pointer: &str, value: Value) {
    let (holder, name) = pointer.rsplit_once('/').unwrap();
    let name = name.replace("~1", "/");
    match document.pointer_mut(holder).unwrap() {
        Value::Object(members) => drop(members.insert(name, value)),
        Value::Array(items) => items.push(value),
        other => panic!("{other}"),
    }
}

fn take(document: &mut Value, pointer: &str) -> Value {
    let (holder, name) = pointer.rsplit_once('/').unwrap();
    let members = document.pointer_mut(holder).unwrap().as_object_mut().unwrap();
    members.remove(&name.replace("~1", "/")).unwrap()
}

fn rename(document: &mut Value, pointer: &str, name: &str) {
    let value = take(document, pointer);
    let (holder, _) = pointer.rsplit_once('/').unwrap();
    set(document, &format!("{holder}/{name}"), value);
}

fn copy(document: &mut Value, from: &str, to: &str) {
    let value = document.pointer(from).unwrap().clone();
    set(document, to, value);
}

const POST: &str = "/paths/~1/post";
const REQUEST: &str = "/paths/~1/post/requestBody/content/application~1json";
const OK: &str = "/paths/~1/post/responses/200";
const BAD: &str = "/paths/~1/post/responses/400";
const RESPONSES: &str = "/paths/~1/post/responses";
const SCHEMAS: &str = "/components/schemas";
const RESULT: &str = "/components/schemas/ResponseBody/properties/data/items";
const ERROR: &str = "/components/schemas/ErrorResponse/properties/errors/items";
const TASK: &str = "/components/schemas/RequestBody/items/properties";

fn at(place: &str, rest: &str) -> String {
    format!("{place}/{rest}")
}

/// What each fact means when it is changed, and when it is changed back.
pub(crate) const FACTS: &[Fact] = &[
    // Addresses.
    ("another server", |d| set(d, "/servers/0/url", json!("https://other.example.com/v1")), Senders, Senders),
    (
        "a second server",
        |d| set(d, "/servers/-", json!({"url": "https://other.example.com/v1"})),
        Nobody,
        Senders,
    ),
    ("no server", |d| drop(take(d, "/servers")), Senders, Senders),
    ("a server's description", |d| set(d, "/servers/0/description", json!("x")), Words, Words),
    ("another path", |d| rename(d, "/paths/~1", "~1tasks"), Senders, Senders),
    ("a second path", |d| copy(d, "/paths/~1", "/paths/~1tasks"), Nobody, Senders),
    (
        "a path that begins with the end of the server",
        |d| {
            set(d, "/servers/0/url", json!("https://api.example.com"));
            rename(d, "/paths/~1", "~1v1~1");
        },
        Words,
        Words,
    ),
    ("another method", |d| rename(d, POST, "put"), Senders, Senders),
    ("a second method", |d| copy(d, POST, "/paths/~1/put"), Nobody, Senders),
    // Media types of requests.
    ("another media type", |d| rename(d, REQUEST, "application~1cbor"), Senders, Senders),
    (
        "a second media type",
        |d| copy(d, REQUEST, "/paths/~1/post/requestBody/content/application~1cbor"),
        Nobody,
        Senders,
    ),
    ("a range of media types", |d| rename(d, REQUEST, "application~1*"), Nobody, Senders),
    (
        "a body that is optional",
        |d| set(d, "/paths/~1/post/requestBody/required", json!(false)),
        Nobody,
        Senders,
    ),
    // Ways to authenticate.
    (
        "another name of a scheme",
        |d| {
            rename(d, "/components/securitySchemes/key", "token");
            set(d, "/security", json!([{"token": []}]));
        },
        Words,
        Words,
    ),
    ("a second way to authenticate", |d| set(d, "/security/-", json!({"other": []})), Nobody, Senders),
    ("another way to authenticate", |d| set(d, "/security", json!([{"other": []}])), Senders, Senders),
    (
        "a second key beside the first",
        |d| set(d, "/security", json!([{"key": [], "other": []}])),
        Senders,
        Nobody,
    ),
    ("no authentication", |d| set(d, "/security", json!([])), Nobody, Senders),
    ("authentication that is optional", |d| set(d, "/security/-", json!({})), Nobody, Senders),
    (
        "another scheme",
        |d| set(d, "/components/securitySchemes/key/scheme", json!("basic")),
        Senders,
        Senders,
    ),
    (
        "a scheme's description",
        |d| set(d, "/components/securitySchemes/key/description", json!("x")),
        Words,
        Words,
    ),
    // The element that holds the key.
    ("no key in the body", |d| drop(take(d, "/components/schemas/AuthenticationTask")), Senders, Nobody),
    (
        "a longer key in the body",
        |d| set(d, &at(SCHEMAS, "AuthenticationTask/properties/apiKey/minLength"), json!(10)),
        Senders,
        Nobody,
    ),
    (
        "one more member beside the key",
        |d| set(d, &at(SCHEMAS, "AuthenticationTask/properties/version"), json!({"type": "integer"})),
        Nobody,
        Senders,
    ),
    (
        "one more member required beside the key",
        |d| {
            set(d, &at(SCHEMAS, "AuthenticationTask/properties/version"), json!({"type": "integer"}));
            set(d, &at(SCHEMAS, "AuthenticationTask/required"), json!(["taskType", "apiKey", "version"]));
        },
        Senders,
        Senders,
    ),
    (
        "a description of the key in the body",
        |d| set(d, &at(SCHEMAS, "AuthenticationTask/description"), json!("x")),
        Words,
        Words,
    ),
    // The tasks of one request.
    (
        "one task instead of an array",
        |d| {
            let task = take(d, &at(SCHEMAS, "RequestBody/items"));
            set(d, &at(SCHEMAS, "RequestBody"), task);
        },
        Senders,
        Senders,
    ),
    ("two tasks at least", |d| set(d, &at(SCHEMAS, "RequestBody/minItems"), json!(2)), Senders, Nobody),
    ("ten tasks at most", |d| set(d, &at(SCHEMAS, "RequestBody/maxItems"), json!(10)), Senders, Nobody),
    // Statuses.
    ("one more error status", |d| copy(d, BAD, &at(RESPONSES, "403")), Nobody, Nobody),
    ("one more status of success", |d| copy(d, OK, &at(RESPONSES, "202")), Nobody, Readers),
    ("another status of success", |d| rename(d, OK, "201"), Readers, Readers),
    ("a success with an error's body", |d| copy(d, BAD, &at(RESPONSES, "201")), Readers, Readers),
    ("a status of a new class", |d| copy(d, OK, &at(RESPONSES, "302")), Readers, Readers),
    ("a range of statuses", |d| rename(d, BAD, "4XX"), Nobody, Nobody),
    ("any other status", |d| copy(d, BAD, &at(RESPONSES, "default")), Readers, Nobody),
    (
        "an error with the body of a success",
        |d| copy(d, &at(OK, "content"), &at(BAD, "content")),
        Readers,
        Readers,
    ),
    // Media types of answers.
    (
        "answers in a second media type",
        |d| copy(d, &at(OK, "content/application~1json"), &at(OK, "content/application~1xml")),
        Readers,
        Readers,
    ),
    (
        "answers in another media type",
        |d| rename(d, &at(OK, "content/application~1json"), "application~1problem+json"),
        Readers,
        Readers,
    ),
    ("a status's description", |d| set(d, &at(OK, "description"), json!("x")), Words, Words),
    // Answers around their items.
    (
        "data that may be missing",
        |d| set(d, &at(SCHEMAS, "ResponseBody/required"), json!([])),
        Readers,
        Nobody,
    ),
    (
        "errors beside data",
        |d| set(d, &at(SCHEMAS, "ResponseBody/properties/errors"), json!({"type": "array"})),
        Nobody,
        Readers,
    ),
    ("a title of answers", |d| set(d, &at(SCHEMAS, "ResponseBody/title"), json!("x")), Words, Words),
    (
        "errors that may be missing",
        |d| set(d, &at(SCHEMAS, "ErrorResponse/required"), json!([])),
        Readers,
        Nobody,
    ),
    ("no description of errors", |d| drop(take(d, "/components/schemas/ErrorResponse")), Readers, Nobody),
    // Items of answers.
    (
        "one more field of errors",
        |d| set(d, &at(ERROR, "properties/hint"), json!({"type": "string"})),
        Nobody,
        Readers,
    ),
    ("one more code", |d| set(d, &at(ERROR, "properties/code/enum/-"), json!("late")), Readers, Nobody),
    ("a code that may be missing", |d| set(d, &at(ERROR, "required"), json!(["message"])), Readers, Nobody),
    (
        "a message that may be null",
        |d| set(d, &at(ERROR, "properties/message/type"), json!(["string", "null"])),
        Readers,
        Nobody,
    ),
    (
        "one more field of results",
        |d| set(d, &at(RESULT, "properties/cost"), json!({"type": "number"})),
        Nobody,
        Readers,
    ),
    ("a URL that may be missing", |d| set(d, &at(RESULT, "required"), json!(["taskUUID"])), Readers, Nobody),
    // Defaults that answers show, and one that they do not.
    ("another kind of file", |d| set(d, &at(TASK, "outputType/default"), json!("text")), Readers, Readers),
    ("another number of results", |d| set(d, &at(TASK, "numberResults/default"), json!(2)), Readers, Readers),
    ("no number of results", |d| drop(take(d, &at(TASK, "numberResults/default"))), Readers, Words),
    ("another number of steps", |d| set(d, &at(TASK, "steps/default"), json!(30)), Nobody, Nobody),
    // Behaviours.
    ("one behaviour less", |d| drop(d["x-behaviours"].as_array_mut().unwrap().remove(0)), Readers, Nobody),
    // Words.
    ("another version", |d| set(d, "/info/version", json!("2")), Words, Words),
    ("a status of the model", |d| set(d, "/info/x-status", json!("beta")), Words, Words),
    ("another title", |d| set(d, "/info/title", json!("Large")), Words, Words),
    ("tags", |d| set(d, "/tags", json!([{"name": "a"}])), Words, Words),
    ("another name of the operation", |d| set(d, &at(POST, "operationId"), json!("start")), Words, Words),
    ("an operation that is deprecated", |d| set(d, &at(POST, "deprecated"), json!(true)), Words, Words),
];
