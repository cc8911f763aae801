//! The kinds of constraint, one module each: what it holds, how it is read, and the sentence that says it.
//!
//! `codegen/src/check` emits and `generated/src/check` runs the same rules under the same file names.

pub mod closed;
pub mod composite;
pub mod contains;
pub mod dependent;
pub mod format;
pub mod items;
pub mod kind;
pub mod length;
pub mod literal;
pub mod multiple_of;
pub mod pattern;
pub mod range;
pub mod relation;

use crate::model::Schema;
use serde_json::Value;

/// What a constraint demands.
#[derive(Clone, Debug)]
pub enum Rule {
    /// `type`: the JSON type.
    Type(kind::Kinds),
    /// `required`: the parameter is present.
    Required,
    /// `const`: one value.
    Const(Value),
    /// `enum`, or `oneOf` of documented constants.
    Enum(literal::Enum),
    /// The schema `false`.
    Never,
    /// `minimum`, `maximum`, `exclusiveMinimum`, `exclusiveMaximum`.
    Range(range::Range),
    /// `multipleOf`.
    MultipleOf(bigdecimal::BigDecimal),
    /// `minLength`, `maxLength`, in Unicode scalar values.
    Length(length::Length),
    /// `format`.
    Format(format::Format),
    /// `pattern`.
    Pattern(pattern::Pattern),
    /// `minItems`, `maxItems`.
    Items(items::Items),
    /// `additionalProperties: false`, with the names that are allowed.
    Closed(closed::Closed),
    /// `dependentRequired`.
    Dependent(dependent::Dependent),
    /// A branch of `allOf` that states more than further rules.
    AllOf(Box<Schema>),
    /// `anyOf`.
    AnyOf(Vec<Schema>),
    /// `oneOf`.
    OneOf(Vec<Schema>),
    /// `not`.
    Not(Box<Schema>),
    /// `if` with `then` and `else`.
    If(Box<composite::If>),
    /// `contains`.
    Contains(Box<Schema>),
    /// `x-constraints`: area or ratio of two parameters.
    Relation(relation::Relation),
    /// `x-unique`: differs between the tasks of a batch.
    Unique,
}

impl Rule {
    /// The word that ends the constraint's id: the keyword that states the rule.
    #[must_use]
    pub fn keyword(&self) -> &'static str {
        match self {
            Self::Type(_) => "type",
            Self::Required => "required",
            Self::Const(_) => "const",
            Self::Enum(_) => "enum",
            Self::Never => "false",
            Self::Range(range) => range.edge.keyword(),
            Self::MultipleOf(_) => "multipleOf",
            Self::Length(length) => length.end.keyword("Length"),
            Self::Format(_) => "format",
            Self::Pattern(_) => "pattern",
            Self::Items(items) => items.end.keyword("Items"),
            Self::Closed(_) => "additionalProperties",
            Self::Dependent(_) => "dependentRequired",
            Self::AllOf(_) => "allOf",
            Self::AnyOf(_) => "anyOf",
            Self::OneOf(_) => "oneOf",
            Self::Not(_) => "not",
            Self::If(_) => "if",
            Self::Contains(_) => "contains",
            Self::Relation(relation) => relation.operation.word(),
            Self::Unique => "unique",
        }
    }

    /// The sentence that says the rule, to stand after the name of the value: "must be at most 3840".
    #[must_use]
    pub fn sentence(&self) -> String {
        match self {
            Self::Type(kinds) => kinds.sentence(),
            Self::Required => "is required".to_owned(),
            Self::Const(value) => literal::const_sentence(value),
            Self::Enum(values) => values.sentence(),
            Self::Never => "is never allowed".to_owned(),
            Self::Range(range) => range.sentence(),
            Self::MultipleOf(step) => multiple_of::sentence(step),
            Self::Length(length) => length.sentence(),
            Self::Format(format) => format.sentence().to_owned(),
            Self::Pattern(pattern) => pattern.sentence(),
            Self::Items(items) => items.sentence(),
            Self::Closed(closed) => closed.sentence(),
            Self::Dependent(dependent) => dependent.sentence(),
            Self::AllOf(schema) => composite::all_of(schema),
            Self::AnyOf(branches) => composite::any_of(branches),
            Self::OneOf(branches) => composite::one_of(branches),
            Self::Not(schema) => composite::not(schema),
            Self::If(rule) => rule.sentence(),
            Self::Contains(schema) => contains::sentence(schema),
            Self::Relation(relation) => relation.sentence(),
            Self::Unique => "must differ from that of every other task in the batch".to_owned(),
        }
    }

    /// Whether the rule ties several parameters (or alternatives) together, rather than one value to a limit.
    #[must_use]
    pub fn is_composite(&self) -> bool {
        match self {
            Self::Dependent(_)
            | Self::AllOf(_)
            | Self::AnyOf(_)
            | Self::OneOf(_)
            | Self::Not(_)
            | Self::If(_)
            | Self::Contains(_)
            | Self::Relation(_) => true,
            Self::Type(_)
            | Self::Required
            | Self::Const(_)
            | Self::Enum(_)
            | Self::Never
            | Self::Range(_)
            | Self::MultipleOf(_)
            | Self::Length(_)
            | Self::Format(_)
            | Self::Pattern(_)
            | Self::Items(_)
            | Self::Closed(_)
            | Self::Unique => false,
        }
    }

    /// The order in which the rules on one value are checked and reported.
    pub(crate) fn rank(&self) -> u8 {
        match self {
            Self::Type(_) => 0,
            Self::Required => 1,
            Self::Const(_) => 2,
            Self::Enum(_) => 3,
            Self::Never => 4,
            Self::Range(_) => 5,
            Self::MultipleOf(_) => 6,
            Self::Length(_) => 7,
            Self::Format(_) => 8,
            Self::Pattern(_) => 9,
            Self::Items(_) => 10,
            Self::Closed(_) => 11,
            Self::Dependent(_) => 12,
            Self::AllOf(_) => 13,
            Self::AnyOf(_) => 14,
            Self::OneOf(_) => 15,
            Self::Not(_) => 16,
            Self::If(_) => 17,
            Self::Contains(_) => 18,
            Self::Relation(_) => 19,
            Self::Unique => 20,
        }
    }
}

