//! What a search with a judge found: values that were valid and are now invalid.

use super::{Change, Party, Subject};
use crate::model::{JsonPointer, ParameterPath};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What was found for requests and for the items of answers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Evidence {
    /// Tasks that the old spec lets through and the new one refuses.
    pub requests: Search,
    /// Items of `data` that the new spec lets through and the old one refuses.
    pub results: Search,
    /// The same for items of `errors`.
    pub errors: Search,
    /// Elements with the key that the old spec lets through and the new one refuses.
    pub authentication: Search,
    /// Answers around the items of `data` that the new spec lets through and the old one refuses.
    pub answers: Search,
    /// The same for answers around the items of `errors`.
    pub error_answers: Search,
    /// Tasks without a parameter whose default has changed.
    pub defaults: Search,
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
            Subject::Authentication => Some(&self.authentication),
            Subject::ResponseBody => Some(&self.answers),
            Subject::ErrorResponse => Some(&self.error_answers),
            Subject::Operation | Subject::Responses | Subject::Behaviour | Subject::Document => None,
        }
    }

    /// The search for a subject, to be filled.
    pub fn of_mut(&mut self, subject: Subject) -> Option<&mut Search> {
        match subject {
            Subject::Request => Some(&mut self.requests),
            Subject::Result => Some(&mut self.results),
            Subject::Error => Some(&mut self.errors),
            Subject::Authentication => Some(&mut self.authentication),
            Subject::ResponseBody => Some(&mut self.answers),
            Subject::ErrorResponse => Some(&mut self.error_answers),
            Subject::Operation | Subject::Responses | Subject::Behaviour | Subject::Document => None,
        }
    }

    /// The search for a change. None where it needs none, since the two documents show it.
    #[must_use]
    pub fn search(&self, change: &Change) -> Option<&Search> {
        self.of(change.subject).or_else(|| change.is_of_default().then_some(&self.defaults))
    }

    /// Whether a breaking change is shown: by a value, or by the documents themselves.
    #[must_use]
    pub fn shows(&self, change: &Change) -> bool {
        self.search(change).is_none() || self.witness(change).is_some()
    }

    /// The number of values looked at.
    #[must_use]
    pub fn tried(&self) -> usize {
        let searches = Subject::ALL.into_iter().filter_map(|subject| self.of(subject));
        searches.map(|search| search.tried).sum()
    }

    /// The value that shows a change to break something.
    #[must_use]
    pub fn witness(&self, change: &Change) -> Option<&Broken> {
        self.search(change)?.witness(change)
    }
}

impl Search {
    /// The value that shows a change to break something.
    #[must_use]
    pub fn witness(&self, change: &Change) -> Option<&Broken> {
        let shows = |said: &Said| {
            let is_named = change.constraint.as_ref().is_some_and(|id| *id == said.constraint);
            let path = said.path();
            let is_there = path == change.path || !change.path.is_empty() && path.starts_with(&change.path);
            // Answers are judged by the old spec, which has ids of its own.
            is_there && (is_named || change.constraint.is_none() || change.subject.party() == Party::Readers)
                || is_named && change.path.is_empty()
        };
        self.witnesses.iter().find(|witness| witness.said.iter().any(shows))
    }
}
