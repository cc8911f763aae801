//! `maxLength`: the greatest length of a string, in Unicode scalar values.

use super::{Keyword, Scope};
use crate::document::{Diagnostic, Member};
use crate::model::witness::{feasible_length, fill, filler, of_length};
use crate::model::{Rule, Schema, Witness};

pub(super) struct MaxLength(pub(super) u64);

pub(super) fn read<'a>(member: &Member<'a>, _: &mut dyn Scope<'a>) -> Result<Vec<Rule>, Diagnostic> {
    Ok(vec![Rule::MaxLength(member.value.count()?)])
}

/// Characters that are longer in bytes, in UTF-16, in each normal form, and escaped for HTML.
const LONG_BY_MEASURE: &str = "\u{1d15e}&\u{fb01}\u{1d160}<";

/// Ends of a text that other measures count as shorter.
const SHORT_BY_MEASURE: [(&str, &str); 7] = [
    ("\r\n", "a line end of two characters"),
    ("\u{1f468}\u{200d}\u{1f469}", "a joined emoji"),
    ("\u{200b}", "a zero width space"),
    ("\t", "a tab at the end"),
    ("&amp;", "an escape of HTML"),
    ("\u{ff76}\u{ff9e}", "a compatible pair"),
    ("\u{feff}", "a byte order mark at the end"),
];

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
            Witness::reject(format!("{text} "), "too long by a space at the end"),
            Witness::reject(format!(" {text}"), "too long by a space at the start"),
            Witness::reject(fill("e\u{301}", count + 1), "too long by one combining accent"),
            Witness::reject(fill("🎨", count + 1), "one too long, outside the basic plane"),
            Witness::accept(fill(LONG_BY_MEASURE, count), "the length, longer by every other measure"),
        ]);
        let longer = SHORT_BY_MEASURE.map(|(text, about)| {
            let rest = (count + 1).saturating_sub(text.chars().count());
            Witness::reject(filler(rest) + text, format!("one too long, {about}"))
        });
        witnesses.extend(longer);
        let blanks = format!("x{}y", " ".repeat(count.saturating_sub(1)));
        witnesses.push(Witness::reject(blanks, "one too long, blanks within"));
        witnesses.push(Witness::reject(" ".repeat(count + 1), "one too long, blanks alone"));
        witnesses
    }
}
