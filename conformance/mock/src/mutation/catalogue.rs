//! Every fault that a mock of a model can have, and how an id is read.

use super::answer::{self, BehaviourMutation};
use super::context::{self, Pair, Unchecked};
use super::conversation::{self, ConversationMutation};
use super::error::ErrorMutation;
use super::misread::{self, ConstraintMutation};
use super::protocol::{self, ProtocolMutation};
use super::refuse;
use super::state::{self, StateMutation};
use airspec_spec::behaviour::Kind;
use airspec_spec::rule::{Kinds, Rule};
use airspec_spec::{Constraint, Model, Schema};
use serde_json::Value;

/// A defect that the mock can be started with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Stable id, such as `accept:width.maximum`.
    pub id: String,
    /// What the mock does wrong.
    pub what: String,
    /// Whether no task at all is accepted with it, because the constraint leaves nothing narrower to refuse.
    pub refuses_all: bool,
    /// Why no request can show it, where that follows from the spec.
    pub changes_nothing: Option<String>,
    /// The parameters that a task must have for the fault to show, with their values where it must be those: the context
    /// in which a constraint is not checked, or the two that are refused together.
    pub needs: Vec<(String, Option<Value>)>,
}

impl Fault {
    fn new(id: String, what: String) -> Self {
        Self { id, what, refuses_all: false, changes_nothing: None, needs: Vec::new() }
    }

    /// The kind of the fault, which its id begins with, such as `accept`.
    #[must_use]
    pub fn kind(&self) -> &str {
        self.id.split(':').next().unwrap_or_default()
    }

    /// The constraint that is checked with a mistake, or not at all in one context, where the mistake only lets through some of what breaks it.
    #[must_use]
    pub fn loosened(&self) -> Option<&str> {
        if let Some((id, _)) = self.id.strip_prefix("context:").and_then(|rest| rest.rsplit_once(':')) {
            return Some(id);
        }
        let (id, word) = self.id.strip_prefix("misread:")?.rsplit_once(':')?;
        ConstraintMutation::LOOSE.iter().any(|mutation| mutation.word() == word).then_some(id)
    }
}

/// No fault has that id.
#[derive(Debug, thiserror::Error)]
#[error("no fault `{id}`{}", .near.as_ref().map(|near| format!(", did you mean `{near}`?")).unwrap_or_default())]
pub struct UnknownFault {
    /// What was asked for.
    pub id: String,
    /// The id that is most like it.
    pub near: Option<String>,
}

/// Every fault of a model, constraints first, in the order of the spec.
pub(crate) fn all(model: &Model) -> Vec<Fault> {
    let mut faults = Vec::new();
    let fault = Fault::new;
    for constraint in model.constraints() {
        let Constraint { id, expected, .. } = constraint;
        let subject = match &constraint.member {
            Some(member) => format!("`{member}`"),
            None if constraint.parameter.is_empty() => "a task".to_owned(),
            None => format!("`{}`", constraint.parameter),
        };
        let rule = airspec_spec::text::shorten(expected, 120);
        faults.push(fault(
            format!("accept:{id}"),
            format!("accepts values that break the rule: {subject} {rule}"),
        ));
        let (what, refuses_all) = refuse::sentence(model, constraint);
        faults.push(Fault { refuses_all, ..fault(format!("refuse:{id}"), what) });
        faults.extend(
            refuse::branches(constraint)
                .into_iter()
                .map(|(number, what)| fault(format!("refuse:{id}:{number}"), what)),
        );
        faults.extend(misread::mutations(model, constraint).into_iter().map(|mutation| Fault {
            changes_nothing: mutation.changes_nothing(model, constraint),
            ..fault(format!("misread:{id}:{}", mutation.word()), mutation.sentence(constraint))
        }));
        faults.push(fault(
            format!("blame:{id}"),
            format!("names another parameter in the error if a value breaks the rule: {subject} {rule}"),
        ));
    }
    for behaviour in &model.behaviours {
        for (mutation, what) in answer::mutations(&behaviour.kind) {
            faults.push(fault(format!("answer:{}:{}", behaviour.id, mutation.word()), what));
        }
    }
    faults.extend(
        ErrorMutation::ALL
            .map(|mutation| fault(format!("error:{}", mutation.word()), mutation.sentence().to_owned())),
    );
    faults.extend(of_contexts(model));
    faults.extend(of_exchanges(model));
    for fault in faults.iter_mut().filter(|fault| fault.changes_nothing.is_none()) {
        fault.changes_nothing = lawful(model, &fault.id).map(str::to_owned);
    }
    faults
}

