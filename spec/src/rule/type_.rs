//! `type`: the JSON types a value may have.

use super::{Keyword, Scope, proposals, samples};
use crate::document::{Diagnostic, Member, text};
use crate::model::{Kinds, Rule, Schema, Side, Witness};
use serde_json::Value;

pub(super) struct Type(pub(super) Kinds);

pub(super) fn read<'a>(member: &Member<'a>, _: &mut dyn Scope<'a>) -> Result<Vec<Rule>, Diagnostic> {
    let node = member.value;
    let names = if node.kind() == "an array" { node.items()? } else { vec![node] };
    let mut kinds = Kinds::NONE;
    for name in &names {
        let word = name.string()?;
        let Some(kind) = Kinds::named(&word) else {
            let known = Kinds::ANY.names().join(", ");
            let shown = text::shorten(&word, 60);
            return Err(name.error(format!("`{shown}` is no JSON type"), format!("use one of {known}")));
        };
        if kinds.has(kind) {
            return Err(name.error(format!("`{word}` is named twice"), "name it once"));
        }
        kinds = kinds.with(kind);
    }
    if kinds == Kinds::NONE {
        return Err(node.error("a list of no types", "name at least one type"));
    }
    Ok(vec![Rule::Type(kinds)])
}

impl Keyword<'_> for Type {
    fn name(&self) -> &'static str {
        "type"
    }

    fn rank(&self) -> u8 {
        0
    }

    fn sentence(&self) -> String {
        format!("must be {}", text::list(&self.0.words(), "or"))
    }

    /// One value of each JSON type, made as like a legal value as it can be.
    fn witnesses(&self, schema: &Schema) -> Vec<Witness> {
        self.0.witnesses_like(schema, None)
    }
}

/// Texts that are as good as any other where nothing but the length of a text is limited.
const OPEN_TEXTS: [(&str, &str); 5] = [
    (
        "  a \t b\nc\r\nd  \"e\" 'f' <b>&amp;</b> {{x}} ${x} %s %00 \\n \\ \u{5d0}\u{5d1} \u{202e}rtl\u{202c} \
         e\u{301} \u{fb01} \u{b2} \u{212b} \u{1f3a8} \u{1f468}\u{200d}\u{1f469} \u{200b} \u{feff} ",
        "signs of every kind",
    ),
    ("a\0b\u{1}c\u{8}d\u{1b}e\u{7f}f\u{85}g", "control characters"),
    ("   ", "blanks alone"),
    ("1234567890", "digits alone"),
    (r#"{"positivePrompt": [null, true, "x"]}"#, "a text that looks like JSON"),
];

/// At most so many parts of a text.
const MAX_PARTS: usize = 10;

/// The text in parts, where a parameter has no room for all of it.
fn parts(schema: &Schema, text: &str) -> Vec<Witness> {
    let room = schema.rules().find_map(|rule| match rule {
        Rule::MaxLength(room) => usize::try_from(*room).ok(),
        _ => None,
    });
    let characters: Vec<char> = text.chars().collect();
    let Some(room) = room.filter(|room| characters.len().div_ceil((*room).max(1)) <= MAX_PARTS) else {
        return Vec::new();
    };
    if room >= characters.len() {
        return Vec::new();
    }
    let part = |(number, part): (usize, &[char])| {
        let about = format!("signs of every kind, part {}", number + 1);
        Witness::accept(part.iter().collect::<String>(), about)
    };
    characters.chunks(room).enumerate().map(part).collect()
}

impl Kinds {
    /// One value of each JSON type, made like a value that is known to be legal.
    #[must_use]
    pub fn witnesses_like(self, schema: &Schema, legal_one: Option<Value>) -> Vec<Witness> {
        let legal = schema.constraints.iter().filter(|constraint| !matches!(constraint.rule, Rule::Type(_)));
        let proposals = legal.flat_map(|constraint| proposals(constraint, schema));
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
        let item = schema.items.as_deref().and_then(|items| samples(items).into_iter().next());
        witnesses.extend(item.map(|item| Witness::reject(item, "one item without an array")));
        if let Some(number) = sample.as_f64() {
            witnesses.push(Witness::reject(number + 0.5, "with a fraction"));
            witnesses.push(Witness::accept(number, "spelt with a decimal point").unstated());
        } else {
            witnesses.push(Witness::reject(1.5, "a number with a fraction"));
        }
        if let Some(number) = sample.as_f64().filter(|_| !self.has(Kinds::STRING)) {
            witnesses.push(Witness::reject(format!("{number:e}"), "the value as a string with an exponent"));
            witnesses.push(Witness::reject(format!(" {number}"), "the value as a string after a space"));
        }
        let is_open = |rule: &Rule| matches!(rule, Rule::Type(_)) || rule.length().is_some();
        if self == Kinds::STRING && schema.rules().all(is_open) {
            let accept = |(text, about)| Witness::accept(text, about);
            witnesses.extend(OPEN_TEXTS.map(accept));
            witnesses.extend(parts(schema, OPEN_TEXTS[0].0));
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
