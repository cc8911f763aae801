//! The items of an answer, as text. A value takes many times the memory of its text (`[],` is three bytes of text and
//! 32 of memory, `{"":0}` seven and some 700), so the text is looked through first, and only what was asked for is
//! decoded.

use super::envelope::{TASK_TYPE, TASK_UUID};
use super::key::Key;
use serde::Deserialize;
use serde::de::{Deserializer as _, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use std::fmt;

/// The most JSON values of the results of one call: at most about 30 MB of memory.
pub(super) const VALUES: usize = 100_000;
/// A longer identifier or status is not valid.
const WORD: usize = 200;
/// An error within these limits is kept unchanged.
const ERROR_BYTES: usize = 4096;
const ERROR_VALUES: usize = 200;
/// The parts of a longer error that are kept.
const TEXT: usize = 1000;
const MEMBERS: usize = 16;

/// An envelope whose lists are not decoded.
#[derive(Default, Deserialize)]
pub(super) struct Lists<'a> {
    #[serde(borrow)]
    pub(super) data: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) errors: Option<&'a RawValue>,
}

/// The members that identify an item.
#[derive(Default)]
pub(super) struct Head<'a> {
    /// The task that it names; empty if that is not an identifier.
    pub(super) task: Option<String>,
    pub(super) status: Option<String>,
    /// Its member `error`.
    pub(super) error: Option<&'a RawValue>,
    /// Whether there are other members than `taskType` and `taskUUID`.
    pub(super) has_more: bool,
}

/// Why a text is not an envelope.
pub(super) enum Odd {
    NoJson,
    NoEnvelope,
}

impl<'a> Lists<'a> {
    /// The lists of an answer.
    pub(super) fn of(body: &'a [u8]) -> Result<Self, Odd> {
        let text = std::str::from_utf8(body).map_err(|_| Odd::NoJson)?;
        // If it is not an object, it is read as well, to distinguish JSON from other text.
        if !text.trim_start().starts_with('{') {
            return Err(serde_json::from_str::<IgnoredAny>(text).map_or(Odd::NoJson, |_| Odd::NoEnvelope));
        }
        match serde_json::from_str::<Self>(text) {
            Ok(Self { data: None, errors: None }) => Err(Odd::NoEnvelope),
            Ok(lists) => Ok(lists),
            Err(_) => Err(Odd::NoJson),
        }
    }
}

/// Calls `take` for each item of a list. A value that is not a list is an item itself.
pub(super) fn each<'a>(list: Option<&'a RawValue>, take: impl FnMut(&'a RawValue)) {
    struct Items<F>(F);
    impl<'de, F: FnMut(&'de RawValue)> Visitor<'de> for Items<F> {
        type Value = ();

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list")
        }

        fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<(), A::Error> {
            while let Some(item) = list.next_element::<&'de RawValue>()? {
                (self.0)(item);
            }
            Ok(())
        }
    }
    let Some(list) = list else { return };
    let mut items = Items(take);
    if list.get().starts_with('[') {
        // Cannot fail: it was read as JSON before.
        let _ = serde_json::Deserializer::from_str(list.get()).deserialize_seq(items);
    } else {
        (items.0)(list);
    }
}

/// Calls `take` for each member of an object until `take` returns false. Does nothing if the value is not an object.
fn each_member<'a>(object: &'a RawValue, take: impl FnMut(Option<String>, &'a RawValue) -> bool) {
    struct Members<F>(F);
    impl<'de, F: FnMut(Option<String>, &'de RawValue) -> bool> Visitor<'de> for Members<F> {
        type Value = ();

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(mut self, mut members: A) -> Result<(), A::Error> {
            while let Some(Beginning { text, is_cut }) = members.next_key::<Beginning<WORD>>()? {
                let value = members.next_value::<&'de RawValue>()?;
                if !(self.0)((!is_cut).then_some(text), value) {
                    return Err(A::Error::custom("enough"));
                }
            }
            Ok(())
        }
    }
    // Fails if `take` stopped it, or if the value is not an object.
    let _ = serde_json::Deserializer::from_str(object.get()).deserialize_map(Members(take));
}

/// A text of which no more than the first `MAX` characters are kept.
struct Beginning<const MAX: usize> {
    text: String,
    is_cut: bool,
}

impl<'de, const MAX: usize> Deserialize<'de> for Beginning<MAX> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Cut<const MAX: usize>;
        impl<const MAX: usize> Visitor<'_> for Cut<MAX> {
            type Value = Beginning<MAX>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text")
            }

            fn visit_str<E>(self, text: &str) -> Result<Beginning<MAX>, E> {
                let end = text.char_indices().nth(MAX).map(|(end, _)| end);
                let kept = text[..end.unwrap_or(text.len())].to_owned();
                Ok(Beginning { text: kept, is_cut: end.is_some() })
            }
        }
        deserializer.deserialize_str(Cut)
    }
}

impl<'a> Head<'a> {
    /// The head of an item, if that is an object.
    pub(super) fn of(item: &'a RawValue) -> Option<Self> {
        if !item.get().starts_with('{') {
            return None;
        }
        let mut head = Self::default();
        each_member(item, |name, value| {
            match name.as_deref() {
                Some(TASK_UUID) => head.task = word(value),
                Some("status") => head.status = word(value),
                Some(TASK_TYPE) => {}
                Some("error") => (head.error, head.has_more) = (Some(value), true),
                _ => head.has_more = true,
            }
            true
        });
        Some(head)
    }
}

