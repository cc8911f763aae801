//! What a run as a whole came to.

use super::{Summary, Tally};
use serde::{Deserialize, Serialize};

/// What a run came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Everything that was planned was tried, and holds.
    Conforms,
    /// Something does not hold, or the list of deviations is wrong.
    DoesNotConform,
    /// Nothing was found, but not everything that was planned was tried and answered.
    #[default]
    Incomplete,
}

impl Outcome {
    /// Of so many cases.
    #[must_use]
    pub fn of(tally: &Tally, has_problems: bool, cases: usize) -> Self {
        let done = tally.passed + tally.failed + tally.skipped + tally.noted + tally.no_answer;
        if tally.failed > 0 || has_problems {
            Self::DoesNotConform
        } else if tally.not_tried > 0 || tally.no_answer > 0 || done < cases {
            Self::Incomplete
        } else {
            Self::Conforms
        }
    }

    /// The headline.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Conforms => "conforms",
            Self::DoesNotConform => "does not conform",
            Self::Incomplete => "incomplete",
        }
    }
}

impl Summary {
    /// The headline with its reasons: "incomplete: 864 of 866 cases not tried".
    #[must_use]
    pub fn verdict(&self, problems: usize) -> String {
        let done = self.passed + self.failed + self.skipped + self.noted + self.no_answer;
        let reasons = [
            (self.failed, "failed"),
            (problems, "problems with the list of deviations"),
            (self.no_answer, "without an answer"),
            (self.not_tried + self.cases.saturating_sub(done), "not tried"),
        ];
        let reasons: Vec<String> = reasons
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, words)| format!("{count} {words}"))
            .collect();
        let words = self.outcome.words();
        if reasons.is_empty() { words.to_owned() } else { format!("{words}: {}", reasons.join(", ")) }
    }
}
