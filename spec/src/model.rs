//! The one model of a spec, from which every view (code, schemas, cases, documentation, faults) is made.
//!
//! A [`Model`] holds the task as a tree of [`Schema`]s. Every checkable statement in that tree is a
//! [`Constraint`] with a stable dotted id, a [`Level`] and a [`Rule`]. What answers must be is a list of
//! [`Behaviour`]s.

pub mod behaviour;
mod constraint;
pub mod envelope;
mod id;
pub mod image;
pub(crate) mod kinds;
mod level;
mod nesting;
pub(crate) mod number;
mod path;
mod pointer;
pub(crate) mod relation;
pub(crate) mod rule;
mod schema;
mod unchecked;
pub(crate) mod value;
pub(crate) mod witness;

pub use behaviour::Behaviour;
pub use constraint::Constraint;
pub use envelope::Envelope;
pub use id::ConstraintId;
pub use image::{ImageRange, Measure};
pub use kinds::Kinds;
pub use level::Level;
pub use nesting::Nesting;
pub use number::{Bound, Count, Edge, End};
pub use path::ParameterPath;
pub use pointer::JsonPointer;
pub use relation::{Operation, Relation};
pub use rule::{
    DependentRequired, DependentSchema, Enum, EnumValue, Format, If, Pattern, PatternProperties,
    PatternProperty, PrefixItems, Rule, UnevaluatedProperties,
};
pub use schema::{Property, Schema};
pub use unchecked::Unchecked;
pub use value::{equal, exact};
pub use witness::{Side, Witness};

use crate::document::Diagnostic;
use serde_json::Value;

/// A spec, understood.
#[derive(Clone, Debug)]
pub struct Model {
    /// The name of the document, for messages.
    pub source: String,
    /// File-name form of the model's name, such as `openai-gpt-image-2`.
    pub slug: String,
    /// The provider's id of the model, such as `openai:gpt-image@2`.
    pub air: Option<String>,
    /// The version of the document, such as `1.0.0` or the day of a release, where it states one.
    pub version: Option<String>,
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
    /// What stands around the task and the results.
    pub envelope: Envelope,
    /// Remarks that did not stop the reader.
    pub warnings: Vec<Diagnostic>,
    /// What the document states and nothing checks, in its order.
    pub unchecked: Vec<Unchecked>,
}

/// The JSON Schemas of the items of an answer.
#[derive(Clone, Debug, Default)]
pub struct Answers {
    /// One item of `data`.
    pub result: Option<Value>,
    /// One item of `errors`.
    pub error: Option<Value>,
    /// The platform's fields of results, where the document does not know them.
    pub platform: Option<Value>,
}

/// A published price example.
#[derive(Clone, Debug, PartialEq)]
pub struct Price {
    /// What was asked for, such as `1024x1024 low`.
    pub configuration: String,
    /// USD for one result.
    pub usd: f64,
}

impl Model {
    /// Every constraint on a request, in the order of the document.
    #[must_use]
    pub fn constraints(&self) -> Vec<&Constraint> {
        self.task.all_constraints()
    }

    /// Whether every valid task has a value at the dotted path: it and all that it stands in are required.
    #[must_use]
    pub fn always_has(&self, path: &str) -> bool {
        let mut schema = &self.task;
        for name in path.split('.').filter(|name| !name.is_empty()) {
            match schema.property(name) {
                Some(property) if property.required.is_some() => schema = &property.schema,
                _ => return false,
            }
        }
        true
    }

    /// The results of the model in the place of its task: what says what is wrong with a task says it of them. Nothing
    /// where neither the document nor the platform knows the fields of results.
    #[must_use]
    pub fn of_results(&self) -> Option<Self> {
        let task = self.result.clone()?;
        let schema = self.answers.platform.clone().or_else(|| self.answers.result.clone())?;
        let (behaviours, owner_rules) = (Vec::new(), Vec::new());
        Some(Self { task, behaviours, owner_rules, schema, ..self.clone() })
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

    /// The parameters of the width and the height of an image, where a behaviour names them.
    #[must_use]
    pub fn size(&self) -> Option<(&str, &str)> {
        self.behaviours.iter().find_map(|behaviour| match &behaviour.kind {
            behaviour::Kind::Size { width, height } => Some((width.as_str(), height.as_str())),
            _ => None,
        })
    }

    /// The path of the parameter that must be unique within a batch.
    #[must_use]
    pub fn unique(&self) -> Option<&Constraint> {
        // Only parameters of the task itself can be.
        let mut own = self.task.properties.iter().flat_map(|property| &property.schema.constraints);
        own.find(|constraint| matches!(constraint.rule, Rule::Unique))
    }
}
