//! `minLength` and `maxLength`: how many Unicode scalar values a string has.

use super::End;

/// One end of a string's length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Length {
    /// Which end.
    pub end: End,
    /// Unicode scalar values: not bytes, not UTF-16 units, not what a person sees as one character.
    pub count: u64,
}

impl Length {
    pub(crate) fn sentence(self) -> String {
        let noun = if self.count == 1 { "character" } else { "characters" };
        format!("must have {} {} {noun}", self.end.words(), self.count)
    }
}
