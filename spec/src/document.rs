//! A document as text: values with their places, names and words, and what is said about them.
//!
//! Nothing here knows what a document means; `read` makes a model of it.

pub mod diagnostic;
mod file;
pub mod source;
mod strictness;
pub mod text;
pub mod tree;

pub use diagnostic::{Diagnostic, Position, Severity};
pub use file::{MAX_BYTES, ReadError, read_source};
pub(crate) use source::Piece;
pub use source::{Member, Node, Source};
pub use strictness::Strictness;
pub use tree::Tree;
