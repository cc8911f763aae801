//! `allOf`: the condition holds.

use super::{Check, Condition, holds};
use crate::violation::{Constraint, Sink};

impl<S: Sink> Check<'_, S> {
    /// The condition holds.
    #[inline]
    pub fn all_of(self, constraint: &'static Constraint, condition: Condition) -> Self {
        self.expect(constraint, |node| holds(node, condition))
    }
}
