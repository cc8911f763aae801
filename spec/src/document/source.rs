//! A JSON text with positions: every value knows the line and column it stands at.
//!
//! Parsing is `serde_json`'s: its `RawValue` borrows the exact slice of a value, and the place of a slice within
//! the text is its position. What this module adds is the bookkeeping; it knows nothing of schemas.

mod parts;
mod pieces;

use super::diagnostic::{Diagnostic, Position};
use super::strictness::Strictness;
use super::text;
use bigdecimal::BigDecimal;
use parts::{Items, Members, Strict};
pub(crate) use pieces::Piece;
use pieces::composed;
use serde::de::Deserializer as _;
use serde_json::Value;
use serde_json::value::RawValue;
use std::collections::HashSet;
use std::str::FromStr as _;
use std::sync::OnceLock;

/// The deepest nesting that is read; the published files need 16.
const MAX_DEPTH: usize = 64;
/// Decimal digits and powers of ten beyond which a number in a spec is a mistake.
const MAX_DIGITS: u64 = 36;
const MAX_EXPONENT: i64 = 300;
/// The longest text of such a number: more is not even read, since reading takes time that grows with its square.
const MAX_NUMBER: usize = 512;
/// Bytes between two places whose line and column are kept.
const STRIDE: usize = 1024;

/// A named JSON text.
#[derive(Debug)]
pub struct Source {
    name: String,
    text: String,
    /// A place about every [`STRIDE`] bytes, found when a position is first asked for: a document of one long line is
    /// not walked through again for each of its values.
    places: OnceLock<Vec<(usize, Position)>>,
    /// The text as given, where this one was made of its parts.
    given: Option<(String, Vec<Piece>)>,
    strictness: Strictness,
}

impl Source {
    /// A text and the name (usually a file's) under which diagnostics speak of it.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        let (name, text) = (name.into(), text.into());
        Self { name, text, places: OnceLock::new(), given: None, strictness: Strictness::Strict }
    }

    /// The same text, to be read in this way.
    #[must_use]
    pub fn with(self, strictness: Strictness) -> Self {
        Self { strictness, ..self }
    }

    /// How it is to be read.
    #[must_use]
    pub fn strictness(&self) -> Strictness {
        self.strictness
    }

    /// A text made of parts of this one. Its positions are those of the parts in the text as given.
    pub(crate) fn rewritten(&self, text: String, pieces: Vec<Piece>) -> Self {
        let given = match &self.given {
            None => (self.text.clone(), pieces),
            Some((given, earlier)) => (given.clone(), composed(&pieces, text.len(), earlier)),
        };
        Self { given: Some(given), ..Self::new(self.name.as_str(), text).with(self.strictness) }
    }

    /// A place of this text in the text as given.
    pub(crate) fn origin(&self, offset: usize) -> usize {
        self.given(offset).1
    }

    /// The name that diagnostics carry.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The text as given.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The value of the whole text.
    ///
    /// # Errors
    /// A text that is not one JSON value.
    pub fn root(&self) -> Result<Node<'_>, Diagnostic> {
        let text = self.text.strip_prefix('\u{feff}').unwrap_or(&self.text);
        if text.trim().is_empty() {
            let what =
                if self.text.is_empty() { "the file is empty" } else { "the file holds white space alone" };
            return Err(Diagnostic::error(&self.name, Position::START, what, "expected a JSON object"));
        }
        serde_json::from_str::<&RawValue>(text)
            .map(|raw| Node { source: self, text: raw.get(), depth: 0 })
            .map_err(|error| self.fault(text, &error, "this is not JSON: "))
    }

    /// Whether no more arrays and objects are inside each other than that.
    ///
    /// # Errors
    /// The first one that is too deep.
    pub(crate) fn is_flat(&self, limit: usize) -> Result<(), Diagnostic> {
        let (mut depth, mut in_string, mut is_escaped) = (0_usize, false, false);
        for (offset, byte) in self.text.bytes().enumerate() {
            match byte {
                _ if is_escaped => is_escaped = false,
                b'\\' if in_string => is_escaped = true,
                b'"' => in_string = !in_string,
                b'{' | b'[' if !in_string => {
                    depth += 1;
                    if depth > limit {
                        let message = format!("nested more than {limit} levels deep");
                        let help = "flatten the document; published specs need 16 levels";
                        return Err(Diagnostic::error(&self.name, self.position(offset), message, help));
                    }
                }
                b'}' | b']' if !in_string => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
        Ok(())
    }

    /// What `serde_json` says about a part of the text, at the place where it stopped.
    fn fault(&self, part: &str, error: &serde_json::Error, preface: &str) -> Diagnostic {
        let line =
            part.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum::<usize>();
        let offset = offset_of(part, &self.text) + line + error.column().saturating_sub(1);
        let message = error.to_string();
        let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(message, _)| message);
        let help = match error.classify() {
            serde_json::error::Category::Eof => "the text ends too early: is the file complete?",
            _ => "correct the text at this place",
        };
        let message = match message {
            "recursion limit exceeded" => "nested too deeply".to_owned(),
            other => text::shorten(other, 200),
        };
        Diagnostic::error(&self.name, self.position(offset), format!("{preface}{message}"), help)
    }

    pub(crate) fn position(&self, offset: usize) -> Position {
        let (text, offset) = self.given(offset);
        let mut offset = offset.min(text.len());
        while !text.is_char_boundary(offset) {
            offset -= 1;
        }
        let places = self.places.get_or_init(|| places(text));
        let nearest = places.partition_point(|(start, _)| *start <= offset).saturating_sub(1);
        places.get(nearest).map_or(Position::START, |(start, place)| advance(*place, &text[*start..offset]))
    }

    /// The text as given, and a place of this one in it.
    fn given(&self, offset: usize) -> (&str, usize) {
        let Some((given, pieces)) = &self.given else { return (&self.text, offset) };
        let last = pieces.partition_point(|piece| piece.start <= offset).checked_sub(1);
        let place = last.map_or(offset, |last| {
            let Piece { start, origin, is_copied } = pieces[last];
            if is_copied { origin + (offset - start) } else { origin }
        });
        (given, place)
    }
}

