//! The key. It is sent in one header and never displayed.

use super::SetupError;
use crate::raw::value;
use reqwest::header::HeaderValue;
use serde_json::{Map, Value};
use std::fmt;

/// The environment variable of the key.
pub(super) const VARIABLE: &str = "RUNWARE_API_KEY";
/// The text that replaces the key.
const HIDDEN: &str = "***";
/// A shorter key is not removed from answers: it would occur by chance, and real keys are longer.
const SHORTEST: usize = 8;

/// A key. It has no `Display`, and its `Debug` does not contain it.
#[derive(Clone)]
pub(super) struct Key(String);

impl Key {
    /// Checks that an HTTP header can contain the key.
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

    /// The key in the environment.
    pub(super) fn from_env() -> Result<Self, SetupError> {
        match std::env::var(VARIABLE) {
            Ok(text) => Self::new(&text),
            Err(std::env::VarError::NotPresent) => Err(SetupError::NoKey),
            Err(std::env::VarError::NotUnicode(_)) => Err(SetupError::BadKey),
        }
    }

    /// The value of `Authorization`, marked as sensitive so that no HTTP log shows it.
    pub(super) fn header(&self) -> Result<HeaderValue, SetupError> {
        let mut value =
            HeaderValue::try_from(format!("Bearer {}", self.0)).map_err(|_| SetupError::BadKey)?;
        value.set_sensitive(true);
        Ok(value)
    }

    /// The first frame of a WebSocket, which authenticates it and resumes a session.
    #[cfg(feature = "websocket")]
    pub(super) fn authentication(&self, session: Option<&str>) -> String {
        let mut task = serde_json::json!({"taskType": "authentication", "apiKey": self.0});
        if let Some(session) = session {
            task["connectionSessionUUID"] = session.into();
        }
        serde_json::json!([task]).to_string()
    }

    /// Removes the key from a text, since a server may repeat it.
    pub(super) fn hide_in_text(&self, text: &mut String) {
        if self.is_in(text) {
            *text = text.replace(&self.0, HIDDEN);
        }
    }

    /// The text of a JSON value without the key.
    pub(super) fn hidden_json(&self, text: String) -> String {
        // Behind escapes, the key is in no text that can be searched.
        if self.0.len() >= SHORTEST
            && text.contains('\\')
            && let Some(value) = value(&text).filter(|value| self.is_within(value))
        {
            return self.hidden(value).to_string();
        }
        let mut text = text;
        self.hide_in_text(&mut text);
        text
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

    fn is_within(&self, value: &Value) -> bool {
        match value {
            Value::String(text) => self.is_in(text),
            Value::Array(items) => items.iter().any(|item| self.is_within(item)),
            Value::Object(members) => {
                members.iter().any(|(name, value)| self.is_in(name) || self.is_within(value))
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => false,
        }
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
        for (text, hidden) in [
            (r#"{"a": "hunter2hunter2"}"#, r#"{"a": "***"}"#),
            (r#"{"a":"\u0068unter2hunter2"}"#, r#"{"a":"***"}"#),
            (r#"{"a": "\/", "b": 1.0}"#, r#"{"a": "\/", "b": 1.0}"#),
        ] {
            assert_eq!(key.hidden_json(text.to_owned()), hidden);
        }
    }

    #[test]
    fn a_key_with_characters_that_a_header_cannot_contain_is_refused() {
        assert!(matches!(Key::new("  "), Err(SetupError::NoKey)));
        for bad in ["two words", "line\nbreak", "é"] {
            assert!(matches!(Key::new(bad), Err(SetupError::BadKey)), "{bad}");
        }
    }
}
