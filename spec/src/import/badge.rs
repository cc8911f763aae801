//! The badges of a model page: what stands beside a parameter's name, whatever the layout writes them like.

use crate::document::{Source, Tree};
use crate::facts::{Fact, Parameter, Remark};
use crate::model::Level;

/// One badge: its label in lower case (`min items`), and its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Badge {
    pub(super) label: String,
    pub(super) text: String,
    pub(super) line: usize,
}

/// Labels of badges, each with what it is a badge of.
pub(super) const LABELS: [(&str, Meaning); 18] = [
    ("min items", Meaning::MinItems),
    ("max items", Meaning::MaxItems),
    ("min length", Meaning::MinLength),
    ("max length", Meaning::MaxLength),
    ("paired with", Meaning::PairedWith),
    ("allowed values", Meaning::Values),
    ("required", Meaning::Required),
    ("pattern", Meaning::Pattern),
    ("default", Meaning::Default),
    ("format", Meaning::Format),
    ("value", Meaning::Value),
    ("const", Meaning::Value),
    ("type", Meaning::Type),
    ("step", Meaning::Step),
    ("path", Meaning::Path),
    ("min", Meaning::Min),
    ("max", Meaning::Max),
    ("properties", Meaning::Properties),
];

/// What a badge says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    MinItems,
    MaxItems,
    MinLength,
    MaxLength,
    PairedWith,
    Values,
    Required,
    Pattern,
    Default,
    Format,
    Value,
    Type,
    Step,
    Path,
    Min,
    Max,
    Properties,
}

impl Badge {
    pub(super) fn new(label: &str, text: &str, line: usize) -> Self {
        Self { label: label.trim().to_lowercase(), text: text.trim().to_owned(), line }
    }

    pub(super) fn meaning(&self) -> Option<Meaning> {
        LABELS.iter().find(|(label, _)| *label == self.label).map(|(_, meaning)| *meaning)
    }
}

/// A parameter as its badges describe it, and how many properties a badge promised.
pub(super) struct Read {
    pub(super) parameter: Parameter,
    pub(super) promised: Option<usize>,
}

/// Reads the badges of one parameter. What is not understood is reported and left out.
pub(super) fn read(name: &str, line: usize, badges: &[Badge], unread: &mut Vec<Remark>) -> Read {
    let mut parameter = Parameter { name: name.to_owned(), line, is_listed: true, ..Parameter::default() };
    let mut promised = None;
    let kind = badges.iter().find(|badge| badge.meaning() == Some(Meaning::Type));
    if let Some(badge) = kind {
        match kinds(&badge.text) {
            Some(kinds) => {
                promised = kinds.properties;
                kinds.apply(&mut parameter, badge.line);
            }
            None => unread.push(Remark::new(badge.line, format!("the type `{}` of `{name}`", badge.text))),
        }
    }
    for badge in badges.iter().filter(|badge| badge.meaning() != Some(Meaning::Type)) {
        match fact(badge, &parameter) {
            Ok(Some(fact)) if parameter.fact(&fact.keyword).is_some() => unread.push(Remark::new(
                badge.line,
                format!("`{name}` has its {} twice: {}", badge.label, badge.text),
            )),
            Ok(fact) => parameter.facts.extend(fact),
            Err(()) if badge.meaning() == Some(Meaning::Properties) => {
                promised = badge.text.split(' ').next().and_then(|count| count.parse().ok());
            }
            Err(()) => {
                let label = if badge.label.is_empty() { String::new() } else { format!("{}: ", badge.label) };
                unread
                    .push(Remark::new(badge.line, format!("the badge `{label}{}` of `{name}`", badge.text)));
            }
        }
    }
    Read { parameter, promised }
}

/// The fact of a badge; none where it states nothing, an error where it is not understood.
fn fact(badge: &Badge, parameter: &Parameter) -> Result<Option<Fact>, ()> {
    let text = badge.text.as_str();
    let (keyword, value) = match badge.meaning().ok_or(())? {
        Meaning::Required => match text {
            "true" | "" | "yes" => ("required", Tree::Boolean(true)),
            "false" | "no" => return Ok(None),
            _ => return Err(()),
        },
        Meaning::Value => ("const", literal(text, parameter)),
        Meaning::Default => ("default", literal(text, parameter)),
        Meaning::Values => ("enum", Tree::List(vec![literal(text, parameter)])),
        Meaning::Format => ("format", Tree::text(format(text).ok_or(())?)),
        Meaning::Pattern => ("pattern", Tree::text(text)),
        Meaning::Step => ("multipleOf", number(text).ok_or(())?),
        Meaning::Min | Meaning::Max => limit(badge, parameter)?,
        Meaning::MinItems => ("minItems", count(text)?),
        Meaning::MaxItems => ("maxItems", count(text)?),
        Meaning::MinLength => ("minLength", count(text)?),
        Meaning::MaxLength => ("maxLength", count(text)?),
        Meaning::Path | Meaning::PairedWith | Meaning::Type => return Ok(None),
        Meaning::Properties => return Err(()),
    };
    Ok(Some(Fact { keyword: keyword.to_owned(), value, level: Level::Badge, line: badge.line }))
}

