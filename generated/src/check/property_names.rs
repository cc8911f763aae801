//! `propertyNames`: the name of every member passes.

use super::{Check, Condition, holds};
use crate::node::Node;
use crate::sink::Sink;
use crate::violation::Constraint;

impl<S: Sink> Check<'_, S> {
    /// The name of every member passes.
    #[inline]
    pub fn property_names(self, constraint: &'static Constraint, condition: Condition) -> Self {
        self.expect(constraint, |node| {
            let mut all_pass = true;
            if let Node::Object(object) = node {
                object.each(&mut |name, _| all_pass = all_pass && holds(Node::Text(name), condition));
            }
            all_pass
        })
    }
}
