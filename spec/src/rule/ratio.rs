//! `x-constraints` with the operation `ratio`: the quotient of two parameters lies in a range.

use super::Keyword;
use crate::model::Relation;

pub(super) struct Ratio<'a>(pub(super) &'a Relation);

impl<'a> Keyword<'a> for Ratio<'a> {
    fn name(&self) -> &'static str {
        "ratio"
    }

    fn rank(&self) -> u8 {
        19
    }

    fn sentence(&self) -> String {
        let [a, b] = &self.0.parameters;
        format!("must have `{a}` ÷ `{b}` {}", self.0.range())
    }

    fn is_composite(&self) -> bool {
        true
    }

    fn parameters(&self) -> Vec<String> {
        self.0.parameters.to_vec()
    }
}
