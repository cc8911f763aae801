//! `enum`: a closed set of values.

use super::Check;
use crate::literal::Literal;
use crate::sink::Sink;
use crate::violation::Constraint;

impl<S: Sink> Check<'_, S> {
    /// The value is one of these.
    #[inline]
    pub fn enum_<L: Copy + Into<Literal>>(self, constraint: &'static Constraint, values: &[L]) -> Self {
        self.expect(constraint, |node| values.iter().any(|value| (*value).into().equals(node)))
    }
}
