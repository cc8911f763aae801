//! What a run as a whole came to.

use super::Summary;
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
    /// Of these counts.
    #[must_use]
    pub fn of(summary: &Summary, has_problems: bool) -> Self {
        if summary.failed > 0 || has_problems {
            Self::DoesNotConform
        } else if summary.untried() > 0 || summary.no_answer > 0 {
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
    /// How many cases need what was not given: the run is complete without them.
    #[must_use]
    pub fn not_applicable(&self) -> usize {
        self.skipped.saturating_sub(self.not_tried)
    }

    /// How many planned cases were not tried, those that the report does not list among them.
    #[must_use]
    pub fn untried(&self) -> usize {
        let listed = self.passed + self.failed + self.skipped + self.noted + self.no_answer;
        self.not_tried + self.cases.saturating_sub(listed)
    }

    /// The headline with its reasons: "incomplete: 864 of 866 cases not tried".
    #[must_use]
    pub fn verdict(&self, problems: usize) -> String {
        let problem = if problems == 1 { "problem" } else { "problems" };
        let problem = format!("{problem} with the list of deviations");
        let reasons = [
            (self.failed, "failed"),
            (problems, problem.as_str()),
            (self.no_answer, "without an answer"),
            (self.untried(), "not tried"),
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
