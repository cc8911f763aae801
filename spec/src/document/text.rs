//! Small pieces of wording that several modules share.

use super::diagnostic::Diagnostic;
use super::source::Node;
use std::collections::HashSet;

/// The most characters of a member's name.
const MAX_NAME: usize = 256;

/// Whether a character is not seen but changes how others are shown: control characters, line ends, and the signs that
/// turn the direction of writing.
#[must_use]
pub fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{61c}'
                | '\u{200b}'
                | '\u{200e}'
                | '\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
        )
}

/// The text, or its first `max` characters and an ellipsis; hidden characters are escaped.
#[must_use]
pub fn shorten(text: &str, max: usize) -> String {
    let mut short = String::new();
    for character in text.chars().take(max) {
        if is_hidden(character) {
            short.extend(character.escape_default());
        } else {
            short.push(character);
        }
    }
    if text.chars().nth(max).is_some() {
        short.push('…');
    }
    short
}

/// Whether a name is longer than the reader admits.
pub(crate) fn is_long(name: &str) -> bool {
    name.chars().nth(MAX_NAME).is_some()
}

/// What is wrong with such a name, and what to do about it.
pub(crate) fn long_name(name: &str) -> (String, &'static str) {
    let message = format!("the name `{}` has more than {MAX_NAME} characters", shorten(name, 40));
    (message, "shorten it: names become parts of other names and of sentences")
}

/// The names in an array of different strings.
pub(crate) fn distinct(items: &[Node<'_>]) -> Result<Vec<String>, Diagnostic> {
    let mut seen = HashSet::new();
    let mut texts = Vec::with_capacity(items.len());
    for item in items {
        let text = item.string()?;
        if is_long(&text) {
            let (message, help) = long_name(&text);
            return Err(item.error(message, help));
        }
        if !seen.insert(text.clone()) {
            return Err(item.error(format!("`{}` is named twice", shorten(&text, 60)), "name it once"));
        }
        texts.push(text);
    }
    Ok(texts)
}

/// "a", "a and b", "a, b and c" with any last word.
#[must_use]
pub fn list(words: &[String], last: &str) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [head @ .., tail] => format!("{} {last} {tail}", head.join(", ")),
    }
}

/// Each name in backticks.
#[must_use]
pub fn ticked<T: AsRef<str>>(names: impl IntoIterator<Item = T>) -> Vec<String> {
    names.into_iter().map(|name| format!("`{}`", shorten(name.as_ref(), 60))).collect()
}

/// A JSON value as a person would quote it: strings in backticks, the rest as JSON.
#[must_use]
pub fn literal(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::String(text) => format!("`{}`", shorten(text, 60)),
        other => format!("`{}`", shorten(&other.to_string(), 60)),
    }
}

/// The known name nearest to a misspelt one, if it is near enough to be meant.
#[must_use]
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if name.len() > 100 {
        return None;
    }
    let name = name.to_lowercase();
    known
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&name, &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| *distance <= 1 + candidate.len() / 4)
        .min()
        .map(|(_, candidate)| candidate)
}
