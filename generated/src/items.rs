//! The items of an answer, a poll or a webhook call: which are results, which are not finished, which are errors.

use crate::Answer as _;
use crate::answers::ApiError;
use crate::mend::mended;
use crate::raw::{Beginning, each_member, value};
use serde::de::{Deserializer as _, SeqAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::fmt;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

/// Names of the platform, the same for every model.
pub(crate) const TASK_TYPE: &str = "taskType";
pub(crate) const TASK_UUID: &str = "taskUUID";
const STATUS: &str = "status";
const SUCCESS: &str = "success";
pub(crate) const ERROR: &str = "error";
const PROGRESS: &str = "progress";
/// Words for a task that is under way. In answers to polls each word is one of them, except `success` and `error`.
const UNDER_WAY: [&str; 6] = ["processing", "pending", "queued", "running", "accepted", "inprogress"];
/// Fields of acknowledgements and of tasks under way, which no result consists of alone.
const BOOKKEEPING: [&str; 8] =
    [TASK_TYPE, TASK_UUID, STATUS, PROGRESS, ERROR, "cost", "deliveryMethod", "position"];
/// Fields with the file or the text of a result, in lower case: names, and how other names end.
const CONTENT: [&str; 10] =
    ["text", "texts", "output", "outputs", "images", "videos", "audios", "files", "captions", "results"];
const CONTENT_ENDS: [&str; 7] = ["url", "urls", "uri", "uris", "base64data", "base64", "structureddata"];
/// Names that end in the same way and are about the request or the way to the result.
const REQUESTED: [&str; 7] = ["webhook", "input", "upload", "callback", "status", "poll", "documentation"];
/// A longer identifier or status is not valid.
const WORD: usize = 200;
/// No more of an item that is no result is kept.
pub(crate) const MAX_UNREAD: usize = 64 << 10;

/// What an item is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Result,
    UnderWay,
    Failed,
}

/// A task that is not finished, as the service describes it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Unfinished {
    /// The word of the service, such as `processing` or `queued`; empty if it sent none.
    pub status: String,
    /// The progress in percent, if the service sent it.
    pub percent: Option<f64>,
    /// The JSON text of the item. A long one is cut.
    pub raw: String,
}

/// What is known of an item without decoding it.
#[derive(Default)]
pub(crate) struct Head<'a> {
    /// The tasks that it names: one, or in an item with repeated members several.
    pub(crate) tasks: Vec<String>,
    /// In lower case.
    pub(crate) status: Option<String>,
    /// Its member `error`, unless that is `null`.
    pub(crate) error: Option<&'a RawValue>,
    percent: Option<f64>,
    has_progress: bool,
    /// Whether it has members other than those of acknowledgements.
    pub(crate) has_more: bool,
    /// Whether it looks like an error.
    has_message: bool,
    /// The first member with the content of a result.
    content: Option<&'a RawValue>,
    /// Its own identifiers, such as the `imageUUID`, each with its name.
    pub(crate) ids: Vec<(String, String)>,
}

impl<'a> Head<'a> {
    /// The head of an item, if that is an object.
    pub(crate) fn of(item: &'a RawValue) -> Option<Self> {
        if !item.get().starts_with('{') {
            return None;
        }
        let mut head = Self::default();
        each_member(item, |name, value| {
            if value.get() != "null" {
                head.add(name.as_deref().unwrap_or_default(), value);
            }
            true
        });
        head.ids.sort();
        Some(head)
    }

    fn add(&mut self, name: &str, value: &'a RawValue) {
        match name {
            TASK_UUID => self.tasks.extend(word(value)),
            STATUS => {
                let word = word(value).unwrap_or_default().to_lowercase().replace([' ', '_'], "");
                self.status = Some(word).filter(|word| !word.is_empty());
            }
            ERROR => self.error = Some(value),
            PROGRESS => (self.has_progress, self.percent) = (true, percent(value)),
            "code" | "message" | "detail" | "title" => self.has_message = true,
            _ => {}
        }
        let lower = name.to_ascii_lowercase();
        if !REQUESTED.iter().any(|begin| lower.starts_with(begin)) {
            self.add_own(name, &lower, value);
        }
        self.has_more |= !BOOKKEEPING.contains(&name);
    }

    /// An identifier or the content of a result.
    fn add_own(&mut self, name: &str, lower: &str, value: &'a RawValue) {
        if lower.ends_with("uuid") && name != TASK_UUID {
            self.ids.extend(word(value).map(|id| (name.to_owned(), id)));
        }
        let is_content = CONTENT.contains(&lower) || CONTENT_ENDS.iter().any(|end| lower.ends_with(end));
        if is_content && !matches!(value.get(), "\"\"" | "[]" | "{}") {
            self.content.get_or_insert(value);
        }
    }

    /// The task that it names.
    pub(crate) fn task(&self) -> Option<&str> {
        self.tasks.last().map(String::as_str)
    }

