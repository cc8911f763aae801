//! `patternProperties`: members whose names match a pattern pass, and so do all that nothing speaks of.

use super::{Check, Condition, Pattern, holds};
use crate::node::Node;
use crate::sink::Sink;
use crate::violation::Constraint;

impl<S: Sink> Check<'_, S> {
    /// Each member passes the condition of every pattern that its name matches. One whose name matches none and is not
    /// declared passes that of the others.
    #[inline]
    pub fn pattern_properties(
        self,
        constraint: &'static Constraint,
        patterns: &[(&Pattern, Condition)],
        declared: &[&str],
        others: Option<Condition>,
    ) -> Self {
        self.expect(constraint, |node| {
            let mut all_pass = true;
            if let Node::Object(object) = node {
                object.each(&mut |name, member| {
                    let mut is_other = !declared.contains(&name);
                    for (pattern, condition) in patterns {
                        if all_pass && pattern.is_match(name) {
                            is_other = false;
                            all_pass = holds(member, *condition);
                        }
                    }
                    if let (true, true, Some(condition)) = (all_pass, is_other, others) {
                        all_pass = holds(member, condition);
                    }
                });
            }
            all_pass
        })
    }
}
