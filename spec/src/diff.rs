//! What changed between two specs, and what that means to those who use them.
//!
//! [`compare`] walks through two models side by side. Every difference is put as two questions: is there a value that
//! the old spec lets through and the new one refuses, and is there one the other way round? For requests the first is
//! what breaks callers; for answers it is the second, since there the caller is the reader. Readers of answers are
//! taken to pass over members that they do not know.
//!
//! A difference counts as breaking unless it is proved that it is not. Whoever has a judge backs that with an
//! [`Evidence`]: requests that were valid and are now invalid.
//!
//! ```
//! use airspec_spec::diff::{self, Effect};
//! let spec = |step: u32| {
//!     let text = format!(
//!         r#"{{"type": "object", "properties": {{"width": {{"type": "integer", "multipleOf": {step}}}}}}}"#
//!     );
//!     airspec_spec::read(&airspec_spec::Source::new("spec.json", text))
//! };
//! let (eight, sixteen) = (spec(8)?, spec(16)?);
//! assert_eq!(diff::compare(&sixteen, &eight).effect(), Effect::Compatible);
//! assert_eq!(diff::compare(&eight, &sixteen).effect(), Effect::Breaking);
//! # Ok::<(), airspec_spec::ReadError>(())
//! ```

mod behaviours;
mod evidence;
mod facts;
mod http;
mod languages;
mod moves;
mod numbers;
mod prove;
mod redundant;
mod relations;
mod report;
mod same;
mod subject;
mod tables;
mod tree;
mod words;

pub use evidence::{Broken, Evidence, Said, Search};
pub use languages::told_apart;
pub use moves::Move;
pub use redundant::{implied_by, is_never_valid};
pub use report::{Format, Report, Step, Verdict};
pub use subject::{Party, Subject, part};
pub use tables::{lost_rows, rows};

use crate::model::{Model, ParameterPath};
use serde::{Deserialize, Serialize};

/// What a change means to users, weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Effect {
    /// The same values are let through; wording changed, or the same is said in another way.
    Documentation,
    /// Every valid request stays valid.
    Compatible,
    /// Some valid requests become invalid, or expected answers change.
    Breaking,
}

impl Effect {
    /// The word used in flags and reports.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Documentation => "documentation",
            Self::Compatible => "compatible",
            Self::Breaking => "breaking",
        }
    }

    /// The least effect that a word on the command line stands for: `breaking`, `compatible`, or `any` for all.
    ///
    /// # Errors
    /// A word that is none, in a sentence for the command line.
    pub fn least(word: &str) -> Result<Self, String> {
        match word {
            "breaking" => Ok(Self::Breaking),
            "compatible" => Ok(Self::Compatible),
            "any" => Ok(Self::Documentation),
            _ => Err("use `breaking`, `compatible` or `any`".to_owned()),
        }
    }
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It is another.
    Changed,
}

/// One difference between two specs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// What it is about.
    pub subject: Subject,
    /// The dotted path of the parameter or field; empty for the task itself.
    pub path: ParameterPath,
    /// The constraint or behaviour that changed, by its new id, or its old one where it is gone.
    pub constraint: Option<String>,
    /// What happened.
    pub action: Action,
    /// What it means to users.
    pub effect: Effect,
    /// The change in words, to stand after the path.
    pub sentence: String,
}

impl Change {
    /// Whom the change breaks; nobody unless it is breaking.
    #[must_use]
    pub fn breaks(&self) -> Option<Party> {
        (self.effect == Effect::Breaking).then(|| self.subject.party())
    }

    /// Whether answers to requests without a parameter are others, since its default is another.
    #[must_use]
    pub fn is_of_default(&self) -> bool {
        self.subject == Subject::Behaviour
            && self.constraint.as_deref() == Some(&format!("{}.default", self.path))
    }
}

/// The differences between two specs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Diff {
    /// The name of the old document.
    pub old: String,
    /// The name of the new document.
    pub new: String,
    /// In the order of the new document, what is gone last.
    pub changes: Vec<Change>,
    /// Parameters that are gone from one place and found at another.
    pub moves: Vec<Move>,
}

impl Diff {
    /// The effect of all changes.
    #[must_use]
    pub fn effect(&self) -> Effect {
        self.changes.iter().map(|change| change.effect).max().unwrap_or(Effect::Documentation)
    }

    /// The effect of the changes to one subject.
    #[must_use]
    pub fn effect_on(&self, subject: Subject) -> Effect {
        self.of(subject).map(|change| change.effect).max().unwrap_or(Effect::Documentation)
    }

    /// The changes to one subject.
    pub fn of(&self, subject: Subject) -> impl Iterator<Item = &Change> {
        self.changes.iter().filter(move |change| change.subject == subject)
    }
}

/// Compares two specs.
#[must_use]
pub fn compare(old: &Model, new: &Model) -> Diff {
    let mut changes = tree::changes(Subject::Request, &old.task, &new.task);
    for subject in Subject::PARTS {
        match (part(old, subject), part(new, subject)) {
            (Some(old), Some(new)) => changes.extend(tree::changes(subject, &old.task, &new.task)),
            (None, None) => {}
            (before, _) => changes.extend(words::described(old, new, subject, before.is_some())),
        }
    }
    http::compare(old, new, &mut changes);
    behaviours::compare(old, new, &mut changes);
    words::of_document(old, new, &mut changes);
    let moves = moves::find(old, new, &changes);
    Diff { old: old.source.clone(), new: new.source.clone(), changes, moves }
}
