//! Where a report comes from: when the run was made, by which version of the program, with which spec and command.

use airspec_suite::case::Coverage;
use serde::{Deserialize, Serialize};

/// One run. What is not known is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Provenance {
    /// When it began: RFC 3339, in UTC.
    pub started: String,
    /// How long it took.
    pub duration_ms: u64,
    /// The version of `airspec`.
    pub tool_version: String,
    /// The slug of the model.
    pub model: String,
    /// The provider's id of the model, such as `openai:gpt-image@2`.
    pub air: Option<String>,
    /// The version that the spec states of itself.
    pub spec_version: Option<String>,
    /// The command line, a word each, without secrets.
    pub command: Vec<String>,
    /// How much of what can be tried the cases of the model try, axis by axis.
    pub coverage: Vec<Coverage>,
}
