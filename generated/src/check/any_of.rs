//! `anyOf`: at least one of the conditions holds.

use super::{Check, Condition, holds};
use crate::sink::Sink;
use crate::violation::Constraint;

impl<S: Sink> Check<'_, S> {
    /// At least one of the conditions holds.
    #[inline]
    pub fn any_of(self, constraint: &'static Constraint, conditions: &[Condition]) -> Self {
        self.expect(constraint, |node| conditions.iter().any(|condition| holds(node, condition)))
    }
}
