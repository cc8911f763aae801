//! Judge: which tasks of a batch are valid, and what is wrong with the others.

use crate::behaviour_index::BehaviourIndex;
use crate::explain::{Explainer, Explanation};
use crate::path::pointer;
use crate::problem::Problem;
use crate::protocol::name;
use crate::task_view::TaskView;
use airspec_judge::{Judge, Violation};
use airspec_spec::Constraint;
use serde_json::Value;
use std::collections::HashSet;

/// The keys of the tasks of a batch so far.
#[derive(Debug, Default)]
pub(crate) struct Taken {
    pub(crate) all: HashSet<String>,
    pub(crate) last: Option<String>,
}

impl Taken {
    pub(crate) fn add(&mut self, key: Option<String>) {
        self.all.extend(key.clone());
        self.last = key.or(self.last.take());
    }
}

/// Where a task's identifier is that of another task.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Conflict {
    /// An earlier task of the batch has it.
    pub(crate) in_batch: bool,
    /// A task of an earlier request has it, and is still remembered.
    pub(crate) pending: bool,
}

/// What tells a task apart, as it was sent.
pub(crate) fn identifier<'a>(view: TaskView<'a>, index: &BehaviourIndex) -> Option<&'a str> {
    view.given(index.unique.as_deref().unwrap_or(name::TASK_UUID))?.as_str()
}

/// An identifier as tasks are told apart by it: letter case makes no difference.
pub(crate) fn key(identifier: &str) -> String {
    identifier.to_lowercase()
}

/// What a task breaks, other tasks aside.
pub(crate) fn violations(judge: &Judge, task: &Value) -> Vec<Violation> {
    if judge.is_valid(task) { Vec::new() } else { judge.task(task) }
}

/// The violation of a task whose identifier another one has.
pub(crate) fn repeated(constraint: &Constraint) -> Violation {
    Violation::new(pointer(&constraint.parameter), constraint.id.clone(), String::new())
}

/// The first errors of one task, in the platform's order, and what is said of those that are left out.
pub(crate) fn explain(
    explainer: &Explainer,
    task: &Value,
    violations: &[Violation],
    most: usize,
    change: impl FnOnce(&mut Vec<Explanation>),
) -> Vec<Problem> {
    let mut explanations = explainer.explain(task, violations, most);
    change(&mut explanations);
    let mut problems: Vec<Problem> =
        explanations.into_iter().map(|explanation| explanation.into_problem().of_task(task)).collect();
    if violations.len() > most {
        problems.push(Problem::more(violations.len() - most).of_task(task));
    }
    problems
}
