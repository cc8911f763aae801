//! Whether a document that is not all in the dialect is read.

/// What the reader does about a keyword that is outside the dialect.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Strictness {
    /// It refuses the document.
    #[default]
    Strict,
    /// It reads the document without the keyword, and lists that.
    Lenient,
}
