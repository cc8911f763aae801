//! `misread:<constraint>:<mutation>`: the constraint is checked with a common mistake. It is taken more loosely or more
//! strictly than it is stated, and every other constraint is left alone.
//!
//! Some mistakes judge a value by another measure (a length in bytes, [`measure`]); others judge another value than the
//! one that was sent (a text without the blanks around it, [`rewrite`]), and then carry that one out.

mod constraint_mutation;
mod measure;
mod names;
mod numbers;
mod rewrite;
mod texts;

pub(super) use constraint_mutation::{ConstraintMutation, mutations};

use crate::steps::judge::{Conflict, Taken};
use airspec_judge::{Judge, Violation};
use airspec_spec::rule::Rule;
use airspec_spec::{Constraint, Model, Schema};
use regex::Regex;
use serde_json::Value;

/// A constraint that is checked with a mistake.
#[derive(Debug)]
pub(super) struct Misread {
    constraint: Constraint,
    schema: Schema,
    mutation: ConstraintMutation,
    marks: Regex,
}

impl Misread {
    pub(super) fn new(model: &Model, id: &str, mutation: ConstraintMutation) -> Option<Self> {
        let constraint = model.constraint(id)?.clone();
        let schema = model.task.at(&constraint.parameter)?.clone();
        let marks = Regex::new(r"[\p{M}\u{200d}]").expect("the pattern is well formed");
        Some(Self { constraint, schema, mutation, marks })
    }

    /// Tells identifiers apart by letter case.
    pub(super) fn on_key(&self, identifier: &str, key: &mut String) {
        if self.mutation == ConstraintMutation::Case && matches!(self.constraint.rule, Rule::Unique) {
            identifier.clone_into(key);
        }
    }

    /// Compares an identifier with that of the task before it only.
    pub(super) fn on_conflict(&self, key: &str, taken: &Taken, conflict: &mut Conflict) {
        if self.mutation == ConstraintMutation::Neighbours {
            conflict.in_batch = taken.last.as_deref() == Some(key);
        }
    }

    /// What a task is found to break, given what it really breaks.
    pub(super) fn violations(&self, judge: &Judge, task: &Value, judged: Vec<Violation>) -> Vec<Violation> {
        if let (Rule::AdditionalProperties(known), false) =
            (&self.constraint.rule, self.mutation == ConstraintMutation::Case)
        {
            return self.without_taken_names(known, task, judged);
        }
        match self.read(task) {
            Some(read) => self.instead(judge.task(&read), judged),
            None => self.revised(task, judged),
        }
    }

    /// Leaves out unknown names that are taken.
    fn without_taken_names(
        &self,
        known: &[String],
        task: &Value,
        mut judged: Vec<Violation>,
    ) -> Vec<Violation> {
        judged.retain(|violation| {
            let name = violation.pointer.rsplit('/').next().unwrap_or_default();
            let name = name.replace("~1", "/").replace("~0", "~");
            violation.constraint != self.constraint.id
                || !names::takes(self.mutation, known, &name, task.pointer(&violation.pointer))
        });
        judged
    }

    /// The task as it is executed, where that is not as it was sent.
    pub(super) fn executed_task(&self, task: &Value) -> Option<Value> {
        if self.mutation.changes_execution() { self.read(task) } else { None }
    }

    /// Takes what the constraint says from a reading; where a type or a name is misread, so is everything else about the
    /// value.
    fn instead(&self, reading: Vec<Violation>, mut judged: Vec<Violation>) -> Vec<Violation> {
        if self.mutation.changes_execution()
            && matches!(self.constraint.rule, Rule::Type(_) | Rule::AdditionalProperties(_))
        {
            return reading;
        }
        let is_own = |violation: &Violation| violation.constraint == self.constraint.id;
        judged.retain(|violation| !is_own(violation));
        for violation in reading {
            let known =
                |one: &Violation| one.pointer == violation.pointer && one.constraint == violation.constraint;
            if is_own(&violation)
                || matches!(self.constraint.rule, Rule::Type(_)) && !judged.iter().any(known)
            {
                judged.push(violation);
            }
        }
        judged
    }

    /// Asks the constraint again for every value that it is about.
    fn revised(&self, task: &Value, mut judged: Vec<Violation>) -> Vec<Violation> {
        for (pointer, value) in self.constraint.parameter.values(task) {
            let is_own = |violation: &Violation| {
                violation.constraint == self.constraint.id && violation.pointer == pointer
            };
            let was = judged.iter().any(is_own);
            let is = self.breaks(value, was);
            if was && !is {
                judged.retain(|violation| !is_own(violation));
            } else if is && !was {
                judged.push(Violation::new(pointer.to_string(), self.constraint.id.clone(), String::new()));
            }
        }
        judged
    }
}

/// The path of the array whose items a parameter belongs to.
fn holder(path: &str) -> Option<&str> {
    let path = path.strip_suffix(".items").or_else(|| Some(&path[..path.rfind(".items.")?]))?;
    Some(path)
}

fn text(value: &Value) -> Option<&str> {
    value.as_str()
}
