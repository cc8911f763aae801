//! `unevaluatedProperties: false`: the members of an object are those that its schema and the parts of it declare.

use super::{Check, Pattern};
use crate::node::Node;
use crate::sink::Sink;
use crate::violation::Constraint;

impl<S: Sink> Check<'_, S> {
    /// The object has no members but these and those whose names match a pattern.
    #[inline]
    pub fn unevaluated_properties(
        self,
        constraint: &'static Constraint,
        names: &[&str],
        patterns: &[&Pattern],
    ) -> Self {
        self.expect(constraint, |node| {
            let mut all_known = true;
            if let Node::Object(object) = node {
                object.each(&mut |name, _| {
                    all_known = all_known
                        && (names.contains(&name) || patterns.iter().any(|pattern| pattern.is_match(name)));
                });
            }
            all_known
        })
    }
}
