//! The schema `false`: no value is allowed.

use super::Check;
use crate::sink::Sink;
use crate::violation::Constraint;

impl<S: Sink> Check<'_, S> {
    /// No value is allowed.
    #[inline]
    pub fn false_(self, constraint: &'static Constraint) -> Self {
        self.expect(constraint, |_| false)
    }
}
