//! `pattern`: a regular expression, searched for anywhere in the string, in time linear in the string.
//!
//! Most patterns of specs are a few texts and classes of characters in a row, from the first character on: Base64, data
//! URIs, colours. The generator writes these as a [`Shape`](Pattern::Shape). Only other patterns need an engine for
//! regular expressions, which is behind the feature `patterns`.

#[cfg(feature = "patterns")]
mod expression;

use super::Check;
use crate::sink::Sink;
use crate::violation::Constraint;

#[cfg(feature = "patterns")]
pub use expression::Expression;

/// A pattern of a spec.
#[derive(Debug)]
pub enum Pattern {
    /// One of these rows of parts, from the first character on.
    Shape(&'static [&'static [Part]]),
    /// Anything else.
    #[cfg(feature = "patterns")]
    Expression(Expression),
}

/// A part of a row. Parts never compete for a character: the generator writes a pattern as a shape only if each part
/// may take all that it can.
#[derive(Debug)]
#[allow(clippy::large_enum_variant, reason = "all of them are in statics")]
pub enum Part {
    /// A text.
    Text(&'static str),
    /// Characters of a class, and how many of them at least and at most.
    Run(Class, usize, usize),
    /// The end of the string.
    End,
}

/// A class of characters.
#[derive(Debug)]
pub struct Class {
    /// Whether each character of ASCII is in the class; no other byte is.
    ascii: [bool; 256],
    ranges: &'static [(char, char)],
}

/// Characters of ASCII that are looked at together.
const WORD: usize = 8;

impl Pattern {
    pub(super) fn is_match(&self, text: &str) -> bool {
        match self {
            Self::Shape(rows) => {
                rows.iter().any(|row| row.iter().try_fold(text, |rest, part| part.after(rest)).is_some())
            }
            #[cfg(feature = "patterns")]
            Self::Expression(expression) => expression.is_match(text),
        }
    }
}

impl Part {
    /// What follows the part, if the text starts with it.
    fn after<'t>(&self, text: &'t str) -> Option<&'t str> {
        match self {
            Self::Text(start) => text.strip_prefix(start),
            Self::Run(class, least, most) => class.after(text, *least, *most),
            Self::End => text.is_empty().then_some(text),
        }
    }
}

impl Class {
    /// The class of the characters in these ranges.
    #[must_use]
    pub const fn new(ranges: &'static [(char, char)]) -> Self {
        let mut ascii = [false; 256];
        let mut index = 0;
        while index < ranges.len() {
            let (first, last) = (ranges[index].0 as usize, ranges[index].1 as usize);
            let mut character = first;
            while character <= last && character < 128 {
                ascii[character] = true;
                character += 1;
            }
            index += 1;
        }
        Self { ascii, ranges }
    }

    fn has(&self, character: char) -> bool {
        if character.is_ascii() {
            return self.ascii[character as usize];
        }
        self.ranges.iter().any(|(first, last)| (*first..=*last).contains(&character))
    }

    /// What follows as many characters of the class as there are, up to the most.
    fn after<'t>(&self, text: &'t str, least: usize, most: usize) -> Option<&'t str> {
        let mut count = if most == usize::MAX { self.words(text.as_bytes()) } else { 0 };
        let mut rest = &text[count..];
        while count < most
            && let Some(character) = rest.chars().next()
            && self.has(character)
        {
            rest = &rest[character.len_utf8()..];
            count += 1;
        }
        (count >= least).then_some(rest)
    }

    /// The number of characters in the words that a text starts with and that are of the class.
    fn words(&self, bytes: &[u8]) -> usize {
        let is_in =
            |word: &&[u8; WORD]| word.iter().fold(true, |all, &byte| all & self.ascii[usize::from(byte)]);
        WORD * bytes.as_chunks().0.iter().take_while(is_in).count()
    }
}

impl<S: Sink> Check<'_, S> {
    /// A string holds a match of the pattern.
    #[inline]
    pub fn pattern(self, constraint: &'static Constraint, pattern: &Pattern) -> Self {
        self.expect(constraint, |node| node.text().is_none_or(|text| pattern.is_match(text)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static LETTERS: Pattern = Pattern::Shape(&[&[
        Part::Run(const { Class::new(&[('a', 'z'), ('é', 'é')]) }, 1, usize::MAX),
        Part::End,
    ]]);
    static DIGITS: Pattern = Pattern::Shape(&[&[
        Part::Text("#"),
        Part::Run(const { Class::new(&[('0', '9')]) }, 2, 3),
        Part::End,
    ]]);

    #[test]
    fn a_run_takes_characters_of_its_class_wherever_they_are_in_words() {
        for length in 1..40 {
            let text = "a".repeat(length);
            assert!(LETTERS.is_match(&text), "{text}");
            for at in 0..length {
                let with = |character: &str| text[..at].to_owned() + character + &text[at..];
                assert!(LETTERS.is_match(&with("é")), "{at} of {length}");
                for other in ["-", "è", "\u{7f}", "塔"] {
                    assert!(!LETTERS.is_match(&with(other)), "{other} at {at} of {length}");
                }
            }
        }
        assert!(!LETTERS.is_match(""));
    }

    #[test]
    fn a_run_has_a_least_and_a_most() {
        let matches = ["#12", "#123"];
        let others = ["", "#", "#1", "#1234", "12", "#12a", " #12", "#12\n"];
        assert!(matches.iter().all(|text| DIGITS.is_match(text)));
        assert!(!others.iter().any(|text| DIGITS.is_match(text)));
    }
}
