//! Violations: what requests broke, whatever the faults and settings of the mock made of them.

use super::Engine;
use crate::caller::Secrets;
use crate::problem::Problem;
use crate::protocol::name;
use crate::state::violations::RequestViolation;
use airspec_judge::Violation;
use airspec_spec::text::shorten;
use serde_json::Value;
use std::fmt::Write as _;

/// The rules of the protocol that a body and a poll break.
pub(super) const BODY: &str = "protocol.body";
pub(super) const POLL: &str = "protocol.poll";
/// What a task breaks that names none of the models.
pub(super) const MODEL: &str = "model";
/// So many violations are listed by an assertion.
const MAX_LISTED: usize = 20;

impl Engine {
    /// The first 1,000 ways in which requests broke the spec, oldest first. A fault of the mock makes no difference: what
    /// it wrongly accepts is a violation, and what it wrongly refuses is none.
    #[must_use]
    pub fn violations(&self) -> Vec<RequestViolation> {
        crate::lock(&self.state.violations).kept().to_vec()
    }

    /// Forgets all violations: a test that shares a mock begins with this.
    pub fn clear_violations(&self) {
        crate::lock(&self.state.violations).clear();
    }

    /// How many violations there were beyond those that are kept.
    pub(super) fn more_violations(&self) -> u64 {
        crate::lock(&self.state.violations).more()
    }

    /// Makes sure that no request broke the spec.
    ///
    /// # Panics
    /// A request did; the message lists the violations.
    #[track_caller]
    pub fn assert_no_violations(&self) {
        let all = self.violations();
        if all.is_empty() {
            return;
        }
        let count = self.more_violations() + all.len() as u64;
        let noun = if count == 1 { "violation" } else { "violations" };
        let mut text = format!("requests to the mock break the spec, {count} {noun}:");
        for violation in all.iter().take(MAX_LISTED) {
            let task = violation.task.as_ref().map(|task| format!(", task {task}")).unwrap_or_default();
            let _ = write!(text, "\n  {violation}{task}");
        }
        if let Some(more) = count.checked_sub(MAX_LISTED as u64).filter(|more| *more > 0) {
            let _ = write!(text, "\n  and {more} more");
        }
        panic!("{text}");
    }

    /// Keeps what the task at that place of its batch breaks.
    pub(super) fn keep_violations(
        &self,
        (place, task): (usize, &Value),
        found: &[Violation],
        secrets: &Secrets,
    ) {
        if found.is_empty() {
            return;
        }
        let mut violations = crate::lock(&self.state.violations);
        for violation in found {
            violations.add(|| {
                let value = task.pointer(&violation.pointer).unwrap_or(&Value::Null);
                // A value that is shown may be a part of a key.
                let broken = self.broken(place, violation, secrets.are_in(value));
                RequestViolation { pointer: secrets.mask(broken.pointer), task: id(task, secrets), ..broken }
            });
        }
    }

    /// What a task at that place of its batch breaks: in the words of the spec where the violation has none, or where those
    /// that it has are not to be shown.
    pub(super) fn broken(&self, place: usize, violation: &Violation, is_secret: bool) -> RequestViolation {
        let Violation { pointer, constraint, message } = violation;
        let is_general = message.is_empty() || is_secret;
        let expected = self.model.constraint(constraint).filter(|_| is_general);
        RequestViolation {
            pointer: format!("/{place}{pointer}"),
            constraint: constraint.clone(),
            message: expected.map_or_else(|| message.clone(), |constraint| constraint.expected.clone()),
            task: None,
        }
    }

    /// Keeps what is wrong with an element of a batch that is no task of a model.
    pub(super) fn keep_problem(
        &self,
        rule: &str,
        (place, task): (usize, &Value),
        problem: &Problem,
        secrets: &Secrets,
    ) {
        crate::lock(&self.state.violations).add(|| {
            let broken = no_task(Some(place), rule, problem);
            RequestViolation { message: secrets.mask(broken.message), task: id(task, secrets), ..broken }
        });
    }

    /// Keeps why a body is no batch.
    pub(super) fn keep_refusal(&self, problem: &Problem) {
        crate::lock(&self.state.violations).add(|| no_task(None, BODY, problem));
    }
}

/// What is wrong with a body, or with the element at that place of it, that is no task of a model.
pub(super) fn no_task(place: Option<usize>, rule: &str, problem: &Problem) -> RequestViolation {
    RequestViolation {
        pointer: place.map(|place| format!("/{place}")).unwrap_or_default(),
        constraint: rule.to_owned(),
        message: problem.message().to_owned(),
        task: None,
    }
}

fn id(task: &Value, secrets: &Secrets) -> Option<String> {
    let id = task.get(name::TASK_UUID).and_then(Value::as_str)?;
    Some(shorten(&secrets.mask(id.to_owned()), 80))
}
