//! `items`, `minItems` and `maxItems`: how many items an array has, and what each must be.

use super::expect;
use crate::node::Node;
use crate::pointer::At;
use crate::violation::{Constraint, Sink};

/// The array has at least that many items.
#[inline]
pub fn min_items<S: Sink>(
    node: Node<'_>,
    at: &At<'_>,
    out: &mut S,
    constraint: &'static Constraint,
    count: usize,
) {
    if let Node::List(list) = node {
        expect(list.len() >= count, node, at, out, constraint);
    }
}

/// The array has at most that many items.
#[inline]
pub fn max_items<S: Sink>(
    node: Node<'_>,
    at: &At<'_>,
    out: &mut S,
    constraint: &'static Constraint,
    count: usize,
) {
    if let Node::List(list) = node {
        expect(list.len() <= count, node, at, out, constraint);
    }
}

/// Runs a check on every item of an array.
#[inline]
pub fn each<S: Sink>(
    node: Node<'_>,
    at: &At<'_>,
    out: &mut S,
    mut check: impl FnMut(Node<'_>, &At<'_>, &mut S),
) {
    if let Node::List(list) = node {
        for index in 0..list.len() {
            check(list.item(index), &at.index(index), out);
        }
    }
}
