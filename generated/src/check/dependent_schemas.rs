//! `dependentSchemas`: where one member is present, more must hold for the object.

use super::{Check, Consequence};
use crate::sink::Sink;
use crate::violation::Constraint;

impl<S: Sink> Check<'_, S> {
    /// All that is demanded where a trigger is present holds.
    #[inline]
    pub fn dependent_schemas(
        self,
        constraint: &'static Constraint,
        branches: &[(&'static str, Consequence)],
    ) -> Self {
        let node = self.node;
        let given = branches.iter().filter(|(trigger, _)| node.member(trigger).is_some());
        given.fold(self, |check, (_, consequence)| check.demand(constraint, *consequence))
    }
}
