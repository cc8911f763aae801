//! What the judge says of a value: a place, a constraint, and a sentence.

use crate::Judge;
use airspec_spec::synthesis::{self, Fault};
use serde_json::Value;

/// Longer texts are cut in messages.
const MAX_SHOWN: usize = 60;

/// Of more names than that none is suggested, and they are not listed.
const MAX_LISTED: usize = 100;

/// One way in which a request breaks the spec.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Violation {
    /// Where, as a JSON pointer (RFC 6901); the empty text is the whole task.
    pub pointer: String,
    /// The id of the constraint, such as `width.maximum`.
    pub constraint: String,
    /// What is wrong, to stand after the name of the place: "must be at most 3840, found 4000".
    pub message: String,
}

impl Violation {
    /// Any violation.
    #[must_use]
    pub fn new(
        pointer: impl Into<String>,
        constraint: impl Into<String>,
        message: impl Into<String>,
    ) -> Self {
        Self { pointer: pointer.into(), constraint: constraint.into(), message: message.into() }
    }

    /// A value that is not what the constraint expects.
    pub(crate) fn broken(pointer: String, constraint: &str, expected: &str, found: &Value) -> Self {
        // That an object was found tells something only where another value was expected.
        let found = if found.is_object() && !expected.contains("must be ") {
            String::new()
        } else {
            format!(", found {}", shown(found))
        };
        Self::new(pointer, constraint, format!("{expected}{found}"))
    }

    /// A member that the object does not declare.
    pub(crate) fn unknown(pointer: String, constraint: &str, name: &str, known: &[&str]) -> Self {
        let rest = match nearest(name, known) {
            Some(near) => format!(", did you mean `{near}`?"),
            None if known.is_empty() => ": no member is".to_owned(),
            None if known.len() > MAX_LISTED => String::new(),
            None => format!(", use one of `{}`", known.join("`, `")),
        };
        Self::new(pointer, constraint, format!("is not a known name here{rest}"))
    }
}

/// The place and the sentence: "/width: must be at most 3840, found 4000".
impl std::fmt::Display for Violation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.pointer.is_empty() {
            f.write_str(&airspec_spec::text::said_of("the request", &self.message))
        } else {
            write!(f, "{}: {}", self.pointer, self.message)
        }
    }
}

/// A value in a few words, with its size where that tells more.
fn shown(value: &Value) -> String {
    match value {
        // The same digits whatever version of serde_json writes them.
        Value::Number(number) => match number.as_f64().filter(|_| number.is_f64()) {
            Some(float) => format!("{float:?}"),
            None => number.to_string(),
        },
        Value::Null | Value::Bool(_) => value.to_string(),
        Value::String(text) => match text.chars().count() {
            count if count > MAX_SHOWN => {
                let start: String = text.chars().take(MAX_SHOWN).collect();
                format!("`{}…` ({count} characters)", start.escape_debug())
            }
            _ => format!("`{}`", text.escape_debug()),
        },
        Value::Array(items) => format!("an array of {} items", items.len()),
        Value::Object(_) => "an object".to_owned(),
    }
}

/// The known name that is near enough to have been meant: at most a third of its letters differ.
fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    if known.len() > MAX_LISTED {
        return None;
    }
    let name: String = name.chars().take(MAX_SHOWN).collect::<String>().to_lowercase();
    let distance = |known: &str| strsim::damerau_levenshtein(&name, &known.to_lowercase());
    let near = known.iter().map(|known| (distance(known), *known));
    near.filter(|(distance, known)| *distance <= known.len() / 3).min().map(|(_, known)| known)
}

/// Tasks for cases are made with this judge.
impl synthesis::Judge for Judge {
    fn faults(&self, task: &Value) -> Vec<Fault> {
        let fault = |violation: Violation| Fault {
            pointer: violation.pointer.into(),
            constraint: violation.constraint.into(),
        };
        self.task(task).into_iter().map(fault).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_value_is_shown_in_a_few_words() {
        for (value, words) in [
            (json!(null), "null".to_owned()),
            (json!(4000.5), "4000.5".to_owned()),
            (json!("a\nb"), r"`a\nb`".to_owned()),
            (json!("é".repeat(60)), format!("`{}`", "é".repeat(60))),
            (json!("é".repeat(61)), format!("`{}…` (61 characters)", "é".repeat(60))),
            (json!([1, 2]), "an array of 2 items".to_owned()),
            (json!({}), "an object".to_owned()),
        ] {
            assert_eq!(shown(&value), words);
        }
    }

    #[test]
    fn a_name_is_suggested_only_where_one_is_near() {
        let known = ["width", "positivePrompt"];
        assert_eq!(nearest("Witdh", &known), Some("width"));
        assert_eq!(nearest("x", &known), None);
        assert_eq!(nearest("width", &vec!["width"; 101]), None);
    }
}
