//! `minLength` and `maxLength`: how many Unicode scalar values a string has.
//!
//! A scalar value takes one to four bytes of UTF-8, so that the length in bytes settles most cases without counting.

use super::expect;
use crate::node::Node;
use crate::pointer::At;
use crate::violation::{Constraint, Sink};

/// The characters of a UUID.
const UUID: usize = 36;

/// The string has at least that many characters.
#[inline]
pub fn min_length<S: Sink>(
    node: Node<'_>,
    at: &At<'_>,
    out: &mut S,
    constraint: &'static Constraint,
    count: usize,
) {
    match node {
        Node::Text(text) => expect(at_least(text, count), node, at, out, constraint),
        Node::Uuid(_) => expect(UUID >= count, node, at, out, constraint),
        _ => {}
    }
}

/// The string has at most that many characters.
#[inline]
pub fn max_length<S: Sink>(
    node: Node<'_>,
    at: &At<'_>,
    out: &mut S,
    constraint: &'static Constraint,
    count: usize,
) {
    match node {
        Node::Text(text) => expect(at_most(text, count), node, at, out, constraint),
        Node::Uuid(_) => expect(UUID <= count, node, at, out, constraint),
        _ => {}
    }
}

#[inline]
fn at_least(text: &str, count: usize) -> bool {
    text.len() >= count && (text.len() / 4 >= count || text.chars().count() >= count)
}

#[inline]
fn at_most(text: &str, count: usize) -> bool {
    text.len() <= count || (text.len() / 4 <= count && text.chars().count() <= count)
}

#[cfg(test)]
mod tests {
    use super::*;

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
