//! `type`: the JSON types a value may have.

use crate::diagnostic::Diagnostic;
use crate::model::Schema;
use crate::source::Node;
use crate::text;
use crate::witness::{self, Side, Witness};
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

    pub(crate) fn read(node: Node<'_>) -> Result<Self, Diagnostic> {
        let names = if node.kind() == "an array" { node.items()? } else { vec![node] };
        let mut kinds = 0;
        for name in &names {
            let word = name.string()?;
            let Some((_, bit, _)) = NAMES.iter().find(|(known, ..)| *known == word) else {
                let known = NAMES.map(|(known, ..)| known).join(", ");
                let shown = text::shorten(&word, 60);
                return Err(name.error(format!("`{shown}` is no JSON type"), format!("use one of {known}")));
            };
            if kinds & bit != 0 {
                return Err(name.error(format!("`{word}` is named twice"), "name it once"));
            }
            kinds |= bit;
        }
        if kinds == 0 {
            return Err(node.error("a list of no types", "name at least one type"));
        }
        Ok(Self(kinds))
    }

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

    pub(crate) fn sentence(self) -> String {
        let words: Vec<String> = NAMES
            .iter()
            .filter(|(_, bit, _)| self.0 & bit != 0)
            .map(|(.., words)| (*words).to_owned())
            .collect();
        format!("must be {}", text::list(&words, "or"))
    }
}

impl Kinds {
    /// One value of each JSON type, made as like a legal value as it can be.
    pub(crate) fn witnesses(self, schema: &Schema) -> Vec<Witness> {
        self.witnesses_like(schema, None)
    }

    /// The same, made like a value that is known to be legal.
    #[must_use]
    pub fn witnesses_like(self, schema: &Schema, legal_one: Option<Value>) -> Vec<Witness> {
        let legal =
            schema.constraints.iter().filter(|constraint| !matches!(constraint.rule, super::Rule::Type(_)));
        let proposals = legal.flat_map(|constraint| witness::proposals(constraint, schema));
        let sample =
            proposals.into_iter().find(|witness| witness.side == Side::Accept && witness.level.is_none());
        let sample = legal_one.or(sample.map(|witness| witness.value)).unwrap_or_else(|| self.plain());
        let text = sample.as_str().map_or_else(|| sample.to_string(), str::to_owned);
        let mut witnesses = vec![
            Witness::accept(sample.clone(), "of the type"),
            Witness::reject(Value::Null, "null"),
            Witness::reject(true, "true"),
            Witness::reject(false, "false"),
            Witness::reject(text, "the value as a string"),
            Witness::reject("", "an empty string"),
            Witness::reject(7, "a whole number"),
            Witness::reject(0, "zero"),
            Witness::reject(vec![sample.clone()], "the value in an array"),
            Witness::reject(Value::Array(Vec::new()), "an empty array"),
            Witness::reject(Value::Object(serde_json::Map::new()), "an empty object"),
        ];
        let item = schema.items.as_deref().and_then(|items| witness::samples(items).into_iter().next());
        witnesses.extend(item.map(|item| Witness::reject(item, "one item without an array")));
        if let Some(number) = sample.as_f64() {
            witnesses.push(Witness::reject(number + 0.5, "with a fraction"));
            witnesses.push(Witness::accept(number, "spelt with a decimal point").unstated());
        } else {
            witnesses.push(Witness::reject(1.5, "a number with a fraction"));
        }
        witnesses.retain(|witness| witness.side == Side::Accept || !self.admit(&witness.value));
        witnesses
    }

    fn plain(self) -> Value {
        let plain = [
            Value::from(true),
            Value::from(1),
            Value::from("text"),
            Value::Object(serde_json::Map::new()),
            Value::Array(Vec::new()),
        ];
        plain.into_iter().find(|value| self.admit(value)).unwrap_or_default()
    }
}
