//! The sender of a request, whose key is never shown.

use super::network::RequestConditions;
use serde_json::Value;
use std::fmt;
use std::sync::Arc;

/// The shortest key that is looked for in what is sent out: shorter ones occur by chance.
const SHORTEST_SECRET: usize = 6;

/// The sender of a request.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    /// Tells keys apart without holding one.
    pub(crate) account: u64,
    /// Where links point to.
    pub(crate) origin: String,
    /// What must not be repeated.
    pub(crate) secrets: Secrets,
    /// The network conditions of the request.
    pub(crate) conditions: RequestConditions,
}

/// What a client must not see repeated, and nobody else see at all.
#[derive(Clone, Default)]
pub(crate) struct Secrets(Arc<[String]>);

impl Secrets {
    pub(crate) fn of(keys: Vec<String>) -> Self {
        Self(keys.into_iter().filter(|key| key.len() >= SHORTEST_SECRET).collect())
    }

    /// Whether a value holds one.
    pub(crate) fn are_in(&self, value: &Value) -> bool {
        match value {
            Value::String(text) => self.0.iter().any(|secret| text.contains(secret)),
            Value::Array(items) => items.iter().any(|item| self.are_in(item)),
            Value::Object(members) => members
                .iter()
                .any(|(name, value)| self.0.iter().any(|one| name.contains(one)) || self.are_in(value)),
            Value::Null | Value::Bool(_) | Value::Number(_) => false,
        }
    }

    /// The text without secrets, should a client have put one where it is repeated.
    pub(crate) fn mask(&self, mut text: String) -> String {
        for secret in &*self.0 {
            let escaped = Value::from(secret.as_str()).to_string();
            for form in [secret.as_str(), escaped.trim_matches('"')] {
                if text.contains(form) {
                    text = text.replace(form, "…");
                }
            }
        }
        text
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(secrets)")
    }
}
