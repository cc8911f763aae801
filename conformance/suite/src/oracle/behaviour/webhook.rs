//! Each finished item is posted to the address: one call with JSON per result, wrapped in `data` or bare.

use super::count::noun;
use super::delivery::is_done;
use crate::oracle::observation::{Answer, Call, MAX_VALUES};
use crate::oracle::scene::TaskResults;
use crate::oracle::{Identity, excerpt, show};
use crate::parameter::at;
use crate::protocol::{DATA, STATUS};
use airspec_judge::text;
use airspec_media::essence;
use airspec_spec::Model;
use airspec_spec::behaviour::Kind;
use serde_json::{Map, Value};
use std::time::Instant;

pub(super) fn check(scene: &TaskResults<'_>, identity: &Identity, wanted: Option<usize>) -> Vec<String> {
    let calls = &scene.seen.calls;
    let mut wrong = super::calls(scene, calls, "POST", wanted);
    let mut items: Vec<(Instant, Map<String, Value>)> = Vec::new();
    for (index, call) in calls.iter().enumerate() {
        match item(call) {
            Ok(item) if !identity.joins(scene.task, &item) => wrong.push(format!(
                "call {} is not about the task: {}",
                index + 1,
                show(&Value::Object(item))
            )),
            Ok(item) => items.push((call.at, item)),
            Err(reason) => wrong.push(format!("call {} {reason}", index + 1)),
        }
    }
    let bare: Vec<&Map<String, Value>> = items.iter().map(|(_, item)| item).collect();
    wrong.extend(strangers(scene, &bare));
    for (index, (at, item)) in items.iter().enumerate() {
        wrong.extend(other_fields(scene, index, item));
        wrong.extend(too_early(scene, index, *at, item));
    }
    wrong
}

/// The item of one call, and what is wrong with the call by itself. Its query is looked at elsewhere.
pub(in crate::oracle) fn one(
    call: &Call,
    task: Option<&Value>,
    identity: &Identity,
) -> (Option<Map<String, Value>>, Vec<String>) {
    let mut wrong = Vec::new();
    if call.method != "POST" {
        wrong.push(format!("a call is a {}, not a POST", excerpt(&call.method)));
    }
    match item(call) {
        Ok(item) => {
            if !task.is_some_and(|task| identity.joins(task, &item)) {
                let found = at(&item, &identity.field).map_or_else(|| "nothing".to_owned(), show);
                wrong.push(format!("a call does not name its task: `{}` is {found}", identity.field));
            }
            (Some(item), wrong)
        }
        Err(reason) => {
            wrong.push(format!("a call {reason}"));
            (None, wrong)
        }
    }
}

/// What is wrong with the items of several calls, beside the results that are known otherwise: of those behind `compared`,
/// and of all together.
pub(in crate::oracle) fn together(
    scene: &TaskResults<'_>,
    items: &[&Map<String, Value>],
    compared: usize,
    wanted: Option<usize>,
) -> Vec<String> {
    let mut wrong = Vec::new();
    if let Some(wanted) = wanted.filter(|wanted| items.len() > *wanted && items.len() > compared) {
        let noun = noun(wanted);
        wrong.push(format!("the webhook got {} calls for {wanted} {noun}", items.len()));
    }
    if wrong.is_empty() {
        wrong.extend(strangers(scene, items));
    }
    let new = items.iter().enumerate().skip(compared);
    wrong.extend(new.filter_map(|(index, item)| other_fields(scene, index, item)));
    wrong
}

/// A call about a result that a poll does not have yet, although it was sent after the call.
fn too_early(
    scene: &TaskResults<'_>,
    index: usize,
    at: Instant,
    item: &Map<String, Value>,
) -> Option<String> {
    let polls = scene.seen.polls.iter().zip(&scene.seen.polled);
    let mut later = polls.filter(|(_, sent)| **sent > at).filter_map(|(poll, _)| poll.answer());
    let has = |answer: &Answer| {
        let done = answer.data().iter().filter(|known| is_done(known)).filter_map(Value::as_object);
        done.into_iter().any(|known| is_about(scene.model, item, known))
    };
    let first = later.next().filter(|answer| answer.is_success() && answer.errors().is_empty())?;
    (!has(first)).then(|| {
        format!("call {} came before its result was there: a poll after it does not have it", index + 1)
    })
}

/// Whether two items are about one result, by the fields that tell results apart.
fn is_about(model: &Model, one: &Map<String, Value>, other: &Map<String, Value>) -> bool {
    let same = |field: &String| {
        at(one, field)
            .zip(at(other, field))
            .is_some_and(|(one, other)| one.is_string() && is_same(one, other))
    };
    // Where nothing tells results apart, a task has one.
    distinct(model).next().is_none() || distinct(model).any(same)
}

/// The fields that tell the results of a task apart.
fn distinct(model: &Model) -> impl Iterator<Item = &String> {
    let lists = model.behaviours.iter().filter_map(|behaviour| match &behaviour.kind {
        Kind::Distinct { fields, .. } => Some(fields),
        _ => None,
    });
    lists.flatten()
}

/// What a call has of a result is what the answer has of it, by the names of its fields.
fn other_fields(scene: &TaskResults<'_>, index: usize, item: &Map<String, Value>) -> Option<String> {
    let result = scene
        .results
        .iter()
        .map(|result| result.fields)
        .find(|result| is_about(scene.model, item, result))?;
    // What the model does not know of is judged elsewhere.
    let is_known = |name: &str| {
        scene.model.result.as_ref().is_some_and(|result| result.property(name).is_some()) && name != STATUS
    };
    let lacks = |one: &Map<String, Value>, other: &Map<String, Value>| {
        one.keys().find(|name| is_known(name) && !other.contains_key(*name)).map(|name| excerpt(name))
    };
    let number = index + 1;
    lacks(result, item).map(|name| format!("call {number} has no `{name}`, which the result has")).or_else(
        || {
            lacks(item, result)
                .map(|name| format!("call {number} has `{name}`, which the result does not have"))
        },
    )
}

/// The one item of a call.
pub(super) fn item(call: &Call) -> Result<Map<String, Value>, String> {
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
fn strangers(scene: &TaskResults<'_>, items: &[&Map<String, Value>]) -> Vec<String> {
    let mut wrong = Vec::new();
    for field in distinct(scene.model) {
        let called: Vec<_> = items.iter().filter_map(|item| at(item, field)).collect();
        let missed = |value: &&Value| !called.iter().any(|known| is_same(known, value));
        let lost = scene.results.iter().filter_map(|item| at(item.fields, field)).find(missed);
        if let Some(lost) = lost.filter(|_| called.len() == scene.count) {
            wrong.push(format!("no call is about the result whose `{field}` is {}", show(lost)));
        }
    }
    wrong
}
