//! `pattern`: a regular expression, searched for anywhere in the string, in time linear in the string.

use super::Check;
use crate::violation::{Constraint, Sink};
use regex::Regex;
use std::sync::OnceLock;

/// A pattern that is compiled when it is first used.
#[derive(Debug)]
pub struct Pattern {
    text: &'static str,
    compiled: OnceLock<Regex>,
}

impl Pattern {
    /// For generated code, whose generator compiled the same text.
    #[must_use]
    pub const fn new(text: &'static str) -> Self {
        Self { text, compiled: OnceLock::new() }
    }

    pub(super) fn is_match(&self, text: &str) -> bool {
        let compile = || Regex::new(self.text).expect("the generator compiled this pattern");
        self.compiled.get_or_init(compile).is_match(text)
    }
}

impl<S: Sink> Check<'_, S> {
    /// A string holds a match of the pattern.
    #[inline]
    pub fn pattern(self, constraint: &'static Constraint, pattern: &Pattern) -> Self {
        self.expect(constraint, |node| node.text().is_none_or(|text| pattern.is_match(text)))
    }
}
