//! The formats of strings: what `format: uri` and `format: uuid` of a spec ask of a text.
//!
//! Each is a plain question about a text, answered without allocating; what to say about a text that fails is
//! the business of the check. Another format is another file here. Both agree with the `jsonschema` crate,
//! which judges the generated validators.

mod uri;
mod uuid;

use crate::node::Node;

pub use uri::is_uri;
pub use uuid::{is_uuid, is_uuid_v4};

/// A format that the dialect knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A UUID of any version.
    Uuid,
    /// A UUID of version 4.
    Uuid4,
    /// A URI with a scheme.
    Uri,
}

impl Format {
    /// Whether a value has the format, or is no string.
    #[inline]
    pub(crate) fn admits(self, node: Node<'_>) -> bool {
        match (self, node) {
            (Self::Uuid, Node::Text(text)) => is_uuid(text),
            (Self::Uuid4, Node::Text(text)) => is_uuid_v4(text),
            (Self::Uuid4, Node::Uuid(uuid)) => uuid.is_v4(),
            (Self::Uri, Node::Text(text)) => is_uri(text),
            (Self::Uri, Node::Uuid(uuid)) => is_uri(uuid.as_str()),
            _ => true,
        }
    }
}
