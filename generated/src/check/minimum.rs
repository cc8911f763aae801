//! `minimum`: a number is at least the bound.

use super::Check;
use crate::decimal::Decimal;
use crate::sink::Sink;
use crate::violation::Constraint;
use std::cmp::Ordering;

impl<S: Sink> Check<'_, S> {
    /// A number is at least the bound.
    #[inline]
    pub fn minimum(self, constraint: &'static Constraint, bound: impl Into<Decimal>) -> Self {
        self.expect(constraint, |node| node.compares(bound.into(), Ordering::is_ge))
    }
}
