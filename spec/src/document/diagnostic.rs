//! What the reader says about a document: where, what, and what to do about it.

use super::text::{visible, visible_lines};
use std::fmt;

/// A place in a text; both count from 1, columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Line.
    pub line: usize,
    /// Column, in characters.
    pub column: usize,
}

impl Position {
    /// The first character.
    pub const START: Self = Self { line: 1, column: 1 };
}

/// What who cannot change the document or the program can do.
const LENIENT: &str = "`--lenient` keeps it as unchecked, and lists it";

/// Whether a diagnostic stops the reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// The document is refused.
    Error,
    /// The document is read; a maintainer should look.
    Warning,
}

/// One remark about a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Error or warning.
    pub severity: Severity,
    /// The document.
    pub file: String,
    /// Where in it.
    pub position: Position,
    /// What is the matter.
    pub message: String,
    /// What to do.
    pub help: String,
    /// The part of the text that is outside the dialect, by where it starts: without it the rest can be read.
    pub(crate) outside: Option<usize>,
}

impl Diagnostic {
    /// An error.
    pub fn error(
        file: &str,
        position: Position,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Self {
        Self {
            severity: Severity::Error,
            file: file.to_owned(),
            position,
            message: message.into(),
            help: help.into(),
            outside: None,
        }
    }

    /// The same error about what is outside the dialect, and not wrong: the part of the text that starts there.
    #[must_use]
    pub(crate) fn outside(mut self, part: usize) -> Self {
        self.outside = Some(part);
        self.help.push_str(if self.help.ends_with('?') { " " } else { "; " });
        self.help.push_str(LENIENT);
        self
    }

    /// The same remark as a warning.
    #[must_use]
    pub fn into_warning(mut self) -> Self {
        self.severity = Severity::Warning;
        self
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let Position { line, column } = self.position;
        // Names of files, and texts of the document in the message, can hold what a terminal obeys.
        let (file, message, help) =
            (visible(&self.file), visible_lines(&self.message), visible_lines(&self.help));
        write!(f, "{file}:{line}:{column}: {severity}: {message}\n  help: {help}")
    }
}