/// Why no source rules out what the mock then does, where that is so.
fn lawful(model: &Model, id: &str) -> Option<&'static str> {
    let is_lifetime = |id: &str| {
        model.behaviours.iter().any(|behaviour| match &behaviour.kind {
            Kind::Lifetime { parameter, .. } | Kind::Measure { parameter, .. } => parameter == id,
            _ => false,
        })
    };
    match id {
        "conversation:poll-late" => Some("when each of several results shows in polls is stated nowhere"),
        "error:short" => {
            Some("whether an error names a parameter by its path or its last name is stated nowhere")
        }
        id if id.strip_prefix("state:sticky:").is_some_and(is_lifetime) => {
            Some("how long a link works that was given no lifetime is stated nowhere")
        }
        id if id.strip_prefix("state:sticky:").is_some_and(|path| is_open_flag(model, path)) => {
            Some("whether a result has the field if the parameter is not set is stated nowhere")
        }
        id if is_of_several(id) && !has_several(model) => Some("a task of this model has one result"),
        "error:step" if !has_rule(model, |rule| matches!(rule, Rule::MultipleOf(_))) => {
            Some("no parameter of this model has a step")
        }
        "protocol:lossy" if !has_open_text(model) => {
            Some("no parameter of this model takes any text, so such bytes break another rule")
        }
        id if id.strip_prefix("state:sticky:").is_some_and(|path| only_value(model, path).is_some()) => {
            Some("the parameter has one value")
        }
        id => {
            let (behaviour, word) = id.strip_prefix("answer:")?.rsplit_once(':')?;
            let behaviour = model.behaviours.iter().find(|known| known.id == behaviour)?;
            unasked(model, &behaviour.kind, word)
        }
    }
}

/// Why no task asks for the answer that a fault changes, where that is so.
fn unasked(model: &Model, kind: &Kind, word: &str) -> Option<&'static str> {
    let is_only =
        |parameter: &str, value: &str| only_value(model, parameter).is_some_and(|only| only == value);
    match (kind, word) {
        (Kind::Select { fields, .. }, "several") if fields.len() == 1 => {
            Some("the parameter has one value, and so one set of fields")
        }
        (Kind::Default { parameter }, "other") if only_value(model, parameter).is_some() => {
            Some("the parameter has one value")
        }
        (Kind::Delivery { parameter, deferred, .. }, "deferred") if is_only(parameter, deferred) => {
            Some("every task of this model is answered with an acknowledgement")
        }
        (Kind::Delivery { parameter, immediate, .. }, "immediate") if is_only(parameter, immediate) => {
            Some("every task of this model is answered with its results")
        }
        (Kind::Quality { lossy, .. }, "inverted") if !has_image(model, lossy) => {
            Some("the mock makes one quality of files that are no images")
        }
        _ => None,
    }
}

/// Whether one of the formats is one of images.
fn has_image(model: &Model, formats: &[String]) -> bool {
    let is_image = |kind: &Kind| match kind {
        Kind::Container { media, .. } => {
            formats.iter().any(|format| media.get(format).is_some_and(|media| media.starts_with("image/")))
        }
        _ => false,
    };
    model.behaviours.iter().any(|behaviour| is_image(&behaviour.kind))
}

