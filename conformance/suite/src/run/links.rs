//! Links of answers that hold a secret: shown without it, and downloaded with it.

use serde_json::Value;
use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};

/// So many are known at a time; a link beyond them is downloaded as it is shown, which fails.
const MAX_LINKS: usize = 1000;
/// Longer ones are no links that anybody follows.
const LONGEST: usize = 8 << 10;

/// What stands behind a link as it is shown.
#[derive(Default)]
pub(super) struct Links(Mutex<HashMap<String, String>>);

impl Links {
    /// Takes note of the links of an answer that are shown otherwise than they are.
    pub(super) fn keep(&self, raw: &Value, shown: &Value) {
        match (raw, shown) {
            (Value::String(raw), Value::String(shown)) if raw != shown => self.add(raw, shown),
            (Value::Array(raw), Value::Array(shown)) => {
                raw.iter().zip(shown).for_each(|(raw, shown)| self.keep(raw, shown));
            }
            (Value::Object(raw), Value::Object(shown)) => {
                let both = raw.iter().filter_map(|(name, raw)| Some((raw, shown.get(name)?)));
                both.for_each(|(raw, shown)| self.keep(raw, shown));
            }
            _ => {}
        }
    }

    fn add(&self, raw: &str, shown: &str) {
        if !raw.starts_with("http") || raw.len() > LONGEST {
            return;
        }
        let mut links = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if links.len() < MAX_LINKS || links.contains_key(shown) {
            links.insert(shown.to_owned(), raw.to_owned());
        }
    }

    /// The link that is downloaded, where it is another one than is shown.
    pub(super) fn raw(&self, shown: &str) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(shown).cloned()
    }
}

/// They hold secrets.
impl fmt::Debug for Links {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Links(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_link_that_is_shown_without_its_secret_is_known_with_it() {
        let links = Links::default();
        let raw = json!({"data": [{"imageURL": "http://h/a?t=hunter2hunter2", "note": "hunter2hunter2"}]});
        let shown = json!({"data": [{"imageURL": "http://h/a?t=[redacted]", "note": "[redacted]"}]});
        links.keep(&raw, &shown);
        assert_eq!(links.raw("http://h/a?t=[redacted]").as_deref(), Some("http://h/a?t=hunter2hunter2"));
        assert_eq!(links.raw("[redacted]"), None);
        assert!(!format!("{links:?}").contains("hunter2"));
    }
}
