//! A list of deviations as JSON: an array of objects that [`SCHEMA`] describes, for editors and programs.

use super::DeviationError;
use super::entry::Entry;
use airspec_spec::text::{visible, visible_json};
use jsonschema::{ValidationError, Validator};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::sync::LazyLock;

/// The JSON Schema of such a file.
pub const SCHEMA: &str = include_str!("schema.json");

static VALIDATOR: LazyLock<Validator> = LazyLock::new(|| {
    let schema: Value = serde_json::from_str(SCHEMA).expect("the schema is JSON");
    jsonschema::validator_for(&schema).expect("the schema is one")
});

#[derive(Serialize, Deserialize)]
struct Item {
    case: String,
    until: String,
    message: String,
    reason: String,
}

/// The entries of a file. An empty one has none.
pub(super) fn read(name: &str, text: &str) -> Result<Vec<Entry>, DeviationError> {
    if text.trim().is_empty() {
        return Ok(Vec::new());
    }
    let value: Value = serde_json::from_str(text).map_err(|error| malformed(name, &error))?;
    if let Some(error) = VALIDATOR.iter_errors(&value).next() {
        return Err(refused(name, &value, &error));
    }
    // Once more, for what a value no longer shows: names that stand twice.
    let items: Vec<Item> = serde_json::from_str(text).map_err(|error| malformed(name, &error))?;
    let entry = |(index, item): (usize, &Item)| {
        let Item { case, until, message, reason } = item;
        Entry::new([case, until, &visible(message), reason])
            .map_err(|reason| DeviationError::json(place(name, index, Some(case)), reason))
    };
    items.iter().enumerate().map(entry).collect()
}

/// The text of a file with these entries.
pub(super) fn text<'a>(entries: impl Iterator<Item = &'a Entry>) -> String {
    let item = |entry: &Entry| Item {
        case: entry.id.clone(),
        until: entry.until.to_string(),
        message: entry.words.clone(),
        reason: entry.reason.clone(),
    };
    let items: Vec<Item> = entries.map(item).collect();
    let text = serde_json::to_string_pretty(&items).expect("texts are JSON");
    format!("{}\n", visible_json(&text))
}

/// Where an entry stands, for people.
pub(super) fn place(name: &str, index: usize, case: Option<&str>) -> String {
    let case = case.map(|case| format!(" (`{}`)", visible(case))).unwrap_or_default();
    format!("{name}: entry {}{case}", index + 1)
}

fn malformed(name: &str, error: &serde_json::Error) -> DeviationError {
    let reason = error.to_string();
    let reason = reason.rsplit_once(" at line").map_or(reason.as_str(), |(reason, _)| reason);
    DeviationError::json(format!("{name}:{}:{}", error.line(), error.column()), visible(reason).into_owned())
}

fn refused(name: &str, value: &Value, error: &ValidationError<'_>) -> DeviationError {
    let pointer = error.instance_path().to_string();
    let mut parts = pointer.trim_start_matches('/').splitn(2, '/');
    let message = visible(&error.to_string()).into_owned();
    let Some(index) = parts.next().and_then(|index| index.parse::<usize>().ok()) else {
        return DeviationError::json(name.to_owned(), message);
    };
    let member = parts.next().map(|member| format!("/{member}: ")).unwrap_or_default();
    let case = value[index]["case"].as_str();
    DeviationError::json(place(name, index, case), format!("{member}{message}"))
}
