//! `dependentRequired`: where one member is present, others must be.

use super::expect;
use crate::node::Node;
use crate::pointer::At;
use crate::violation::{Constraint, Sink};

/// Each trigger that is present has all that it needs.
#[inline]
pub fn dependent<S: Sink>(
    node: Node<'_>,
    at: &At<'_>,
    out: &mut S,
    constraint: &'static Constraint,
    needs: &[(&'static str, &[&'static str])],
) {
    if let Node::Object(object) = node {
        let has = |name: &'static str| object.get(name).is_some();
        let ok = needs.iter().all(|(trigger, needs)| !has(trigger) || needs.iter().all(|name| has(name)));
        expect(ok, node, at, out, constraint);
    }
}
