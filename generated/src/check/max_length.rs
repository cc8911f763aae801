//! `maxLength`: a string has at most so many Unicode scalar values.

use super::Check;
use crate::length::at_most;
use crate::sink::Sink;
use crate::violation::Constraint;

impl<S: Sink> Check<'_, S> {
    /// A string has at most so many characters.
    #[inline]
    pub fn max_length(self, constraint: &'static Constraint, count: usize) -> Self {
        self.expect(constraint, |node| node.text().is_none_or(|text| at_most(text, count)))
    }
}
