//! Clients and readers that keep to one document, and servers that keep to the next.

use airspec_spec::diff::Party;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A document as callers use it.
pub(crate) struct World {
    document: Value,
    /// What answers may be, by the names of their schemas.
    written: BTreeMap<String, Check>,
    /// What readers can read: they pass over members that they do not know.
    read: BTreeMap<String, Check>,
}

/// Whether a value is as a schema demands, by a judge that is no part of the comparison.
type Check = Box<dyn Fn(&Value) -> bool>;

impl World {
    pub(crate) fn of(document: &Value) -> Self {
        let schemas = document["components"]["schemas"].as_object().unwrap();
        let of = |open: bool| {
            schemas.iter().map(move |(name, schema)| {
                let mut schema = schema.clone();
                if open {
                    opened(&mut schema);
                }
                (name.clone(), check(&schema))
            })
        };
        Self { document: document.clone(), written: of(false).collect(), read: of(true).collect() }
    }
}

fn check(schema: &Value) -> Check {
    let validator = airspec_judge::validator(schema).unwrap();
    Box::new(move |value| validator.is_valid(value))
}

fn opened(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            members.retain(|name, value| name != "additionalProperties" || *value != json!(false));
            members.values_mut().for_each(opened);
        }
        Value::Array(items) => items.iter_mut().for_each(opened),
        _ => {}
    }
}

/// Whom a change from one document to the next breaks.
pub(crate) fn broken(old: &World, new: &World) -> Vec<Party> {
    let mut broken = Vec::new();
    if sent().iter().any(|sent| old.accepts(sent) && !new.accepts(sent)) {
        broken.push(Party::Senders);
    }
    let is_lost = |answer: &Answer| new.may_give(answer) && !old.can_read(answer);
    if answers().iter().any(is_lost) || old.relies_on().iter().any(|wish| !new.relies_on().contains(wish)) {
        broken.push(Party::Readers);
    }
    broken
}

/// A request.
#[derive(Clone)]
struct Sent {
    address: &'static str,
    media_type: Option<&'static str>,
    keys: &'static [&'static str],
    element: Option<Value>,
    /// So many tasks in an array; none for one task alone.
    tasks: Option<u64>,
}

fn sent() -> Vec<Sent> {
    let plain = Sent {
        address: "POST https://api.example.com/v1/",
        media_type: Some("application/json"),
        keys: &["bearer"],
        element: None,
        tasks: Some(1),
    };
    let mut all = vec![plain.clone(), Sent { media_type: None, ..plain.clone() }];
    all.extend(
        [
            "POST /",
            "POST https://api.example.com/v1/tasks",
            "PUT https://api.example.com/v1/",
            "POST https://other.example.com/v1/",
        ]
        .map(|address| Sent { address, ..plain.clone() }),
    );
    all.extend(
        ["application/cbor", "application/other"]
            .map(|kind| Sent { media_type: Some(kind), ..plain.clone() }),
    );
    let keys: [&[&str]; 5] = [&[], &["X-Key"], &["bearer", "X-Key"], &["basic"], &["X-Other"]];
    all.extend(keys.map(|keys| Sent { keys, ..plain.clone() }));
    let element = |more: Value| {
        let mut element = json!({"taskType": "authentication", "apiKey": "a-key-of-some-length"});
        element.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        element
    };
    let elements = [json!({}), json!({"apiKey": "short"}), json!({"version": 1}), json!({"note": "x"})];
    all.extend(elements.map(|more| Sent { keys: &[], element: Some(element(more)), ..plain.clone() }));
    all.extend([None, Some(2), Some(11), Some(30)].map(|tasks| Sent { tasks, ..plain.clone() }));
    all
}

fn members(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    value.as_object().into_iter().flatten().map(|(name, value)| (name.as_str(), value))
}

fn is_of(range: &str, kind: &str) -> bool {
    range == kind || range.strip_suffix('*').is_some_and(|start| kind.starts_with(start))
}

impl World {
    fn accepts(&self, sent: &Sent) -> bool {
        let (method, url) = sent.address.split_once(' ').unwrap();
        let bare = json!([{"url": ""}]);
        let servers = self.document.get("servers").unwrap_or(&bare).as_array().unwrap();
        let mut operations = members(&self.document["paths"]).flat_map(|(path, methods)| {
            members(methods).map(move |(method, operation)| (path, method.to_uppercase(), operation))
        });
        let is_met = |path: &str, one: &str| {
            let urls = servers.iter().map(|server| server["url"].as_str().unwrap().trim_end_matches('/'));
            one == method && urls.into_iter().any(|server| format!("{server}{path}") == url)
        };
        operations.any(|(path, one, operation)| {
            is_met(path, &one)
                && takes_body(&operation["requestBody"], sent.media_type)
                && self.lets_in(sent)
                && (sent.media_type.is_none() || self.takes(sent.tasks))
        })
    }

    fn lets_in(&self, sent: &Sent) -> bool {
        if let Some(element) = &sent.element {
            return self.written.get("AuthenticationTask").is_some_and(|schema| schema(element));
        }
        let ways = self.document["security"].as_array().cloned().unwrap_or_default();
        let has = |name: &str| {
            let scheme = &self.document["components"]["securitySchemes"][name];
            let word = if scheme["type"] == "http" { &scheme["scheme"] } else { &scheme["name"] };
            sent.keys.contains(&word.as_str().unwrap())
        };
        ways.is_empty() || ways.iter().any(|way| members(way).all(|(name, _)| has(name)))
    }

