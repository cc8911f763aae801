//! Strict parsing of untrusted JSON text.
//!
//! `serde_json` takes the last of two equal keys and nests up to 128 levels; a validator must not judge a
//! text that others read differently. So [`parse`] refuses keys given twice and deep nesting, on top of what
//! `serde_json` refuses: anything behind the value, a number outside the range of `f64`, half a surrogate
//! pair. It reads the whole text into a [`Value`], so nothing escapes it by being ignored. What the value
//! means is for others to judge.
//!
//! A [`Value`] takes many times the bytes of its text: `[],` is three bytes of text and 32 of memory, `{"":0}` seven
//! and some 700. [`parse_within`] refuses what has more values than its caller has memory for.

use std::error::Error;
use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::map::Entry;
use serde_json::{Map, Number, Value};

/// How many arrays and objects may be inside each other.
pub const MAX_DEPTH: usize = 64;

/// The longest key that a [`Fault`] repeats, in bytes: of a longer one it gives the length.
const LONGEST_STEP: usize = 200;

/// Why a text was refused, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What is wrong, for programs.
    pub kind: FaultKind,
    /// JSON pointer (RFC 6901) of the innermost value whose reading had begun, or of the key given twice. A step that
    /// is a very long key is replaced by its length in brackets.
    pub pointer: String,
    /// Where reading stopped, at the trouble or just behind it: the line, from 1.
    pub line: usize,
    /// The column of the last character that was looked at, from 1, counted in characters and not in bytes.
    pub column: usize,
    /// What is wrong, for people; no part of the text is repeated.
    pub detail: String,
}

/// What is wrong with a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// It is not JSON, or has a number or an escape that no value can hold.
    Syntax,
    /// An object has a key twice.
    Duplicate,
    /// More than [`MAX_DEPTH`] arrays and objects are inside each other.
    Depth,
    /// It has more values than the limit of [`parse_within`].
    Values,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)?;
        if !self.pointer.is_empty() {
            // Keys are as untrusted as the rest of the text: control characters must not reach a terminal.
            write!(f, ", at {}", self.pointer.escape_debug())?;
        }
        write!(f, ": {}", self.detail)
    }
}

impl Error for Fault {}

/// Reads one JSON value that is the whole text.
///
/// # Errors
/// The first [`Fault`] from the start of the text.
pub fn parse(text: &str) -> Result<Value, Fault> {
    parse_within(text, usize::MAX)
}

/// Reads one JSON value that is the whole text and holds at most so many values: itself, its items and members, theirs,
/// and so on. Reading stops before more are made.
///
/// # Errors
/// The first [`Fault`] from the start of the text.
pub fn parse_within(text: &str, values: usize) -> Result<Value, Fault> {
    if let Some(detail) = nothing_to_read(text) {
        let detail = detail.to_owned();
        return Err(Fault { kind: FaultKind::Syntax, pointer: String::new(), line: 1, column: 1, detail });
    }
    let mut trail = Trail { left: values, values, ..Trail::default() };
    let mut reader = serde_json::Deserializer::from_str(text);
    Seed { trail: &mut trail, step: Step::Root, depth: 0 }
        .deserialize(&mut reader)
        .and_then(|value| reader.end().map(|()| value))
        .map_err(|error| trail.fault(text, &error))
}

/// What to say about texts for which the parser's own words would not help.
fn nothing_to_read(text: &str) -> Option<&'static str> {
    if text.starts_with('\u{feff}') {
        Some("a byte order mark, which JSON text must not have")
    } else if text.bytes().all(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n')) {
        Some("nothing but white space")
    } else {
        None
    }
}

/// What a failed reading leaves behind, beside the error that `serde` hands up.
#[derive(Default)]
struct Trail {
    /// Our own verdict; without one the error is the parser's. Its text is never looked at to find out.
    verdict: Option<(FaultKind, String)>,
    /// The path to the fault, innermost step first: steps are recorded while the error is returned, so that a valid
    /// text costs nothing.
    steps: Vec<String>,
    /// How many values may be read, and how many of them still may.
    values: usize,
    left: usize,
}

impl Trail {
    /// Records a step of the path to the fault.
    fn step(&mut self, key: &str) {
        self.steps.push(match key.len() {
            0..=LONGEST_STEP => key.to_owned(),
            bytes => format!("(a key of {bytes} bytes)"),
        });
    }

