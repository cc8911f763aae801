//! The run as a badge, in the form that shields.io reads from an address.

use super::{Document, Outcome};
use serde_json::{Value, json};

/// The badge.
pub(super) fn badge(document: &Document) -> Value {
    let summary = &document.summary;
    let color = match summary.outcome {
        Outcome::Conforms => "brightgreen",
        Outcome::Incomplete => "lightgrey",
        Outcome::DoesNotConform => "red",
    };
    let message = match summary.outcome {
        Outcome::Conforms => format!("{} of {} cases pass", summary.passed, summary.cases),
        Outcome::Incomplete => format!("incomplete, {} of {} cases pass", summary.passed, summary.cases),
        // Without a failed case, an entry of the list of deviations is wrong.
        Outcome::DoesNotConform if summary.failed == 0 => "does not conform".to_owned(),
        Outcome::DoesNotConform => format!("{} of {} cases fail", summary.failed, summary.cases),
    };
    json!({"schemaVersion": 1, "label": "airspec", "message": message, "color": color})
}
