//! One accepted finding, or those of many cases.

use crate::date::Date;
use crate::oracle::Verdict;
use crate::run::Record;
use airspec_spec::text::visible;
use globset::{GlobBuilder, GlobMatcher};

/// How much of a message an entry holds that is added, in characters.
const WORDS: usize = 60;
/// The signs that mean something in a pattern.
const SIGNS: [char; 7] = ['*', '?', '[', ']', '{', '}', '\\'];

/// An entry.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// The id of a case, or a pattern of ids.
    pub(super) id: String,
    /// Which cases a pattern means; none for an id.
    pattern: Option<GlobMatcher>,
    /// The last day.
    pub(super) until: Date,
    /// What the message begins with.
    pub(super) words: String,
    pub(super) reason: String,
    /// The line as it stands in a file of lines.
    pub(super) text: String,
}

impl Entry {
    /// An entry of its four parts.
    pub(super) fn new([id, until, words, reason]: [&str; 4]) -> Result<Self, String> {
        for (part, what) in [(id, "case id"), (words, "message"), (reason, "reason")] {
            if part.trim().is_empty() {
                return Err(format!("the {what} is missing"));
            }
        }
        Ok(Self {
            id: id.to_owned(),
            pattern: pattern(id)?,
            until: until.parse().map_err(|error| format!("`{until}` {error}"))?,
            words: words.to_owned(),
            reason: reason.to_owned(),
            text: format!("{id} | {until} | {words} | {reason}"),
        })
    }

    /// An entry of a line.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let parts: Vec<&str> = text.splitn(4, '|').map(str::trim).collect();
        let Ok(parts) = <[&str; 4]>::try_from(parts.as_slice()) else {
            return Err(format!("{} parts instead of four", parts.len()));
        };
        Ok(Self { text: text.to_owned(), ..Self::new(parts)? })
    }

    /// An entry for the finding of a case that has none.
    pub(super) fn of(record: &Record, until: Date, reason: &str) -> Self {
        let (id, words) = (literal(&visible(&record.id)), words(&record.detail));
        let text = format!("{id} | {until} | {words} | {reason}");
        let pattern = pattern(&id).ok().flatten();
        Self { id, pattern, until, words, reason: reason.to_owned(), text }
    }

    /// The entry with the words in which its case fails now.
    pub(super) fn with_words_of(&self, record: &Record) -> Self {
        let words = words(&record.detail);
        let text = format!("{} | {} | {words} | {}", self.id, self.until, self.reason);
        Self { words, text, ..self.clone() }
    }

    pub(super) fn is_pattern(&self) -> bool {
        self.pattern.is_some()
    }

    /// Whether it is the entry of that case alone.
    pub(super) fn is_of(&self, id: &str) -> bool {
        self.id == id
    }

    /// Whether a pattern means that case.
    pub(super) fn matches(&self, id: &str) -> bool {
        self.pattern.as_ref().is_some_and(|pattern| pattern.is_match(id))
    }

    /// Whether the case of a record fails, or is accepted, in the words of this entry.
    pub(super) fn fits(&self, record: &Record) -> bool {
        visible(&record.detail).starts_with(&self.words)
    }
}

/// What a pattern matches; none for an id without `*` and `?`. A case is no path: `*` is any text.
fn pattern(id: &str) -> Result<Option<GlobMatcher>, String> {
    if !id.contains(['*', '?']) {
        return Ok(None);
    }
    let glob = GlobBuilder::new(id).literal_separator(false).backslash_escape(true).build();
    glob.map(|glob| Some(glob.compile_matcher()))
        .map_err(|error| format!("`{id}` is no pattern: {}", error.kind()))
}

/// What means a case and no other one: its id, or where that could be read as a pattern or as more parts, a pattern.
fn literal(id: &str) -> String {
    if !id.contains(['*', '?', '|']) {
        return id.to_owned();
    }
    let sign = |letter: char| match letter {
        // A bar ends a part of a line, and has no form that does not.
        '|' => "?".to_owned(),
        _ if SIGNS.contains(&letter) => format!("[{letter}]"),
        _ => letter.to_string(),
    };
    id.chars().map(sign).collect()
}

pub(super) fn is_finding(record: &Record) -> bool {
    matches!(record.verdict, Verdict::Fail | Verdict::Note)
}

/// The first words of a message, up to the first one that another run would give otherwise. Hidden characters are
/// escaped: people review the file.
pub(super) fn words(detail: &str) -> String {
    let detail = visible(detail);
    let mut short = String::new();
    let is_id = |word: &str| word.split('-').filter(|part| part.len() >= 4).count() >= 5;
    for word in detail.split_inclusive(' ') {
        if word.contains('|') || is_id(word) || short.chars().count() + word.chars().count() > WORDS {
            break;
        }
        short.push_str(word);
    }
    let short = short.trim();
    if short.is_empty() {
        detail.chars().take_while(|letter| *letter != '|').take(WORDS).collect()
    } else {
        short.to_owned()
    }
}