fn places(text: &str) -> Vec<(usize, Position)> {
    let mut places = vec![(0, Position::START)];
    let (mut start, mut place) = (0, Position::START);
    while start + STRIDE < text.len() {
        let end = (start + STRIDE..).take(4).find(|end| text.is_char_boundary(*end)).unwrap_or(text.len());
        place = advance(place, &text[start..end]);
        start = end;
        places.push((start, place));
    }
    places
}

/// The place behind a text that starts at a place.
fn advance(from: Position, text: &str) -> Position {
    match text.rfind('\n') {
        None => Position { column: from.column + text.chars().count(), ..from },
        Some(end) => Position {
            line: from.line + text.bytes().filter(|byte| *byte == b'\n').count(),
            column: text[end + 1..].chars().count() + 1,
        },
    }
}

/// The place of a borrowed slice within the text it was borrowed from.
fn offset_of(part: &str, text: &str) -> usize {
    part.as_ptr() as usize - text.as_ptr() as usize
}

/// One value of a [`Source`].
#[derive(Clone, Copy, Debug)]
pub struct Node<'a> {
    source: &'a Source,
    text: &'a str,
    depth: usize,
}

/// One `"key": value` of an object.
#[derive(Clone, Debug)]
pub struct Member<'a> {
    /// The key, unescaped.
    pub key: String,
    /// Its value.
    pub value: Node<'a>,
    /// Where the key stands, in bytes.
    offset: usize,
}

impl Member<'_> {
    /// Where the key starts in the text, in bytes.
    pub(crate) fn offset(&self) -> usize {
        self.offset
    }

    /// Where the key stands.
    #[must_use]
    pub fn position(&self) -> Position {
        self.value.source.position(self.offset)
    }

    /// The same error, about what is outside the dialect: this member, without which the rest can be read.
    pub(crate) fn outside(&self, error: Diagnostic) -> Diagnostic {
        error.outside(self.offset)
    }

    /// An error about this member as such.
    pub fn error(&self, message: impl Into<String>, help: impl Into<String>) -> Diagnostic {
        Diagnostic::error(&self.value.source.name, self.position(), message, help)
    }
}

