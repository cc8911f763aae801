//! `maxItems`: an array has at most so many items.

use super::Check;
use crate::sink::Sink;
use crate::violation::Constraint;

impl<S: Sink> Check<'_, S> {
    /// An array has at most so many items.
    #[inline]
    pub fn max_items(self, constraint: &'static Constraint, count: usize) -> Self {
        self.expect(constraint, |node| node.list().is_none_or(|list| list.len() <= count))
    }
}
