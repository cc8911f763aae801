//! `not`: the condition does not hold.

use super::{Check, Condition, holds};
use crate::sink::Sink;
use crate::violation::Constraint;

impl<S: Sink> Check<'_, S> {
    /// The condition does not hold.
    #[inline]
    pub fn not(self, constraint: &'static Constraint, condition: Condition) -> Self {
        self.expect(constraint, |node| !holds(node, condition))
    }

    /// The condition, which is about that member alone, does not hold. It is reported at the member, where it is given.
    #[inline]
    pub fn not_member(self, constraint: &'static Constraint, name: &str, condition: Condition) -> Self {
        if !self.is_typed || self.node.member(name).is_none() {
            return self.not(constraint, condition);
        }
        if holds(self.node, condition) {
            self.out.demanded(&self.at.key(name), constraint, constraint.expected, None);
        }
        self
    }
}
