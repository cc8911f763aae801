//! What a document states and a model does not hold.

use super::JsonPointer;
use crate::document::text::visible;
use std::fmt;

/// A keyword that is outside the dialect: the model was read without it, so nothing checks it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unchecked {
    /// Its place in the document.
    pub pointer: JsonPointer,
    /// Its line there, from 1.
    pub line: usize,
    /// The keyword.
    pub keyword: String,
    /// Why the model does not hold it, in words.
    pub reason: String,
}

/// "line 12: `minProperties` at `/properties/a/minProperties` is not checked: unknown keyword `minProperties`".
impl fmt::Display for Unchecked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { pointer, line, keyword, reason } = self;
        let (keyword, pointer, reason) = (visible(keyword), visible(pointer), visible(reason));
        write!(f, "line {line}: `{keyword}` at `{pointer}` is not checked: {reason}")
    }
}
