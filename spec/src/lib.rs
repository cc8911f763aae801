//! The spec of a model: published documents, and the one [`Model`] they are read into.
//!
//! [`read_file`] takes a document in the provider's dialect (a [`source::Source`] with positions), understands it
//! whole or refuses it with every reason as a [`Diagnostic`], and gives a [`Model`]: the task as a tree of
//! [`Schema`]s, every checkable statement as a [`Constraint`] with an id, a [`Level`] and a [`Rule`], and what
//! answers must be as [`Behaviour`]s. Everything else in this workspace is a view of that model.
//!
//! The modules form no cycle. [`document`] is text with positions; [`model`] is data; [`vocabulary`] has words; [`rule`] knows each keyword;
//! `read` converts a document to a model, [`release`] has other releases of it, and [`catalogue`] is many of them. [`price`] (the price of a result), [`synthesis`] (tasks made from a model),
//! [`facts`] (the facts of any source), [`import`], [`verify`] and [`diff`] use these.
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

mod admits;
mod arrays;
pub mod catalogue;
pub mod diff;
pub mod document;
pub mod facts;
pub mod import;
pub mod model;
pub mod price;
mod read;
pub mod release;
pub mod rule;
pub mod synthesis;
pub mod verify;
pub mod vocabulary;

pub use catalogue::{Catalogue, CatalogueError, source_to_compare, to_compare};
pub use document::{
    Diagnostic, MAX_BYTES, ReadError, Source, Strictness, diagnostic, read_source, source, text, tree,
};
pub use model::behaviour::{self, Behaviour};
pub use model::{
    Constraint, ConstraintId, JsonPointer, Level, Model, ParameterPath, Property, Rule, Schema, Unchecked,
};
pub use read::{
    ProtocolRule, Purpose, error_fields, protocol_rules, read, read_file, read_file_with, read_for,
    read_rules,
};

/// Values that show a constraint holding or broken.
pub mod witness {
    pub use crate::model::{Side, Witness};
    pub use crate::rule::{proposals, samples};
}

/// The documents of this release, by slug: the models that the workspace knows.
#[must_use]
pub fn documents() -> &'static [(&'static str, &'static str)] {
    include!(concat!(env!("OUT_DIR"), "/documents.rs"))
}
