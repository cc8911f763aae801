//! `dependentSchemas`: where one member is present, a condition holds for the object.

use super::{Check, Condition, holds};
use crate::violation::{Constraint, Sink};

impl<S: Sink> Check<'_, S> {
    /// The condition of each trigger that is present holds.
    #[inline]
    pub fn dependent_schemas(
        self,
        constraint: &'static Constraint,
        branches: &[(&'static str, Condition)],
    ) -> Self {
        self.expect(constraint, |node| {
            branches
                .iter()
                .all(|(trigger, condition)| node.member(trigger).is_none() || holds(node, *condition))
        })
    }
}
