//! The JSON types that a value may have.

use serde_json::Value;

/// A set of JSON types. `integer` holds every number without a fraction, 1024.0 included, as JSON Schema has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kinds(u8);

/// The names of the types, each with its bit.
const NAMES: [(&str, u8, &str); 7] = [
    ("null", 1, "null"),
    ("boolean", 2, "`true` or `false`"),
    ("integer", 4, "a whole number"),
    ("number", 8, "a number"),
    ("string", 16, "a string"),
    ("array", 32, "an array"),
    ("object", 64, "an object"),
];

impl Kinds {
    /// Any JSON value.
    pub const ANY: Self = Self(127);
    /// `null` alone.
    pub const NULL: Self = Self(1);
    /// `boolean` alone.
    pub const BOOLEAN: Self = Self(2);
    /// `integer` alone.
    pub const INTEGER: Self = Self(4);
    /// `number` alone.
    pub const NUMBER: Self = Self(8);
    /// `string` alone.
    pub const STRING: Self = Self(16);
    /// `array` alone.
    pub const ARRAY: Self = Self(32);
    /// `object` alone.
    pub const OBJECT: Self = Self(64);

    /// The bits, lowest first: null, boolean, integer, number, string, array, object.
    #[must_use]
    pub fn bits(self) -> u8 {
        self.0
    }

    /// Whether values of all the other's types are allowed here.
    #[must_use]
    pub fn includes(self, other: Self) -> bool {
        let mine = if self.0 & Self::NUMBER.0 == 0 { self.0 } else { self.0 | Self::INTEGER.0 };
        mine & other.0 == other.0
    }

    /// The names of the types, as in JSON Schema.
    #[must_use]
    pub fn names(self) -> Vec<&'static str> {
        NAMES.iter().filter(|(_, bit, _)| self.0 & bit != 0).map(|(name, ..)| *name).collect()
    }

    /// Whether a value has one of the types.
    #[must_use]
    pub fn admit(self, value: &Value) -> bool {
        let kind = match value {
            Value::Null => Self::NULL,
            Value::Bool(_) => Self::BOOLEAN,
            Value::Number(number) if number.as_f64().is_none_or(|float| float.fract() == 0.0) => {
                Self::INTEGER
            }
            Value::Number(_) => Self::NUMBER,
            Value::String(_) => Self::STRING,
            Value::Array(_) => Self::ARRAY,
            Value::Object(_) => Self::OBJECT,
        };
        self.includes(kind)
    }

    /// The bit of a type's name.
    pub(crate) fn named(word: &str) -> Option<Self> {
        NAMES.iter().find(|(known, ..)| *known == word).map(|(_, bit, _)| Self(*bit))
    }

    /// No type, to which others are added.
    pub(crate) const NONE: Self = Self(0);

    /// Whether the types are in the set by name: `integer` is not in the set of `number`.
    pub(crate) fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// The types of both.
    pub(crate) fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The names of the types in a sentence: "a whole number".
    #[must_use]
    pub fn words(self) -> Vec<String> {
        NAMES.iter().filter(|(_, bit, _)| self.0 & bit != 0).map(|(.., words)| (*words).to_owned()).collect()
    }
}
