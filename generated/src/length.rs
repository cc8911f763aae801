//! How many Unicode scalar values a string has.
//!
//! A scalar value takes one to four bytes of UTF-8, so that the length in bytes decides most cases without counting.

/// Whether the text has at least that many characters.
#[inline]
pub(crate) fn at_least(text: &str, count: usize) -> bool {
    text.len() >= count && (text.len() / 4 >= count || characters(text) >= count)
}

/// Whether the text has at most that many characters.
#[inline]
pub(crate) fn at_most(text: &str, count: usize) -> bool {
    text.len() <= count || (text.len() / 4 <= count && characters(text) <= count)
}

/// How many bytes are counted in one byte: fewer than it can count to, and whole vectors for the compiler.
const BLOCK: usize = 192;

/// The number of scalar values, which is that of the bytes that begin one.
fn characters(text: &str) -> usize {
    let begins = |byte: &u8| u8::from(byte & 0b1100_0000 != 0b1000_0000);
    let blocks = text.as_bytes().chunks(BLOCK);
    blocks.map(|block| usize::from(block.iter().map(begins).sum::<u8>())).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_are_counted_across_blocks() {
        for character in ["a", "é", "€", "🎨"] {
            for length in [0, 1, 47, 48, 64, 95, 96, 191, 192, 193, 1000] {
                assert_eq!(characters(&character.repeat(length)), length, "{character} {length}");
            }
        }
        assert_eq!(characters(&"aé€🎨".repeat(5_000)), 20_000);
    }

    #[test]
    fn the_shortcuts_agree_with_counting() {
        for character in ["a", "é", "€", "🎨"] {
            for length in 0..40 {
                let text = character.repeat(length);
                for count in 0..45 {
                    assert_eq!(at_least(&text, count), length >= count, "{text:?} {count}");
                    assert_eq!(at_most(&text, count), length <= count, "{text:?} {count}");
                }
            }
        }
    }
}
