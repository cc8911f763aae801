//! Texts that are measured in another form than the one that was sent, or refused for what is in them.

use super::ConstraintMutation;
use icu_normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed};

/// The number of characters in the form that the mistake measures, where it measures another form.
pub(super) fn length(mutation: ConstraintMutation, text: &str) -> Option<usize> {
    let count = match mutation {
        ConstraintMutation::Collapsed => collapsed(text).chars().count(),
        ConstraintMutation::Nfc => ComposingNormalizerBorrowed::new_nfc().normalize(text).chars().count(),
        ConstraintMutation::Nfd => DecomposingNormalizerBorrowed::new_nfd().normalize(text).chars().count(),
        ConstraintMutation::Nfkc => ComposingNormalizerBorrowed::new_nfkc().normalize(text).chars().count(),
        ConstraintMutation::Escaped => text.chars().map(escaped_length).sum(),
        _ => return None,
    };
    Some(count)
}

/// The text with one blank in place of several, and none at its ends.
fn collapsed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The characters of a character that is escaped for HTML.
fn escaped_length(character: char) -> usize {
    match character {
        '&' => "&amp;".len(),
        '<' | '>' => "&lt;".len(),
        '"' => "&quot;".len(),
        '\'' => "&#39;".len(),
        _ => 1,
    }
}

/// Whether a text is refused for a character in it.
pub(super) fn refuses(mutation: ConstraintMutation, text: &str) -> bool {
    let is_meant: fn(char) -> bool = match mutation {
        ConstraintMutation::LineEnd => |character| matches!(character, '\n' | '\r' | '\u{2028}'),
        ConstraintMutation::Quote => |character| matches!(character, '"' | '\''),
        ConstraintMutation::Markup => |character| matches!(character, '<' | '>' | '&'),
        ConstraintMutation::Backslash => |character| character == '\\',
        ConstraintMutation::Brace => |character| matches!(character, '{' | '}' | '$'),
        ConstraintMutation::RightToLeft => {
            |character| matches!(character, '\u{590}'..='\u{8ff}' | '\u{200f}' | '\u{202e}')
        }
        ConstraintMutation::NotAscii => |character| !character.is_ascii(),
        ConstraintMutation::Astral => |character| u32::from(character) > 0xFFFF,
        ConstraintMutation::Control => {
            |character| character.is_control() && !matches!(character, '\n' | '\r')
        }
        _ => return false,
    };
    text.chars().any(is_meant)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_those_of_another_form() {
        for (mutation, text, count) in [
            (ConstraintMutation::Collapsed, " a  \n b ", 3),
            (ConstraintMutation::Nfc, "e\u{301}", 1),
            (ConstraintMutation::Nfd, "é", 2),
            (ConstraintMutation::Nfkc, "ﬁ", 2),
            (ConstraintMutation::Escaped, "a<b", 6),
        ] {
            assert_eq!(length(mutation, text), Some(count), "{mutation:?}");
        }
        assert_eq!(length(ConstraintMutation::Bytes, "é"), None);
    }
}
