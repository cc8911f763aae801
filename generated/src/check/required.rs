//! `required`: a member is present.

use crate::node::{Key, Node, Object};
use crate::pointer::At;
use crate::violation::{Constraint, Sink};

/// The member, reported where it is missing.
#[inline]
pub fn required<'a, O: Object + ?Sized, S: Sink>(
    object: &'a O,
    at: &At<'_>,
    out: &mut S,
    constraint: &'static Constraint,
    key: Key,
) -> Option<Node<'a>> {
    let node = object.get(key);
    if node.is_none() {
        out.missing(&at.key(key.name), constraint);
    }
    node
}

/// The member of a value, if the value is an object that has it.
#[inline]
pub fn member<'a>(node: Node<'a>, name: &'static str) -> Option<Node<'a>> {
    match node {
        Node::Object(object) => object.get(Key::named(name)),
        _ => None,
    }
}
