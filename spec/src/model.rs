//! The one model of a spec, from which every view (code, schemas, cases, documentation, faults) is made.
//!
//! A [`Model`] holds the task as a tree of [`Schema`]s. Every checkable statement in that tree is a
//! [`Constraint`] with a stable dotted id, a [`Level`] and a [`Rule`]. What answers must be is a list of
//! [`Behaviour`]s.

pub(crate) mod kinds;
pub(crate) mod number;
pub(crate) mod relation;
pub(crate) mod rule;
pub(crate) mod value;
pub(crate) mod witness;

pub use kinds::Kinds;
pub use number::{Bound, Count, Edge, End};
pub use relation::{Operation, Relation};
pub use rule::{DependentRequired, Enum, EnumValue, Format, If, Pattern, Rule};
pub use value::{equal, exact};
pub use witness::{Side, Witness};

use crate::behaviour::Behaviour;
use crate::diagnostic::Diagnostic;
use serde_json::Value;
use std::fmt;

/// A spec, understood.
#[derive(Clone, Debug)]
pub struct Model {
    /// The name of the document, for messages.
    pub source: String,
    /// File-name form of the model's name, such as `openai-gpt-image-2`.
    pub slug: String,
    /// The provider's id of the model, such as `openai:gpt-image@2`.
    pub air: Option<String>,
    /// Name for people.
    pub title: String,
    /// One line about the model.
    pub summary: String,
    /// The page that documents the model.
    pub documentation: Option<String>,
    /// The task object.
    pub task: Schema,
    /// One item of `data` in an answer.
    pub result: Option<Schema>,
    /// One item of `errors` in an answer.
    pub error: Option<Schema>,
    /// The JSON Schemas of answers, as the document has them.
    pub answers: Answers,
    /// What answers must be.
    pub behaviours: Vec<Behaviour>,
    /// Rules of the model's owner that the page does not have: a server may hold them or not.
    pub owner_rules: Vec<Relation>,
    /// Published prices: what was asked for, and USD for one result.
    pub prices: Vec<Price>,
    /// The task's JSON Schema exactly as the document has it, for the independent judge.
    pub schema: Value,
    /// Remarks that did not stop the reader.
    pub warnings: Vec<Diagnostic>,
}

/// The JSON Schemas of the items of an answer.
#[derive(Clone, Debug, Default)]
pub struct Answers {
    /// One item of `data`.
    pub result: Option<Value>,
    /// One item of `errors`.
    pub error: Option<Value>,
}

/// A published price example.
#[derive(Clone, Debug, PartialEq)]
pub struct Price {
    /// What was asked for, such as `1024x1024 low`.
    pub configuration: String,
    /// USD for one result.
    pub usd: f64,
}

/// Where a constraint is stated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// In a badge of the page.
    Badge,
    /// In a sentence of the page.
    Prose,
    /// Not on the page, confirmed by how the API behaves.
    Facts,
    /// Nowhere: needed to act, decided by us.
    Unstated,
}

impl Level {
    /// All levels, strongest first.
    pub const ALL: [Self; 4] = [Self::Badge, Self::Prose, Self::Facts, Self::Unstated];

    /// The word used in documents, flags and reports.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Badge => "badge",
            Self::Prose => "prose",
            Self::Facts => "facts",
            Self::Unstated => "unstated",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// One checkable statement about a request.
#[derive(Clone, Debug)]
pub struct Constraint {
    /// Stable dotted id, such as `width.maximum`.
    pub id: String,
    /// The dotted path of the parameter it is about; empty for the task itself.
    pub parameter: String,
    /// The name of the member that must be present, where the constraint is that it is.
    pub member: Option<String>,
    /// Where it is stated.
    pub level: Level,
    /// What it demands.
    pub rule: Rule,
    /// The place of the keyword in the task's JSON Schema, as a JSON pointer.
    pub location: String,
    /// How many steps into a request the value lies that the constraint is declared on.
    pub depth: usize,
    /// The sentence that says it, such as "must be at most 3840".
    pub expected: String,
    /// The page and anchor that document the parameter.
    pub documentation: Option<String>,
}

/// One JSON Schema of the task's tree.
#[derive(Clone, Debug, Default)]
pub struct Schema {
    /// Dotted path of the parameter; empty for the task, `items` for the items of an array.
    pub path: String,
    /// Name for people.
    pub title: Option<String>,
    /// Prose.
    pub description: Option<String>,
    /// The documented default: never sent.
    pub default: Option<Value>,
    /// The page and anchor that document the parameter.
    pub documentation: Option<String>,
    /// What the value itself must satisfy, in the order of checking.
    pub constraints: Vec<Constraint>,
    /// The members of an object, in the order of the document.
    pub properties: Vec<Property>,
    /// The schema of every item of an array.
    pub items: Option<Box<Schema>>,
    /// The schema of members that are not declared, where it is one.
    pub additional: Option<Box<Schema>>,
}

/// A member of an object.
#[derive(Clone, Debug)]
pub struct Property {
    /// The name on the wire.
    pub name: String,
    /// Whether `properties` declares it, or only `required` names it.
    pub declared: bool,
    /// The constraint that it be present.
    pub required: Option<Constraint>,
    /// What its value must be.
    pub schema: Schema,
}

impl Schema {
    /// The last part of the path.
    #[must_use]
    pub fn name(&self) -> &str {
        self.path.rsplit('.').next().unwrap_or_default()
    }

