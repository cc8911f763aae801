//! Small pieces of wording that several modules share.

use super::diagnostic::Diagnostic;
use super::source::Node;
use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt::Write as _;

/// The most characters of a member's name.
const MAX_NAME: usize = 256;

/// Whether a character is not seen but changes how others are shown, or hides a text of its own: control characters,
/// line ends, the signs that turn the direction of writing, everything that Unicode calls default-ignorable (of no
/// width, tags, selectors of variants), and codes that are no characters.
#[must_use]
pub fn is_hidden(character: char) -> bool {
    if character.is_ascii() {
        return character.is_ascii_control();
    }
    character.is_control()
        || matches!(
            character,
            '\u{ad}'
                | '\u{34f}'
                | '\u{61c}'
                | '\u{115f}'..='\u{1160}'
                | '\u{17b4}'..='\u{17b5}'
                | '\u{180b}'..='\u{180f}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{3164}'
                | '\u{fdd0}'..='\u{fdef}'
                | '\u{fe00}'..='\u{fe0f}'
                | '\u{feff}'
                | '\u{ffa0}'
                | '\u{fff0}'..='\u{fffb}'
                | '\u{1bca0}'..='\u{1bca3}'
                | '\u{1d173}'..='\u{1d17a}'
                | '\u{e0000}'..='\u{e0fff}'
        )
        || u32::from(character) & 0xFFFE == 0xFFFE
}

/// A word with a capital: `width` as `Width`.
#[must_use]
pub fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// The words of a name in camel case, in lower case: `taskUUID` is `task` and `uuid`.
#[must_use]
pub fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut was_upper = true;
    for letter in name.chars() {
        match words.last_mut() {
            Some(word) if was_upper || !letter.is_uppercase() => word.extend(letter.to_lowercase()),
            _ => words.push(letter.to_lowercase().collect()),
        }
        was_upper = letter.is_uppercase();
    }
    words
}

/// The text with every hidden character escaped, line ends too: nothing in it moves what stands around it.
#[must_use]
pub fn visible(text: &str) -> Cow<'_, str> {
    escaped(text, is_hidden)
}

/// The same for a text of several lines, which stay lines.
#[must_use]
pub fn visible_lines(text: &str) -> Cow<'_, str> {
    escaped(text, |character| character != '\n' && is_hidden(character))
}

fn escaped(text: &str, is_such: impl Fn(char) -> bool + Copy) -> Cow<'_, str> {
    if !text.contains(is_such) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if is_such(character) {
            shown.extend(character.escape_default());
        } else {
            shown.push(character);
        }
    }
    Cow::Owned(shown)
}

/// A JSON text that means the same, with every hidden character in its strings as a JSON escape.
#[must_use]
pub fn visible_json(json: &str) -> Cow<'_, str> {
    // Outside of strings the only hidden characters of JSON are those that lay it out.
    let is_such = |character: char| !matches!(character, '\n' | '\r' | '\t') && is_hidden(character);
    if !json.contains(is_such) {
        return Cow::Borrowed(json);
    }
    let mut shown = String::with_capacity(json.len());
    for character in json.chars() {
        if is_such(character) {
            for unit in character.encode_utf16(&mut [0; 2]) {
                let _ = write!(shown, "\\u{unit:04x}");
            }
        } else {
            shown.push(character);
        }
    }
    Cow::Owned(shown)
}

/// The text, or its first `max` characters and an ellipsis; hidden characters are escaped.
#[must_use]
pub fn shorten(text: &str, max: usize) -> String {
    match text.char_indices().nth(max) {
        Some((cut, _)) => format!("{}…", visible(&text[..cut])),
        None => visible(text).into_owned(),
    }
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

/// A subject and what is said of it; a sentence with a subject of its own, or a condition in front, follows a colon.
#[must_use]
pub fn said_of(subject: &str, sentence: &str) -> String {
    let is_whole = ["with ", "when ", "unless ", "`"].iter().any(|start| sentence.starts_with(start));
    format!("{subject}{} {sentence}", if is_whole { ":" } else { "" })
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

#[cfg(test)]
mod tests {
    use super::*;

    const HIDDEN: &str = "\u{0}\u{1b}\u{7f}\u{9b}\u{ad}\u{61c}\u{200b}\u{200c}\u{200d}\u{200e}\u{200f}\u{2028}\u{2029}\u{202a}\u{202e}\u{2060}\
                          \u{2066}\u{2069}\u{fe0f}\u{feff}\u{fffe}\u{ffff}\u{e0001}\u{e0041}\u{10ffff}";

    #[test]
    fn every_hidden_character_is_shown_as_its_number_and_no_other_is() {
        let shown = visible(HIDDEN);
        assert!(shown.is_ascii(), "{shown}");
        assert!(shown.starts_with(r"\u{0}\u{1b}\u{7f}\u{9b}\u{ad}\u{61c}\u{200b}"), "{shown}");
        assert_eq!(visible("a\nb"), r"a\nb");
        assert_eq!(visible_lines("a\nb\u{1b}"), "a\nb\\u{1b}");
        for plain in ["", "a b", "é漢字😀", "naïve — “quoted” … ✓"] {
            assert!(matches!(visible(plain), Cow::Borrowed(_)), "{plain}");
        }
    }

    #[test]
    fn json_with_hidden_characters_means_the_same_when_they_are_shown() {
        let value = serde_json::json!({HIDDEN: [HIDDEN, "é\n😀"]});
        for text in [value.to_string(), format!("{value:#}")] {
            let shown = visible_json(&text);
            assert!(!shown.contains(|letter| letter != '\n' && is_hidden(letter)), "{shown}");
            assert_eq!(serde_json::from_str::<serde_json::Value>(&shown).unwrap(), value);
        }
    }

    #[test]
    fn a_name_is_split_where_capitals_begin() {
        assert_eq!(words("taskUUID"), ["task", "uuid"]);
        assert_eq!(words("CFGScale"), ["cfgscale"]);
        assert_eq!(words("numberResults"), ["number", "results"]);
        assert_eq!((capitalised("width"), capitalised("")), ("Width".to_owned(), String::new()));
    }

    #[test]
    fn a_text_is_cut_before_it_is_escaped() {
        assert_eq!(shorten("ab\u{202e}cd", 3), r"ab\u{202e}…");
        assert_eq!(shorten("abc", 3), "abc");
    }
}
