//! The same JSON, written otherwise.

use crate::proxy::Answer;
use serde_json::{Number, Value};

/// How JSON is written.
#[derive(Clone, Copy)]
pub(crate) struct Style {
    /// Whether the members of objects come in the reverse of their usual order.
    pub(crate) reversed: bool,
    /// How a number is written.
    pub(crate) number: fn(&Number) -> String,
    /// Whether every character of a text is escaped.
    pub(crate) escaped: bool,
}

pub(crate) const USUAL: Style = Style { reversed: false, number: Number::to_string, escaped: false };

/// `1024` as `1.024e3`.
pub(crate) fn exponent(number: &Number) -> String {
    number.as_f64().map_or_else(|| number.to_string(), |number| format!("{number:e}"))
}

/// `1024` as `1024.0`.
pub(crate) fn decimal(number: &Number) -> String {
    if number.is_f64() { number.to_string() } else { format!("{number}.0") }
}

/// Changes the body of an answer that is JSON.
pub(crate) fn edit(answer: &mut Answer, change: impl Fn(&mut Value)) {
    rewrite(answer, |mut value| {
        change(&mut value);
        value.to_string()
    });
}

/// Changes each object of a list of the envelope.
pub(crate) fn each(answer: &mut Answer, list: &str, change: impl Fn(&mut Value)) {
    edit(answer, |value| {
        value.get_mut(list).and_then(Value::as_array_mut).into_iter().flatten().for_each(&change);
    });
}

/// Writes the body of an answer in a style.
pub(crate) fn restyle(answer: &mut Answer, style: Style) {
    rewrite(answer, |value| {
        let mut text = String::new();
        style.write(&value, &mut text);
        text
    });
}

/// Writes the body of an answer anew, where it is JSON.
pub(crate) fn rewrite(answer: &mut Answer, write: impl Fn(Value) -> String) {
    if let Ok(value) = serde_json::from_slice(&answer.body) {
        answer.body = write(value).into_bytes();
    }
}

impl Style {
    fn write(self, value: &Value, text: &mut String) {
        match value {
            Value::Number(number) => *text += &(self.number)(number),
            Value::String(inner) => self.write_text(inner, text),
            Value::Array(items) => {
                write_all('[', items.iter(), ']', text, |item, text| self.write(item, text));
            }
            Value::Object(members) => {
                let mut members: Vec<(&String, &Value)> = members.iter().collect();
                if self.reversed {
                    members.reverse();
                }
                write_all('{', members.into_iter(), '}', text, |(name, value), text| {
                    self.write_text(name, text);
                    text.push(':');
                    self.write(value, text);
                });
            }
            Value::Null | Value::Bool(_) => *text += &value.to_string(),
        }
    }

    fn write_text(self, inner: &str, text: &mut String) {
        if self.escaped {
            text.push('"');
            for unit in inner.encode_utf16() {
                *text += &format!("\\u{unit:04X}");
            }
            text.push('"');
        } else {
            *text += &Value::from(inner).to_string();
        }
    }
}

/// Writes the items of an array or the members of an object.
fn write_all<T>(
    open: char,
    items: impl Iterator<Item = T>,
    close: char,
    text: &mut String,
    write: impl Fn(T, &mut String),
) {
    text.push(open);
    for (index, item) in items.enumerate() {
        if index > 0 {
            text.push(',');
        }
        write(item, text);
    }
    text.push(close);
}

/// The bytes as a gzip file that stores them as they are.
pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut file = vec![0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255];
    let mut blocks = bytes.chunks(0xFFFF).peekable();
    if blocks.peek().is_none() {
        file.extend([1, 0, 0, 0xFF, 0xFF]);
    }
    while let Some(block) = blocks.next() {
        let length = u16::try_from(block.len()).unwrap();
        file.push(u8::from(blocks.peek().is_none()));
        file.extend(length.to_le_bytes());
        file.extend((!length).to_le_bytes());
        file.extend_from_slice(block);
    }
    let mut sum = u32::MAX;
    for byte in bytes {
        sum ^= u32::from(*byte);
        for _ in 0..8 {
            sum = if sum & 1 == 1 { (sum >> 1) ^ 0xEDB8_8320 } else { sum >> 1 };
        }
    }
    file.extend((!sum).to_le_bytes());
    let length = u32::try_from(bytes.len() & 0xFFFF_FFFF).unwrap();
    file.extend(length.to_le_bytes());
    file
}
