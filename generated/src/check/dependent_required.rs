//! `dependentRequired`: where one member is present, others must be.

use super::Check;
use crate::sink::Sink;
use crate::violation::Constraint;

impl<S: Sink> Check<'_, S> {
    /// Each trigger that is present has all that it needs; what is missing is reported there, in its own sentence.
    #[inline]
    pub fn dependent_required(
        self,
        constraint: &'static Constraint,
        demands: &[(&'static str, &[(&'static str, &'static str)])],
    ) -> Self {
        let has = |name: &str| self.node.member(name).is_some();
        for (_, needs) in demands.iter().filter(|(trigger, _)| self.is_typed && has(trigger)) {
            for (name, expected) in needs.iter().filter(|(name, _)| !has(name)) {
                self.out.demanded(&self.at.key(name), constraint, expected, None);
            }
        }
        self
    }
}
