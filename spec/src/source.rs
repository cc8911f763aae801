//! A JSON text with positions: every value knows the line and column it stands at.
//!
//! Parsing is `serde_json`'s: its `RawValue` borrows the exact slice of a value, and the place of a slice within
//! the text is its position. What this module adds is the bookkeeping; it knows nothing of schemas.

use crate::diagnostic::{Diagnostic, Position};
use bigdecimal::BigDecimal;
use serde::de::{Deserializer as _, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;
use std::fmt;
use std::str::FromStr as _;

/// The deepest nesting that is read; the published files need 16.
const MAX_DEPTH: usize = 64;
/// Decimal digits and powers of ten beyond which a number in a spec is a mistake.
const MAX_DIGITS: u64 = 36;
const MAX_EXPONENT: i64 = 400;

/// A named JSON text.
#[derive(Debug)]
pub struct Source {
    name: String,
    text: String,
}

impl Source {
    /// A text and the name (usually a file's) under which diagnostics speak of it.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self { name: name.into(), text: text.into() }
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
            return Err(Diagnostic::error(
                &self.name,
                Position::START,
                "the file is empty",
                "expected a JSON object",
            ));
        }
        match serde_json::from_str::<&RawValue>(text) {
            Ok(raw) => Ok(Node { source: self, text: raw.get(), depth: 0 }),
            Err(error) => {
                let position = Position { line: error.line(), column: error.column().max(1) };
                let message = format!("this is not JSON: {}", without_position(&error));
                Err(Diagnostic::error(&self.name, position, message, "correct the text at this place"))
            }
        }
    }

    fn position(&self, offset: usize) -> Position {
        let before = &self.text[..offset];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        Position { line: before.matches('\n').count() + 1, column: before[line_start..].chars().count() + 1 }
    }
}

/// serde's message without its own "at line 1 column 2", which we say ourselves.
fn without_position(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rsplit_once(" at line ").map_or(text.clone(), |(message, _)| message.to_owned())
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
    /// Where the key stands.
    pub position: Position,
    /// Its value.
    pub value: Node<'a>,
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

    /// The value without positions.
    ///
    /// # Errors
    /// What `serde_json` cannot hold: a lone surrogate, a number beyond `f64`.
    pub fn value(&self) -> Result<Value, Diagnostic> {
        serde_json::from_str(self.text)
            .map_err(|error| self.error(without_position(&error), "write a value that JSON tools can hold"))
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
        let mut end = self.offset() + 1;
        for (key, raw) in pairs {
            let value = self.child(raw);
            let gap = &self.source.text[end..value.offset()];
            let key_offset = end + gap.find('"').unwrap_or(0);
            let position = self.source.position(key_offset);
            if members.iter().any(|member| member.key == key) {
                let message = format!("`{key}` is given twice in one object");
                return Err(Diagnostic::error(&self.source.name, position, message, "keep one of them"));
            }
            end = value.offset() + value.text.len();
            members.push(Member { key, position, value });
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
        let number = BigDecimal::from_str(self.text).ok().filter(|number| {
            number.digits() <= MAX_DIGITS && number.fractional_digit_count().abs() <= MAX_EXPONENT
        });
        number.map(|number| number.normalized()).ok_or_else(|| {
            self.error(
                format!("`{}` is beyond what a bound can be", crate::text::shorten(self.text, 40)),
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
        read(self.text)
            .map_err(|error| self.error(without_position(&error), "correct the text of this value"))
    }

    fn child(&self, raw: &'a RawValue) -> Node<'a> {
        Node { source: self.source, text: raw.get(), depth: self.depth + 1 }
    }

    /// The place of the borrowed slice within the text it was borrowed from.
    fn offset(&self) -> usize {
        self.text.as_ptr() as usize - self.source.text.as_ptr() as usize
    }
}

struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = Vec<(String, &'de RawValue)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(members)
    }
}

struct Items;

impl<'de> Visitor<'de> for Items {
    type Value = Vec<&'de RawValue>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(items)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_are_those_of_keys_and_values() {
        let source = Source::new("a.json", "{\n  \"a\\u0062\": [1,\n 22], \"ü\": {\"c\" : null}\n}");
        let members = source.root().unwrap().members().unwrap();
        assert_eq!((members[0].key.as_str(), members[0].position), ("ab", Position { line: 2, column: 3 }));
        let items = members[0].value.items().unwrap();
        assert_eq!(items[1].position(), Position { line: 3, column: 2 });
        let inner = members[1].value.members().unwrap();
        assert_eq!((members[1].position.column, inner[0].position.column), (7, 13));
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
