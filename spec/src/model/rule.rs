//! What a constraint demands, as data: one variant for each keyword.
//!
//! How a keyword is read, said and shown is in [`crate::rule`], one file each.

use super::Schema;
use super::image::ImageRange;
use super::kinds::Kinds;
use super::number::{Bound, Count, Edge, End};
use super::relation::{Operation, Relation};
use super::value::equal;
use bigdecimal::BigDecimal;
use serde_json::Value;
use std::collections::HashSet;

/// What a constraint demands.
#[derive(Clone, Debug)]
pub enum Rule {
    /// `type`: the JSON type.
    Type(Kinds),
    /// `required`: the parameter is present.
    Required,
    /// `const`: one value.
    Const(Value),
    /// `enum`, or `oneOf` of documented constants.
    Enum(Enum),
    /// The schema `false`.
    False,
    /// `minimum`: the least number.
    Minimum(BigDecimal),
    /// `maximum`: the greatest number.
    Maximum(BigDecimal),
    /// `exclusiveMinimum`: numbers are greater.
    ExclusiveMinimum(BigDecimal),
    /// `exclusiveMaximum`: numbers are less.
    ExclusiveMaximum(BigDecimal),
    /// `multipleOf`: the step of a number.
    MultipleOf(BigDecimal),
    /// `minLength`, in Unicode scalar values: not bytes, not UTF-16 units, not what a person sees as one character.
    MinLength(u64),
    /// `maxLength`, in Unicode scalar values.
    MaxLength(u64),
    /// `format`.
    Format(Format),
    /// `pattern`.
    Pattern(Pattern),
    /// `minItems`.
    MinItems(u64),
    /// `maxItems`.
    MaxItems(u64),
    /// `uniqueItems: true`: no two items of an array are equal.
    UniqueItems,
    /// `additionalProperties: false`, with the names that are allowed, in the order of the document.
    AdditionalProperties(Vec<String>),
    /// `dependentRequired`.
    DependentRequired(DependentRequired),
    /// `dependentSchemas`, in the order of the document; at least one.
    DependentSchemas(Vec<DependentSchema>),
    /// A branch of `allOf` that states more than further rules.
    AllOf(Box<Schema>),
    /// `anyOf`.
    AnyOf(Vec<Schema>),
    /// `oneOf`.
    OneOf(Vec<Schema>),
    /// `not`.
    Not(Box<Schema>),
    /// `if` with `then` and `else`.
    If(Box<If>),
    /// `contains`.
    Contains(Box<Schema>),
    /// `prefixItems`, with the `items` beside it.
    PrefixItems(PrefixItems),
    /// `patternProperties`, with the `additionalProperties` beside it.
    PatternProperties(PatternProperties),
    /// `unevaluatedProperties: false`.
    UnevaluatedProperties(UnevaluatedProperties),
    /// `propertyNames`.
    PropertyNames(Box<Schema>),
    /// `x-constraints`: the product of two parameters.
    Area(Relation),
    /// `x-constraints`: the quotient of two parameters.
    Ratio(Relation),
    /// `x-constraints`: the size of an image.
    Image(ImageRange),
    /// `x-unique`: differs between the tasks of a batch.
    Unique,
}

/// Questions of code that does not care which of several keywords it is.
impl Rule {
    /// The end of a number's range, where the rule is one.
    #[must_use]
    pub fn bound(&self) -> Option<Bound<'_>> {
        let (edge, value) = match self {
            Self::Minimum(value) => (Edge::Minimum, value),
            Self::Maximum(value) => (Edge::Maximum, value),
            Self::ExclusiveMinimum(value) => (Edge::ExclusiveMinimum, value),
            Self::ExclusiveMaximum(value) => (Edge::ExclusiveMaximum, value),
            _ => return None,
        };
        Some(Bound { edge, value })
    }

    /// The end of a string's length, where the rule is one.
    #[must_use]
    pub fn length(&self) -> Option<Count> {
        match self {
            Self::MinLength(count) => Some(Count { end: End::Min, count: *count }),
            Self::MaxLength(count) => Some(Count { end: End::Max, count: *count }),
            _ => None,
        }
    }

    /// The end of an array's length, where the rule is one.
    #[must_use]
    pub fn items(&self) -> Option<Count> {
        match self {
            Self::MinItems(count) => Some(Count { end: End::Min, count: *count }),
            Self::MaxItems(count) => Some(Count { end: End::Max, count: *count }),
            _ => None,
        }
    }

    /// The relation of two parameters, where the rule is one.
    #[must_use]
    pub fn relation(&self) -> Option<&Relation> {
        match self {
            Self::Area(relation) | Self::Ratio(relation) => Some(relation),
            _ => None,
        }
    }
}

impl From<Relation> for Rule {
    fn from(relation: Relation) -> Self {
        match relation.operation {
            Operation::Area => Self::Area(relation),
            Operation::Ratio => Self::Ratio(relation),
        }
    }
}

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
    /// Whether a value is one of them.
    #[must_use]
    pub fn contains(&self, value: &Value) -> bool {
        self.values.iter().any(|known| equal(&known.value, value))
    }
}

