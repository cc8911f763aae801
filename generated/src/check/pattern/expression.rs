//! Patterns for which the engine of the `regex` crate is needed.

use regex::Regex;
use std::sync::OnceLock;

/// A regular expression that is compiled when it is first used.
#[derive(Debug)]
pub struct Expression {
    text: &'static str,
    compiled: OnceLock<Regex>,
}

impl Expression {
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
