//! `contains`: at least one item of an array passes a check.

use super::{expect, holds};
use crate::node::Node;
use crate::pointer::At;
use crate::violation::{Constraint, Probe, Sink};

/// At least one item passes.
#[inline]
pub fn contains<S: Sink>(
    node: Node<'_>,
    at: &At<'_>,
    out: &mut S,
    constraint: &'static Constraint,
    check: impl Fn(Node<'_>, &mut Probe),
) {
    if let Node::List(list) = node {
        let ok = (0..list.len()).any(|index| holds(|probe| check(list.item(index), probe)));
        expect(ok, node, at, out, constraint);
    }
}
