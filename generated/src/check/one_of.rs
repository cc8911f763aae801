//! `oneOf`: exactly one of the conditions holds.

use super::{Check, Condition, holds};
use crate::sink::Sink;
use crate::violation::Constraint;

impl<S: Sink> Check<'_, S> {
    /// Exactly one of the conditions holds.
    #[inline]
    pub fn one_of(self, constraint: &'static Constraint, conditions: &[Condition]) -> Self {
        self.expect(constraint, |node| {
            let held = conditions.iter().filter(|condition| holds(node, condition));
            held.take(2).count() == 1
        })
    }
}