/// `min` and `max` are of a number, of the length of a string, or of the items of an array.
fn limit(badge: &Badge, parameter: &Parameter) -> Result<(&'static str, Tree), ()> {
    let is_lower = badge.meaning() == Some(Meaning::Min);
    let pick = |lower, upper| if is_lower { lower } else { upper };
    if parameter.is_a("string") {
        Ok((pick("minLength", "maxLength"), count(&badge.text)?))
    } else if parameter.is_a("array") {
        Ok((pick("minItems", "maxItems"), count(&badge.text)?))
    } else if parameter.is_a("integer") || parameter.is_a("number") {
        Ok((pick("minimum", "maximum"), number(&badge.text).ok_or(())?))
    } else {
        Err(())
    }
}

fn count(text: &str) -> Result<Tree, ()> {
    let source = Source::new("badge", text);
    let count = source.root().and_then(|node| node.count()).map_err(|_| ())?;
    Ok(Tree::Number(count.to_string()))
}

fn number(text: &str) -> Option<Tree> {
    let source = Source::new("badge", text);
    source.root().and_then(|node| node.decimal()).ok()?;
    Some(Tree::Number(text.trim().to_owned()))
}

/// The format of a badge, in the word of a document.
fn format(text: &str) -> Option<&'static str> {
    match text.to_lowercase().as_str() {
        "uuid v4" | "uuidv4" | "uuid4" => Some("uuid4"),
        "uuid" => Some("uuid"),
        "uri" | "url" => Some("uri"),
        _ => None,
    }
}

/// A value as JSON: of the parameter's type where the text fits it, otherwise a string.
pub(super) fn literal(text: &str, parameter: &Parameter) -> Tree {
    if parameter.is_a("string") {
        return Tree::text(text);
    }
    let kinds = parameter.fact("type");
    let names: Vec<&str> = kinds
        .map(|fact| {
            fact.value.as_text().into_iter().chain(fact.value.items().iter().filter_map(Tree::as_text))
        })
        .into_iter()
        .flatten()
        .collect();
    let of = |kind: &str| names.is_empty() || names.contains(&kind);
    match Tree::parse(text) {
        Ok(Tree::Number(_)) if (of("integer") || of("number")) => {
            number(text).unwrap_or_else(|| Tree::text(text))
        }
        Ok(value @ Tree::Boolean(_)) if of("boolean") => value,
        Ok(value @ Tree::List(_)) if of("array") => value,
        Ok(value @ Tree::Object(_)) if of("object") => value,
        _ => Tree::text(text),
    }
}

/// The types of a badge.
struct Kinds {
    names: Vec<&'static str>,
    /// The types of an array's items.
    items: Option<Box<Kinds>>,
    /// How many properties an object is said to have.
    properties: Option<usize>,
}

impl Kinds {
    fn apply(&self, parameter: &mut Parameter, line: usize) {
        let value = match self.names.as_slice() {
            [one] => Tree::text(*one),
            many => Tree::texts(many.iter().copied()),
        };
        parameter.facts.push(Fact { keyword: "type".to_owned(), value, level: Level::Badge, line });
        if let Some(kinds) = &self.items {
            let mut items = Parameter { line, is_listed: true, ..Parameter::default() };
            kinds.apply(&mut items, line);
            parameter.items = Some(Box::new(items));
        }
    }
}

