//! Tasks whose results can still come: what of them is kept between exchanges, within a bound.

use airspec_suite::oracle::observation::{Answer, Outcome};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap, hash_map::DefaultHasher};
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
}

impl Conversation {
    fn size(&self) -> usize {
        let answer = |answer: &Answer| answer.json.as_ref().map_or(0, size);
        FRAME + size(&self.task) + answer(&self.answer) + self.last.as_ref().map_or(0, answer)
    }
}

/// The tasks that are known, by their identifiers in small letters.
#[derive(Debug, Default)]
pub(crate) struct Conversations {
    turns: HashMap<String, u64>,
    known: BTreeMap<u64, (String, usize, Conversation)>,
    next: u64,
    bytes: usize,
    /// How many were forgotten before their results came.
    pub(crate) forgotten: u64,
}

impl Conversations {
    pub(crate) fn get(&mut self, id: &str) -> Option<&mut Conversation> {
        let turn = self.turns.get(&id.to_ascii_lowercase())?;
        self.known.get_mut(turn).map(|(_, _, conversation)| conversation)
    }

    /// Adds a task, in the place of one with the same identifier.
    pub(crate) fn add(&mut self, id: &str, conversation: Conversation) {
        let id = id.to_ascii_lowercase();
        self.remove(&id);
        let size = conversation.size() + 2 * id.len();
        self.bytes += size;
        self.turns.insert(id.clone(), self.next);
        self.known.insert(self.next, (id, size, conversation));
        self.next += 1;
        self.forget();
    }

    /// Counts a task again that has changed.
    pub(crate) fn count(&mut self, id: &str) {
        let Some(turn) = self.turns.get(&id.to_ascii_lowercase()) else { return };
        if let Some((id, size, conversation)) = self.known.get_mut(turn) {
            let now = conversation.size() + 2 * id.len();
            self.bytes = self.bytes - *size + now;
            *size = now;
        }
        self.forget();
    }

    fn remove(&mut self, id: &str) {
        if let Some(turn) = self.turns.remove(id)
            && let Some((_, size, _)) = self.known.remove(&turn)
        {
            self.bytes -= size;
        }
    }

    fn forget(&mut self) {
        while self.known.len() > MAX_TASKS || self.bytes > MAX_BYTES {
            let Some((_, (id, size, conversation))) = self.known.pop_first() else { return };
            self.bytes -= size;
            self.turns.remove(&id);
            self.forgotten += u64::from(!conversation.is_ended);
        }
    }
}

/// About how many bytes a value takes.
fn size(value: &Value) -> usize {
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
        Conversation { model: 0, task, answer, last: None, again: None, is_deferred: true, is_ended: false }
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
        assert_eq!((known.forgotten, known.turns.len()), (10, MAX_TASKS));
    }

    #[test]
    fn what_is_kept_has_a_bound_in_bytes() {
        let mut known = Conversations::default();
        let large = "x".repeat(1 << 20);
        for number in 0..200 {
            known.add(&format!("{number}"), conversation(&large));
        }
        assert!(known.bytes <= MAX_BYTES && known.forgotten >= 130, "{} {}", known.bytes, known.forgotten);
        // What has grown is counted again.
        known.get("199").unwrap().last =
            Some(Answer { json: Ok(json!("x".repeat(MAX_BYTES))), ..Answer::read(200, None, Vec::new()) });
        known.count("199");
        assert_eq!((known.bytes, known.known.len()), (0, 0));
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
