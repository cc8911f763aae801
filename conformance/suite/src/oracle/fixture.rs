//! A small spec whose parameters have names of their own, and what a server would say, for tests.
#![allow(clippy::needless_pass_by_value)] // what `json!` makes is passed on

use super::file::{Content, File};
use super::observation::{Answer, Call, Observation, Outcome, Payload};
use super::{Judgement, Oracle};
use crate::case::{Case, Expect, Wire};
use crate::protocol::Form;
use airspec_media::{Container, Image, render};
use airspec_spec::{Level, Model};
use serde_json::{Value, json};

pub(crate) const ID: &str = "1b4e28ba-2fa1-41d2-883f-0016d3cca427";
pub(crate) const OTHER: &str = "5f0d1c1e-9a56-4c5e-8a39-6f1d2b7c9e00";

/// A spec with one behaviour of each kind.
pub(crate) fn model() -> Model {
    let task = json!({
        "type": "object",
        "required": ["ticket", "wide", "high"],
        "additionalProperties": false,
        "properties": {
            "ticket": {"type": "string", "format": "uuid4", "x-unique": true},
            "form": {"type": "string", "enum": ["link", "text", "uri"], "default": "link"},
            "kind": {"type": "string", "enum": ["J", "P"], "default": "J"},
            "detail": {"type": "integer", "minimum": 20, "maximum": 99},
            "hook": {"type": "string", "format": "uri"},
            "drop": {"type": "string", "format": "uri"},
            "when": {"type": "string", "enum": ["now", "later"], "default": "now"},
            "options": {"type": "object", "additionalProperties": false, "properties": {
                "price": {"type": "boolean", "default": false}
            }},
            "mark": {"type": "object", "properties": {"text": {"type": "string"}, "image": {"type": "string"}},
                "oneOf": [{"required": ["text"]}, {"required": ["image"]}]},
            "life": {"type": "integer", "minimum": 60},
            "count": {"type": "integer", "minimum": 1, "maximum": 20, "default": 1},
            "wide": {"type": "integer", "minimum": 16, "maximum": 64, "multipleOf": 16},
            "high": {"type": "integer", "minimum": 16, "maximum": 64, "multipleOf": 16},
            "list": {"type": "array", "maxItems": 2, "items": {"type": "string", "minLength": 2}}
        }
    });
    let result = json!({
        "type": "object",
        "required": ["ticket", "thing"],
        "additionalProperties": false,
        "properties": {
            "ticket": {"type": "string", "format": "uuid"},
            "thing": {"type": "string"},
            "fileURL": {"type": "string", "format": "uri"},
            "fileBase64Data": {"type": "string"},
            "fileDataURI": {"type": "string", "format": "uri"},
            "paid": {"type": "number"}
        }
    });
    let error = json!({"type": "object", "required": ["code", "message"], "properties": {
        "code": {"type": "string"}, "message": {"type": "string"}, "min": {"type": "number"}
    }});
    let list = |name: &str, items: Value| json!({"type": "object", "properties": {name: {"type": "array", "items": items}}});
    let document = json!({
        "openapi": "3.1.0",
        "info": {"title": "Tiny", "version": "1"},
        "components": {"schemas": {
            "RequestBody": {"type": "array", "items": task},
            "ResponseBody": list("data", result),
            "ErrorResponse": list("errors", error)
        }},
        "x-behaviours": behaviours()
    });
    airspec_spec::read(&airspec_spec::Source::new("tiny.json", document.to_string())).unwrap()
}