/// The lower or the upper end of a count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// At least.
    Min,
    /// At most.
    Max,
}

impl End {
    fn keyword(self, of: &str) -> &'static str {
        match (self, of) {
            (Self::Min, "Length") => "minLength",
            (Self::Max, "Length") => "maxLength",
            (Self::Min, _) => "minItems",
            (Self::Max, _) => "maxItems",
        }
    }

    /// "at least" or "at most".
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Min => "at least",
            Self::Max => "at most",
        }
    }
}

impl Rule {
    /// The dotted names of the members that the rule ties together, relative to the object that holds it.
    #[must_use]
    pub fn parameters(&self) -> Vec<String> {
        crate::read::subject(self)
    }

    /// The values that the rule names for one of these members: its constants and lists.
    #[must_use]
    pub fn values_of(&self, name: &str) -> Vec<Value> {
        let mut values = Vec::new();
        for schema in self.conditions() {
            schema.collect_values(name, &mut values);
        }
        values
    }

    /// The schemas that the rule is made of.
    #[must_use]
    pub fn conditions(&self) -> Vec<&Schema> {
        match self {
            Self::AllOf(schema) | Self::Not(schema) | Self::Contains(schema) => vec![schema],
            Self::AnyOf(branches) | Self::OneOf(branches) => branches.iter().collect(),
            Self::If(rule) => {
                [&rule.condition].into_iter().chain(&rule.then).chain(&rule.otherwise).collect()
            }
            Self::Type(_)
            | Self::Required
            | Self::Const(_)
            | Self::Enum(_)
            | Self::Never
            | Self::Range(_)
            | Self::MultipleOf(_)
            | Self::Length(_)
            | Self::Format(_)
            | Self::Pattern(_)
            | Self::Items(_)
            | Self::Closed(_)
            | Self::Dependent(_)
            | Self::Relation(_)
            | Self::Unique => Vec::new(),
        }
    }
}

impl Schema {
    fn collect_values(&self, name: &str, values: &mut Vec<Value>) {
        if let Some(schema) = self.at(name) {
            for rule in schema.rules() {
                match rule {
                    Rule::Const(value) => values.push(value.clone()),
                    Rule::Enum(list) => values.extend(list.values.iter().map(|one| one.value.clone())),
                    _ => {}
                }
            }
        }
        for rule in self.rules() {
            for inner in rule.conditions() {
                inner.collect_values(name, values);
            }
        }
    }
}
