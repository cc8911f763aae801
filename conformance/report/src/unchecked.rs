//! What specs state and nobody checks, for a report: it says of a run what no verdict of it is about.

use crate::counted;
use airspec_spec::Model;
use airspec_spec::text::visible;
use serde::{Deserialize, Serialize};

/// As many are shown where a line of text is to hold all.
const SHOWN: usize = 20;

/// A keyword of a spec that is outside the dialect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unchecked {
    /// The model that it belongs to.
    pub model: String,
    /// Its place in the document, as a JSON pointer.
    pub pointer: String,
    /// Its line there, from 1.
    pub line: usize,
    /// The keyword.
    pub keyword: String,
    /// Why it is not checked.
    pub reason: String,
}

impl Unchecked {
    /// All of a model, in the order of its document.
    #[must_use]
    pub fn all(model: &Model) -> Vec<Self> {
        let one = |one: &airspec_spec::Unchecked| Self {
            model: model.slug.clone(),
            pointer: one.pointer.to_string(),
            line: one.line,
            keyword: one.keyword.clone(),
            reason: one.reason.clone(),
        };
        model.unchecked.iter().map(one).collect()
    }

    /// A line about it.
    pub(crate) fn line(&self) -> String {
        let Self { model, pointer, line, keyword, reason } = self;
        format!("{model}, line {line}: `{keyword}` at `{pointer}`: {reason}")
    }
}

/// The lines about them, as many as are shown.
pub(crate) fn lines(list: &[Unchecked]) -> Vec<String> {
    let mut lines: Vec<String> = list.iter().take(SHOWN).map(Unchecked::line).collect();
    if list.len() > SHOWN {
        lines.push(format!("and {} more, in report.json", list.len() - SHOWN));
    }
    lines
}

/// One line for a terminal: how many, and the first of them.
pub(crate) fn summary(list: &[Unchecked]) -> Option<String> {
    const NAMED: usize = 5;
    let named = |one: &Unchecked| format!("`{}` (line {})", visible(&one.keyword), one.line);
    let mut names: Vec<String> = list.iter().take(NAMED).map(named).collect();
    if list.len() > NAMED {
        names.push(format!("{} more", list.len() - NAMED));
    }
    let verb = if list.len() == 1 { "is" } else { "are" };
    let count = counted(list.len(), "keyword");
    (!list.is_empty()).then(|| format!("{count} of the spec {verb} not checked: {}", names.join(", ")))
}
