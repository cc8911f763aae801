//! Patterns that need no engine for regular expressions: texts and classes of characters in a row, from the first
//! character of the string on, or a few such rows.
//!
//! A run of a class takes all characters that it can, and never gives one back. That finds each match only if what follows
//! the run cannot begin with a character of the class; [`is_certain`] sees to it, and other patterns are no shapes.

use proc_macro2::{Literal, TokenStream};
use quote::{ToTokens, quote};
use regex_syntax::hir::{Class, Hir, HirKind, Look, Repetition};

/// The rows of one pattern. Each is tried in turn, so that there must be few.
const MAX_ROWS: usize = 8;

/// The ranges of one class; those of Unicode properties have hundreds.
const MAX_RANGES: usize = 16;

/// A part of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Text(String),
    Run { ranges: Vec<(char, char)>, least: u32, most: Option<u32> },
    Start,
    End,
}

type Row = Vec<Part>;

/// The rows of a pattern, if it is a shape.
pub(super) fn of(pattern: &str) -> Option<Vec<Row>> {
    let hir = regex_syntax::parse(pattern).ok()?;
    let rows = rows(&hir)?.iter().map(anchored).collect::<Option<Vec<Row>>>()?;
    rows.iter().all(|row| is_certain(row)).then_some(rows)
}

/// The rows that an expression stands for.
fn rows(hir: &Hir) -> Option<Vec<Row>> {
    match hir.kind() {
        HirKind::Empty => Some(vec![Vec::new()]),
        HirKind::Literal(literal) => {
            Some(vec![vec![Part::Text(String::from_utf8(literal.0.to_vec()).ok()?)]])
        }
        HirKind::Class(_) => Some(vec![vec![run(hir, 1, Some(1))?]]),
        HirKind::Look(Look::Start) => Some(vec![vec![Part::Start]]),
        HirKind::Look(Look::End) => Some(vec![vec![Part::End]]),
        HirKind::Look(_) => None,
        HirKind::Repetition(repetition) => repeated(repetition),
        HirKind::Capture(capture) => rows(&capture.sub),
        HirKind::Concat(parts) => parts.iter().try_fold(vec![Vec::new()], |before, part| {
            let after = rows(part)?;
            let both = |row: &Row| {
                after.iter().map(move |next| [row.clone(), next.clone()].concat()).collect::<Vec<_>>()
            };
            few(before.iter().flat_map(both).collect())
        }),
        HirKind::Alternation(branches) => {
            let branches: Option<Vec<Vec<Row>>> = branches.iter().map(rows).collect();
            few(branches?.concat())
        }
    }
}

fn few(rows: Vec<Row>) -> Option<Vec<Row>> {
    (rows.len() <= MAX_ROWS).then_some(rows)
}

fn repeated(repetition: &Repetition) -> Option<Vec<Row>> {
    if let Some(run) = run(&repetition.sub, repetition.min, repetition.max) {
        return Some(vec![vec![run]]);
    }
    match (repetition.min, repetition.max) {
        (0, Some(1)) => few([vec![Vec::new()], rows(&repetition.sub)?].concat()),
        _ => None,
    }
}

/// A run of the characters that an expression stands for, if it is one character long.
fn run(hir: &Hir, least: u32, most: Option<u32>) -> Option<Part> {
    let ranges: Vec<(char, char)> = match hir.kind() {
        HirKind::Class(Class::Unicode(class)) => {
            class.ranges().iter().map(|range| (range.start(), range.end())).collect()
        }
        HirKind::Literal(literal) => {
            let mut characters = str::from_utf8(&literal.0).ok()?.chars();
            let one = characters.next().filter(|_| characters.next().is_none())?;
            vec![(one, one)]
        }
        HirKind::Capture(capture) => return run(&capture.sub, least, most),
        _ => return None,
    };
    (!ranges.is_empty() && ranges.len() <= MAX_RANGES).then_some(Part::Run { ranges, least, most })
}

