//! `const`: the one value that is allowed.

use super::Check;
use crate::literal::Literal;
use crate::sink::Sink;
use crate::violation::Constraint;

impl<S: Sink> Check<'_, S> {
    /// The value is this one.
    #[inline]
    pub fn const_(self, constraint: &'static Constraint, value: impl Into<Literal>) -> Self {
        self.expect(constraint, |node| value.into().equals(node))
    }
}