/// The value of a parameter that has only one.
fn only_value<'m>(model: &'m Model, path: &str) -> Option<&'m Value> {
    let constant = |schema: &'m Schema| {
        schema.rules().find_map(|rule| if let Rule::Const(value) = rule { Some(value) } else { None })
    };
    model.task.at(path)?.rules().find_map(|rule| match rule {
        Rule::Const(value) => Some(value),
        Rule::Enum(list) => list.values.first().filter(|_| list.values.len() == 1).map(|only| &only.value),
        Rule::OneOf(branches) | Rule::AnyOf(branches) if branches.len() == 1 => constant(&branches[0]),
        _ => None,
    })
}

fn has_rule(model: &Model, wanted: fn(&Rule) -> bool) -> bool {
    model.constraints().into_iter().any(|constraint| wanted(&constraint.rule))
}

/// Whether a text parameter has no rule that says which texts it takes, other than how long they are.
fn has_open_text(model: &Model) -> bool {
    let is_closed =
        |rule: &Rule| matches!(rule, Rule::Const(_) | Rule::Enum(_) | Rule::Format(_)) || rule.is_composite();
    let is_text = |schema: &Schema| schema.kinds().includes(Kinds::STRING);
    model.parameters().into_iter().any(|schema| is_text(schema) && !schema.rules().any(is_closed))
}

/// Whether a parameter asks for a field of results, and has no documented default.
fn is_open_flag(model: &Model, path: &str) -> bool {
    let is_flag = |kind: &Kind| matches!(kind, Kind::Flag { parameter, .. } if parameter == path);
    let is_open = model.task.at(path).is_some_and(|schema| schema.default.is_none());
    is_open && model.behaviours.iter().any(|behaviour| is_flag(&behaviour.kind))
}

/// Whether the fault shows in tasks with several results alone.
fn is_of_several(id: &str) -> bool {
    let is_repeated = |word: &str| id.strip_prefix("conversation:") == Some(word);
    id.starts_with("answer:") && (id.ends_with(":once") || id.ends_with(":same"))
        || ["ack-repeated", "upload-repeated"].into_iter().any(is_repeated)
}

/// Whether a task can have several results.
fn has_several(model: &Model) -> bool {
    model.behaviours.iter().any(|behaviour| matches!(behaviour.kind, Kind::Count { .. }))
}

/// The faults of constraints in one context, and of pairs.
fn of_contexts(model: &Model) -> Vec<Fault> {
    let contexts = context::contexts(model);
    let mut faults = Vec::new();
    for constraint in model.constraints() {
        let rule = airspec_spec::text::shorten(&constraint.expected, 120);
        for context in contexts.iter().filter(|context| context.applies(constraint)) {
            let id = format!("context:{}:{}", constraint.id, context.word);
            let needs = vec![context.need()];
            faults.push(Fault { needs, ..Fault::new(id, context.sentence(&rule)) });
        }
    }
    faults.extend(context::pairs(model).iter().map(|pair| Fault {
        needs: pair.needs(),
        ..Fault::new(format!("pair:{}", pair.id), pair.sentence())
    }));
    faults
}

/// The faults of the protocol, of what is left behind, and of conversations.
fn of_exchanges(model: &Model) -> Vec<Fault> {
    let protocol =
        protocol::ALL.iter().map(|(_, word, what)| (format!("protocol:{word}"), (*what).to_owned()));
    let state = state::mutations(model).into_iter().map(|(_, word, what)| (format!("state:{word}"), what));
    let conversation = conversation::mutations(model).into_iter();
    let conversation = conversation.map(|(_, word, what)| (format!("conversation:{word}"), what));
    let all = protocol.chain(state).chain(conversation);
    all.map(|(id, what)| Fault::new(id, what)).collect()
}