    fn takes(&self, tasks: Option<u64>) -> bool {
        let body = &self.document["components"]["schemas"]["RequestBody"];
        let limit = |name: &str| body[name].as_u64();
        match tasks {
            None => body["type"] != "array",
            Some(count) => {
                body["type"] == "array"
                    && limit("minItems").is_none_or(|least| count >= least)
                    && limit("maxItems").is_none_or(|most| count <= most)
            }
        }
    }
}

fn takes_body(body: &Value, media_type: Option<&str>) -> bool {
    match media_type {
        None => body["required"] != json!(true),
        Some(kind) => members(&body["content"]).any(|(range, _)| is_of(range, kind)),
    }
}

/// An answer.
struct Answer {
    status: &'static str,
    media_type: Option<&'static str>,
    body: Value,
}

fn answers() -> Vec<Answer> {
    let image = json!({"taskUUID": "a", "imageURL": "https://example.com/a.png"});
    let image_with = |name: &str, value: Value| {
        let mut image = image.clone();
        image[name] = value;
        image
    };
    let error = json!({"code": "invalid", "message": "no"});
    let error_with = |name: &str, value: Value| {
        let mut error = error.clone();
        error[name] = value;
        json!({"errors": [error]})
    };
    let bodies = [
        json!({"data": [image]}),
        json!({"data": [image], "errors": [error]}),
        json!({"data": [{"taskUUID": "a"}]}),
        json!({"data": [image_with("cost", json!(1))]}),
        json!({"data": [image_with("taskUUID", json!(null))]}),
        json!({}),
        json!("text"),
        json!({"errors": [error]}),
        json!({"errors": [{"message": "no"}]}),
        error_with("code", json!("late")),
        error_with("message", json!(null)),
        error_with("hint", json!("x")),
    ];
    let mut all = Vec::new();
    for status in ["200", "201", "202", "302", "400", "403", "404", "500"] {
        all.push(Answer { status, media_type: None, body: json!(null) });
        for kind in ["application/json", "application/xml", "application/problem+json"] {
            all.extend(bodies.iter().map(|body| Answer {
                status,
                media_type: Some(kind),
                body: body.clone(),
            }));
        }
    }
    all
}

impl World {
    /// What the operation states of a status, a range of them, or all others.
    fn stated(&self, status: &str) -> Option<&Value> {
        let all = &self.operation()["responses"];
        let class = format!("{}XX", &status[..1]);
        all.get(status).or_else(|| all.get(&class)).or_else(|| all.get("default"))
    }

    fn operation(&self) -> &Value {
        members(&self.document["paths"]).next().and_then(|(_, methods)| members(methods).next()).unwrap().1
    }

    fn may_give(&self, answer: &Answer) -> bool {
        self.stated(answer.status).is_some_and(|stated| is_stated(stated, answer, &self.written, true))
    }

    /// Whoever does not know a status takes it for one of its class.
    fn can_read(&self, answer: &Answer) -> bool {
        let is_readable = |stated: &Value| is_stated(stated, answer, &self.read, false);
        match self.stated(answer.status) {
            Some(stated) => is_readable(stated),
            None => members(&self.operation()["responses"])
                .any(|(status, stated)| status[..1] == answer.status[..1] && is_readable(stated)),
        }
    }

    /// What readers wait for: statuses of success, media types that they ask for, members of answers, behaviours, and
    /// what becomes of parameters that are left out.
    fn relies_on(&self) -> Vec<String> {
        let mut wishes = Vec::new();
        for (status, stated) in members(&self.operation()["responses"]) {
            if status.starts_with(['2', '3']) {
                wishes.push(format!("status {status}"));
            }
            let class = format!("{}XX", &status[..1]);
            let stated = if status == "default" { &Value::Null } else { stated };
            wishes.extend(members(&stated["content"]).map(|(kind, _)| format!("{class} in {kind}")));
        }
        for (name, list) in [("ResponseBody", "data"), ("ErrorResponse", "errors")] {
            let schema = &self.document["components"]["schemas"][name];
            wishes.extend(members(&schema["properties"]).map(|(member, _)| format!("{name}.{member}")));
            let item = &schema["properties"][list]["items"]["properties"];
            wishes.extend(members(item).map(|(member, _)| format!("{list}.{member}")));
        }
        let behaviours = self.document["x-behaviours"].as_array().unwrap();
        for behaviour in behaviours {
            let parameter = behaviour["parameter"].as_str().unwrap();
            wishes.push(behaviour["id"].to_string());
            let body = &self.document["components"]["schemas"]["RequestBody"];
            let task = if body["type"] == "array" { &body["items"] } else { body };
            if let Some(default) = task["properties"][parameter].get("default") {
                wishes.push(format!("{parameter} is {default} where it is left out"));
            }
        }
        wishes
    }
}

fn is_stated(stated: &Value, answer: &Answer, schemas: &BTreeMap<String, Check>, is_given: bool) -> bool {
    let Some(kind) = answer.media_type else { return stated.get("content").is_none() };
    let Some(content) = stated.get("content") else { return !is_given };
    content.get(kind).is_some_and(|content| {
        let name = content["schema"]["$ref"].as_str().unwrap().rsplit('/').next().unwrap();
        schemas.get(name).is_none_or(|schema| schema(&answer.body))
    })
}
