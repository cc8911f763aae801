//! `minLength`: the least length of a string, in Unicode scalar values.

use super::{Keyword, Scope};
use crate::document::{Diagnostic, Member};
use crate::model::witness::{feasible_length, fill, filler, of_length};
use crate::model::{Rule, Schema, Witness};

pub(super) struct MinLength(pub(super) u64);

pub(super) fn read<'a>(member: &Member<'a>, _: &mut dyn Scope<'a>) -> Result<Vec<Rule>, Diagnostic> {
    Ok(vec![Rule::MinLength(member.value.count()?)])
}

/// Characters that other measures count as more than one.
const LONG_BY_MEASURE: [(&str, &str); 5] = [
    ("&", "longer as HTML"),
    ("\u{fb01}", "a ligature"),
    ("\u{1d15e}", "longer in each normal form"),
    ("\n", "longer as JSON"),
    ("\u{c5}", "longer when decomposed"),
];

impl Keyword<'_> for MinLength {
    fn name(&self) -> &'static str {
        "minLength"
    }

    fn rank(&self) -> u8 {
        7
    }

    fn sentence(&self) -> String {
        format!("must have at least {} {}", self.0, super::noun(self.0, "character"))
    }

    /// Texts of the length and shorter ones, and texts that have the length only before trimming.
    fn witnesses(&self, _: &Schema) -> Vec<Witness> {
        let count = feasible_length(self.0);
        let mut witnesses = of_length(count);
        let Some(less) = count.checked_sub(1) else {
            witnesses.push(Witness::accept("", "empty"));
            return witnesses;
        };
        witnesses.extend([
            Witness::accept(filler(count + 1), "one longer"),
            Witness::accept(format!("{} ", filler(less)), "the length with a space at the end"),
            Witness::accept(fill("\u{301}", count), "the length in combining accents alone"),
            Witness::reject(filler(less), "one too short"),
            Witness::reject("", "empty"),
            Witness::reject(fill("🎨", less), "one too short, outside the basic plane"),
            Witness::reject(fill("é", less), "one too short, in letters of two bytes"),
        ]);
        let shorter = LONG_BY_MEASURE
            .map(|(unit, about)| Witness::reject(fill(unit, less), format!("one too short, {about}")));
        witnesses.extend(shorter);
        witnesses
    }
}
