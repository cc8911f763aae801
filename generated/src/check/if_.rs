//! `if` with `then` and `else`: which of two conditions holds depends on a third.

use super::{Check, Condition, holds};
use crate::violation::{Constraint, Sink};

impl<S: Sink> Check<'_, S> {
    /// Where the condition holds so does `then`, where it does not so does `otherwise`.
    #[inline]
    pub fn if_(
        self,
        constraint: &'static Constraint,
        condition: Condition,
        then: Condition,
        otherwise: Condition,
    ) -> Self {
        self.expect(constraint, |node| holds(node, if holds(node, condition) { then } else { otherwise }))
    }
}
