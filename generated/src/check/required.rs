//! `required`: a member is present.

use crate::node::Node;
use crate::pointer::At;
use crate::violation::{Constraint, Sink};

/// The member, reported where it is missing.
#[inline]
pub fn required<'a, S: Sink>(
    member: Option<Node<'a>>,
    at: &At<'_>,
    out: &mut S,
    constraint: &'static Constraint,
    name: &str,
) -> Option<Node<'a>> {
    if member.is_none() {
        out.missing(&at.key(name), constraint);
    }
    member
}

/// The member of a value, if the value is an object that has it.
#[inline]
pub fn member<'a>(node: Node<'a>, name: &str) -> Option<Node<'a>> {
    match node {
        Node::Object(object) => object.get(name),
        _ => None,
    }
}
