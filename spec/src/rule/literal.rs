//! `const` and `enum`: closed sets of values, with the documentation of each value where there is one.

use crate::diagnostic::Diagnostic;
use crate::model::Schema;
use crate::source::Node;
use crate::text;
use crate::witness::{Side, Witness};
use bigdecimal::BigDecimal;
use serde_json::Value;
use std::collections::{BTreeMap, HashSet};

/// The values of an `enum`, or of a `oneOf` whose branches are documented constants.
#[derive(Clone, Debug, PartialEq)]
pub struct Enum {
    /// In the order of the document, each once.
    pub values: Vec<EnumValue>,
}

/// One value and what is said about it.
#[derive(Clone, Debug, PartialEq)]
pub struct EnumValue {
    /// The value.
    pub value: Value,
    /// Name for people.
    pub title: Option<String>,
    /// Prose.
    pub description: Option<String>,
}

impl Enum {
    pub(crate) fn read(node: Node<'_>) -> Result<Self, Diagnostic> {
        let mut values: Vec<EnumValue> = Vec::new();
        for item in node.items()? {
            values.push(EnumValue { value: item.value()?, title: None, description: None });
        }
        let mut repeated = repeated(&values).into_iter();
        values.retain(|_| !repeated.next().unwrap_or_default());
        Ok(Self { values })
    }

    /// The documented form. `None` where the branches are anything but different constants.
    pub(crate) fn read_documented(node: Node<'_>) -> Option<Self> {
        let mut values: Vec<EnumValue> = Vec::new();
        for branch in node.items().ok()? {
            let mut value = None;
            let (mut title, mut description) = (None, None);
            for member in branch.members().ok()? {
                match member.key.as_str() {
                    "const" => value = Some(member.value.value().ok()?),
                    "title" => title = Some(member.value.string().ok()?),
                    "description" => description = Some(member.value.string().ok()?),
                    _ => return None,
                }
            }
            values.push(EnumValue { value: value?, title, description });
        }
        let is_list = !values.is_empty() && !repeated(&values).contains(&true);
        is_list.then_some(Self { values })
    }

    /// Whether a value is one of them.
    #[must_use]
    pub fn contains(&self, value: &Value) -> bool {
        self.values.iter().any(|known| equal(&known.value, value))
    }

    pub(crate) fn sentence(&self) -> String {
        let words: Vec<String> = self.values.iter().map(|known| text::literal(&known.value)).collect();
        match words.len() {
            0 => "must be one of no values".to_owned(),
            1 => format!("must be {}", words[0]),
            _ => format!("must be one of {}", words.join(", ")),
        }
    }
}

/// For each value whether an equal one comes before it.
fn repeated(values: &[EnumValue]) -> Vec<bool> {
    let mut seen = HashSet::new();
    values.iter().map(|one| !seen.insert(Same::of(&one.value))).collect()
}

pub(crate) fn const_sentence(value: &Value) -> String {
    format!("must be {}", text::literal(value))
}

/// JSON Schema's equality: 1 and 1.0 are the same number, `false` and 0 are not the same.
#[must_use]
pub fn equal(a: &Value, b: &Value) -> bool {
    Same::of(a) == Same::of(b)
}

/// What equal values have in common.
#[derive(PartialEq, Eq, Hash)]
enum Same<'a> {
    Null,
    Boolean(bool),
    Whole(i128),
    /// The bits of a float that is no whole number, or beyond `i128`.
    Float(u64),
    Text(&'a str),
    List(Vec<Same<'a>>),
    Object(BTreeMap<&'a str, Same<'a>>),
}

impl<'a> Same<'a> {
    fn of(value: &'a Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(flag) => Self::Boolean(*flag),
            Value::Number(number) => {
                whole(number).map_or(Self::Float(number.as_f64().unwrap_or_default().to_bits()), Self::Whole)
            }
            Value::String(text) => Self::Text(text),
            Value::Array(items) => Self::List(items.iter().map(Self::of).collect()),
            Value::Object(members) => {
                Self::Object(members.iter().map(|(name, value)| (name.as_str(), Self::of(value))).collect())
            }
        }
    }
}

/// The number as an integer, where it is one that `i128` holds.
fn whole(number: &serde_json::Number) -> Option<i128> {
    use bigdecimal::{FromPrimitive as _, ToPrimitive as _};
    if let Some(integer) = number.as_i128() {
        return Some(integer);
    }
    let float = number.as_f64().filter(|float| float.fract() == 0.0 && float.abs() < 1e30)?;
    bigdecimal::BigDecimal::from_f64(float)?.to_i128()
}

/// Words of this family of APIs that are values elsewhere and tempting here.
const TEMPTING: [&str; 18] = [
    "JPEG", "TIFF", "GIF", "SVG", "MP4", "hd", "standard", "max", "xhigh", "none", "off", "default", "url",
    "base64", "sync", "webhook", "strict", "true",
];

/// Texts that are nearly the given one: case, space, a letter more or less, and nothing at all.
fn near_misses(text: &str) -> Vec<Witness> {
    let mut shorter = text.to_owned();
    shorter.pop();
    let capital: String =
        text.chars().take(1).flat_map(char::to_uppercase).chain(text.chars().skip(1)).collect();
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

pub(crate) fn const_witnesses(value: &Value) -> Vec<Witness> {
    let mut witnesses = vec![Witness::accept(value.clone(), "the value")];
    witnesses.extend(misses_of(value));
    witnesses.push(Witness::reject("", "empty"));
    witnesses
}

fn misses_of(value: &Value) -> Vec<Witness> {
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

impl Enum {
    /// Each value, and what is nearly one of them.
    pub(crate) fn witnesses(&self, schema: &Schema) -> Vec<Witness> {
        let mut witnesses: Vec<Witness> = self
            .values
            .iter()
            .map(|one| Witness::accept(one.value.clone(), text::literal(&one.value)))
            .collect();
        // Long lists are of a kind: near misses of a few values tell as much as those of all.
        for one in self.values.iter().take(4) {
            witnesses.extend(misses_of(&one.value));
        }
        witnesses.push(Witness::reject("", "empty"));
        let told = schema.description.as_deref().map(words_in_ticks).unwrap_or_default();
        for word in told.iter().map(String::as_str).chain(TEMPTING) {
            witnesses.push(Witness::reject(word, format!("`{word}`")));
        }
        witnesses.retain(|witness| witness.side == Side::Accept || !self.contains(&witness.value));
        witnesses
    }
}

/// The words that a description sets in backticks.
fn words_in_ticks(text: &str) -> Vec<String> {
    let text = text.replace("\\`", "`");
    text.split('`').skip(1).step_by(2).filter(|word| word.len() < 30).map(str::to_owned).collect()
}

/// A JSON number as the decimal that it is written as.
#[must_use]
pub fn exact(value: &Value) -> Option<BigDecimal> {
    value.as_number()?.to_string().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn numbers_are_equal_by_value_and_never_to_booleans() {
        assert!(equal(&json!({"a": [1]}), &json!({"a": [1.0]})));
        assert!(equal(&json!(9_007_199_254_740_992_u64), &json!(9_007_199_254_740_992.0)));
        assert!(!equal(&json!(9_007_199_254_740_993_u64), &json!(9_007_199_254_740_992.0)));
        assert!(!equal(&json!(0), &json!(false)));
        assert!(!equal(&json!({"a": 1}), &json!({"a": 1, "b": 2})));
    }
}
