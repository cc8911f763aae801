//! What a search with a judge found: values that were valid and are now invalid.

use super::{Change, Subject};
use crate::model::{JsonPointer, ParameterPath};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What was found for requests and for the items of answers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// Tasks that the old spec lets through and the new one refuses.
    pub requests: Search,
    /// Items of `data` that the new spec lets through and the old one refuses.
    pub results: Search,
    /// The same for items of `errors`.
    pub errors: Search,
}

/// One search.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Search {
    /// Values looked at.
    pub tried: usize,
    /// Values that show a break, the plainest for each thing that is said of them.
    pub witnesses: Vec<Broken>,
}

/// A value that one spec lets through and the other refuses.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Broken {
    /// The task, or the batch of tasks; for answers the item.
    pub value: Value,
    /// What the other spec says.
    pub said: Vec<Said>,
}

/// One thing that is said of a value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Said {
    /// Where, as a JSON pointer.
    pub pointer: String,
    /// The constraint that is broken.
    pub constraint: String,
    /// The sentence.
    pub message: String,
}

impl Said {
    /// The dotted path of the parameter.
    fn path(&self) -> ParameterPath {
        JsonPointer::from(self.pointer.as_str()).parameter()
    }
}

impl Evidence {
    /// The search for a subject; none for one that no value can show.
    #[must_use]
    pub fn of(&self, subject: Subject) -> Option<&Search> {
        match subject {
            Subject::Request => Some(&self.requests),
            Subject::Result => Some(&self.results),
            Subject::Error => Some(&self.errors),
            Subject::Behaviour | Subject::Document => None,
        }
    }

    /// The value that shows a change to break something.
    #[must_use]
    pub fn witness(&self, change: &Change) -> Option<&Broken> {
        let shows = |said: &Said| {
            let is_named = change.constraint.as_ref().is_some_and(|id| *id == said.constraint);
            let path = said.path();
            let is_there = path == change.path || !change.path.is_empty() && path.starts_with(&change.path);
            // Answers are judged by the old spec, which has ids of its own.
            is_there && (is_named || change.constraint.is_none() || change.subject != Subject::Request)
                || is_named && change.path.is_empty()
        };
        self.of(change.subject)?.witnesses.iter().find(|witness| witness.said.iter().any(shows))
    }
}
