//! The schema `false`: no value is allowed.

use super::Check;
use crate::violation::{Constraint, Sink};

impl<S: Sink> Check<'_, S> {
    /// No value is allowed.
    #[inline]
    pub fn false_(self, constraint: &'static Constraint) -> Self {
        self.expect(constraint, |_| false)
    }
}