    /// Whether anything says that it is about a task.
    fn is_known(&self) -> bool {
        let is_own = self.task().is_some() || !self.ids.is_empty() || self.content.is_some();
        is_own || self.error.is_some() || self.is_marked()
    }

    /// Whether it has the status or the progress of a task that is under way.
    pub(crate) fn is_marked(&self) -> bool {
        self.status.is_some() || self.has_progress
    }

    /// What the item is. In the answer to an immediate task, and in a webhook call, results need no mark; in other answers
    /// an item without a status is a result if it has content.
    pub(crate) fn state(&self, is_immediate: bool) -> State {
        let has_content = self.content.is_some();
        match self.status.as_deref() {
            Some(ERROR) => State::Failed,
            Some(SUCCESS) => State::Result,
            Some(word) if UNDER_WAY.contains(&word) => State::UnderWay,
            _ if self.error.is_some() => State::Failed,
            Some(_) if is_immediate && has_content => State::Result,
            None if self.has_progress => {
                let is_complete = self.percent.is_some_and(|percent| percent >= 100.0);
                if is_complete && has_content { State::Result } else { State::UnderWay }
            }
            None if has_content || is_immediate && self.has_more => State::Result,
            Some(_) | None => State::UnderWay,
        }
    }

    /// A number that is the same for all copies of a result: from its identifiers, else from its content, else from the
    /// whole text.
    #[cfg_attr(not(feature = "client-base"), allow(dead_code))]
    pub(crate) fn identity(&self, item: &RawValue) -> u64 {
        let mut hasher = DefaultHasher::new();
        if self.ids.is_empty() {
            self.content.unwrap_or(item).get().hash(&mut hasher);
        } else {
            self.ids.iter().for_each(|(name, id)| (name, id.to_lowercase()).hash(&mut hasher));
        }
        hasher.finish()
    }

    /// The progress that it tells.
    pub(crate) fn unfinished(&self, item: &RawValue) -> Unfinished {
        let status = self.status.clone().unwrap_or_default();
        Unfinished { status, percent: self.percent, raw: cut(item.get(), MAX_UNREAD) }
    }
}

/// A short text, or the text of a number; an empty one in place of a long one.
fn word(value: &RawValue) -> Option<String> {
    match serde_json::from_str::<Beginning<WORD>>(value.get()) {
        Ok(Beginning { text, is_cut }) => Some(if is_cut { String::new() } else { text }),
        Err(_) => (value.get().len() <= WORD && !value.get().starts_with(['{', '[']))
            .then(|| value.get().to_owned()),
    }
}

fn percent(value: &RawValue) -> Option<f64> {
    let text = word(value)?;
    text.trim().trim_end_matches('%').parse().ok().filter(|percent: &f64| percent.is_finite())
}

/// The beginning of a text, in bytes.
pub(crate) fn cut(text: &str, most: usize) -> String {
    if text.len() <= most {
        return text.to_owned();
    }
    let end = (0..=most).rev().find(|end| text.is_char_boundary(*end)).unwrap_or_default();
    format!("{}…", &text[..end])
}

/// Two spellings of an identifier are the same: upper and lower case, with and without hyphens and braces.
pub(crate) fn normal(uuid: &str) -> String {
    let digits: String = uuid.chars().filter(char::is_ascii_hexdigit).collect();
    let is_uuid = digits.len() == 32
        && uuid.trim().chars().all(|character| character.is_ascii_hexdigit() || "-{}".contains(character));
    if is_uuid { digits.to_ascii_lowercase() } else { uuid.trim().to_ascii_lowercase() }
}

/// A part of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// A result, or what stands in its place.
    Item,
    Error,
}

/// Why a text is not an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Odd {
    NoJson,
    NoEnvelope,
}

/// The JSON text of a body, also if it is only almost JSON.
pub(crate) fn text(body: &[u8]) -> Cow<'_, str> {
    let start = body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(body);
    let text = String::from_utf8_lossy(start);
    let is_json = |text: &str| serde_json::from_str::<&RawValue>(text).is_ok();
    if text.trim_start().starts_with(['{', '[']) && !is_json(&text) {
        return Cow::Owned(mended(&text));
    }
    text
}

/// Calls `take` for each item and each error of an answer: an envelope, a list, or one item alone.
pub(crate) fn parts<'a>(text: &'a str, mut take: impl FnMut(Part, &'a RawValue)) -> Result<(), Odd> {
    let root: &RawValue = serde_json::from_str(text).map_err(|_| Odd::NoJson)?;
    if root.get().starts_with('[') {
        each(root, |item| take(kind(item), item));
        return Ok(());
    }
    if !root.get().starts_with('{') {
        return Err(Odd::NoEnvelope);
    }
    let (mut data, mut errors, mut members, mut found) = (None, None, 0, 0);
    each_member(root, |name, value| {
        members += 1;
        match name.as_deref() {
            Some("data") => data = Some(value),
            Some("errors") => errors = Some(value),
            _ => {}
        }
        true
    });
    if members == 0 {
        return Err(Odd::NoEnvelope);
    }
    if data.is_none() && errors.is_none() {
        let (kind, is_known) = (kind(root), Head::of(root).is_some_and(|head| head.is_known()));
        if kind == Part::Item && !is_known {
            return Err(Odd::NoEnvelope);
        }
        take(kind, root);
        return Ok(());
    }
    for (list, part) in [(errors, Part::Error), (data, Part::Item)] {
        if let Some(list) = list {
            each(list, |item| {
                found += 1;
                take(part, item);
            });
        }
    }
    match Head::of(root) {
        Some(head) if head.error.is_some() => take(Part::Item, root),
        // The lists are empty, and the error stands beside them.
        Some(head) if found == 0 && head.has_message => take(Part::Error, root),
        _ => {}
    }
    Ok(())
}

