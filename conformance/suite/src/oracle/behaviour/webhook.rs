//! Each finished item is posted to the address: one call with JSON per result, wrapped in `data` or bare.

use super::count::noun;
use crate::oracle::observation::{Call, MAX_VALUES};
use crate::oracle::protocol::DATA;
use crate::oracle::scene::TaskResults;
use crate::oracle::{Identity, excerpt, show};
use crate::parameter::at;
use airspec_judge::text;
use airspec_media::essence;
use airspec_spec::behaviour::Kind;
use serde_json::{Map, Value};

pub(super) fn check(scene: &TaskResults<'_>, identity: &Identity, wanted: Option<usize>) -> Vec<String> {
    let calls = &scene.seen.calls;
    let mut wrong = super::calls(scene, calls, "POST", wanted);
    let mut items: Vec<Map<String, Value>> = Vec::new();
    for (index, call) in calls.iter().enumerate() {
        match item(call) {
            Ok(item) if !identity.joins(scene.task, &item) => wrong.push(format!(
                "call {} is not about the task: {}",
                index + 1,
                show(&Value::Object(item))
            )),
            Ok(item) => items.push(item),
            Err(reason) => wrong.push(format!("call {} {reason}", index + 1)),
        }
    }
    wrong.extend(strangers(scene, &items));
    wrong
}

/// The one item of a call.
fn item(call: &Call) -> Result<Map<String, Value>, String> {
    let body = call.body.as_ref().map_err(|reason| format!("could not be read: {reason}"))?;
    let bytes = body
        .bytes
        .as_deref()
        .ok_or_else(|| format!("has a body of {} bytes, for which there was no room", body.content.length))?;
    let text = std::str::from_utf8(bytes).map_err(|_| "has a body that is not UTF-8".to_owned())?;
    let value = text::parse_up_to(text, MAX_VALUES)
        .map_err(|fault| format!("has a body that is not JSON: {fault}"))?;
    let media = call.content_type.as_deref();
    if !media.is_some_and(|media| essence(media).eq_ignore_ascii_case("application/json")) {
        let found = excerpt(call.content_type.as_deref().unwrap_or("nothing"));
        return Err(format!("has the Content-Type {found}, not application/json"));
    }
    let inner = value.get(DATA).cloned().unwrap_or(value);
    match inner {
        Value::Object(item) => Ok(item),
        Value::Array(mut items) if items.len() == 1 => match items.remove(0) {
            Value::Object(item) => Ok(item),
            other => Err(format!("has no item: {}", show(&other))),
        },
        Value::Array(items) => Err(format!("has {} {}, not one", items.len(), noun(items.len()))),
        other => Err(format!("has no item: {}", show(&other))),
    }
}

/// Whether two values are the same, however a number or a UUID is written: answer and call can have different writers.
fn is_same(one: &Value, other: &Value) -> bool {
    let uuid = |value: &Value| uuid::Uuid::try_parse(value.as_str()?).ok();
    match (one, other) {
        (Value::Number(a), Value::Number(b)) => {
            a == b || (a.is_f64() || b.is_f64()) && a.as_f64() == b.as_f64()
        }
        _ => one == other || uuid(one).is_some_and(|one| Some(one) == uuid(other)),
    }
}

/// Results of the answer that no call was about, told by the fields that tell results apart.
fn strangers(scene: &TaskResults<'_>, items: &[Map<String, Value>]) -> Vec<String> {
    let mut wrong = Vec::new();
    for behaviour in &scene.model.behaviours {
        let Kind::Distinct { fields, .. } = &behaviour.kind else { continue };
        for field in fields {
            let called: Vec<_> = items.iter().filter_map(|item| at(item, field)).collect();
            let missed = |value: &&Value| !called.iter().any(|known| is_same(known, value));
            let lost = scene.results.iter().filter_map(|item| at(item.fields, field)).find(missed);
            if let Some(lost) = lost.filter(|_| called.len() == scene.count) {
                wrong.push(format!("no call is about the result whose `{field}` is {}", show(lost)));
            }
        }
    }
    wrong
}
