//! Calls of webhooks: each is held against the task that it names, and what is known of its results.

use super::polls::of_answer;
use super::{Of, Watcher, found_by_oracle};
use crate::conversation::{Conversation, slim};
use crate::exchange::Body;
use crate::found::{Found, Seen};
use crate::piece::{WebhookCall, called};
use crate::summary::BEHAVE;
use airspec_judge::text::parse_up_to;
use airspec_spec::Model;
use airspec_spec::behaviour::{Behaviour, Kind};
use airspec_suite::oracle::SecondaryFinding;
use airspec_suite::oracle::observation::{Answer, Call, MAX_VALUES, Observation, Outcome, Payload};
use airspec_suite::parameter::{at, results};
use airspec_suite::protocol::{DATA, STATUS, SUCCESS, TASK_UUID};
use hyper::Uri;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Instant;

/// So many calls are kept whose tasks are not known yet, each of at most so many bytes: over a WebSocket, an exchange is
/// judged a moment after it.
const MAX_EARLY: usize = 200;
const MAX_EARLY_BYTES: usize = 64 << 10;
/// Why a call is not judged.
const UNKNOWN: &str = "a webhook call for a task that was not seen";
const UNNAMED: &str = "a webhook call that names no task";

impl Watcher {
    /// Judges a call of a webhook.
    pub fn call(&mut self, call: &WebhookCall) -> Seen {
        self.summary.calls += 1;
        let bytes = match &call.body {
            Body::Whole(bytes) => bytes,
            Body::Unknown(reason) => {
                return self.leave_call_out(&format!("the body of a webhook call {reason}"));
            }
        };
        let named = task_of(bytes);
        let id = match &named {
            Some(id) if self.tasks.get(id).is_some() => id.clone(),
            Some(id) => {
                if self.early.len() >= MAX_EARLY || bytes.len() > MAX_EARLY_BYTES {
                    return self.leave_call_out(UNKNOWN);
                }
                self.summary.calls -= 1;
                self.early.push((id.clone(), call.clone()));
                return Seen::default();
            }
            None => {
                let specs = Arc::clone(&self.specs);
                let is_called = |known: &Conversation| {
                    let place = address(specs.model(known.model), &known.task);
                    place.is_some_and(|place| place == call.place)
                };
                match self.tasks.find(is_called) {
                    Some(id) => id,
                    None => return self.leave_call_out(UNNAMED),
                }
            }
        };
        self.judge_call(&id, call, bytes)
    }

    fn leave_call_out(&mut self, reason: &str) -> Seen {
        self.summary.leave_out(reason);
        Seen { left_out: vec![reason.to_owned()], ..Seen::default() }
    }

    /// Judges the calls that came before their task was known.
    pub(super) fn early_calls(&mut self, seen: &mut Seen) {
        if self.early.is_empty() {
            return;
        }
        for (id, call) in std::mem::take(&mut self.early) {
            if self.tasks.get(&id).is_some() {
                seen.found.extend(self.call(&call).found);
            } else {
                self.early.push((id, call));
            }
        }
    }

    /// Nothing more will come: what still waits for something is left out.
    pub fn close(&mut self) {
        for _ in std::mem::take(&mut self.early) {
            self.summary.calls += 1;
            self.summary.leave_out(UNKNOWN);
        }
    }

