//! `if` with `then` and `else`: which of two consequences must hold depends on a condition.

use super::{Check, Condition, Consequence, holds};
use crate::sink::Sink;
use crate::violation::Constraint;

impl<S: Sink> Check<'_, S> {
    /// Where the condition holds so must `then`, where it does not so must `otherwise`.
    #[inline]
    pub fn if_(
        self,
        constraint: &'static Constraint,
        condition: Condition,
        then: Consequence,
        otherwise: Consequence,
    ) -> Self {
        let consequence = if holds(self.node, condition) { then } else { otherwise };
        self.demand(constraint, consequence)
    }
}
