//! Small pieces of wording that several modules share.

/// The text, or its first `max` characters and an ellipsis; control characters are escaped.
#[must_use]
pub fn shorten(text: &str, max: usize) -> String {
    let mut short = String::new();
    for character in text.chars().take(max) {
        if character.is_control() {
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
    known
        .into_iter()
        .map(|candidate| {
            (strsim::damerau_levenshtein(&name.to_lowercase(), &candidate.to_lowercase()), candidate)
        })
        .filter(|(distance, candidate)| *distance <= 1 + candidate.len() / 4)
        .min()
        .map(|(_, candidate)| candidate)
}
