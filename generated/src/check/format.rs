//! `format`: the string formats of the dialect.

use super::expect;
use crate::format;
use crate::node::Node;
use crate::pointer::At;
use crate::violation::{Constraint, Sink};

/// The string is a UUID of any version.
#[inline]
pub fn uuid<S: Sink>(node: Node<'_>, at: &At<'_>, out: &mut S, constraint: &'static Constraint) {
    if let Node::Text(text) = node {
        expect(format::is_uuid(text), node, at, out, constraint);
    }
}

/// The string is a UUID of version 4.
#[inline]
pub fn uuid4<S: Sink>(node: Node<'_>, at: &At<'_>, out: &mut S, constraint: &'static Constraint) {
    match node {
        Node::Uuid(uuid) => expect(uuid.is_v4(), node, at, out, constraint),
        Node::Text(text) => expect(format::is_uuid_v4(text), node, at, out, constraint),
        _ => {}
    }
}

/// The string is a URI with a scheme.
#[inline]
pub fn uri<S: Sink>(node: Node<'_>, at: &At<'_>, out: &mut S, constraint: &'static Constraint) {
    match node {
        Node::Text(text) => expect(format::is_uri(text), node, at, out, constraint),
        Node::Uuid(uuid) => expect(format::is_uri(uuid.as_str()), node, at, out, constraint),
        _ => {}
    }
}
