//! The formats of strings: what `format: uri` and `format: uuid` of a spec ask of a text.
//!
//! Each is a plain question about a text, answered without allocating; what to say about a text that fails is
//! the business of the check. Another format is another file here. Both agree with the `jsonschema` crate,
//! which judges the generated validators.

mod uri;
mod uuid;

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
