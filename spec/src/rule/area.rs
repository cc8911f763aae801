//! `x-constraints` with the operation `area`: the product of two parameters lies in a range.

use super::Keyword;
use crate::model::Relation;

pub(super) struct Area<'a>(pub(super) &'a Relation);

impl<'a> Keyword<'a> for Area<'a> {
    fn name(&self) -> &'static str {
        "area"
    }

    fn rank(&self) -> u8 {
        19
    }

    fn sentence(&self) -> String {
        let [a, b] = &self.0.parameters;
        format!("must have `{a}` × `{b}` {}", self.0.range())
    }

    fn is_composite(&self) -> bool {
        true
    }

    fn parameters(&self) -> Vec<String> {
        self.0.parameters.to_vec()
    }
}
