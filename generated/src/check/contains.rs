//! `contains`: at least one item of an array passes.

use super::{Check, Condition, holds};
use crate::sink::Sink;
use crate::violation::Constraint;

impl<S: Sink> Check<'_, S> {
    /// At least one item of an array passes.
    #[inline]
    pub fn contains(self, constraint: &'static Constraint, condition: Condition) -> Self {
        self.expect(constraint, |node| {
            node.list().is_none_or(|list| (0..list.len()).any(|index| holds(list.item(index), condition)))
        })
    }
}