/// A short text; an empty one in place of a long one.
fn word(value: &RawValue) -> Option<String> {
    let Beginning { text, is_cut } = serde_json::from_str::<Beginning<WORD>>(value.get()).ok()?;
    Some(if is_cut { String::new() } else { text })
}

/// At least as many as a JSON text has values: each list and object that is not empty has one more than it has commas.
pub(super) fn values(text: &str) -> usize {
    let (mut count, mut in_text, mut is_escaped) = (1, false, false);
    for byte in text.bytes() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if in_text => is_escaped = true,
            b'"' => in_text = !in_text,
            b',' | b'[' | b'{' if !in_text => count += 1,
            _ => {}
        }
    }
    count
}

/// An error of an answer, whole if it is short; else the beginnings of its texts, without what else is long.
pub(super) fn shortened(error: &RawValue, key: &Key) -> Value {
    if is_short(error, ERROR_BYTES, ERROR_VALUES) {
        // Nested too deeply to be read.
        return serde_json::from_str(error.get()).unwrap_or(Value::Null);
    }
    beginning(error, key).unwrap_or_else(|| {
        let mut members = Map::new();
        each_member(error, |name, value| {
            let kept = if is_short(value, TEXT, MEMBERS) {
                serde_json::from_str(value.get()).ok()
            } else {
                beginning(value, key)
            };
            members.extend(name.zip(kept));
            members.len() < MEMBERS
        });
        Value::Object(members)
    })
}

fn is_short(value: &RawValue, bytes: usize, most: usize) -> bool {
    value.get().len() <= bytes && values(value.get()) <= most
}

/// The beginning of a text. It must not end within the key, which would not be recognised there.
fn beginning(value: &RawValue, key: &Key) -> Option<Value> {
    let Beginning { mut text, is_cut } = serde_json::from_str::<Beginning<TEXT>>(value.get()).ok()?;
    if is_cut {
        key.cut_behind(&mut text);
        text.push('…');
    }
    Some(Value::String(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn raw(text: &str) -> Box<RawValue> {
        RawValue::from_string(text.to_owned()).unwrap()
    }

    #[test]
    fn a_text_has_no_more_values_than_are_counted() {
        fn really(value: &Value) -> usize {
            1 + match value {
                Value::Array(items) => items.iter().map(really).sum(),
                Value::Object(members) => members.values().map(really).sum(),
                _ => 0,
            }
        }
        for text in [
            "7",
            "[]",
            "[1,2,[3,{}]]",
            r#"{"a":{"b":"},{[,\"],"},"c\\":[null]}"#,
            r#"[{"":0},{"":0}]"#,
            r#"["\\","\"",","]"#,
        ] {
            let real = really(&serde_json::from_str(text).unwrap());
            let empty = text.matches("[]").count() + text.matches("{}").count();
            assert!((real..=real + empty).contains(&values(text)), "{text}: {} of {real}", values(text));
        }
    }

    #[test]
    fn a_long_error_is_shortened_and_keeps_what_names_it() {
        let key = Key::new("hunter2hunter2").unwrap();
        let short = json!({"code": "invalidWidth", "message": "m", "allowedValues": [1, 2]});
        assert_eq!(shortened(&raw(&short.to_string()), &key), short);
        let text = format!("{}hunter2hunter2", "é".repeat(TEXT - 5));
        let long = json!({"code": "invalidWidth", "message": text, "parameter": ["a", "b"],
                          "allowedValues": vec![1; 10_000], "taskUUID": "x"});
        let kept = shortened(&raw(&long.to_string()), &key);
        let cut = format!("{}…", "é".repeat(TEXT - 5));
        assert_eq!(
            kept,
            json!({"code": "invalidWidth", "message": cut, "parameter": ["a", "b"], "taskUUID": "x"})
        );
        let many: Map<String, Value> = (0..1000).map(|number| (format!("{number}"), json!(0))).collect();
        assert_eq!(
            shortened(&raw(&Value::Object(many).to_string()), &key).as_object().unwrap().len(),
            MEMBERS
        );
        assert_eq!(shortened(&raw(&json!(vec![0; 9999]).to_string()), &key), json!({}));
        assert_eq!(
            shortened(&raw(&format!("\"{}\"", "x".repeat(9999))), &key).as_str().unwrap().chars().count(),
            TEXT + 1
        );
    }

    #[test]
    fn the_head_of_an_item_is_known_without_decoding_it() {
        let head = |text: &str| {
            let raw = raw(text);
            Head::of(&raw).map(|head| (head.task, head.status, head.error.is_some(), head.has_more))
        };
        let is = |text: &str| Some(text.to_owned());
        assert_eq!(head("7"), None);
        assert_eq!(head("[{}]"), None);
        assert_eq!(head(r#"{"taskUUID":"a","taskType":7}"#), Some((is("a"), None, false, false)));
        assert_eq!(
            head(r#"{"task\u0055UID":"a","status":"x","error":1}"#),
            Some((is("a"), is("x"), true, true))
        );
        assert_eq!(head(r#"{"taskUUID":7,"b":[{"taskUUID":"c"}]}"#), Some((None, None, false, true)));
        assert_eq!(
            head(&format!(r#"{{"taskUUID":"{}"}}"#, "a".repeat(201))),
            Some((is(""), None, false, false))
        );
    }
}
