//! Judges exchanges one after the other, and remembers what later ones need.

mod calls;
mod files;
mod polls;
mod tasks;

use crate::conversation::Conversations;
use crate::exchange::{Body, Exchange, Reply};
use crate::found::{Found, Seen, Side};
use crate::mask::{Mask, masked};
use crate::parts::Parts;
use crate::piece::{Piece, WebhookCall};
use crate::specs::Specs;
use crate::summary::{BEHAVE, Excerpt, Summary};
use crate::{excuse, mask};
use airspec_judge::text::{TextErrorKind, parse_up_to};
use airspec_spec::Level;
use airspec_spec::text::{shorten, visible};
use airspec_suite::oracle::observation::{Answer, Observation, Outcome};
use airspec_suite::oracle::{BODY, SecondaryFinding, Verdict, of_no_json};
use airspec_suite::redact::{Redactor, Secrets};
use airspec_suite::run::{Response, Secret};
use files::{Files, Of};
use serde_json::Value;
use std::collections::HashSet;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher as _;
use std::sync::Arc;

/// A request with more values is not judged: each takes many times the memory of its text.
const MAX_VALUES: usize = 200_000;
/// So many keys are known that were accepted.
const MAX_KEYS: usize = 1_000;
/// The longest name of a client.
const MAX_CLIENT: usize = 120;
/// So many violations of one request are told.
const MAX_VIOLATIONS: usize = 100;
/// So many texts of a request are looked for in sentences, and so much of each.
const MAX_PRIVATE: usize = 200;
const MAX_PRIVATE_BYTES: usize = 4 << 10;
/// The least length of a text that is private.
const MIN_PRIVATE: usize = 12;
/// How much of a body is kept for reports.
const MAX_EXCERPT: usize = 4 << 10;

/// How exchanges are judged.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// What of bodies is written.
    pub mask: Mask,
    /// Whether notes are failures.
    pub strict: bool,
}

/// Judges exchanges in the order in which they ended.
#[derive(Debug)]
pub struct Watcher {
    specs: Arc<Specs>,
    options: Options,
    tasks: Conversations,
    keys: HashSet<u64>,
    hasher: RandomState,
    summary: Summary,
    files: Files,
    /// Calls of webhooks whose tasks are not known yet.
    early: Vec<(String, WebhookCall)>,
}

/// What is about one exchange while it is judged.
struct Now<'a> {
    exchange: &'a Exchange,
    seen: Seen,
    /// What the parts of it came to, with the place of the model.
    found: Vec<(usize, Found)>,
    /// The answer, where there is one that is read.
    answer: Option<Answer>,
    is_key_good: bool,
    options: Options,
}

impl Watcher {
    /// A watcher that has seen nothing yet.
    #[must_use]
    pub fn new(specs: impl Into<Arc<Specs>>, options: Options) -> Self {
        let (tasks, keys, hasher, summary, files, early) = Default::default();
        Self { specs: specs.into(), options, tasks, keys, hasher, summary, files, early }
    }

    /// The specs.
    #[must_use]
    pub fn specs(&self) -> &Arc<Specs> {
        &self.specs
    }

    /// What all exchanges so far have shown.
    #[must_use]
    pub fn summary(&self) -> &Summary {
        &self.summary
    }

    /// The same, to count what was not looked at.
    pub fn summary_mut(&mut self) -> &mut Summary {
        &mut self.summary
    }

    /// Judges a piece of traffic.
    pub fn take(&mut self, piece: &Piece) -> Seen {
        match piece {
            Piece::Exchange(exchange) => self.watch(exchange),
            Piece::Download(download) => self.download(download),
            Piece::Call(call) => self.call(call),
        }
    }

