//! The key: known to one header, shown to nobody.

use super::SetupError;
use reqwest::header::HeaderValue;
use serde_json::{Map, Value};
use std::fmt;

/// What the environment calls the key.
pub(super) const VARIABLE: &str = "RUNWARE_API_KEY";
/// What stands in place of the key.
const HIDDEN: &str = "***";
/// A shorter key is not looked for in answers: it occurs by chance, and no real one is.
const SHORTEST: usize = 8;

/// A key. It has no `Display`, and its `Debug` says nothing.
#[derive(Clone)]
pub(super) struct Key(String);

impl Key {
    /// A key that an HTTP header can carry.
    pub(super) fn new(text: &str) -> Result<Self, SetupError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(SetupError::NoKey);
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(SetupError::BadKey);
        }
        Ok(Self(text.to_owned()))
    }

    /// The key of the environment.
    pub(super) fn from_env() -> Result<Self, SetupError> {
        match std::env::var(VARIABLE) {
            Ok(text) => Self::new(&text),
            Err(std::env::VarError::NotPresent) => Err(SetupError::NoKey),
            Err(std::env::VarError::NotUnicode(_)) => Err(SetupError::BadKey),
        }
    }

    /// The value of `Authorization`, which is marked so that no log of HTTP shows it.
    pub(super) fn header(&self) -> Result<HeaderValue, SetupError> {
        let mut value =
            HeaderValue::try_from(format!("Bearer {}", self.0)).map_err(|_| SetupError::BadKey)?;
        value.set_sensitive(true);
        Ok(value)
    }

    /// The text without the key, which a server may have repeated.
    pub(super) fn hide_in_text(&self, text: &mut String) {
        if self.is_in(text) {
            *text = text.replace(&self.0, HIDDEN);
        }
    }

    /// A value without the key.
    pub(super) fn hidden(&self, mut value: Value) -> Value {
        self.hide(&mut value);
        value
    }

    /// A text that was cut, without the beginning of the key that it may end with.
    pub(super) fn cut_behind(&self, text: &mut String) {
        let begins = |start: &usize| self.0.starts_with(&text[*start..]);
        let last = text.len().saturating_sub(self.0.len());
        if let Some(start) = (last..text.len()).filter(|start| text.is_char_boundary(*start)).find(begins) {
            text.truncate(start);
        }
    }

    /// The members without the key.
    pub(super) fn hide_in(&self, members: &mut Map<String, Value>) {
        if members.keys().any(|name| self.is_in(name)) {
            let renamed = std::mem::take(members).into_iter().map(|(mut name, value)| {
                self.hide_in_text(&mut name);
                (name, value)
            });
            *members = renamed.collect();
        }
        members.values_mut().for_each(|value| self.hide(value));
    }

    fn is_in(&self, text: &str) -> bool {
        self.0.len() >= SHORTEST && text.contains(&self.0)
    }

    fn hide(&self, value: &mut Value) {
        match value {
            Value::String(text) => self.hide_in_text(text),
            Value::Array(items) => items.iter_mut().for_each(|item| self.hide(item)),
            Value::Object(members) => self.hide_in(members),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(HIDDEN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_key_is_shown_nowhere() {
        let key = Key::new(" hunter2hunter2\n").unwrap();
        assert_eq!(format!("{key:?}"), "***");
        assert_eq!(format!("{:?}", key.header().unwrap()), "Sensitive");
        let mut answer =
            json!({"a": ["no hunter2hunter2"], "hunter2hunter2": {"b": "hunter2hunter2!"}, "c": 1});
        key.hide_in(answer.as_object_mut().unwrap());
        assert_eq!(answer, json!({"a": ["no ***"], "***": {"b": "***!"}, "c": 1}));
    }

    #[test]
    fn what_no_header_can_carry_is_no_key() {
        assert!(matches!(Key::new("  "), Err(SetupError::NoKey)));
        for bad in ["two words", "line\nbreak", "é"] {
            assert!(matches!(Key::new(bad), Err(SetupError::BadKey)), "{bad}");
        }
    }
}
