//! `additionalProperties: false`: the members of an object are those that are declared.

use crate::text;

/// The names that an object may have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closed {
    /// In the order of the document.
    pub names: Vec<String>,
}

impl Closed {
    pub(crate) fn sentence(&self) -> String {
        if self.names.is_empty() {
            return "must have no members".to_owned();
        }
        format!("must have no members but {}", text::list(&text::ticked(&self.names), "and"))
    }
}
