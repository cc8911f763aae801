//! `dependentRequired`: where one member is present, others must be.

use super::Check;
use crate::violation::{Constraint, Sink};

impl<S: Sink> Check<'_, S> {
    /// Each trigger that is present has all that it needs.
    #[inline]
    pub fn dependent_required(
        self,
        constraint: &'static Constraint,
        needs: &[(&'static str, &[&'static str])],
    ) -> Self {
        self.expect(constraint, |node| {
            let has = |name: &&str| node.member(name).is_some();
            needs.iter().all(|(trigger, needs)| !has(trigger) || needs.iter().all(has))
        })
    }
}