impl<'a> Node<'a> {
    /// Where the value starts.
    #[must_use]
    pub fn position(&self) -> Position {
        self.source.position(self.offset())
    }

    /// An error about this value.
    pub fn error(&self, message: impl Into<String>, help: impl Into<String>) -> Diagnostic {
        Diagnostic::error(&self.source.name, self.position(), message, help)
    }

    /// The same error, about what is outside the dialect: this item of a list, without which the rest can be read.
    pub(crate) fn outside(&self, error: Diagnostic) -> Diagnostic {
        error.outside(self.offset())
    }

    /// The name of the source.
    #[must_use]
    pub fn source_name(&self) -> &'a str {
        &self.source.name
    }

    /// What the value is, for "expected …, found …".
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self.text.as_bytes().first() {
            Some(b'{') => "an object",
            Some(b'[') => "an array",
            Some(b'"') => "a string",
            Some(b't' | b'f') => "a boolean",
            Some(b'n') => "null",
            _ => "a number",
        }
    }

    /// The text of the value, as written.
    #[must_use]
    pub fn raw(&self) -> &'a str {
        self.text
    }

    /// The value without positions.
    ///
    /// # Errors
    /// What `serde_json` cannot hold (half a surrogate pair, a number beyond `f64`), and repeated keys.
    pub fn value(&self) -> Result<Value, Diagnostic> {
        serde_json::from_str(self.text)
            .map(|Strict(value)| value)
            .map_err(|error| self.source.fault(self.text, &error, ""))
    }

    /// The members of an object, in the order of the text.
    ///
    /// # Errors
    /// The value is no object, repeats a key or nests too deeply.
    pub fn members(&self) -> Result<Vec<Member<'a>>, Diagnostic> {
        if !self.text.starts_with('{') {
            return Err(self.expected("an object"));
        }
        let pairs = self.collect(|text| serde_json::Deserializer::from_str(text).deserialize_map(Members))?;
        let mut members: Vec<Member<'a>> = Vec::with_capacity(pairs.len());
        let mut seen = HashSet::with_capacity(pairs.len());
        let mut end = self.offset() + 1;
        for (key, raw) in pairs {
            let value = self.child(raw);
            let gap = &self.source.text[end..value.offset()];
            let offset = end + gap.find('"').unwrap_or(0);
            end = value.offset() + value.text.len();
            let is_new = seen.insert(key.clone());
            let member = Member { key, value, offset };
            if !is_new {
                let shown = text::shorten(&member.key, 60);
                return Err(
                    member.error(format!("`{shown}` is given twice in one object"), "keep one of them")
                );
            }
            members.push(member);
        }
        Ok(members)
    }

    /// The items of an array.
    ///
    /// # Errors
    /// The value is no array or nests too deeply.
    pub fn items(&self) -> Result<Vec<Node<'a>>, Diagnostic> {
        if !self.text.starts_with('[') {
            return Err(self.expected("an array"));
        }
        let items = self.collect(|text| serde_json::Deserializer::from_str(text).deserialize_seq(Items))?;
        Ok(items.into_iter().map(|raw| self.child(raw)).collect())
    }

    /// The text of a string.
    ///
    /// # Errors
    /// The value is no string.
    pub fn string(&self) -> Result<String, Diagnostic> {
        match self.value()? {
            Value::String(text) => Ok(text),
            _ => Err(self.expected("a string")),
        }
    }

    /// A boolean.
    ///
    /// # Errors
    /// The value is no boolean.
    pub fn boolean(&self) -> Result<bool, Diagnostic> {
        match self.text {
            "true" => Ok(true),
            "false" => Ok(false),
            _ => Err(self.expected("`true` or `false`")),
        }
    }

    /// A number, exactly as written.
    ///
    /// # Errors
    /// The value is no number, or has more digits than any bound needs.
    pub fn decimal(&self) -> Result<BigDecimal, Diagnostic> {
        if self.kind() != "a number" {
            return Err(self.expected("a number"));
        }
        let short = Some(self.text).filter(|text| text.len() <= MAX_NUMBER);
        let number = short.and_then(|text| BigDecimal::from_str(text).ok()).map(|number| number.normalized());
        // In between, a float is neither zero nor infinite: judges and generated limits know no other numbers.
        let is_bound = |number: &BigDecimal| {
            let (digits, scale) = (number.digits(), number.fractional_digit_count());
            let digits_before = i64::try_from(digits).unwrap_or(i64::MAX).saturating_sub(scale);
            digits <= MAX_DIGITS && (-MAX_EXPONENT..=MAX_EXPONENT).contains(&(digits_before - 1))
        };
        number.filter(is_bound).ok_or_else(|| {
            self.error(
                format!("`{}` is beyond what a bound can be", text::shorten(self.text, 40)),
                format!("use at most {MAX_DIGITS} digits and powers of ten up to {MAX_EXPONENT}"),
            )
        })
    }

    /// A count: a whole number, zero or more.
    ///
    /// # Errors
    /// Anything else.
    pub fn count(&self) -> Result<u64, Diagnostic> {
        use bigdecimal::ToPrimitive as _;
        let number = self.decimal()?;
        number
            .is_integer()
            .then(|| number.to_u64())
            .flatten()
            .ok_or_else(|| self.expected("a whole number of zero or more"))
    }

    fn expected(&self, what: &str) -> Diagnostic {
        self.error(format!("expected {what}, found {}", self.kind()), format!("write {what} here"))
    }

    fn collect<T>(&self, read: impl FnOnce(&'a str) -> serde_json::Result<T>) -> Result<T, Diagnostic> {
        if self.depth >= MAX_DEPTH {
            return Err(self.error(
                format!("nested more than {MAX_DEPTH} levels deep"),
                "flatten the document; published specs need 16 levels",
            ));
        }
        read(self.text).map_err(|error| self.source.fault(self.text, &error, ""))
    }

    fn child(&self, raw: &'a RawValue) -> Node<'a> {
        Node { source: self.source, text: raw.get(), depth: self.depth + 1 }
    }

    /// Where the value starts in the text, in bytes.
    pub(crate) fn offset(&self) -> usize {
        offset_of(self.text, &self.source.text)
    }

    /// Where it ends.
    pub(crate) fn end(&self) -> usize {
        self.offset() + self.text.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_are_those_of_keys_and_values() {
        let source = Source::new("a.json", "{\n  \"a\\u0062\": [1,\n 22], \"ü\": {\"c\" : null}\n}");
        let members = source.root().unwrap().members().unwrap();
        assert_eq!((members[0].key.as_str(), members[0].position()), ("ab", Position { line: 2, column: 3 }));
        let items = members[0].value.items().unwrap();
        assert_eq!(items[1].position(), Position { line: 3, column: 2 });
        let inner = members[1].value.members().unwrap();
        assert_eq!((members[1].position().column, inner[0].position().column), (7, 13));
    }

    #[test]
    fn numbers_keep_the_text_they_were_written_in() {
        let source = Source::new("a.json", "[0.3333333333333333, 9223372036854776000, 2.0, 1e-08]");
        let texts: Vec<String> = source
            .root()
            .unwrap()
            .items()
            .unwrap()
            .iter()
            .map(|n| n.decimal().unwrap().to_plain_string())
            .collect();
        assert_eq!(texts, ["0.3333333333333333", "9223372036854776000", "2", "0.00000001"]);
    }

    #[test]
    fn hostile_numbers_and_depth_are_refused() {
        let source = Source::new("a.json", "[1e999999999]");
        assert!(source.root().unwrap().items().unwrap()[0].decimal().is_err());
        let deep = Source::new("a.json", format!("{}{}", "[".repeat(100), "]".repeat(100)));
        let mut node = deep.root().unwrap();
        let error = loop {
            match node.items() {
                Ok(items) => node = items[0],
                Err(error) => break error,
            }
        };
        assert!(error.message.contains("64 levels"), "{error}");
    }

    #[test]
    fn a_repeated_key_is_an_error_at_its_second_place() {
        let source = Source::new("a.json", "{\"a\": 1,\n \"a\": 2}");
        let error = source.root().unwrap().members().unwrap_err();
        assert_eq!(
            error.to_string(),
            "a.json:2:2: error: `a` is given twice in one object\n  help: keep one of them"
        );
    }
}
