//! The spec of a model: published documents, and the one [`Model`] they are read into.
//!
//! [`read_file`] takes a document in the provider's dialect (a [`source::Source`] with positions), understands it
//! whole or refuses it with every reason as a [`Diagnostic`], and gives a [`Model`]: the task as a tree of
//! [`Schema`]s, every checkable statement as a [`Constraint`] with an id, a [`Level`] and a [`Rule`], and what
//! answers must be as [`Behaviour`]s. Everything else in this workspace is a view of that model.
//!
//! ```
//! let spec = airspec_spec::Source::new(
//!     "tiny.json",
//!     r#"{"type": "object", "properties": {"width": {"type": "integer", "maximum": 3840}}}"#,
//! );
//! let model = airspec_spec::read(&spec)?;
//! let ids: Vec<&str> = model.constraints().iter().map(|constraint| constraint.id.as_str()).collect();
//! assert_eq!(ids, ["type", "width.type", "width.maximum"]);
//!
//! let typo = airspec_spec::Source::new("tiny.json", r#"{"type": "object", "propertes": {}}"#);
//! let message = airspec_spec::read(&typo).unwrap_err().to_string();
//! assert!(message.starts_with("tiny.json:1:20: error: unknown keyword `propertes`"));
//! # Ok::<(), airspec_spec::ReadError>(())
//! ```

pub mod behaviour;
pub mod diagnostic;
pub mod diff;
pub mod facts;
pub mod import;
#[cfg(feature = "judge")]
pub mod judge;
pub mod model;
mod owner;
pub mod price;
mod read;
pub mod rule;
pub mod source;
pub mod text;
pub mod tree;
pub mod verify;
pub mod witness;

pub use behaviour::Behaviour;
pub use diagnostic::Diagnostic;
pub use model::{Constraint, Level, Model, Property, Schema};
pub use owner::read_rules;
pub use read::{MAX_BYTES, ReadError, read, read_file, read_source};
pub use rule::Rule;
pub use source::Source;

/// The documents of this release, by slug: the models that the workspace knows.
#[must_use]
pub fn documents() -> &'static [(&'static str, &'static str)] {
    include!(concat!(env!("OUT_DIR"), "/documents.rs"))
}
