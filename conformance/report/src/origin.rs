//! What a report is about: the cases of the suite, or traffic of others.

use airspec_suite::oracle::Verdict;
use serde::{Deserialize, Serialize};

/// Where the requests came from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// The suite made them.
    #[default]
    Suite,
    /// Clients did: there is no seed, and no command that sends them again.
    Traffic,
}

impl Origin {
    /// Whether the suite made the requests.
    #[must_use]
    pub fn is_suite(&self) -> bool {
        *self == Self::Suite
    }
}

/// Requests of one client that break the same constraint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientViolation {
    /// What the client calls itself.
    pub client: String,
    /// The slug of the model.
    pub model: String,
    /// The constraint.
    pub constraint: String,
    /// How grave it is.
    pub verdict: Verdict,
    /// How many requests.
    pub count: u64,
    /// What was wrong in the first one: place and sentence.
    pub detail: String,
}

impl ClientViolation {
    /// All of it in a line.
    #[must_use]
    pub fn line(&self) -> String {
        let Self { client, constraint, count, detail, .. } = self;
        format!(
            "{client}: {} against {constraint}, the first: {detail}",
            super::count::counted(usize::try_from(*count).unwrap_or(usize::MAX), "request",)
        )
    }
}