    /// Takes note of a value that is about to be read, unless it is one too many.
    fn count<E: de::Error>(&mut self) -> Result<(), E> {
        match self.left.checked_sub(1) {
            Some(left) => {
                self.left = left;
                Ok(())
            }
            None => {
                let detail = format!("more than {} values", self.values);
                Err(self.refuse(FaultKind::Values, detail))
            }
        }
    }

    /// Notes our verdict and makes the error that carries nothing.
    fn refuse<E: de::Error>(&mut self, kind: FaultKind, detail: String) -> E {
        self.verdict = Some((kind, detail));
        E::custom("refused")
    }

    fn fault(self, text: &str, error: &serde_json::Error) -> Fault {
        let (kind, detail) = self.verdict.unwrap_or_else(|| (FaultKind::Syntax, without_place(error)));
        let pointer =
            self.steps.iter().rev().fold(String::new(), |pointer, step| {
                pointer + "/" + &step.replace('~', "~0").replace('/', "~1")
            });
        let line = error.line().max(1);
        Fault { kind, pointer, line, column: column(text, line, error.column()), detail }
    }
}

/// The parser's message without the line and column that it ends with.
fn without_place(error: &serde_json::Error) -> String {
    let message = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    message.strip_suffix(&place).unwrap_or(&message).to_owned()
}

/// The number of characters that begin within the first `bytes` bytes of a line, but at least 1.
fn column(text: &str, line: usize, bytes: usize) -> usize {
    let line = text.split('\n').nth(line - 1).unwrap_or_default();
    line.char_indices().take_while(|(start, _)| *start < bytes).count().max(1)
}

/// A value about to be read, and how its parent reaches it.
struct Seed<'a> {
    trail: &'a mut Trail,
    step: Step<'a>,
    depth: usize,
}

/// The step from a parent to a value.
enum Step<'a> {
    Root,
    Index(usize),
    Key(&'a str),
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        let Self { trail, step, depth } = self;
        trail.count()?;
        deserializer.deserialize_any(Tree { trail: &mut *trail, depth }).inspect_err(|_| match step {
            Step::Root => {}
            Step::Index(index) => trail.steps.push(index.to_string()),
            Step::Key(key) => trail.step(key),
        })
    }
}

/// Builds a value; `depth` arrays and objects are around it.
struct Tree<'a> {
    trail: &'a mut Trail,
    depth: usize,
}

impl Tree<'_> {
    /// The depth of what is inside this array or object, unless that is too deep: checked before the
    /// recursion continues.
    fn inside<E: de::Error>(&mut self) -> Result<usize, E> {
        if self.depth < MAX_DEPTH {
            return Ok(self.depth + 1);
        }
        let detail = format!("more than {MAX_DEPTH} arrays and objects inside each other");
        Err(self.trail.refuse(FaultKind::Depth, detail))
    }
}