/// A row that begins at the start of the string, without that start; none if it begins elsewhere, or if something stands
/// before the start or behind the end.
fn anchored(row: &Row) -> Option<Row> {
    let mut row: Row = row.strip_prefix(&[Part::Start])?.to_vec();
    row.dedup_by(|one, other| *one == Part::End && *other == Part::End);
    let inner = row.strip_suffix(&[Part::End]).unwrap_or(&row);
    (!inner.iter().any(|part| matches!(part, Part::Start | Part::End))).then_some(row)
}

/// Whether each run may take all characters that it can: it has one length alone, or nothing that follows begins with a
/// character of its class.
fn is_certain(row: &[Part]) -> bool {
    row.iter().enumerate().all(|(index, part)| match part {
        Part::Run { ranges, least, most } => Some(*least) == *most || !may_begin(&row[index + 1..], ranges),
        Part::Text(_) | Part::Start | Part::End => true,
    })
}

/// Whether what these parts match may begin with a character in the ranges.
fn may_begin(parts: &[Part], ranges: &[(char, char)]) -> bool {
    let overlaps = |first: char, last: char| ranges.iter().any(|range| range.0 <= last && first <= range.1);
    for part in parts {
        match part {
            Part::Text(text) => {
                return text.chars().next().is_some_and(|character| overlaps(character, character));
            }
            Part::Run { ranges, least, .. } => {
                if ranges.iter().any(|(first, last)| overlaps(*first, *last)) {
                    return true;
                }
                if *least > 0 {
                    return false;
                }
            }
            Part::Start | Part::End => return false,
        }
    }
    false
}

impl ToTokens for Part {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.extend(match self {
            Self::Text(text) => quote!(Part::Text(#text)),
            Self::Run { ranges, least, most } => {
                let ranges = ranges.iter().map(|(first, last)| quote!((#first, #last)));
                let least = Literal::u32_unsuffixed(*least);
                let most = match most {
                    Some(most) => Literal::u32_unsuffixed(*most).into_token_stream(),
                    None => quote!(usize::MAX),
                };
                quote!(Part::Run(const { Class::new(&[#(#ranges),*]) }, #least, #most))
            }
            Self::Start | Self::End => quote!(Part::End),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(ranges: &[(char, char)], least: u32, most: Option<u32>) -> Part {
        Part::Run { ranges: ranges.to_vec(), least, most }
    }

    #[test]
    fn texts_and_classes_in_a_row_are_a_shape() {
        let hexadecimal = [('0', '9'), ('A', 'F'), ('a', 'f')];
        let text = |text: &str| Part::Text(text.to_owned());
        assert_eq!(of("^a[b-d]{2,}$"), Some(vec![vec![text("a"), run(&[('b', 'd')], 2, None), Part::End]]));
        let colour = |count| vec![text("#"), run(&hexadecimal, count, Some(count)), Part::End];
        assert_eq!(of("^#([A-Fa-f0-9]{6}|[A-Fa-f0-9]{3})$"), Some(vec![colour(6), colour(3)]));
        let word = |text: &str| Part::Text(text.to_owned());
        assert_eq!(of("^(ab)?"), Some(vec![vec![], vec![word("ab")]]));
    }

    #[test]
    fn what_needs_an_engine_is_no_shape() {
        for pattern in [
            "a",                          // anywhere in the string
            "^a|b$",                      // one branch starts anywhere
            "^[a-c]+[c-e]$",              // the run must give back a `c`
            "^[a-c]*[x-z]*b$",            // what follows may be empty, and then begins with a `b`
            "^[a-c]{1,2}c$",              // as the first
            "^(ab)+$",                    // a repetition of more than a character
            "^a(?:$|b$)c",                // something behind the end
            r"^(?-u:\b)a$",               // a place that is neither start nor end
            r"^\p{L}+$",                  // hundreds of ranges
            "^(a|b1)(c|d1)(e|f1)(g|h1)$", // sixteen rows
        ] {
            assert_eq!(of(pattern), None, "{pattern}");
        }
    }
}