    fn judge_call(&mut self, id: &str, call: &WebhookCall, bytes: &[u8]) -> Seen {
        let specs = Arc::clone(&self.specs);
        let Some(known) = self.tasks.get(id) else { return Seen::default() };
        let place = known.model;
        let oracle = match specs.oracle(place) {
            Ok(oracle) => oracle,
            Err(reason) => return self.leave_call_out(&reason),
        };
        let Some(webhook) = webhook(oracle.model()) else {
            return self.leave_call_out("a call for a model whose spec has no webhook");
        };
        let of = Of { model: place, number: known.number, client: known.client.clone() };
        let as_seen = results_so_far(known);
        let received = Call {
            at: Instant::now(),
            method: call.method.clone(),
            query: None,
            content_type: call.content_type.clone(),
            body: Ok(Payload::of(bytes.to_vec())),
        };
        let (item, mut wrong) = oracle.of_call(&as_seen, &received);
        wrong.extend(misplaced(oracle.model(), webhook, &known.task, call));
        let mut is_whole = false;
        if let Some(item) = item.as_ref().filter(|_| call.is_taken()) {
            let wanted = results(oracle.model(), &known.task);
            let room = wanted.map_or(usize::MAX, |wanted| wanted + 1);
            if known.called.len() < room.min(airspec_suite::oracle::scene::MAX_RESULTS) {
                known.called.push(slim(item));
                wrong.extend(oracle.of_called(&as_seen, &known.called, known.called.len() - 1));
            }
            is_whole = wanted == Some(known.called.len());
        }
        let task = known.task.clone();
        self.tasks.count(id);
        if is_whole && wrong.is_empty() {
            self.summary.pass(place, &webhook.id, BEHAVE);
        }
        let found = |one: SecondaryFinding| (place, found_by_oracle(self.options, one, BEHAVE));
        let mut found: Vec<(usize, Found)> = wrong.into_iter().map(found).collect();
        self.summary.wrong_calls += u64::from(!found.is_empty());
        let tasks = json!([task]);
        let delivered = answer(item.as_ref(), bytes);
        let mut links = Vec::new();
        if item.is_some() {
            let seen = Observation::new(tasks.clone(), Outcome::Answer(delivered.clone()));
            found.extend(self.files_of(&of, &seen, call.is_masked, &mut links));
        }
        let seen = self.tell_later((of.number, &of.client), place, &tasks, &delivered, found);
        Seen { links, is_judged: true, ..seen }
    }
}

/// The webhook of a model.
fn webhook(model: &Model) -> Option<&Behaviour> {
    model.behaviours.iter().find(|behaviour| matches!(behaviour.kind, Kind::Webhook { .. }))
}

/// Path and query of the webhook that a task names.
fn address(model: &Model, task: &Value) -> Option<String> {
    let Kind::Webhook { parameter } = &webhook(model)?.kind else { return None };
    let uri: Uri = at(task.as_object()?, parameter)?.as_str()?.split('#').next()?.parse().ok()?;
    Some(called(&uri).to_owned())
}

/// What is wrong with where a call went.
fn misplaced(
    model: &Model,
    webhook: &Behaviour,
    task: &Value,
    call: &WebhookCall,
) -> Option<SecondaryFinding> {
    let sentence = match address(model, task) {
        None => "a call is about a task that names no webhook".to_owned(),
        Some(place) if place == call.place => return None,
        Some(place) => {
            let path = |place: &str| place.split('?').next().unwrap_or_default().to_owned();
            let other = if path(&place) == path(&call.place) { "query" } else { "path" };
            format!("a call has another {other} than the webhook that its task names")
        }
    };
    Some(SecondaryFinding {
        subject: webhook.id.clone(),
        finding: airspec_suite::oracle::Finding::wrong(webhook.level, sentence),
    })
}

/// The task that a call names.
fn task_of(bytes: &[u8]) -> Option<String> {
    let value = parse_up_to(std::str::from_utf8(bytes).ok()?, MAX_VALUES).ok()?;
    let inner = value.get(DATA).unwrap_or(&value);
    let item = inner.get(0).unwrap_or(inner);
    item.get(TASK_UUID)?.as_str().map(str::to_ascii_lowercase)
}

/// What is known of a task, with the results that have come of it.
pub(super) fn results_so_far(known: &Conversation) -> Observation {
    let mut seen = of_answer(known);
    if known.is_deferred {
        // An acknowledgement is no result.
        let none = answer(None, &[]);
        seen.polls = vec![Outcome::Answer(known.last.clone().unwrap_or(none))];
    }
    seen
}

/// The answer that a call stands for.
fn answer(item: Option<&Value>, bytes: &[u8]) -> Answer {
    let json = match item {
        Some(item) => {
            let mut item = item.clone();
            if let Some(fields) = item.as_object_mut() {
                fields.entry(STATUS).or_insert_with(|| json!(SUCCESS));
            }
            Ok(json!({DATA: [item]}))
        }
        None if bytes.is_empty() => Ok(json!({DATA: []})),
        None => Ok(Value::String(String::from_utf8_lossy(&bytes[..bytes.len().min(4096)]).into_owned())),
    };
    Answer { status: 200, content_type: None, text: String::new(), length: bytes.len(), json }
}
