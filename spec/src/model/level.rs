//! Where something is stated.

use std::fmt;

/// Where a constraint is stated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// In a badge of the page.
    Badge,
    /// In a sentence of the page.
    Prose,
    /// Not on the page, confirmed by how the API behaves.
    Facts,
    /// Nowhere: needed to act, decided by us.
    Unstated,
}

impl Level {
    /// All levels, strongest first.
    pub const ALL: [Self; 4] = [Self::Badge, Self::Prose, Self::Facts, Self::Unstated];

    /// The word used in documents, flags and reports.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Badge => "badge",
            Self::Prose => "prose",
            Self::Facts => "facts",
            Self::Unstated => "unstated",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}
