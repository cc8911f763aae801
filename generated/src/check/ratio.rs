//! `x-constraints`, operation `ratio`: the quotient of two members, in exact arithmetic.

use super::Check;
use crate::decimal::Range;
use crate::sink::Sink;
use crate::violation::Constraint;

impl<S: Sink> Check<'_, S> {
    /// The quotient of the two lies in the range; nothing divided by zero does.
    #[inline]
    pub fn ratio(self, constraint: &'static Constraint, names: [&'static str; 2], range: Range) -> Self {
        self.expect(constraint, |node| node.decimals(names).is_none_or(|[a, b]| range.admits_quotient(a, b)))
    }
}