    /// Judges an exchange.
    pub fn watch(&mut self, exchange: &Exchange) -> Seen {
        self.summary.requests += 1;
        let mut now = Now::new(exchange, self.summary.requests, self.options);
        let request = now.request();
        let parts = request.as_ref().and_then(|request| Some(Parts::of(request.as_array()?, &self.specs)));
        if request.is_none() && exchange.answer.is_err() {
            now.answer = now.read_answer();
        }
        let in_task = parts.as_ref().and_then(|parts| parts.key);
        // The same text is another credential in a header, where its scheme belongs to it.
        let key = now.key(in_task).map(|key| self.hasher.hash_one((in_task.is_some(), key)));
        now.is_key_good = key.is_some_and(|key| self.keys.contains(&key));
        if request.is_some() {
            now.answer = now.read_answer();
        }
        match (&request, parts) {
            (Some(Value::Array(tasks)), Some(parts)) if !tasks.is_empty() => {
                self.batch(&mut now, parts, tasks);
            }
            (Some(other), _) => self.no_batch(&mut now, other),
            (None, _) => {}
        }
        if let (Some(key), Some(answer)) = (key, &now.answer)
            && answer.is_success()
            && answer.errors().is_empty()
            && self.keys.len() < MAX_KEYS
        {
            self.keys.insert(key);
        }
        let mut seen = self.end(now, request.as_ref());
        self.early_calls(&mut seen);
        seen
    }

    /// Judges a batch of tasks, part by part.
    fn batch(&mut self, now: &mut Now<'_>, parts: Parts<'_>, batch: &[Value]) {
        let Parts { tasks, polls, left_out, is_one, .. } = parts;
        now.seen.left_out.extend(left_out);
        for (model, tasks) in tasks {
            self.tasks_of(now, model, &tasks, if is_one { &[] } else { batch });
        }
        for (place, poll) in polls {
            self.poll(now, place, poll);
        }
    }

    /// Judges the answer to JSON that is no list of tasks.
    fn no_batch(&mut self, now: &mut Now<'_>, request: &Value) {
        let what =
            if request.is_array() { "the list of tasks is empty" } else { "the body is no list of tasks" };
        now.client(0, BODY, Level::Unstated, what.to_owned());
        let Ok(oracle) = self.specs.oracle(0) else { return };
        if let Some(seen) = now.observation(Value::Null) {
            now.server(0, oracle.of_other_body(&seen), &|_| "reject");
        }
    }

    /// What the exchange came to, which is counted.
    fn end(&mut self, mut now: Now<'_>, request: Option<&Value>) -> Seen {
        let mut found = std::mem::take(&mut now.found);
        let is_of = |side: fn(&Side) -> bool| found.iter().any(|(_, found)| side(&found.side));
        let summary = &mut self.summary;
        summary.judged += u64::from(now.seen.is_judged);
        summary.violating += u64::from(is_of(|side| *side == Side::Client));
        summary.wrong += u64::from(is_of(|side| *side != Side::Client));
        summary.forgotten = self.tasks.forgotten;
        now.seen.left_out.iter().for_each(|reason| summary.leave_out(reason));
        if !found.is_empty() {
            let redactor = redactor(now.exchange.key.as_ref(), request, self.options.mask);
            let model = found.first().map_or(0, |(place, _)| *place);
            let excerpt = now.excerpt(request, self.specs.model(model), &redactor);
            self.tell(&mut found, &redactor, &excerpt, (&now.seen.client, now.seen.number));
        }
        now.seen.found = found.into_iter().map(|(_, found)| found).collect();
        now.seen
    }
}

impl Watcher {
    /// Takes keys and private texts out of findings, and counts them.
    fn tell(
        &mut self,
        found: &mut [(usize, Found)],
        redactor: &Redactor,
        excerpt: &Excerpt,
        (client, number): (&str, u64),
    ) {
        for (place, one) in found {
            one.detail = visible(&redactor.cleaned(&one.detail)).into_owned();
            one.cause = visible(&redactor.cleaned(&one.cause)).into_owned();
            let model = self.specs.model(*place);
            one.is_first = self.summary.note(*place, model, one, (client, number), excerpt);
        }
    }
}