fn behaviours() -> Value {
    let entry = |id: &str, kind: &str, fields: Value| {
        let mut entry = json!({"id": id, "kind": kind, "level": "prose", "description": id});
        entry.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        entry
    };
    json!([
        entry("ticket.echo", "echo", json!({"parameter": "ticket", "field": "ticket"})),
        entry(
            "form.select",
            "select",
            json!({"parameter": "form", "fields":
            {"link": "fileURL", "text": "fileBase64Data", "uri": "fileDataURI"}})
        ),
        entry(
            "kind.container",
            "container",
            json!({"parameter": "kind", "media":
            {"J": "image/jpeg", "P": "image/png"}})
        ),
        entry("detail.quality", "quality", json!({"parameter": "detail", "format": "kind", "lossy": ["J"]})),
        entry("hook.webhook", "webhook", json!({"parameter": "hook"})),
        entry(
            "when.delivery",
            "delivery",
            json!({"parameter": "when", "immediate": "now", "deferred": "later"})
        ),
        entry("drop.upload", "upload", json!({"parameter": "drop"})),
        entry("options.price.flag", "flag", json!({"parameter": "options.price", "field": "paid"})),
        entry(
            "life.lifetime",
            "lifetime",
            json!({"parameter": "life", "only": {"parameter": "form", "value": "link"}})
        ),
        entry("count.count", "count", json!({"parameter": "count"})),
        entry("count.distinct", "distinct", json!({"parameter": "count", "fields": ["thing"]})),
        entry("wide.size", "size", json!({"width": "wide", "height": "high"}))
    ])
}

/// A valid task with these parameters.
pub(crate) fn task(more: Value) -> Value {
    with(json!({"ticket": ID, "wide": 32, "high": 16}), more)
}

/// A right result with these fields.
pub(crate) fn result(more: Value) -> Value {
    with(json!({"ticket": ID, "thing": "a", "fileURL": "http://127.0.0.1/a.jpg"}), more)
}

/// The object with these members; null takes one away.
pub(crate) fn with(mut object: Value, more: Value) -> Value {
    let members = object.as_object_mut().unwrap();
    for (name, value) in more.as_object().unwrap() {
        if value.is_null() {
            members.remove(name);
        } else {
            members.insert(name.clone(), value.clone());
        }
    }
    object
}

pub(crate) fn answer(status: u16, body: &Value) -> Outcome {
    text(status, body.to_string())
}

pub(crate) fn text(status: u16, body: impl Into<Vec<u8>>) -> Outcome {
    Outcome::Answer(Answer::read(status, Some("application/json".to_owned()), body.into()))
}

/// An observation of a task and its results.
pub(crate) fn seen(task: Value, results: &[Value]) -> Observation {
    Observation::new(json!([task]), answer(200, &json!({"data": results})))
}

pub(crate) fn image(container: Container, width: u32, height: u32, quality: u8) -> Vec<u8> {
    render(&Image { width, height, container, quality, seed: 1, prompt: "", caption: "" })
}

/// A download that went well.
pub(crate) fn download(address: &str, media: &str, bytes: Vec<u8>) -> File {
    File {
        form: Form::Link,
        address: Some(address.to_owned()),
        media: Some(media.to_owned()),
        content: Ok(Content::of(&bytes)),
        is_lost: false,
    }
}

/// A call of the runner's address, as it should be.
pub(crate) fn call(method: &str, media: &str, body: impl Into<Vec<u8>>) -> Call {
    Call {
        at: std::time::Instant::now(),
        method: method.to_owned(),
        query: Some(super::behaviour::CALL_QUERY.to_owned()),
        content_type: Some(media.to_owned()),
        body: Ok(Payload::of(body.into())),
    }
}

/// The verdict on a case about a behaviour.
pub(crate) fn behave(id: &str, seen: &Observation) -> Judgement {
    let model = model();
    let behaviour = model.behaviours.iter().find(|behaviour| behaviour.id == id).unwrap().clone();
    let parameter = behaviour.kind.parameters()[0].to_owned();
    let expect = Expect::Behave(Box::new(behaviour));
    let case = case(id, &parameter, Level::Prose, expect, seen.body.clone());
    Oracle::new(&model).unwrap().judge(&case, seen)
}

pub(crate) fn case(subject: &str, parameter: &str, level: Level, expect: Expect, body: Value) -> Case {
    Case {
        id: format!("{subject}.{}.test", expect.word()),
        subject: subject.to_owned(),
        parameter: parameter.to_owned(),
        level,
        expect,
        about: "a test".to_owned(),
        body,
        obstacle: None,
        wire: Wire::default(),
        with_files: false,
    }
}
