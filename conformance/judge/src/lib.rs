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
pub mod text;
mod validator;
mod violation;

pub use contradiction::contradictions;
pub use validator::validator;
pub use violation::Violation;

use airspec_spec::model::{Constraint, Model};
use airspec_spec::rule::Rule;
use jsonschema::error::ValidationErrorKind;
use jsonschema::{ValidationError, Validator};
use serde_json::Value;
use std::collections::HashSet;

/// Tells for any JSON value which constraints of a model it breaks.
#[derive(Debug)]
pub struct Judge {
    validator: Validator,
    marks: Vec<Mark>,
}

/// Where the errors of one constraint show.
#[derive(Debug)]
struct Mark {
    constraint: Constraint,
    /// Schema paths whose errors belong to the constraint.
    locations: Vec<String>,
    /// Its place among the rules of one `x-constraints`.
    index: usize,
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
        Ok(Self { validator, marks: marks(model) })
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
                if seen.insert((violation.pointer.clone(), violation.constraint.clone())) {
                    found.push((rank, violation));
                }
            }
        }
        found.extend(self.images(task));
        // A wrong type hides the other checks of that value, and all checks of what is in it.
        let mistyped: HashSet<String> = found
            .iter()
            .filter(|(rank, _)| matches!(self.marks[*rank].constraint.rule, Rule::Type(_)))
            .map(|(_, violation)| violation.pointer.clone())
            .collect();
        found.retain(|(rank, violation)| {
            let rule = &self.marks[*rank].constraint.rule;
            let is_own = matches!(rule, Rule::Type(_) | Rule::AdditionalProperties(_) | Rule::Required)
                || !mistyped.contains(&violation.pointer);
            let slashes = violation.pointer.match_indices('/');
            let mut holders = slashes.map(|(end, _)| &violation.pointer[..end]);
            is_own && !holders.any(|holder| mistyped.contains(holder))
        });
        found.sort_by(|(a, x), (b, y)| (a, &x.pointer).cmp(&(b, &y.pointer)));
        found.into_iter().map(|(_, violation)| violation).collect()
    }

    /// The images in a task whose size is outside a range.
    fn images<'t>(&'t self, task: &'t Value) -> impl Iterator<Item = (usize, Violation)> + 't {
        self.marks.iter().enumerate().flat_map(move |(rank, mark)| {
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
        let Some((rank, mark)) = self.mark(&path, error) else {
            // An error that no constraint claims is a gap in the model, which must not pass in silence.
            return vec![(
                self.marks.len() - 1,
                Violation::new(pointer, format!("unmapped:{path}"), error.to_string()),
            )];
        };
        let Constraint { id, expected, rule, depth, .. } = &mark.constraint;
        match (rule, error.kind()) {
            (Rule::Required, ValidationErrorKind::Required { property }) => {
                let name = property.as_str().unwrap_or_default();
                vec![(rank, Violation::missing(format!("{pointer}/{}", escape(name)), id))]
            }
            (Rule::AdditionalProperties(names), ValidationErrorKind::AdditionalProperties { unexpected }) => {
                let known: Vec<&str> = names.iter().map(String::as_str).collect();
                let unknown = |name: &String| {
                    (rank, Violation::unknown(format!("{pointer}/{}", escape(name)), id, name, &known))
                };
                unexpected.iter().map(unknown).collect()
            }
            // What the judge says of an object that may have no members at all.
            (Rule::AdditionalProperties(_), ValidationErrorKind::FalseSchema) => {
                let members = task.pointer(&pointer).and_then(Value::as_object).into_iter().flatten();
                let unknown = |(name, _): (&String, &Value)| {
                    (rank, Violation::unknown(format!("{pointer}/{}", escape(name)), id, name, &[]))
                };
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
                vec![(rank, Violation::broken(holder.clone(), id, expected, found))]
            }
        }
    }

    /// The constraint that an error belongs to: the one declared nearest to it.
    fn mark(&self, path: &str, error: &ValidationError<'_>) -> Option<(usize, &Mark)> {
        let covers = |location: &String| {
            path.strip_prefix(location.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let fits = |mark: &&Mark| match (&mark.constraint.rule, error.kind()) {
            (Rule::Required, ValidationErrorKind::Required { property }) => {
                property.as_str() == mark.constraint.member.as_deref()
            }
            (Rule::Area(_) | Rule::Ratio(_), ValidationErrorKind::Custom { message, .. }) => {
                message.parse() == Ok(mark.index)
            }
            _ => true,
        };
        self.marks
            .iter()
            .enumerate()
            .filter(|(_, mark)| fits(mark))
            .filter_map(|(rank, mark)| {
                let length =
                    mark.locations.iter().filter(|location| covers(location)).map(String::len).max()?;
                Some((length, rank, mark))
            })
            .max_by_key(|(length, rank, _)| (*length, std::cmp::Reverse(*rank)))
            .map(|(_, rank, mark)| (rank, mark))
    }
}

fn marks(model: &Model) -> Vec<Mark> {
    let mut marks: Vec<Mark> = Vec::new();
    for constraint in model.constraints() {
        let location = constraint.location.to_string();
        // Keywords that are one rule with the first: their errors show at places of their own.
        let (keyword, others): (&str, &[&str]) = match constraint.rule {
            Rule::If(_) => ("/if", &["/then", "/else"]),
            Rule::PrefixItems(_) => ("/prefixItems", &["/items"]),
            Rule::PatternProperties(_) => ("/patternProperties", &["/additionalProperties"]),
            _ => ("", &[]),
        };
        let holder = location.strip_suffix(keyword).unwrap_or(&location);
        let mut locations: Vec<String> = others.iter().map(|other| format!("{holder}{other}")).collect();
        // It is not the validator that looks into images.
        if !matches!(constraint.rule, Rule::Image(_)) {
            locations.push(location);
        }
        let index = marks.iter().filter(|mark| mark.locations == locations).count();
        marks.push(Mark { constraint: constraint.clone(), locations, index });
    }
    marks
}

/// The first steps of a pointer.
fn prefix(pointer: &str, depth: usize) -> String {
    pointer.split('/').skip(1).take(depth).fold(String::new(), |path, step| path + "/" + step)
}

fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}