/// A fault that was asked for. Constraints are named by their ids.
#[derive(Debug)]
pub(super) enum Selected {
    Accept(String),
    /// The constraint, and which of its values or alternatives where it is one.
    Refuse(String, Option<usize>),
    Misread(String, ConstraintMutation),
    Blame(String),
    /// The place of the behaviour in the model, and the way in which it is broken.
    Answer(usize, BehaviourMutation),
    Error(ErrorMutation),
    Protocol(ProtocolMutation),
    Context(Unchecked),
    Pair(Pair),
    State(StateMutation),
    Conversation(ConversationMutation),
}

/// The fault of that id.
pub(super) fn read(model: &Model, id: &str) -> Result<Selected, UnknownFault> {
    let constraint = |id: &str| model.constraint(id).map(|constraint| constraint.id.to_string());
    let known = match id.split_once(':') {
        Some(("accept", rest)) => constraint(rest).map(Selected::Accept),
        Some(("refuse", rest)) => {
            constraint(rest).map(|id| Selected::Refuse(id, None)).or_else(|| branch(model, rest))
        }
        Some(("misread", rest)) => constraint_mutation(model, rest),
        Some(("blame", rest)) => constraint(rest).map(Selected::Blame),
        Some(("answer", rest)) => behaviour(model, rest),
        Some(("error", rest)) => {
            ErrorMutation::ALL.into_iter().find(|mutation| mutation.word() == rest).map(Selected::Error)
        }
        Some(("protocol", rest)) => {
            let mut all = protocol::ALL.into_iter();
            all.find(|(_, word, _)| *word == rest).map(|(mutation, ..)| Selected::Protocol(mutation))
        }
        Some(("context", rest)) => unchecked(model, rest),
        Some(("pair", rest)) => {
            context::pairs(model).into_iter().find(|pair| pair.id == rest).map(Selected::Pair)
        }
        Some(("state", rest)) => {
            let mut all = state::mutations(model).into_iter();
            all.find(|(_, word, _)| word == rest).map(|(mutation, ..)| Selected::State(mutation))
        }
        Some(("conversation", rest)) => {
            let mut all = conversation::mutations(model).into_iter();
            all.find(|(_, word, _)| word == rest).map(|(mutation, ..)| Selected::Conversation(mutation))
        }
        _ => None,
    };
    known.ok_or_else(|| {
        let all = all(model);
        let near = airspec_spec::text::nearest(id, all.iter().map(|fault| fault.id.as_str()));
        UnknownFault { id: airspec_spec::text::shorten(id, 80), near: near.map(str::to_owned) }
    })
}

fn unchecked(model: &Model, rest: &str) -> Option<Selected> {
    let (id, word) = rest.rsplit_once(':')?;
    let constraint = model.constraint(id)?;
    let mut contexts = context::contexts(model).into_iter();
    let context = contexts.find(|context| context.word == word && context.applies(constraint))?;
    Some(Selected::Context(Unchecked { constraint: constraint.id.to_string(), context }))
}

fn branch(model: &Model, rest: &str) -> Option<Selected> {
    let (id, number) = rest.rsplit_once(':')?;
    let constraint = model.constraint(id)?;
    let mut branches = refuse::branches(constraint).into_iter().map(|(known, _)| known);
    let number = branches.find(|known| known.to_string() == number)?;
    Some(Selected::Refuse(constraint.id.to_string(), Some(number)))
}

fn constraint_mutation(model: &Model, rest: &str) -> Option<Selected> {
    let (id, word) = rest.rsplit_once(':')?;
    let constraint = model.constraint(id)?;
    let mutation = misread::mutations(model, constraint).into_iter().find(|known| known.word() == word)?;
    Some(Selected::Misread(constraint.id.to_string(), mutation))
}

fn behaviour(model: &Model, rest: &str) -> Option<Selected> {
    model.behaviours.iter().enumerate().find_map(|(place, behaviour)| {
        let word = rest.strip_prefix(&behaviour.id)?.strip_prefix(':')?;
        let (mutation, _) =
            answer::mutations(&behaviour.kind).into_iter().find(|(mutation, _)| mutation.word() == word)?;
        Some(Selected::Answer(place, mutation))
    })
}
