//! `multipleOf`: the step of a number, an exact decimal.

use super::Check;
use crate::decimal::Decimal;
use crate::sink::Sink;
use crate::violation::Constraint;

impl<S: Sink> Check<'_, S> {
    /// A number, as the decimal it is written as, is a multiple of the step.
    #[inline]
    pub fn multiple_of(self, constraint: &'static Constraint, step: impl Into<Decimal>) -> Self {
        self.expect(constraint, |node| node.number().is_none_or(|number| number.is_multiple_of(step.into())))
    }
}