impl<'de> Visitor<'de> for Tree<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Value, E> {
        // The parser refuses what is not finite; should it ever stop to, no number may turn into null.
        let number = Number::from_f64(value).map(Value::Number);
        number.ok_or_else(|| self.trail.refuse(FaultKind::Syntax, "number out of range".to_owned()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut access: A) -> Result<Value, A::Error> {
        let depth = self.inside()?;
        let mut items = Vec::new();
        loop {
            let seed = Seed { trail: &mut *self.trail, step: Step::Index(items.len()), depth };
            match access.next_element_seed(seed)? {
                Some(item) => items.push(item),
                None => return Ok(Value::Array(items)),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut access: A) -> Result<Value, A::Error> {
        let depth = self.inside()?;
        let mut members = Map::new();
        while let Some(key) = access.next_key::<String>()? {
            match members.entry(key) {
                Entry::Vacant(place) => {
                    let seed = Seed { trail: &mut *self.trail, step: Step::Key(place.key()), depth };
                    let value = access.next_value_seed(seed)?;
                    place.insert(value);
                }
                Entry::Occupied(place) => {
                    self.trail.step(place.key());
                    let detail = "this key is given twice in one object".to_owned();
                    return Err(self.trail.refuse(FaultKind::Duplicate, detail));
                }
            }
        }
        Ok(Value::Object(members))
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    fn fault(text: &str) -> Fault {
        parse(text).expect_err(text)
    }

    #[test]
    fn what_is_fine_is_read_as_serde_json_reads_it() {
        let texts = [
            "null",
            " [true,false , null]\r\n\t",
            "-0",
            "[0, -1, 18446744073709551615, -9223372036854775808, 1e30, 0.1, 1E-400]",
            r#""\ud83d\ude00 \" \\ \/ é""#,
            r#"{"a":{"a":[{"a":1},{"a":2}]},"":{},"b":[]}"#,
        ];
        for text in texts {
            let expected: Value = serde_json::from_str(text).expect(text);
            assert_eq!(parse(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn a_key_given_twice_is_refused_wherever_it_is() {
        let cases = [
            (r#"{"a":1,"a":1}"#, "/a"),
            (r#"{"a":1,"b":2,"\u0061":3}"#, "/a"),
            (r#"[0,{"x":[{"y":{"k":1,"k":2}}]}]"#, "/1/x/0/y/k"),
            (r#"{"a/b~c":{"~/":1,"~/":2}}"#, "/a~1b~0c/~0~1"),
            (r#"{"":1,"":2}"#, "/"),
            (r#"{"a":1,"a":[1,"#, "/a"),
        ];
        for (text, pointer) in cases {
            let fault = fault(text);
            assert_eq!((fault.kind, fault.pointer.as_str()), (FaultKind::Duplicate, pointer), "{text}");
        }
    }

    #[test]
    fn the_place_of_a_duplicate_is_its_second_key() {
        let fault = fault("{\n  \"é\": 1, \"é\": 2\n}");
        assert_eq!((fault.line, fault.column), (2, 13));
        assert_eq!(fault.to_string(), "line 2, column 13, at /é: this key is given twice in one object");
    }

    #[test]
    fn nesting_is_refused_from_one_level_above_the_limit() {
        let nested = |open: &str, close: &str, levels| open.repeat(levels) + "0" + &close.repeat(levels);
        for (open, close, step) in [("[", "]", "/0"), (r#"{"k":"#, "}", "/k")] {
            assert!(parse(&nested(open, close, MAX_DEPTH)).is_ok(), "{open}");
            let fault = fault(&nested(open, close, MAX_DEPTH + 1));
            assert_eq!((fault.kind, fault.pointer), (FaultKind::Depth, step.repeat(MAX_DEPTH)), "{open}");
        }
        let empty = "[".repeat(MAX_DEPTH + 1) + &"]".repeat(MAX_DEPTH + 1);
        assert_eq!(fault(&empty).kind, FaultKind::Depth);
        let wide = format!("[{}[]]", "[[]],".repeat(10_000));
        assert!(parse(&wide).is_ok());
    }

    #[test]
    fn more_values_than_allowed_are_refused_wherever_they_are() {
        for (text, values) in [
            ("7", 1),
            ("[]", 1),
            ("[[],[]]", 3),
            (r#"{"a":{"b":1},"c":[2,"x"]}"#, 6),
            ("[null,true,1,-1,0.5,\"s\"]", 7),
        ] {
            assert_eq!(parse_within(text, values), parse(text), "{text}");
            let fault = parse_within(text, values - 1).expect_err(text);
            assert_eq!(fault.kind, FaultKind::Values, "{text}");
            assert_eq!(fault.detail, format!("more than {} values", values - 1));
        }
        // What stands behind the limit is not read, and so cannot be wrong.
        assert_eq!(parse_within("[1,2,3 x", 2).map_err(|fault| fault.kind), Err(FaultKind::Values));
        // One that is asked for and not there is none.
        assert_eq!(parse_within("[1,]", 2).map_err(|fault| fault.kind), Err(FaultKind::Syntax));
    }

    #[test]
    fn a_fault_is_short_however_long_the_keys_are() {
        let key = "k".repeat(1 << 20);
        for text in [format!("{{\"{key}\":1,\"{key}\":2}}"), format!("{{\"{key}\":nul}}")] {
            let fault = fault(&text);
            assert_eq!(fault.pointer, "/(a key of 1048576 bytes)");
            assert!(fault.to_string().len() < 200, "{fault}");
        }
        let nested = format!("{{\"{}\":", "\u{202e}".repeat(60)).repeat(MAX_DEPTH);
        assert!(fault(&nested).to_string().len() < 200_000);
    }

    #[test]
    fn what_is_not_json_is_a_syntax_fault_with_a_place() {
        let cases = [
            ("{\"a\": [1, 2", "/a", 1, 11),
            ("{\"a\": [1,\n 2 x]}", "/a", 2, 4),
            ("[1, nul]", "/1", 1, 8),
            ("{\"a\": tru", "/a", 1, 9),
            ("{\"a\" 1}", "", 1, 6),
            ("{\"a\":1,}", "", 1, 8),
            ("[1,]", "", 1, 4),
            ("[1]]", "", 1, 4),
            ("{} {}", "", 1, 4),
            ("[\"é\",\u{e9}]", "/1", 1, 6),
            ("{1:2}", "", 1, 2),
            ("'a'", "", 1, 1),
            ("[01]", "/0", 1, 3),
            ("[+1]", "/0", 1, 2),
            ("[NaN]", "/0", 1, 2),
            ("[1", "", 1, 2),
            ("[1,\n", "", 2, 1),
        ];
        for (text, pointer, line, column) in cases {
            let fault = fault(text);
            let found = (fault.kind, fault.pointer.as_str(), fault.line, fault.column);
            assert_eq!(found, (FaultKind::Syntax, pointer, line, column), "{text:?} {fault}");
            assert!(!fault.detail.is_empty() && !fault.detail.contains(" at line "), "{fault}");
        }
    }

    #[test]
    fn what_no_value_can_hold_is_refused() {
        let texts = [
            "[1e400]",
            "[-1e309]",
            r#"["\ud800"]"#,
            r#"["\udc00"]"#,
            r#"["\ud800\ud800"]"#,
            r#"["\ud800x"]"#,
            "[\"\0\"]",
            "[\"\n\"]",
            r#"["\x41"]"#,
        ];
        for text in texts {
            assert_eq!(
                (fault(text).kind, fault(text).pointer.as_str()),
                (FaultKind::Syntax, "/0"),
                "{text:?}"
            );
        }
        assert_eq!(fault(r#"{"\ud800":1}"#).kind, FaultKind::Syntax);
    }

    #[test]
    fn texts_without_a_value_are_refused_in_clear_words() {
        for (text, detail) in [
            ("", "nothing but white space"),
            (" \r\n\t", "nothing but white space"),
            ("\u{feff}{}", "a byte order mark, which JSON text must not have"),
        ] {
            let fault = fault(text);
            assert_eq!(fault.to_string(), format!("line 1, column 1: {detail}"));
            assert_eq!(fault.kind, FaultKind::Syntax);
        }
        for text in ["\0", "{}\0", "\u{a0}", "//", "[1]\u{feff}"] {
            assert_eq!((fault(text).kind, fault(text).pointer.as_str()), (FaultKind::Syntax, ""), "{text:?}");
        }
    }

    #[test]
    fn a_text_cut_off_anywhere_is_a_syntax_fault() {
        let text = r#"{"a":[1.5e3,"\u00e9é",{"b":null}],"c":{"d":[true,false]}}"#;
        assert!(parse(text).is_ok());
        for end in (0..text.len()).filter(|&end| text.is_char_boundary(end)) {
            assert_eq!(fault(&text[..end]).kind, FaultKind::Syntax, "{}", &text[..end]);
        }
    }

    #[test]
    fn control_characters_of_a_key_do_not_reach_the_terminal() {
        let fault = fault(r#"{"\u001b[31m":1,"\u001b[31m":2}"#);
        assert_eq!(fault.pointer, "/\u{1b}[31m");
        assert!(fault.to_string().contains(r"/\u{1b}[31m") && !fault.to_string().contains('\u{1b}'));
    }

    #[test]
    fn hostile_texts_are_answered_quickly() {
        let start = Instant::now();
        assert_eq!(fault(&"[".repeat(10_000_000)).kind, FaultKind::Depth);
        assert_eq!(fault(&"{\"a\":".repeat(1_000_000)).kind, FaultKind::Depth);
        let keys: Vec<String> = (0..100_000).map(|n| format!("\"{n:060}\":0")).collect();
        let twice = format!("{{{},{}}}", keys.join(","), keys[0]);
        assert_eq!(fault(&twice).kind, FaultKind::Duplicate);
        // Quadratic time would be minutes; the rest is room for a slow machine and a build without
        // optimisation.
        assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
    }
}
