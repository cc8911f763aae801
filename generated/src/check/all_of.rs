//! `allOf`: what a branch demands holds as well.

use super::{Check, Consequence};
use crate::sink::Sink;
use crate::violation::Constraint;

impl<S: Sink> Check<'_, S> {
    /// All that the branch demands holds.
    #[inline]
    pub fn all_of(self, constraint: &'static Constraint, consequence: Consequence) -> Self {
        self.demand(constraint, consequence)
    }
}
