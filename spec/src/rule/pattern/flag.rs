//! The flag `u` of ECMA 262: what a pattern has that is legal with it alone, or without it alone.
//!
//! JSON Schema has patterns with the flag. Published ones escape signs that need no escape, which is an error with it, and
//! means the sign without it. What then means something else without the flag is refused beside such an escape.

/// Signs that may be escaped with the flag.
const SYNTAX: &str = "^$\\.*+?()[]{}|/";

/// Whether a pattern has both what only the flag knows and what is an error with it.
pub(super) fn is_ambiguous(ecma: &str) -> bool {
    let (mut only_with, mut only_without, mut in_brackets) = (false, false, false);
    let mut rest = ecma.chars().peekable();
    while let Some(character) = rest.next() {
        match character {
            '\\' => match rest.next() {
                Some('p' | 'P') => only_with = true,
                Some('u') => only_with |= rest.peek() == Some(&'{'),
                Some('-') => only_without |= !in_brackets,
                Some(sign) if sign.is_ascii_punctuation() => only_without |= !SYNTAX.contains(sign),
                _ => {}
            },
            '[' => in_brackets = true,
            ']' => {
                only_without |= !in_brackets;
                in_brackets = false;
            }
            '{' if !in_brackets => while rest.next().is_some_and(|inner| inner != '}') {},
            '}' => only_without |= !in_brackets,
            // Without the flag it is two characters.
            other => only_with |= other > '\u{FFFF}',
        }
    }
    only_with && only_without
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_needless_escape_is_refused_beside_what_only_the_flag_knows() {
        for ecma in [r"\p{L}\-", r"\@\u{64}", "😀]", r"}\P{L}"] {
            assert!(is_ambiguous(ecma), "{ecma}");
        }
        for ecma in [r"\p{L}[\-]", r"\@\-\u0064]", "😀{2}[}]", r"\p{L}\/\.", r"\u{64}"] {
            assert!(!is_ambiguous(ecma), "{ecma}");
        }
    }
}