impl<'a> Now<'a> {
    fn new(exchange: &'a Exchange, number: u64, options: Options) -> Self {
        let client = if exchange.client.is_empty() { "unknown client" } else { &exchange.client };
        let client = shorten(client, MAX_CLIENT);
        let seen = Seen { number, client, ..Seen::default() };
        Self { exchange, seen, found: Vec::new(), answer: None, is_key_good: false, options }
    }

    /// The key of the request, which is none where it is not known as it was sent.
    fn key<'k>(&'k self, in_task: Option<&'k str>) -> Option<&'k str> {
        let header = self.exchange.key.as_ref().map(Secret::expose);
        in_task.or(header).filter(|key| !self.exchange.is_masked && !key.contains("[redacted]"))
    }

    /// The request as JSON. A body that is none is judged here.
    fn request(&mut self) -> Option<Value> {
        let media = self.exchange.content_type.as_deref().unwrap_or("application/json").to_ascii_lowercase();
        if !media.contains("json") {
            self.leave_out(format!("the request is `{}`", shorten(&media, 60)));
            return None;
        }
        let bytes = match &self.exchange.request {
            Body::Whole(bytes) => bytes,
            Body::Unknown(reason) => {
                // Without an answer there is one reason for both.
                if self.exchange.answer.is_ok() {
                    self.leave_out(format!("the body of the request {reason}"));
                }
                return None;
            }
        };
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => {
                let place = error.valid_up_to();
                self.no_json(&format!("is not UTF-8 at byte {place}"));
                return None;
            }
        };
        match parse_up_to(text, MAX_VALUES) {
            Ok(value) => return Some(value),
            Err(error) if error.kind == TextErrorKind::Syntax && !is_json(text) => {
                self.no_json(&format!(
                    "is no JSON: {} (line {}, column {})",
                    error.reason, error.line, error.column
                ));
            }
            Err(error) => self.leave_out(format!("the request is JSON that is not judged: {}", error.reason)),
        }
        None
    }

    /// A body that is no JSON must be refused.
    fn no_json(&mut self, what: &str) {
        self.client(0, BODY, Level::Facts, format!("the body {what}"));
        self.answer = self.read_answer();
        if let Some(seen) = self.observation(Value::Null) {
            self.server(0, of_no_json(&seen), &|_| "reject");
        }
        self.answer = None;
    }

    /// The answer, where there is one that says something about the request.
    fn read_answer(&mut self) -> Option<Answer> {
        let Reply { status, content_type, body } = match &self.exchange.answer {
            Ok(reply) => reply,
            Err(loss) => {
                self.leave_out(format!("no answer: {}", airspec_suite::oracle::excerpt(&loss.to_string())));
                return None;
            }
        };
        if let Some(reason) = excuse::of_status(*status, self.is_key_good) {
            self.leave_out(reason.to_owned());
            return None;
        }
        match body {
            Body::Whole(bytes) => Some(Answer::read(*status, content_type.clone(), bytes.clone())),
            Body::Unknown(reason) => {
                self.leave_out(format!("the body of the answer {reason}"));
                None
            }
        }
    }

    fn leave_out(&mut self, reason: String) {
        self.seen.left_out.push(reason);
    }

    /// The exchange for the oracle, with a body that stands for the request.
    fn observation(&mut self, body: Value) -> Option<Observation> {
        let answer = self.answer.clone()?;
        self.seen.is_judged = true;
        Some(Observation::new(body, Outcome::Answer(answer)))
    }

    /// The client is at fault.
    fn client(&mut self, model: usize, subject: &str, level: Level, detail: String) {
        let verdict = if level == Level::Unstated { Verdict::Note } else { Verdict::Fail };
        let verdict = strictly(self.options, verdict);
        if self.found.len() < MAX_VIOLATIONS {
            let (side, subject) = (Side::Client, subject.to_owned());
            self.found.push((
                model,
                Found { side, cause: subject.clone(), subject, level, verdict, detail, is_first: false },
            ));
        }
    }

    /// The server is at fault; `expect` is what must have happened.
    fn server(&mut self, model: usize, wrong: Vec<SecondaryFinding>, expect: &dyn Fn(&str) -> &'static str) {
        for one in wrong {
            let expect = if one.subject.starts_with("result.") { BEHAVE } else { expect(&one.subject) };
            self.found.push((model, found_by_oracle(self.options, one, expect)));
        }
    }

    /// The texts of the exchange for reports.
    fn excerpt(&self, request: Option<&Value>, model: &airspec_spec::Model, redactor: &Redactor) -> Excerpt {
        let mask = self.options.mask;
        let show =
            |value: &Value, model| redactor.beginning(&masked(value, model, mask).to_string(), MAX_EXCERPT);
        let text = |text: &str| match mask {
            Mask::On => redactor.beginning(&mask::text_of(text), MAX_EXCERPT),
            Mask::Off => redactor.beginning(text, MAX_EXCERPT),
        };
        let of_bytes = |body: &Body| match body {
            Body::Whole(bytes) => text(&String::from_utf8_lossy(&bytes[..bytes.len().min(MAX_EXCERPT)])),
            Body::Unknown(reason) => format!("the body {reason}"),
        };
        let request =
            request.map_or_else(|| of_bytes(&self.exchange.request), |value| show(value, Some(model)));
        let response = match &self.exchange.answer {
            Ok(reply) => Response::Answer {
                status: reply.status,
                content_type: reply
                    .content_type
                    .as_deref()
                    .map(|media| redactor.beginning(media, MAX_EXCERPT)),
                body: match self.answer.as_ref().map(|answer| &answer.json) {
                    Some(Ok(value)) => show(value, None),
                    Some(Err(_)) | None => of_bytes(&reply.body),
                },
            },
            Err(loss) => Response::Lost(redactor.clean(&loss.to_string())),
        };
        Excerpt { request, response }
    }
}

