//! `accept:<constraint>`: what breaks the constraint is accepted.

use crate::steps::execute::Execution;
use airspec_judge::Violation;

/// The constraints that nothing breaks.
#[derive(Debug, Default)]
pub(super) struct Accept(Vec<String>);

impl Accept {
    pub(super) fn add(&mut self, constraint: String) {
        self.0.push(constraint);
    }

    pub(super) fn on_verdict(&self, violations: &mut Vec<Violation>) {
        violations.retain(|violation| !self.0.contains(&violation.constraint));
    }

    /// A task takes the place of another of the same identifier, should two requests come at the same time.
    pub(super) fn on_execution(&self, execution: &mut Execution) {
        if let Some(kept) = &mut execution.kept {
            kept.unique = kept.unique.take().filter(|constraint| !self.0.contains(constraint));
        }
    }
}
