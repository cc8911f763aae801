//! `format`: the string formats of the dialect.

use super::Check;
use crate::format::Format;
use crate::violation::{Constraint, Sink};

impl<S: Sink> Check<'_, S> {
    /// A string has the format.
    #[inline]
    pub fn format(self, constraint: &'static Constraint, format: Format) -> Self {
        self.expect(constraint, |node| format.admits(node))
    }
}
