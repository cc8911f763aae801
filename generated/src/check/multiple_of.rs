//! `multipleOf`: the step of a number, an exact decimal.

use super::expect;
use crate::decimal::Decimal;
use crate::node::Node;
use crate::pointer::At;
use crate::violation::{Constraint, Sink};

/// The number, as the decimal it is written as, is a multiple of the step.
#[inline]
pub fn multiple_of<S: Sink>(
    node: Node<'_>,
    at: &At<'_>,
    out: &mut S,
    constraint: &'static Constraint,
    step: Decimal,
) {
    if let Node::Number(number) = node {
        expect(number.is_multiple_of(step), node, at, out, constraint);
    }
}