/// What an item is that stands alone.
fn kind(item: &RawValue) -> Part {
    let is_error = Head::of(item).is_some_and(|head| {
        head.has_message
            && head.error.is_none()
            && head.content.is_none()
            && head.status.as_deref() != Some(SUCCESS)
    });
    if is_error { Part::Error } else { Part::Item }
}

/// Calls `take` for each item of a list. Another value than a list or `null` is an item itself.
fn each<'a>(list: &'a RawValue, take: impl FnMut(&'a RawValue)) {
    struct Items<F>(F);
    impl<'de, F: FnMut(&'de RawValue)> Visitor<'de> for Items<F> {
        type Value = ();

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list")
        }

        fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<(), A::Error> {
            while let Some(item) = list.next_element::<&'de RawValue>()? {
                (self.0)(item);
            }
            Ok(())
        }
    }
    let mut items = Items(take);
    match list.get() {
        "null" => {}
        text if text.starts_with('[') => {
            // Cannot fail: it was read as JSON before.
            let _ = serde_json::Deserializer::from_str(text).deserialize_seq(items);
        }
        _ => (items.0)(list),
    }
}

/// At least as many as a JSON text has values: each list and object that is not empty has one more than it has commas.
pub(crate) fn values(text: &str) -> usize {
    let (mut count, mut in_text, mut is_escaped) = (1, false, false);
    for byte in text.bytes() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if in_text => is_escaped = true,
            b'"' => in_text = !in_text,
            b',' | b'[' | b'{' if !in_text => count += 1,
            _ => {}
        }
    }
    count
}

/// The error of an item that failed: its member `error`, or itself, with the task that it names.
pub(crate) fn failure(head: &Head<'_>, mut read: impl FnMut(&RawValue) -> Value, item: &RawValue) -> Value {
    let Some(inner) = head.error.filter(|inner| inner.get().starts_with('{')) else { return read(item) };
    let mut error = read(inner);
    if let Value::Object(members) = &mut error {
        if let Some(task) = head.task() {
            members.entry(TASK_UUID).or_insert_with(|| task.into());
        }
        if let Some(status) = &head.status {
            members.entry(STATUS).or_insert_with(|| status.as_str().into());
        }
    }
    error
}

/// An error in whatever form. It has a code, and a message if there is any text that may be one.
pub(crate) fn api_error(error: Value) -> ApiError {
    let mut members = match error {
        Value::Object(members) => members,
        Value::String(text) => Map::from_iter([("message".to_owned(), Value::String(text))]),
        other => Map::from_iter([("message".to_owned(), Value::String(other.to_string()))]),
    };
    let is_text =
        |value: Option<&Value>| value.and_then(Value::as_str).is_some_and(|text| !text.trim().is_empty());
    if !is_text(members.get("message")) {
        let others = ["detail", "title", "error_description", "reason", ERROR, "type"];
        let message =
            others.into_iter().filter_map(|name| members.get(name)).find(|value| is_text(Some(value)));
        let message = match (message, members.get("code")) {
            (Some(message), _) => message.clone(),
            (None, Some(Value::String(_) | Value::Number(_))) => Value::from(""),
            (None, _) => Value::from(cut(&Value::Object(members.clone()).to_string(), WORD)),
        };
        members.insert("message".to_owned(), message);
    }
    if members.get("code").is_none_or(|code| !code.is_number() && !is_text(Some(code))) {
        members.insert("code".to_owned(), UNNAMED.into());
    }
    if members.get("parameter").is_none_or(Value::is_null)
        && let Some(parameter) = members.get("param").filter(|parameter| !parameter.is_null()).cloned()
    {
        members.insert("parameter".to_owned(), parameter);
    }
    ApiError::read(Value::Object(members).to_string())
}

/// The code of an error without one.
pub(crate) const UNNAMED: &str = "unnamedError";

/// The value of an error, also if serde_json does not read it.
pub(crate) fn error_value(error: &RawValue) -> Value {
    value(error.get()).unwrap_or_else(|| {
        // Nested too deeply: what is not is kept.
        let mut members = Map::new();
        each_member(error, |name, found| {
            members.extend(name.zip(value(found.get())));
            true
        });
        Value::Object(members)
    })
}

#[cfg(test)]
#[path = "items/tests.rs"]
mod tests;
