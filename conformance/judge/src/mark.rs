//! Where the errors of each constraint show: the map from schema paths to the ids of our constraints.
//!
//! A rule that demands something under a condition has a mark for each of its demands, with the sentence of that one.
//! The demands are checked by a chain of their own: a wrong type in it hides what else that chain says of the value, and
//! nothing that is said elsewhere.

use crate::Violation;
use airspec_spec::model::{Constraint, Model, Schema};
use airspec_spec::rule::Rule;
use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind;
use std::collections::HashSet;

/// Where the errors of one constraint, or of one demand of it, show.
#[derive(Debug)]
pub(crate) struct Mark {
    /// The constraint; of a demand, what it says by itself, with the id of the constraint.
    pub(crate) constraint: Constraint,
    /// Schema paths whose errors belong to the constraint.
    locations: Vec<String>,
    /// Its place among the rules of one `x-constraints`.
    index: usize,
    /// The chain that checks it: that of the parameters is 0.
    pub(crate) scope: usize,
}

/// The marks of a model.
#[derive(Debug, Default)]
pub(crate) struct Marks {
    /// In the order of the spec.
    pub(crate) all: Vec<Mark>,
    /// Each chain with the one that starts it, and how deep in a request it starts.
    scopes: Vec<(usize, usize)>,
}

impl Marks {
    pub(crate) fn of(model: &Model) -> Self {
        let mut marks = Self { all: Vec::new(), scopes: vec![(0, 0)] };
        for constraint in model.constraints() {
            marks.add(constraint.clone(), 0);
        }
        marks
    }

    fn add(&mut self, constraint: Constraint, scope: usize) {
        for schema in constraint.rule.consequences() {
            self.scopes.push((scope, constraint.depth));
            self.add_demands(schema, &constraint, self.scopes.len() - 1);
        }
        // The errors of `dependentRequired` are at one place, whatever is missing.
        if constraint.rule.has_consequences() && !matches!(constraint.rule, Rule::DependentRequired(_)) {
            return;
        }
        let location = constraint.location.to_string();
        // Keywords that are one rule with the first: their errors show at places of their own.
        let (keyword, others): (&str, &[&str]) = match constraint.rule {
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
        let index = self.all.iter().filter(|mark| mark.locations == locations).count();
        self.all.push(Mark { constraint, locations, index, scope });
    }

    /// The demands of a consequence.
    fn add_demands(&mut self, schema: &Schema, owner: &Constraint, scope: usize) {
        for demand in schema.all_constraints() {
            self.add(Constraint { id: owner.id.clone(), ..demand.clone() }, scope);
        }
    }

    /// The constraint that an error belongs to: the one declared nearest to it.
    pub(crate) fn mark(&self, path: &str, error: &ValidationError<'_>) -> Option<(usize, &Mark)> {
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
        self.all
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

    /// Takes out what a wrong type hides: the other checks of that value, and all checks of what is in it.
    pub(crate) fn hide(&self, found: &mut Vec<(usize, Violation)>) {
        let is_type = |rank: usize| matches!(self.all[rank].constraint.rule, Rule::Type(_));
        let mistyped: HashSet<(usize, String)> = found
            .iter()
            .filter(|(rank, _)| is_type(*rank))
            .map(|(rank, violation)| (self.all[*rank].scope, violation.pointer.clone()))
            .collect();
        let hides = |scope: usize, pointer: &str| mistyped.contains(&(scope, pointer.to_owned()));
        let hides_below = |scope: usize, pointer: &str| {
            pointer.match_indices('/').any(|(end, _)| hides(scope, &pointer[..end]))
        };
        found.retain(|(rank, violation)| {
            let Mark { constraint, scope, .. } = &self.all[*rank];
            // Said of a member by the object around it, whatever that member is.
            let is_below = constraint.rule.is_reported_below()
                && violation.pointer.matches('/').count() > constraint.depth;
            let is_own = is_below
                || matches!(constraint.rule, Rule::Type(_) | Rule::AdditionalProperties(_) | Rule::Required);
            let (mut scope, mut pointer) = (*scope, violation.pointer.clone());
            let mut is_hidden = hides_below(scope, &pointer) || !is_own && hides(scope, &pointer);
            while scope > 0 && !is_hidden {
                let (outer, depth) = self.scopes[scope];
                (scope, pointer) = (outer, prefix(&pointer, depth));
                is_hidden = hides(scope, &pointer) || hides_below(scope, &pointer);
            }
            !is_hidden
        });
    }
}

/// The first steps of a pointer.
pub(crate) fn prefix(pointer: &str, depth: usize) -> String {
    pointer.split('/').skip(1).take(depth).fold(String::new(), |path, step| path + "/" + step)
}
