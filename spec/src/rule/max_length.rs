//! `maxLength`: the greatest length of a string, in Unicode scalar values.

use super::{Keyword, Scope};
use crate::document::{Diagnostic, Member};
use crate::model::witness::{feasible_length, fill, filler, of_length};
use crate::model::{Rule, Schema, Witness};

pub(super) struct MaxLength(pub(super) u64);

pub(super) fn read<'a>(member: &Member<'a>, _: &mut dyn Scope<'a>) -> Result<Vec<Rule>, Diagnostic> {
    Ok(vec![Rule::MaxLength(member.value.count()?)])
}

impl Keyword<'_> for MaxLength {
    fn name(&self) -> &'static str {
        "maxLength"
    }

    fn rank(&self) -> u8 {
        7
    }

    fn sentence(&self) -> String {
        format!("must have at most {} {}", self.0, super::noun(self.0, "character"))
    }

    /// Texts of the length and longer ones, and texts that have the length only after trimming.
    fn witnesses(&self, _: &Schema) -> Vec<Witness> {
        let count = feasible_length(self.0);
        let text = filler(count);
        let mut witnesses = of_length(count);
        witnesses.extend([
            Witness::accept(filler(count.saturating_sub(1)), "one shorter"),
            Witness::reject(filler(count + 1), "one too long"),
            Witness::reject(filler(count * 2 + 10), "far too long"),
            Witness::reject(format!("{text} "), "too long by a space at the end").unstated(),
            Witness::reject(format!(" {text}"), "too long by a space at the start").unstated(),
            Witness::reject(fill("e\u{301}", count + 1), "too long by one combining accent").unstated(),
            Witness::reject(fill("🎨", count + 1), "one too long, outside the basic plane").unstated(),
        ]);
        witnesses
    }
}
