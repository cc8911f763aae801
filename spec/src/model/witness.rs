//! Values that show a constraint holding or broken.

use super::Level;
use crate::document::text;
use serde_json::Value;

/// Which side of a constraint a value is meant to lie on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// The constraint holds.
    Accept,
    /// The constraint is broken.
    Reject,
}

impl Side {
    /// The word in ids and reports.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::Reject => "reject",
        }
    }
}

/// A value proposed for one side of a constraint.
#[derive(Clone, Debug)]
pub struct Witness {
    /// The value of the parameter.
    pub value: Value,
    /// The side it is meant to lie on.
    pub side: Side,
    /// What is special about it, in a few words that tell it from the others.
    pub about: String,
    /// A level weaker than the constraint's, where the spec does not say that this value is legal or not.
    pub level: Option<Level>,
}

impl Witness {
    /// A value that is meant to be legal.
    pub fn accept(value: impl Into<Value>, about: impl Into<String>) -> Self {
        Self { value: value.into(), side: Side::Accept, about: about.into(), level: None }
    }

    /// A value that is meant to break the constraint.
    pub fn reject(value: impl Into<Value>, about: impl Into<String>) -> Self {
        Self { value: value.into(), side: Side::Reject, about: about.into(), level: None }
    }

    /// The same, about something that nobody states.
    #[must_use]
    pub fn unstated(self) -> Self {
        Self { level: Some(Level::Unstated), ..self }
    }
}

/// The witnesses with their sides exchanged.
pub(crate) fn flipped(witnesses: Vec<Witness>) -> Vec<Witness> {
    let flip = |side| match side {
        Side::Accept => Side::Reject,
        Side::Reject => Side::Accept,
    };
    witnesses.into_iter().map(|witness| Witness { side: flip(witness.side), ..witness }).collect()
}

/// A text of so many characters that says nothing.
pub(crate) fn filler(length: usize) -> String {
    "lorem_ipsum_".chars().cycle().take(length).collect()
}

/// The unit again and again, up to so many characters.
pub(crate) fn fill(unit: &str, length: usize) -> String {
    unit.chars().cycle().take(length).collect()
}

/// Longer texts are not made; no published length comes near.
const LONGEST: u64 = 1_000_000;

/// A count of characters that a text is made of.
pub(crate) fn feasible_length(count: u64) -> usize {
    usize::try_from(count.min(LONGEST)).unwrap_or_default()
}

/// Texts of exactly the length, in characters of one to four bytes, of one or two UTF-16 units, and of one or two
/// scalar values for what a person sees as one.
pub(crate) fn of_length(count: usize) -> Vec<Witness> {
    vec![
        Witness::accept(filler(count), "exactly the length"),
        Witness::accept(fill("é", count), "the length in letters of two bytes"),
        Witness::accept(fill("🎨", count), "the length in characters outside the basic plane"),
        Witness::accept(fill("e\u{301}", count), "the length in letters with combining accents"),
    ]
}

/// Texts that are nearly the given one: case, space, a letter more or less, and nothing at all.
fn near_misses(text: &str) -> Vec<Witness> {
    let mut shorter = text.to_owned();
    shorter.pop();
    let capital = text::capitalised(text);
    let variants = [
        (text.to_lowercase(), "in lower case"),
        (text.to_uppercase(), "in upper case"),
        (capital, "with a capital"),
        (shorter, "without its last letter"),
        (format!("{text}x"), "with a letter more"),
        (format!(" {text}"), "after a space"),
        (format!("{text} "), "before a space"),
        (format!("{text}\n"), "before a line end"),
        (format!("\"{text}\""), "in quotes"),
    ];
    let named = |about: &str| format!("`{}` {about}", text::shorten(text, 30));
    variants.into_iter().map(|(variant, about)| Witness::reject(variant, named(about))).collect()
}

/// Values that are nearly the given one.
pub(crate) fn misses_of(value: &Value) -> Vec<Witness> {
    match value {
        Value::String(text) => near_misses(text),
        Value::Number(number) => {
            let float = number.as_f64().unwrap_or_default();
            vec![
                Witness::reject(float + 1.0, format!("{number} plus one")),
                Witness::reject(float + 0.5, format!("{number} plus a half")),
                Witness::reject(number.to_string(), format!("{number} as a string")),
            ]
        }
        Value::Bool(flag) => {
            vec![Witness::reject(!flag, "the other one"), Witness::reject(flag.to_string(), "as a string")]
        }
        Value::Null | Value::Array(_) | Value::Object(_) => vec![Witness::reject("null", "a string")],
    }
}
