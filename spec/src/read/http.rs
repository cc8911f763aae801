//! The operations of an OpenAPI document: addresses, media types, statuses, ways to authenticate.
//!
//! The names in these parts have been checked when this reads them: it takes what it finds.

use crate::model::envelope::{Http, Operation, Tasks};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// The members of a path that are no operations.
const NO_METHODS: [&str; 3] = ["summary", "description", "servers"];

/// What an OpenAPI document states of requests and answers beside their schemas.
pub(super) fn of(root: &Value) -> Http {
    let mut operations = Vec::new();
    for (path, methods) in members(&root["paths"]) {
        for (method, operation) in members(methods).filter(|(name, _)| !NO_METHODS.contains(&name.as_str())) {
            operations.push(operation_of(root, path, method, operation));
        }
    }
    let paths: Vec<&String> = members(&root["paths"]).map(|(path, _)| path).collect();
    let servers: Vec<&Value> = items(&root["servers"]).map(|server| &server["url"]).collect();
    let layout = json!([servers, paths]);
    let tasks = tasks(&root["components"]["schemas"]["RequestBody"]);
    Http { operations, tasks, layout, notes: notes(root) }
}

/// The members of an object; none of anything else.
fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn tasks(body: &Value) -> Tasks {
    Tasks {
        is_array: body["type"] == "array",
        least: body["minItems"].as_u64().unwrap_or(0).max(1),
        most: body["maxItems"].as_u64(),
    }
}

fn operation_of(root: &Value, path: &str, method: &str, operation: &Value) -> Operation {
    let own = |name: &str| operation.get(name).unwrap_or(&root[name]);
    let mut servers: Vec<String> = items(own("servers")).map(server).collect();
    if servers.is_empty() {
        servers.push(String::new());
    }
    let method = method.to_uppercase();
    let address = |server: &String| format!("{method} {}{path}", server.trim_end_matches('/'));
    let schemes = &root["components"]["securitySchemes"];
    let mut security: Vec<BTreeSet<String>> = items(own("security"))
        .map(|needs| members(needs).map(|need| scheme(schemes, need)).collect())
        .collect();
    if security.is_empty() {
        security.push(BTreeSet::new());
    }
    let responses = members(&operation["responses"]);
    Operation {
        addresses: servers.iter().map(address).collect(),
        request: bodies(&operation["requestBody"]),
        is_body_required: operation["requestBody"]["required"] == true,
        responses: responses.map(|(status, answer)| (status.to_uppercase(), bodies(answer))).collect(),
        security,
    }
}

/// The URL of a server; with its variables, where it has some.
fn server(server: &Value) -> String {
    let url = server["url"].as_str().map_or_else(|| server.to_string(), str::to_owned);
    server.get("variables").map_or_else(|| url.clone(), |variables| format!("{url} with {variables} at "))
}

/// The media types of a body, with the names of their schemas.
fn bodies(body: &Value) -> BTreeMap<String, String> {
    let schema = |content: &Value| match content.get("schema") {
        Some(schema) => {
            let name = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next());
            name.map_or_else(|| schema.to_string(), str::to_owned)
        }
        None => "anything".to_owned(),
    };
    members(&body["content"]).map(|(kind, content)| (kind.to_lowercase(), schema(content))).collect()
}

/// What a way to authenticate needs, whatever the document calls it.
fn scheme(schemes: &Value, (name, scopes): (&String, &Value)) -> String {
    let scheme = &schemes[name];
    let word = |member: &str| scheme[member].as_str().unwrap_or_default().to_owned();
    let needed = match word("type").as_str() {
        "http" => format!("HTTP {} authentication", word("scheme").to_lowercase()),
        "apiKey" => format!("a key in the {} `{}`", word("in"), word("name")),
        "" => format!("`{name}`"),
        _ => scheme.to_string(),
    };
    let scopes: BTreeSet<String> = items(scopes).filter_map(Value::as_str).map(str::to_owned).collect();
    if scopes.is_empty() {
        return needed;
    }
    format!("{needed} with {}", Vec::from_iter(scopes).join(", "))
}

/// The document without what is compared elsewhere.
fn notes(root: &Value) -> Value {
    const ELSEWHERE: [&str; 6] =
        ["security", "servers", "paths", "externalDocs", "x-behaviours", "x-owner-constraints"];
    let mut notes = without(root, &ELSEWHERE);
    let mut put = |name: &str, value: Value| drop(notes.insert(name.to_owned(), value));
    put("info", json!(without(&root["info"], &["title", "summary", "x-pricing", "x-model-id", "x-air-id"])));
    put("externalDocs", json!(without(&root["externalDocs"], &["url"])));
    put(
        "servers",
        items(&root["servers"]).map(|server| json!(without(server, &["url", "variables"]))).collect(),
    );
    let mut components = without(&root["components"], &["schemas"]);
    if let Some(schemes) = components.get_mut("securitySchemes").and_then(Value::as_object_mut) {
        schemes
            .values_mut()
            .for_each(|scheme| *scheme = json!(without(scheme, &["type", "scheme", "in", "name"])));
    }
    put("components", json!(components));
    let operations = members(&root["paths"]).flat_map(|(_, methods)| members(methods));
    for (index, (_, operation)) in operations.enumerate() {
        let name = if index == 0 { "operation".to_owned() } else { format!("operation {}", index + 1) };
        put(&name, operation_notes(operation));
    }
    json!(notes)
}

fn operation_notes(operation: &Value) -> Value {
    let body = |body: &Value| {
        let mut notes = without(body, &["required", "content"]);
        let content = members(&body["content"]);
        let content: Map<String, Value> =
            content.map(|(kind, content)| (kind.clone(), json!(without(content, &["schema"])))).collect();
        notes.insert("content".to_owned(), json!(content));
        json!(notes)
    };
    let mut notes = without(operation, &["security", "servers", "requestBody", "responses"]);
    notes.insert("requestBody".to_owned(), body(&operation["requestBody"]));
    let responses: Map<String, Value> =
        members(&operation["responses"]).map(|(status, answer)| (status.clone(), body(answer))).collect();
    notes.insert("responses".to_owned(), json!(responses));
    json!(notes)
}

/// An object without some of its members; empty for anything else.
fn without(value: &Value, names: &[&str]) -> Map<String, Value> {
    let kept = members(value).filter(|(name, _)| !names.contains(&name.as_str()));
    kept.map(|(name, value)| (name.clone(), value.clone())).collect()
}
