//! The reference validator: the `jsonschema` crate on the spec's own schema.
//!
//! What generated code says about a request is compared with what this says, so nothing of the generated crate or its
//! runtime is in it: it reads text by itself ([`text`]) and has its own [`Violation`]. Of our own making are the keyword
//! `x-constraints` and the format `uuid4` (both in [`validator`]) and the mapping of errors, by schema path, to
//! the ids of our constraints.
//!
//! Not its business: what a server must answer, and where a task comes from.

mod contradiction;
pub mod image;
mod mark;
pub mod text;
mod validator;
mod violation;

pub use contradiction::contradictions;
pub use validator::validator;
pub use violation::Violation;

use airspec_spec::model::{Constraint, Model};
use airspec_spec::rule::{DependentRequired, Rule};
use jsonschema::error::ValidationErrorKind;
use jsonschema::{ValidationError, Validator};
use mark::{Marks, prefix};
use serde_json::Value;
use std::collections::HashSet;

/// Tells for any JSON value which constraints of a model it breaks.
#[derive(Debug)]
pub struct Judge {
    validator: Validator,
    marks: Marks,
}

/// The spec's schema does not compile as JSON Schema.
#[derive(Debug, thiserror::Error)]
#[error("{spec}: not a JSON Schema that can judge: {reason}")]
pub struct JudgeError {
    spec: String,
    reason: String,
}

impl Judge {
    /// The judge of a model.
    ///
    /// # Errors
    /// A schema that the `jsonschema` crate does not compile.
    pub fn new(model: &Model) -> Result<Self, JudgeError> {
        let validator =
            validator(&model.schema).map_err(|reason| JudgeError { spec: model.source.clone(), reason })?;
        Ok(Self { validator, marks: Marks::of(model) })
    }

    /// Whether a task breaks nothing.
    #[must_use]
    pub fn is_valid(&self, task: &Value) -> bool {
        self.validator.is_valid(task) && self.images(task).next().is_none()
    }

    /// Everything that a task breaks, in the order of the spec.
    #[must_use]
    pub fn task(&self, task: &Value) -> Vec<Violation> {
        let mut found: Vec<(usize, Violation)> = Vec::new();
        let mut seen = HashSet::new();
        for error in self.validator.iter_errors(task) {
            for (rank, violation) in self.violations(&error, task) {
                let key =
                    (violation.pointer.clone(), violation.constraint.clone(), violation.message.clone());
                if seen.insert(key) {
                    found.push((rank, violation));
                }
            }
        }
        found.extend(self.images(task));
        self.marks.hide(&mut found);
        found.sort_by(|(a, x), (b, y)| (a, &x.pointer).cmp(&(b, &y.pointer)));
        found.into_iter().map(|(_, violation)| violation).collect()
    }

    /// The images in a task whose size is outside a range.
    fn images<'t>(&'t self, task: &'t Value) -> impl Iterator<Item = (usize, Violation)> + 't {
        self.marks.all.iter().enumerate().flat_map(move |(rank, mark)| {
            let Constraint { id, parameter, expected, rule, .. } = &mark.constraint;
            let outside = match rule {
                Rule::Image(range) => image::outside(range, parameter, task),
                _ => Vec::new(),
            };
            outside
                .into_iter()
                .map(move |(pointer, found)| (rank, Violation::broken(pointer, id, expected, &found)))
        })
    }

    /// Everything that is wrong with the text of a task.
    #[must_use]
    pub fn text(&self, text: &str) -> Vec<Violation> {
        match text::parse(text) {
            Ok(value) => self.task(&value),
            Err(error) => vec![error.into()],
        }
    }

    fn violations(&self, error: &ValidationError<'_>, task: &Value) -> Vec<(usize, Violation)> {
        let path = error.schema_path().to_string();
        let pointer = error.instance_path().to_string();
        let Some((rank, mark)) = self.marks.mark(&path, error) else {
            // An error that no constraint claims is a gap in the model, which must not pass in silence.
            return vec![(
                self.marks.all.len() - 1,
                Violation::new(pointer, format!("unmapped:{path}"), error.to_string()),
            )];
        };
        let Constraint { id, expected, rule, depth, .. } = &mark.constraint;
        let member = |name: &str| format!("{pointer}/{}", escape(name));
        let of_member = |name: &str| (rank, Violation::new(member(name), id.as_str(), expected.as_str()));
        match (rule, error.kind()) {
            (Rule::Required, ValidationErrorKind::Required { property }) => {
                vec![of_member(property.as_str().unwrap_or_default())]
            }
            (Rule::DependentRequired(dependent), ValidationErrorKind::Required { property }) => {
                let missing = property.as_str().unwrap_or_default();
                let violation = |expected| (rank, Violation::new(member(missing), id.as_str(), expected));
                demands(dependent, task.pointer(&pointer), missing).into_iter().map(violation).collect()
            }
            // A demand of a consequence has a sentence of its own.
            (
                Rule::AdditionalProperties(_),
                ValidationErrorKind::AdditionalProperties { .. } | ValidationErrorKind::FalseSchema,
            ) if mark.scope > 0 => {
                let unexpected = unexpected(error.kind(), task.pointer(&pointer));
                unexpected.iter().map(|name| of_member(name)).collect()
            }
            (Rule::AdditionalProperties(names), ValidationErrorKind::AdditionalProperties { unexpected }) => {
                let known: Vec<&str> = names.iter().map(String::as_str).collect();
                let unknown = |name: &String| (rank, Violation::unknown(member(name), id, name, &known));
                unexpected.iter().map(unknown).collect()
            }
            // What the judge says of an object that may have no members at all.
            (Rule::AdditionalProperties(_), ValidationErrorKind::FalseSchema) => {
                let members = task.pointer(&pointer).and_then(Value::as_object).into_iter().flatten();
                let unknown =
                    |(name, _): (&String, &Value)| (rank, Violation::unknown(member(name), id, name, &[]));
                members.map(unknown).collect()
            }
            // Where a branch fails, the judge takes what it declares for unknown. That it fails is another error.
            (
                Rule::UnevaluatedProperties(known),
                ValidationErrorKind::UnevaluatedProperties { unexpected },
            ) if unexpected.iter().all(|name| known.knows(name)) => Vec::new(),
            _ => {
                let holder = prefix(&pointer, *depth);
                let found = task.pointer(&holder).unwrap_or(&Value::Null);
                if let Some(name) = rule.excluded().filter(|name| found.get(name).is_some()) {
                    let at = format!("{holder}/{}", escape(name));
                    return vec![(rank, Violation::new(at, id.as_str(), expected.as_str()))];
                }
                vec![(rank, Violation::broken(holder.clone(), id, expected, found))]
            }
        }
    }
}

/// What each given member of an object demands of a missing one.
fn demands<'r>(rule: &'r DependentRequired, object: Option<&Value>, missing: &str) -> Vec<&'r str> {
    let given = |name: &str| object.is_some_and(|object| object.get(name).is_some());
    let demands = rule.demands().filter(|(trigger, _)| given(trigger));
    demands
        .flat_map(|(_, needs)| needs.filter(|(name, _)| *name == missing))
        .map(|(_, expected)| expected)
        .collect()
}

/// The names of the members that an object may not have.
fn unexpected(kind: &ValidationErrorKind, found: Option<&Value>) -> Vec<String> {
    match kind {
        ValidationErrorKind::AdditionalProperties { unexpected } => unexpected.clone(),
        _ => found.and_then(Value::as_object).into_iter().flatten().map(|(name, _)| name.clone()).collect(),
    }
}

fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}
