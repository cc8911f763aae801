//! What a change is about, and whom it breaks.

use super::Effect;
use crate::model::envelope::Part;
use crate::model::{Answers, Envelope, Model, Rule, Schema};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What a change is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Subject {
    /// What may be sent.
    Request,
    /// The element of a request that holds the key.
    Authentication,
    /// Where and how requests are sent: addresses, media types, ways to authenticate, the tasks of one request.
    Operation,
    /// One item of `data` in an answer.
    Result,
    /// One item of `errors` in an answer.
    Error,
    /// The answer with results, around the items of `data`.
    ResponseBody,
    /// The answer with errors, around the items of `errors`.
    ErrorResponse,
    /// The statuses and media types of answers.
    Responses,
    /// What answers must be.
    Behaviour,
    /// The document as a whole.
    Document,
}

/// Whom a change breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Party {
    /// Clients that send requests.
    Senders,
    /// Readers of answers.
    Readers,
}

impl Party {
    /// The words in reports.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Senders => "clients that send requests",
            Self::Readers => "readers of answers",
        }
    }
}

impl Subject {
    /// Every subject.
    pub const ALL: [Self; 10] = [
        Self::Request,
        Self::Authentication,
        Self::Operation,
        Self::Result,
        Self::Error,
        Self::ResponseBody,
        Self::ErrorResponse,
        Self::Responses,
        Self::Behaviour,
        Self::Document,
    ];

    /// The subjects beside the task that a schema describes.
    pub const PARTS: [Self; 5] =
        [Self::Authentication, Self::Result, Self::Error, Self::ResponseBody, Self::ErrorResponse];

    /// The name in reports for programs.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Request => "requests",
            Self::Authentication => "authentication",
            Self::Operation => "operations",
            Self::Result => "results",
            Self::Error => "errors",
            Self::ResponseBody => "answers",
            Self::ErrorResponse => "errorAnswers",
            Self::Responses => "responses",
            Self::Behaviour => "behaviours",
            Self::Document => "document",
        }
    }

    /// Whom a breaking change of the subject breaks.
    #[must_use]
    pub fn party(self) -> Party {
        match self {
            Self::Request | Self::Authentication | Self::Operation => Party::Senders,
            Self::Result
            | Self::Error
            | Self::ResponseBody
            | Self::ErrorResponse
            | Self::Responses
            | Self::Behaviour
            | Self::Document => Party::Readers,
        }
    }

    /// What a difference between two schemas of the subject means.
    pub(super) fn effect(self, narrows: bool, widens: bool) -> Effect {
        let breaks = if self.party() == Party::Senders { narrows } else { widens };
        match (breaks, narrows || widens) {
            (true, _) => Effect::Breaking,
            (false, true) => Effect::Compatible,
            (false, false) => Effect::Documentation,
        }
    }
}

/// A part of a document beside its task as a model of its own, whose task it is. Answers are read by someone who passes
/// over members that are not declared.
///
/// None for a subject that has no schema, or that the document does not describe.
#[must_use]
pub fn part(model: &Model, subject: Subject) -> Option<Model> {
    let of = |part: &Option<Part>| part.clone().map(|part| (part.schema, part.json));
    let (mut task, mut schema) = match subject {
        Subject::Result => (model.result.clone()?, model.answers.result.clone()?),
        Subject::Error => (model.error.clone()?, model.answers.error.clone()?),
        Subject::Authentication => of(&model.envelope.authentication)?,
        Subject::ResponseBody => of(&model.envelope.response)?,
        Subject::ErrorResponse => of(&model.envelope.error)?,
        Subject::Request
        | Subject::Operation
        | Subject::Responses
        | Subject::Behaviour
        | Subject::Document => return None,
    };
    if subject.party() == Party::Readers {
        open_schema(&mut task);
        open_json(&mut schema);
    }
    Some(Model {
        task,
        schema,
        result: None,
        error: None,
        answers: Answers::default(),
        envelope: Envelope::default(),
        behaviours: Vec::new(),
        owner_rules: Vec::new(),
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
