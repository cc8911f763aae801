//! `pattern`: a regular expression, searched for anywhere in the string, in time linear in the string.

use super::expect;
use crate::node::Node;
use crate::pointer::At;
use crate::violation::{Constraint, Sink};
use regex::Regex;
use std::sync::LazyLock;

/// A pattern that is compiled when it is first used.
#[derive(Debug)]
pub struct Pattern(LazyLock<Regex>);

impl Pattern {
    /// For generated code, which compiled the same text when it was generated.
    pub const fn new(compile: fn() -> Regex) -> Self {
        Self(LazyLock::new(compile))
    }
}

/// Compiles a pattern of the spec.
///
/// # Panics
/// Where the text is no pattern; the generator compiles every one before it writes it down.
#[must_use]
pub fn compile(text: &'static str) -> Regex {
    Regex::new(text).expect("the generator compiled this pattern")
}

/// The string holds a match of the pattern.
#[inline]
pub fn pattern<S: Sink>(
    node: Node<'_>,
    at: &At<'_>,
    out: &mut S,
    constraint: &'static Constraint,
    pattern: &Pattern,
) {
    match node {
        Node::Text(text) => expect(pattern.0.is_match(text), node, at, out, constraint),
        Node::Uuid(uuid) => expect(pattern.0.is_match(uuid.as_str()), node, at, out, constraint),
        _ => {}
    }
}