/// `integer`, `array of strings`, `object (7 properties)`, `string or integer`.
fn kinds(text: &str) -> Option<Kinds> {
    let text = text.trim();
    if let Some(rest) = text.strip_prefix("array of ").or_else(|| text.strip_prefix("list of ")) {
        let items = kinds(rest)?;
        return Some(Kinds { names: vec!["array"], items: Some(Box::new(items)), properties: None });
    }
    if let Some(inner) = text.strip_suffix("[]") {
        return kinds(&format!("array of {inner}"));
    }
    if let Some((object, rest)) = text.split_once(" (") {
        let count = rest.strip_suffix(" properties)").or_else(|| rest.strip_suffix(" property)"))?;
        let properties = Some(count.parse().ok()?);
        return Some(Kinds { properties, ..kinds(object)? }).filter(|kinds| kinds.names == ["object"]);
    }
    let words: Vec<&str> =
        text.split(" or ").flat_map(|part| part.split(['|', ','])).map(str::trim).collect();
    let mut names = Vec::new();
    for word in words {
        let name = kind(word)?;
        if !names.contains(&name) {
            names.push(name);
        }
    }
    Some(Kinds { names, items: None, properties: None })
}

/// The JSON type of a word, in the singular or the plural.
fn kind(word: &str) -> Option<&'static str> {
    const WORDS: [(&str, &str); 10] = [
        ("string", "string"),
        ("integer", "integer"),
        ("int", "integer"),
        ("float", "number"),
        ("double", "number"),
        ("number", "number"),
        ("boolean", "boolean"),
        ("object", "object"),
        ("array", "array"),
        ("null", "null"),
    ];
    let word = word.to_lowercase();
    let singular = word.strip_suffix('s').unwrap_or(&word);
    WORDS.iter().find(|(known, _)| *known == singular).map(|(_, name)| *name)
}

/// A type at the start of a line of badges that run together: its text, and the rest.
pub(super) fn leading_kind(line: &str) -> Option<(&str, &str)> {
    const STARTS: [&str; 9] =
        ["array of ", "string", "integer", "float", "number", "boolean", "object", "array", "null"];
    let start = STARTS.into_iter().find(|start| line.starts_with(start))?;
    let mut end = start.len();
    if start == "array of " {
        let plurals = ["strings", "integers", "floats", "numbers", "booleans", "objects", "arrays"];
        end += plurals.into_iter().find(|word| line[end..].starts_with(word))?.len();
    }
    while let Some(rest) = line[end..].strip_prefix(" or ").or_else(|| line[end..].strip_prefix(" | ")) {
        let joint = line.len() - end - rest.len();
        let Some(next) = STARTS[1..].iter().find(|start| rest.starts_with(**start)) else { break };
        end += joint + next.len();
    }
    Some(line.split_at(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(badges: &[(&str, &str)]) -> (Vec<String>, Vec<String>) {
        let badges: Vec<Badge> =
            badges.iter().enumerate().map(|(line, (label, text))| Badge::new(label, text, line)).collect();
        let mut unread = Vec::new();
        let read = read("p", 0, &badges, &mut unread);
        let facts = read.parameter.facts.iter().map(|fact| format!("{} {}", fact.keyword, fact.value.line()));
        (facts.collect(), unread.into_iter().map(|remark| remark.text).collect())
    }

    #[test]
    fn a_badge_means_what_the_type_makes_of_it() {
        let (found, unread) = facts(&[("Min", "2"), ("Max", "5"), ("Type", "string"), ("Default", "7")]);
        assert_eq!(found, [r#"type "string""#, "minLength 2", "maxLength 5", r#"default "7""#]);
        assert!(unread.is_empty());
        let (found, _) = facts(&[("Type", "float"), ("Min", "0.10"), ("Step", "0.01"), ("Default", "0.5")]);
        assert_eq!(found, [r#"type "number""#, "minimum 0.10", "multipleOf 0.01", "default 0.5"]);
        let (found, _) = facts(&[("type", "array of integers"), ("min", "1"), ("max items", "4")]);
        assert_eq!(found, [r#"type "array""#, "minItems 1", "maxItems 4"]);
        let (found, _) = facts(&[("Type", "integer | string"), ("Default", "auto"), ("Required", "false")]);
        assert_eq!(found, [r#"type ["integer","string"]"#, r#"default "auto""#]);
    }

    #[test]
    fn what_is_not_understood_is_reported_and_left_out() {
        let (found, unread) = facts(&[
            ("Type", "quaternion"),
            ("Min", "3"),
            ("Format", "hex"),
            ("Plan", "enterprise"),
            ("Required", "perhaps"),
            ("Step", "1e9999"),
        ]);
        assert!(found.is_empty(), "{found:?}");
        assert_eq!(
            unread,
            [
                "the type `quaternion` of `p`",
                "the badge `min: 3` of `p`",
                "the badge `format: hex` of `p`",
                "the badge `plan: enterprise` of `p`",
                "the badge `required: perhaps` of `p`",
                "the badge `step: 1e9999` of `p`",
            ]
        );
    }
}
