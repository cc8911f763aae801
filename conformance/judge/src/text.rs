//! The text of a request or an answer, read by `serde_json`, which takes the last of two equal keys and goes 128 levels
//! deep: here both are faults, and so are more values than a caller wants to hold.

use crate::Violation;
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use std::cell::RefCell;
use std::fmt;

/// How many arrays and objects may be inside each other.
pub const MAX_DEPTH: usize = 64;

/// Why a text is not judged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {reason}")]
pub struct TextError {
    /// Which kind of fault.
    pub kind: TextErrorKind,
    /// JSON pointer of the value or the key at fault.
    pub pointer: String,
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1, in characters.
    pub column: usize,
    /// What is wrong; no part of the text is repeated.
    pub reason: String,
}

/// What can be wrong with a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextErrorKind {
    /// It is not JSON, or has a number that no `f64` can hold.
    Syntax,
    /// An object has a key twice.
    Duplicate,
    /// More than [`MAX_DEPTH`] arrays and objects are inside each other.
    Depth,
    /// It has more values than the caller takes.
    Size,
}

impl TextErrorKind {
    /// The id by which validators report it.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Syntax => "json.syntax",
            Self::Duplicate => "json.duplicate",
            Self::Depth => "json.depth",
            Self::Size => "json.size",
        }
    }
}

impl From<TextError> for Violation {
    fn from(error: TextError) -> Self {
        let TextError { kind, pointer, line, column, reason } = error;
        Self::new(
            pointer,
            kind.id(),
            format!("is not JSON that can be judged: {reason} (line {line}, column {column})"),
        )
    }
}

/// Reads a text that is one JSON value.
///
/// # Errors
/// The first fault from the start of the text.
pub fn parse(text: &str) -> Result<Value, TextError> {
    parse_up_to(text, usize::MAX)
}

/// Reads a text that is one JSON value with at most so many values in it, itself and all that is nested counted: the
/// memory that a text takes goes by their number, not by its bytes.
///
/// # Errors
/// The first fault from the start of the text.
pub fn parse_up_to(text: &str, max_values: usize) -> Result<Value, TextError> {
    let syntax = |reason: &str| TextError {
        kind: TextErrorKind::Syntax,
        pointer: String::new(),
        line: 1,
        column: 1,
        reason: reason.to_owned(),
    };
    if text.starts_with('\u{feff}') {
        return Err(syntax("a byte order mark, which JSON text must not have"));
    }
    if text.bytes().all(|byte| b" \t\r\n".contains(&byte)) {
        return Err(syntax("nothing but white space"));
    }
    let reader = Reader {
        values: max_values,
        left: RefCell::new(max_values),
        fault: RefCell::default(),
        path: RefCell::default(),
    };
    let mut source = serde_json::Deserializer::from_str(text);
    let read = Element { reader: &reader, depth: 0 }.deserialize(&mut source);
    let read = read.and_then(|value| source.end().map(|()| value));
    read.map_err(|error| reader.error(text, &error))
}

/// What all values of one text share.
struct Reader {
    /// How many values may be read, and how many of them still may.
    values: usize,
    left: RefCell<usize>,
    /// Our own verdict; without one the error is the parser's.
    fault: RefCell<Option<(TextErrorKind, String)>>,
    /// The way to the value that is being read.
    path: RefCell<Vec<String>>,
}

impl Reader {
    fn refuse<E: serde::de::Error>(&self, kind: TextErrorKind, reason: impl Into<String>) -> E {
        self.fault.replace(Some((kind, reason.into())));
        E::custom("refused")
    }

    fn error(self, text: &str, error: &serde_json::Error) -> TextError {
        let line = error.line().max(1);
        let bytes = text.split('\n').nth(line - 1).unwrap_or_default();
        let column = bytes.char_indices().take_while(|(start, _)| *start < error.column()).count().max(1);
        let (kind, reason) = self.fault.into_inner().unwrap_or_else(|| {
            let told = error.to_string();
            let place = format!(" at line {} column {}", error.line(), error.column());
            (TextErrorKind::Syntax, told.trim_end_matches(&place).to_owned())
        });
        let escaped =
            self.path.into_inner().into_iter().map(|step| step.replace('~', "~0").replace('/', "~1"));
        let pointer = escaped.fold(String::new(), |pointer, step| pointer + "/" + &step);
        TextError { kind, pointer, line, column, reason }
    }
}

