//! `format`: the string formats of the dialect.

use super::Check;
use crate::format::{Format, is_uri, is_uuid, is_uuid_v4};
use crate::node::Node;
use crate::sink::Sink;
use crate::violation::Constraint;

impl<S: Sink> Check<'_, S> {
    /// A string has the format.
    #[inline]
    pub fn format(self, constraint: &'static Constraint, format: Format) -> Self {
        self.expect(constraint, |node| admits(format, node))
    }
}

/// Whether a value has the format, or is no string.
#[inline]
fn admits(format: Format, node: Node<'_>) -> bool {
    match (format, node) {
        (Format::Uuid, Node::Text(text)) => is_uuid(text),
        (Format::Uuid4, Node::Text(text)) => is_uuid_v4(text),
        (Format::Uuid4, Node::Uuid(uuid)) => uuid.is_v4(),
        (Format::Uri, Node::Text(text)) => is_uri(text),
        (Format::Uri, Node::Uuid(uuid)) => is_uri(uuid.as_str()),
        _ => true,
    }
}