/// A string format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// `uuid`: 8-4-4-4-12 hexadecimal digits, any version, either case.
    Uuid,
    /// `uuid4`: a `uuid` of version 4 and of the RFC 9562 variant.
    Uuid4,
    /// `uri`: RFC 3986, with a scheme.
    Uri,
}

impl Format {
    /// All formats of the dialect.
    pub const ALL: [Self; 3] = [Self::Uuid, Self::Uuid4, Self::Uri];

    /// The word in a document.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Uuid => "uuid",
            Self::Uuid4 => "uuid4",
            Self::Uri => "uri",
        }
    }
}

/// A regular expression, as published and as the `regex` crate reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    /// ECMA 262, as in the document.
    pub ecma: String,
    /// The same in the syntax of the `regex` crate.
    pub rust: String,
}

impl Pattern {
    /// Whether a text holds a match. The pattern is compiled for each question.
    #[must_use]
    pub fn is_match(&self, text: &str) -> bool {
        regex::Regex::new(&self.rust).is_ok_and(|pattern| pattern.is_match(text))
    }
}

/// Each trigger with the members it needs, in the order of the document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DependentRequired {
    /// Trigger and needs.
    pub needs: Vec<(String, Vec<String>)>,
    /// The sentence of each need, in the same order, with its conditions in front.
    pub sentences: Vec<Vec<String>>,
}

impl DependentRequired {
    /// Each trigger with its needs and their sentences.
    pub fn demands(&self) -> impl Iterator<Item = (&str, impl Iterator<Item = (&str, &str)>)> {
        self.needs.iter().zip(&self.sentences).map(|((trigger, needs), sentences)| {
            let texts = sentences.iter().map(String::as_str);
            (trigger.as_str(), needs.iter().map(String::as_str).zip(texts))
        })
    }

    /// Every name in the rule, each once.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let mut seen = HashSet::new();
        let all = self.needs.iter().flat_map(|(trigger, needs)| std::iter::once(trigger).chain(needs));
        all.filter(|name| seen.insert(*name)).cloned().collect()
    }
}

/// What holds for items by their places.
#[derive(Clone, Debug)]
pub struct PrefixItems {
    /// What holds for the first items, one after the other; at least one.
    pub first: Vec<Schema>,
    /// What holds for each item after those.
    pub others: Option<Schema>,
}

impl PrefixItems {
    /// What holds for the item at a place.
    #[must_use]
    pub fn at(&self, place: usize) -> Option<&Schema> {
        self.first.get(place).or(self.others.as_ref())
    }
}

/// What the members of an object are called that a schema and its `allOf` close.
#[derive(Clone, Debug)]
pub struct UnevaluatedProperties {
    /// The names that are declared, in the order of the document.
    pub names: Vec<String>,
    /// Patterns of further names.
    pub patterns: Vec<Pattern>,
}

impl UnevaluatedProperties {
    /// Whether a member of that name is evaluated.
    #[must_use]
    pub fn knows(&self, name: &str) -> bool {
        self.names.iter().any(|known| known == name) || self.patterns.iter().any(|one| one.is_match(name))
    }
}

/// What holds for members by their names.
#[derive(Clone, Debug)]
pub struct PatternProperties {
    /// In the order of the document; at least one.
    pub patterns: Vec<PatternProperty>,
    /// The names that `properties` declares.
    pub declared: Vec<String>,
    /// What holds for members that are not declared and match no pattern.
    pub others: Option<Schema>,
}

impl PatternProperties {
    /// What holds for the member of a name: the schemas of all patterns that match it, or that of the others.
    #[must_use]
    pub fn schemas_of(&self, name: &str) -> Vec<&Schema> {
        let matching = self.patterns.iter().filter(|one| one.pattern.is_match(name));
        let mut schemas: Vec<&Schema> = matching.map(|one| &one.schema).collect();
        if schemas.is_empty() && !self.declared.iter().any(|known| known == name) {
            schemas.extend(&self.others);
        }
        schemas
    }
}

/// A pattern, and what holds for the members whose names match it.
#[derive(Clone, Debug)]
pub struct PatternProperty {
    /// Matches names.
    pub pattern: Pattern,
    /// What holds for the values.
    pub schema: Schema,
}

/// A member, and what holds for its object where it is present.
#[derive(Clone, Debug)]
pub struct DependentSchema {
    /// The member.
    pub trigger: String,
    /// What holds for the object.
    pub schema: Schema,
}

/// `if` with `then` and `else`; a branch that is left out demands nothing.
#[derive(Clone, Debug)]
pub struct If {
    /// The condition.
    pub condition: Schema,
    /// What holds when the condition does.
    pub then: Option<Schema>,
    /// What holds when it does not.
    pub otherwise: Option<Schema>,
}