/// A value that is about to be read, with so many arrays and objects around it.
struct Element<'r> {
    reader: &'r Reader,
    depth: usize,
}

impl Element<'_> {
    fn nested<E: serde::de::Error>(&self) -> Result<Self, E> {
        if self.depth == MAX_DEPTH {
            let reason = format!("more than {MAX_DEPTH} arrays and objects inside each other");
            return Err(self.reader.refuse(TextErrorKind::Depth, reason));
        }
        Ok(Self { reader: self.reader, depth: self.depth + 1 })
    }
}

impl<'de> DeserializeSeed<'de> for Element<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, source: D) -> Result<Value, D::Error> {
        let left = *self.reader.left.borrow();
        if left == 0 {
            return Err(self
                .reader
                .refuse(TextErrorKind::Size, format!("more than {} values", self.reader.values)));
        }
        self.reader.left.replace(left - 1);
        source.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Element<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        let number = Number::from_f64(value).map(Value::Number);
        number.ok_or_else(|| self.reader.refuse(TextErrorKind::Syntax, "number out of range"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        loop {
            let element = self.nested()?;
            self.reader.path.borrow_mut().push(list.len().to_string());
            match items.next_element_seed(element)? {
                Some(item) => list.push(item),
                None => {
                    self.reader.path.borrow_mut().pop();
                    return Ok(Value::Array(list));
                }
            }
            self.reader.path.borrow_mut().pop();
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let element = self.nested()?;
        let (reader, depth) = (element.reader, element.depth);
        let mut object = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            reader.path.borrow_mut().push(name.clone());
            if object.contains_key(&name) {
                return Err(A::Error::custom(
                    reader.refuse::<A::Error>(
                        TextErrorKind::Duplicate,
                        "this key is given twice in one object",
                    ),
                ));
            }
            object.insert(name, members.next_value_seed(Element { reader, depth })?);
            reader.path.borrow_mut().pop();
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str) -> (TextErrorKind, String) {
        let error = parse(text).expect_err(text);
        (error.kind, error.pointer)
    }

    #[test]
    fn what_is_fine_is_read_as_serde_json_reads_it() {
        for text in
            ["null", " [true,-0 , 1e30]\r\n", r#"{"a":{"a":[{"a":1},{"a":2}]},"":{},"b":"\ud83d\ude00"}"#]
        {
            assert_eq!(parse(text), Ok(serde_json::from_str(text).expect(text)), "{text}");
        }
    }

    #[test]
    fn what_others_might_read_differently_is_a_fault() {
        use TextErrorKind::{Depth, Duplicate, Syntax};
        let deep = |levels: usize| "[".repeat(levels) + "0" + &"]".repeat(levels);
        assert!(parse(&deep(MAX_DEPTH)).is_ok());
        for (text, kind, pointer) in [
            ("", Syntax, String::new()),
            ("\u{feff}{}", Syntax, String::new()),
            ("{} x", Syntax, String::new()),
            ("[1e400]", Syntax, "/0".to_owned()),
            (r#"[0,{"x":[{"k":1,"\u006b":2}]}]"#, Duplicate, "/1/x/0/k".to_owned()),
            (r#"{"a/b~c":{"~/":1,"~/":2}}"#, Duplicate, "/a~1b~0c/~0~1".to_owned()),
            (&deep(MAX_DEPTH + 1), Depth, "/0".repeat(MAX_DEPTH)),
        ] {
            assert_eq!(fault(text), (kind, pointer), "{text}");
        }
    }

    #[test]
    fn a_text_has_no_more_values_than_are_wanted() {
        let text = r#"[1,{"a":[2,3]}]"#;
        assert!(parse_up_to(text, 6).is_ok());
        let error = parse_up_to(text, 5).unwrap_err();
        assert_eq!((error.kind, error.pointer.as_str()), (TextErrorKind::Size, "/1/a/1"));
    }

    #[test]
    fn a_place_is_counted_in_characters() {
        let error = parse("{\n  \"é\": 1, \"é\": 2\n}").unwrap_err();
        assert_eq!(error.to_string(), "line 2, column 13: this key is given twice in one object");
    }
}