/// A finding of the oracle; `expect` is what must have happened.
fn found_by_oracle(options: Options, one: SecondaryFinding, expect: &'static str) -> Found {
    let SecondaryFinding { subject, finding } = one;
    Found {
        side: Side::Server { class: finding.class(), expect },
        subject,
        level: finding.level,
        verdict: strictly(options, finding.verdict()),
        cause: finding.cause(),
        detail: finding.sentence,
        is_first: false,
    }
}

fn strictly(options: Options, verdict: Verdict) -> Verdict {
    if options.strict && verdict == Verdict::Note { Verdict::Fail } else { verdict }
}

/// Takes keys out of sentences, and unless bodies are shown, the texts of these bodies.
fn redactor<'v>(
    key: Option<&Secret>,
    bodies: impl IntoIterator<Item = &'v Value> + Clone,
    mask: Mask,
) -> Redactor {
    let mut secrets = Secrets::default();
    let in_task = bodies.clone().into_iter().find_map(|body| Parts::key_of(body.as_array()?));
    for key in key.map(Secret::expose).into_iter().chain(in_task) {
        secrets = secrets.with_key(key);
    }
    if mask == Mask::On {
        let mut texts = Vec::new();
        bodies.into_iter().for_each(|body| private(body, &mut texts));
        secrets = texts.iter().fold(secrets, |secrets, text| secrets.with_key(text));
    }
    Redactor::hiding(&secrets)
}

/// Whether a text is JSON, whatever its numbers and names are.
fn is_json(text: &str) -> bool {
    serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok()
}

/// The texts of a request that are nobody else's business.
fn private<'v>(value: &'v Value, texts: &mut Vec<&'v str>) {
    match value {
        _ if texts.len() >= MAX_PRIVATE => {}
        Value::String(text) if text.len() >= MIN_PRIVATE && uuid::Uuid::try_parse(text).is_err() => {
            let end = (0..=text.len().min(MAX_PRIVATE_BYTES)).rev().find(|end| text.is_char_boundary(*end));
            texts.push(&text[..end.unwrap_or(0)]);
        }
        Value::Array(items) => items.iter().for_each(|item| private(item, texts)),
        Value::Object(members) => members
            .iter()
            .filter(|(name, _)| *name != "model" && *name != airspec_suite::protocol::TASK_TYPE)
            .for_each(|(_, member)| private(member, texts)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
