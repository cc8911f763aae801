//! `minLength` and `maxLength`: how many Unicode scalar values a string has.

use super::End;
use crate::witness::Witness;

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

impl Length {
    /// Texts of exactly the length, in characters of one to four bytes, of one or two UTF-16 units, and of one or
    /// two scalar values for what a person sees as one; and texts that have it only after trimming.
    pub(crate) fn witnesses(self) -> Vec<Witness> {
        let Ok(count) = usize::try_from(self.count.min(LONGEST)) else { return Vec::new() };
        let text =
            |length: usize| "lorem ipsum ".chars().cycle().take(length).collect::<String>().replace(' ', "_");
        let fill = |unit: &str, length: usize| unit.chars().cycle().take(length).collect::<String>();
        let mut witnesses = vec![
            Witness::accept(text(count), "exactly the length"),
            Witness::accept(fill("é", count), "the length in letters of two bytes").unstated(),
            Witness::accept(fill("🎨", count), "the length in characters outside the basic plane").unstated(),
            Witness::accept(fill("e\u{301}", count), "the length in letters with combining accents")
                .unstated(),
        ];
        match self.end {
            End::Min => witnesses.extend(too_short(count, &text, &fill)),
            End::Max => witnesses.extend([
                Witness::accept(text(count.saturating_sub(1)), "one shorter"),
                Witness::reject(text(count + 1), "one too long"),
                Witness::reject(text(count * 2 + 10), "far too long"),
                Witness::reject(format!("{} ", text(count)), "too long by a space at the end").unstated(),
                Witness::reject(format!(" {}", text(count)), "too long by a space at the start").unstated(),
                Witness::reject(fill("e\u{301}", count + 1), "too long by one combining accent").unstated(),
                Witness::reject(fill("🎨", count + 1), "one too long, outside the basic plane").unstated(),
            ]),
        }
        witnesses
    }
}

fn too_short(
    count: usize,
    text: &dyn Fn(usize) -> String,
    fill: &dyn Fn(&str, usize) -> String,
) -> Vec<Witness> {
    let Some(less) = count.checked_sub(1) else { return vec![Witness::accept("", "empty")] };
    vec![
        Witness::accept(text(count + 1), "one longer"),
        Witness::accept(format!("{} ", text(less)), "the length with a space at the end").unstated(),
        Witness::accept(fill("\u{301}", count), "the length in combining accents alone").unstated(),
        Witness::reject(text(less), "one too short"),
        Witness::reject("", "empty"),
        Witness::reject(fill("🎨", less), "one too short, outside the basic plane").unstated(),
        Witness::reject(fill("é", less), "one too short, in letters of two bytes").unstated(),
    ]
}

/// Longer texts are not made; no published length comes near.
const LONGEST: u64 = 1_000_000;
