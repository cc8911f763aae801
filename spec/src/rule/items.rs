//! `minItems` and `maxItems`: how many items an array has.

use super::End;

/// One end of an array's length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Items {
    /// Which end.
    pub end: End,
    /// Items.
    pub count: u64,
}

impl Items {
    pub(crate) fn sentence(self) -> String {
        let noun = if self.count == 1 { "item" } else { "items" };
        format!("must have {} {} {noun}", self.end.words(), self.count)
    }
}
