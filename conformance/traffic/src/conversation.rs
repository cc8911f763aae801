//! Tasks whose results can still come: what of them is kept between exchanges, within a bound.

use crate::recent::Recent;
use airspec_suite::oracle::observation::{Answer, Outcome};
use serde_json::Value;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash as _, Hasher as _};

/// So many tasks are known at a time; the oldest is forgotten first.
const MAX_TASKS: usize = 20_000;
/// So many bytes are kept of them, about.
const MAX_BYTES: usize = 64 << 20;
/// Longer texts are kept as their hashes: they are media.
const MAX_TEXT: usize = 1 << 10;
/// What a task takes beside its values.
const FRAME: usize = 512;
/// What a value takes in memory beside its text.
const NODE: usize = 48;

/// A task that was answered.
#[derive(Debug)]
pub(crate) struct Conversation {
    /// The place of its model.
    pub(crate) model: usize,
    /// The exchange that sent it, and its client.
    pub(crate) number: u64,
    pub(crate) client: String,
    /// As it was sent, without long texts.
    pub(crate) task: Value,
    /// The answer to it.
    pub(crate) answer: Answer,
    /// The last answer to a poll.
    pub(crate) last: Option<Answer>,
    /// What came back to the same task, sent again.
    pub(crate) again: Option<Outcome>,
    /// Whether results are to come.
    pub(crate) is_deferred: bool,
    /// Whether they have come.
    pub(crate) is_ended: bool,
    /// The results that the application has taken from calls of its webhook.
    pub(crate) called: Vec<Value>,
}

impl Conversation {
    fn size(&self) -> usize {
        let answer = |answer: &Answer| answer.json.as_ref().map_or(0, size);
        let called: usize = self.called.iter().map(size).sum();
        FRAME + size(&self.task) + answer(&self.answer) + self.last.as_ref().map_or(0, answer) + called
    }
}

/// The tasks that are known, by their identifiers in small letters.
#[derive(Debug)]
pub(crate) struct Conversations {
    known: Recent<Conversation>,
    /// How many were forgotten before their results came.
    pub(crate) forgotten: u64,
}

impl Default for Conversations {
    fn default() -> Self {
        Self { known: Recent::new(MAX_TASKS, MAX_BYTES), forgotten: 0 }
    }
}

impl Conversations {
    pub(crate) fn get(&mut self, id: &str) -> Option<&mut Conversation> {
        self.known.get_mut(&id.to_ascii_lowercase())
    }

    /// The newest task that something is true of.
    pub(crate) fn find(&self, is_it: impl Fn(&Conversation) -> bool) -> Option<String> {
        let found = self.known.iter().filter(|(_, one)| is_it(one)).last();
        found.map(|(id, _)| id.to_owned())
    }

    /// Adds a task, in the place of one with the same identifier.
    pub(crate) fn add(&mut self, id: &str, conversation: Conversation) {
        let size = conversation.size();
        let forgotten = self.known.add(id.to_ascii_lowercase(), conversation, size);
        self.forget(&forgotten);
    }

    /// Counts a task again that has changed.
    pub(crate) fn count(&mut self, id: &str) {
        let forgotten = self.known.count(&id.to_ascii_lowercase(), Conversation::size);
        self.forget(&forgotten);
    }

    fn forget(&mut self, forgotten: &[Conversation]) {
        self.forgotten += forgotten.iter().filter(|one| !one.is_ended).count() as u64;
    }
}

/// About how many bytes a value takes.
pub(crate) fn size(value: &Value) -> usize {
    NODE + match value {
        Value::String(text) => text.len(),
        Value::Array(items) => items.iter().map(size).sum(),
        Value::Object(members) => members.iter().map(|(name, value)| NODE + name.len() + size(value)).sum(),
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
    }
}

/// A value with hashes in the place of long texts: equal ones stay equal.
pub(crate) fn slim(value: &Value) -> Value {
    match value {
        Value::String(text) if text.len() > MAX_TEXT => {
            let mut hasher = DefaultHasher::new();
            text.hash(&mut hasher);
            Value::String(format!("{:016x} of {} bytes", hasher.finish(), text.len()))
        }
        Value::Array(items) => Value::Array(items.iter().map(slim).collect()),
        Value::Object(members) => {
            Value::Object(members.iter().map(|(name, value)| (name.clone(), slim(value))).collect())
        }
        other => other.clone(),
    }
}

/// An answer without its text and without long texts.
pub(crate) fn slim_answer(answer: &Answer) -> Answer {
    let json = answer.json.as_ref().map(slim).map_err(Clone::clone);
    Answer { text: String::new(), json, content_type: answer.content_type.clone(), ..*answer }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn conversation(text: &str) -> Conversation {
        let answer = Answer::read(200, None, b"{\"data\":[]}".to_vec());
        let task = json!({"text": text});
        let (last, again, called) = Default::default();
        let (number, client, model) = Default::default();
        let (is_deferred, is_ended) = (true, false);
        Conversation { model, number, client, task, answer, last, again, is_deferred, is_ended, called }
    }

    #[test]
    fn the_oldest_tasks_are_forgotten_and_counted() {
        let mut known = Conversations::default();
        for number in 0..MAX_TASKS + 10 {
            known.add(&format!("ID-{number}"), conversation("x"));
        }
        assert_eq!((known.forgotten, known.known.len()), (10, MAX_TASKS));
        assert!(known.get("id-9").is_none() && known.get("id-10").is_some());
        // The same identifier takes its place.
        known.add("Id-10", conversation("y"));
        assert_eq!((known.forgotten, known.known.len()), (10, MAX_TASKS));
    }

    #[test]
    fn what_is_kept_has_a_bound_in_bytes() {
        let mut known = Conversations::default();
        let large = "x".repeat(1 << 20);
        for number in 0..200 {
            known.add(&format!("{number}"), conversation(&large));
        }
        let bytes = known.known.bytes();
        assert!(bytes <= MAX_BYTES && known.forgotten >= 130, "{bytes} {}", known.forgotten);
        // What has grown is counted again.
        known.get("199").unwrap().last =
            Some(Answer { json: Ok(json!("x".repeat(MAX_BYTES))), ..Answer::read(200, None, Vec::new()) });
        known.count("199");
        assert_eq!((known.known.bytes(), known.known.len()), (0, 0));
    }

    #[test]
    fn long_texts_become_hashes_that_tell_them_apart() {
        let (one, other) = ("a".repeat(5000), "b".repeat(5000));
        let value = json!({"x": [one, other, one], "y": "short"});
        let slim = slim(&value);
        assert_eq!(slim["x"][0], slim["x"][2]);
        assert_ne!(slim["x"][0], slim["x"][1]);
        assert!(slim["y"] == "short" && slim.to_string().len() < 200);
    }
}
