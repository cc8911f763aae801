//! `minLength`: a string has at least so many Unicode scalar values.

use super::Check;
use crate::length::at_least;
use crate::sink::Sink;
use crate::violation::Constraint;

impl<S: Sink> Check<'_, S> {
    /// A string has at least so many characters.
    #[inline]
    pub fn min_length(self, constraint: &'static Constraint, count: usize) -> Self {
        self.expect(constraint, |node| node.text().is_none_or(|text| at_least(text, count)))
    }
}
