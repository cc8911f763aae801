//! `not`: the condition does not hold.

use super::{Check, Condition, holds};
use crate::violation::{Constraint, Sink};

impl<S: Sink> Check<'_, S> {
    /// The condition does not hold.
    #[inline]
    pub fn not(self, constraint: &'static Constraint, condition: Condition) -> Self {
        self.expect(constraint, |node| !holds(node, condition))
    }
}
