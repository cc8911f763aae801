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
mod moves;
mod numbers;
mod prove;
mod redundant;
mod report;
mod same;
mod tree;
mod words;

pub use evidence::{Broken, Evidence, Said, Search};
pub use moves::Move;
pub use redundant::{implied_by, is_never_valid};
pub use report::{Format, Report, Step, Verdict};

use crate::model::{Answers, Model, ParameterPath, Rule, Schema};
use serde::{Deserialize, Serialize};
use serde_json::Value;

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

/// What a change is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Subject {
    /// What may be sent.
    Request,
    /// One item of `data` in an answer.
    Result,
    /// One item of `errors` in an answer.
    Error,
    /// What answers must be.
    Behaviour,
    /// The document as a whole.
    Document,
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
    for subject in [Subject::Result, Subject::Error] {
        let item = |model: &Model| answers(model, subject).map(|model| model.task);
        match (item(old), item(new)) {
            (Some(old), Some(new)) => changes.extend(tree::changes(subject, &old, &new)),
            (None, None) => {}
            (before, _) => changes.push(Change {
                subject,
                path: ParameterPath::task(),
                constraint: None,
                action: if before.is_some() { Action::Removed } else { Action::Added },
                effect: if before.is_some() { Effect::Breaking } else { Effect::Compatible },
                sentence: if before.is_some() { "is no longer described" } else { "is now described" }
                    .to_owned(),
            }),
        }
    }
    behaviours::compare(old, new, &mut changes);
    words::of_document(old, new, &mut changes);
    let moves = moves::find(old, new, &changes);
    Diff { old: old.source.clone(), new: new.source.clone(), changes, moves }
}

/// The items of an answer as a model of their own, read by someone who passes over members that are not declared.
///
/// None for a subject that is no part of an answer, or that the document does not describe.
#[must_use]
pub fn answers(model: &Model, subject: Subject) -> Option<Model> {
    let (task, schema) = match subject {
        Subject::Result => (model.result.as_ref()?, model.answers.result.as_ref()?),
        Subject::Error => (model.error.as_ref()?, model.answers.error.as_ref()?),
        Subject::Request | Subject::Behaviour | Subject::Document => return None,
    };
    let (mut task, mut schema) = (task.clone(), schema.clone());
    open_schema(&mut task);
    open_json(&mut schema);
    Some(Model {
        task,
        schema,
        result: None,
        error: None,
        answers: Answers::default(),
        behaviours: Vec::new(),
        prices: Vec::new(),
        warnings: Vec::new(),
        ..model.clone()
    })
}

/// Takes closedness from a schema and from all that it declares.
fn open_schema(schema: &mut Schema) {
    schema.constraints.retain(|constraint| {
        !matches!(
            constraint.rule,
            Rule::AdditionalProperties(_) | Rule::UnevaluatedProperties(_) | Rule::Unique
        )
    });
    for property in &mut schema.properties {
        open_schema(&mut property.schema);
    }
    for child in schema.items.iter_mut().chain(&mut schema.additional) {
        open_schema(child);
    }
}

/// The same on JSON.
fn open_json(schema: &mut Value) {
    let Some(members) = schema.as_object_mut() else { return };
    for keyword in ["additionalProperties", "unevaluatedProperties"] {
        if members.get(keyword) == Some(&Value::Bool(false)) {
            members.remove(keyword);
        }
    }
    for (keyword, value) in members.iter_mut() {
        match keyword.as_str() {
            "properties" => {
                for (_, child) in value.as_object_mut().into_iter().flatten() {
                    open_json(child);
                }
            }
            "items" | "additionalProperties" => open_json(value),
            _ => {}
        }
    }
}