    /// The JSON types that the value may have.
    #[must_use]
    pub fn kinds(&self) -> Kinds {
        self.rules()
            .find_map(|rule| match rule {
                Rule::Type(kinds) => Some(*kinds),
                _ => None,
            })
            .unwrap_or(Kinds::ANY)
    }

    /// The rules on the value itself.
    pub fn rules(&self) -> impl Iterator<Item = &Rule> {
        self.constraints.iter().map(|constraint| &constraint.rule)
    }

    /// Whether undeclared names are refused.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.rules().any(|rule| matches!(rule, Rule::AdditionalProperties(_)))
    }

    /// The member of that name.
    #[must_use]
    pub fn property(&self, name: &str) -> Option<&Property> {
        self.properties.iter().find(|property| property.name == name)
    }

    /// Whether `properties` has that name.
    #[must_use]
    pub fn declares(&self, name: &str) -> bool {
        self.property(name).is_some_and(|property| property.declared)
    }

    /// The schema at a dotted path below this one; `items` steps into an array.
    #[must_use]
    pub fn at(&self, path: &str) -> Option<&Schema> {
        if path.is_empty() {
            return Some(self);
        }
        let mut schema = self;
        for name in path.split('.') {
            schema = match (schema.property(name), &schema.items) {
                (Some(property), _) => &property.schema,
                (None, Some(items)) if name == "items" => items,
                _ => return None,
            };
        }
        Some(schema)
    }

    /// This schema and every one below it that a request can reach, parents first.
    #[must_use]
    pub fn tree(&self) -> Vec<&Schema> {
        let mut all = vec![self];
        let children = self.properties.iter().map(|property| &property.schema);
        for child in children.chain(self.items.as_deref()).chain(self.additional.as_deref()) {
            all.extend(child.tree());
        }
        all
    }

    /// Every constraint of this tree, in the order of the document.
    #[must_use]
    pub fn all_constraints(&self) -> Vec<&Constraint> {
        let mut all: Vec<&Constraint> = self.constraints.iter().collect();
        for property in &self.properties {
            all.extend(&property.required);
            all.extend(property.schema.all_constraints());
        }
        for child in self.items.iter().chain(&self.additional) {
            all.extend(child.all_constraints());
        }
        all
    }
}

impl Model {
    /// Every constraint on a request, in the order of the document.
    #[must_use]
    pub fn constraints(&self) -> Vec<&Constraint> {
        self.task.all_constraints()
    }

    /// The constraint of that id.
    #[must_use]
    pub fn constraint(&self, id: &str) -> Option<&Constraint> {
        self.constraints().into_iter().find(|constraint| constraint.id == id)
    }

    /// The paths of the parameters, as on the page: objects that only hold others are left out unless they carry
    /// documentation of their own.
    #[must_use]
    pub fn parameters(&self) -> Vec<&Schema> {
        self.task.tree().into_iter().filter(|schema| !schema.path.is_empty()).collect()
    }

    /// The path of the parameter that must be unique within a batch.
    #[must_use]
    pub fn unique(&self) -> Option<&Constraint> {
        self.constraints().into_iter().find(|constraint| matches!(constraint.rule, Rule::Unique))
    }
}
