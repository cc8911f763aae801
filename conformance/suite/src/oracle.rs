//! The oracle: what was seen of a case, held against what must happen.
//!
//! [`Oracle::judge`] takes a [`Case`] and an [`Observation`] and gives a [`Judgement`]: pure, so that a test can make
//! up both. Acceptance and refusal are judged here for every case; what the answer to an accepted request must be is
//! in [`behaviour`], one function per kind, and in the schema of results (`shape`). How findings become verdicts is
//! the table in [`finding`].
//!
//! A finding is told once. An answer can be wrong in ways that its case is not about: those are secondary findings, and
//! [`attribute`] keeps each only where no case of its own tells it already.

mod acceptance;
pub mod behaviour;
mod cause;
mod details;
mod error_attribution;
pub mod file;
pub mod finding;
#[cfg(test)]
pub(crate) mod fixture;
pub mod observation;
mod owner;
mod passage;
mod refusal;
pub mod scene;
mod secondary;
mod shape;
#[cfg(test)]
mod tests;
mod wire;

pub use finding::{Class, Finding, FindingKind, Judgement, SecondaryFinding, Skip, Verdict};
pub use observation::Observation;
pub use passage::{BODY, TASK, of_no_json};
pub use secondary::attribute;

use crate::case::{Case, Expect};
use crate::parameter::at;
use crate::protocol;
use airspec_judge::{Judge, JudgeError};
use airspec_models::client::{Class as ErrorClass, of_code};
use airspec_spec::behaviour::Kind;
use airspec_spec::{Level, Model};
use observation::Answer;
use scene::TaskResults;
use serde_json::{Map, Value};
use shape::Shape;
use std::collections::HashSet;
use std::fmt::{Display, Write as _};

/// Judges cases of one model.
#[derive(Debug)]
pub struct Oracle {
    model: Model,
    judge: Judge,
    identity: Identity,
    result: Option<Shape>,
    error: Option<Shape>,
    /// Judges by the rules of the model's owner too, which the page does not have; with the model that has them.
    owner: Option<(Judge, Model)>,
    /// What is stated less firmly is not looked at.
    asked: Level,
    strict: bool,
}

/// What joins results to tasks: the parameter that no two tasks may share, and the field of a result that repeats it.
#[derive(Clone, Debug)]
pub struct Identity {
    /// Dotted path in the task.
    pub parameter: String,
    /// Dotted path in a result.
    pub field: String,
}

impl Identity {
    fn of(model: &Model) -> Self {
        let unique = model.unique().map(|constraint| constraint.parameter.to_string());
        let parameter = unique.unwrap_or_else(|| protocol::TASK_UUID.to_owned());
        let echo = model.behaviours.iter().find_map(|behaviour| match &behaviour.kind {
            Kind::Echo { parameter: echoed, field } if *echoed == parameter => Some(field.clone()),
            _ => None,
        });
        Self { field: echo.unwrap_or_else(|| protocol::TASK_UUID.to_owned()), parameter }
    }

    /// The id of a task, where it has one.
    #[must_use]
    pub fn of_task<'a>(&self, task: &'a Value) -> Option<&'a str> {
        at(task.as_object()?, &self.parameter)?.as_str()
    }

    /// Whether a result belongs to a task. Letter case is left to the oracle that looks at the echo.
    pub fn joins(&self, task: &Value, result: &Map<String, Value>) -> bool {
        let id = at(result, &self.field).and_then(Value::as_str);
        id.zip(self.of_task(task)).is_some_and(|(one, other)| one.eq_ignore_ascii_case(other))
    }

    /// Whether an error says that the identifier of a task is in use.
    #[must_use]
    pub fn is_conflict(&self, error: &Value) -> bool {
        let code = error.get(protocol::CODE).and_then(Value::as_str).unwrap_or_default();
        let is_about_identity = error.get(protocol::PARAMETER).is_some_and(|name| *name == self.parameter);
        of_code(code) == Some(ErrorClass::Conflict) || is_about_identity && code.starts_with("conflict")
    }

    /// Whether an error can belong to a task: it names no task, or this one.
    pub fn may_join(&self, task: &Value, error: &Value) -> bool {
        match error.get(protocol::TASK_UUID).and_then(Value::as_str) {
            None => true,
            Some(id) => self.of_task(task).is_some_and(|own| own.eq_ignore_ascii_case(id)),
        }
    }
}

/// What an answer is judged for.
#[derive(Clone, Copy, Debug)]
struct Claim<'a> {
    /// The constraint, the behaviour or the rule of the protocol.
    subject: &'a str,
    /// The dotted path of its parameter; empty for the task itself.
    parameter: &'a str,
    /// Where it is stated.
    level: Level,
    /// What is special about the request, in a few words.
    about: &'a str,
}

impl<'a> Claim<'a> {
    fn of(case: &'a Case) -> Self {
        let Case { subject, parameter, level, about, .. } = case;
        Self { subject, parameter, level: *level, about }
    }
}

/// The spec cannot be judged by.
#[derive(Debug, thiserror::Error)]
pub enum OracleError {
    /// The schema of the task.
    #[error(transparent)]
    Judge(#[from] JudgeError),
    /// The schema of results or of errors.
    #[error("{spec}: cannot judge answers: {reason}")]
    Shape {
        /// The document.
        spec: String,
        /// Why not.
        reason: String,
    },
}

impl Oracle {
    /// The oracle of a model.
    ///
    /// # Errors
    /// A schema that cannot be compiled.
    pub fn new(model: &Model) -> Result<Self, OracleError> {
        let result = model.result.as_ref().map(|schema| Shape::of(&model.source, schema)).transpose()?;
        let error = model.error.as_ref().map(|schema| Shape::open(&model.source, schema)).transpose()?;
        let (judge, identity) = (Judge::new(model)?, Identity::of(model));
        let with_owner = |model: Model| Ok::<_, JudgeError>((Judge::new(&model)?, model));
        let owner = (!model.owner_rules.is_empty())
            .then(|| with_owner(model.with_rules(&model.owner_rules, Level::Facts)))
            .transpose()?;
        let (asked, strict) = (Level::Unstated, false);
        Ok(Self { model: model.clone(), judge, identity, result, error, owner, asked, strict })
    }

    /// Looks only at what is stated as firmly as that, or more firmly.
    #[must_use]
    pub fn up_to(self, level: Level) -> Self {
        Self { asked: level, ..self }
    }

    /// Takes notes for failures.
    #[must_use]
    pub fn strictly(self) -> Self {
        Self { strict: true, ..self }
    }

    /// The rules of the model's owner that a request breaks, although the page allows it: in a sentence, or nothing.
    #[must_use]
    pub fn beyond_owner(&self, body: &Value) -> Option<String> {
        let broken = self.owner_rules_broken(body);
        (!broken.is_empty()).then(|| broken.join(", and "))
    }

    /// The same, rule by rule.
    fn owner_rules_broken(&self, body: &Value) -> Vec<String> {
        let Some((judge, model)) = &self.owner else { return Vec::new() };
        let tasks = body.as_array().map(Vec::as_slice).unwrap_or_default();
        let allowed = tasks.iter().filter(|task| self.judge.is_valid(task));
        let mut broken: Vec<String> = allowed
            .flat_map(|task| judge.task(task))
            .filter_map(|violation| Some(model.constraint(&violation.constraint)?.expected.clone()))
            .collect();
        broken.sort();
        broken.dedup();
        broken
    }

    /// How many rules of the owner a faulty task breaks beyond its faults.
    fn owner_faults(&self, task: &Value) -> usize {
        let count = |judge: &Judge| judge.task(task).len();
        self.owner.as_ref().map_or(0, |(owner, _)| count(owner).saturating_sub(count(&self.judge)))
    }

    /// A judgement after all secondary findings are attributed.
    #[must_use]
    pub fn finish(&self, judgement: Judgement) -> Judgement {
        if self.strict && judgement.verdict == Verdict::Note {
            return Judgement { verdict: Verdict::Fail, ..judgement };
        }
        judgement
    }

    /// The findings that are asked for, as a judgement.
    fn judgement(&self, mut findings: Vec<Finding>, seen: String) -> Judgement {
        findings.retain(|finding| finding.level <= self.asked);
        Judgement::of(&findings, seen)
    }

    /// The model.
    #[must_use]
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// The judge of tasks.
    #[must_use]
    pub fn judge_of_tasks(&self) -> &Judge {
        &self.judge
    }

    /// What joins results to tasks.
    #[must_use]
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// The verdict on a case.
    #[must_use]
    pub fn judge(&self, case: &Case, seen: &Observation) -> Judgement {
        if let Some(reason) = seen.no_answer() {
            return Judgement::no_answer(reason);
        }
        let claim = Claim::of(case);
        match &case.expect {
            Expect::Accept => {
                let findings = acceptance::findings(self, claim, seen);
                let secondary =
                    if findings.is_empty() { self.secondary(&case.subject, seen) } else { Vec::new() };
                Judgement { secondary, ..self.judgement(findings, described(seen)) }
            }
            Expect::Reject(constraints) => {
                self.judgement(refusal::findings(self, claim, constraints, seen), described(seen))
            }
            Expect::Protocol(expect) => self.judgement(wire::findings(claim, *expect, seen), described(seen)),
            Expect::Behave(behaviour) => {
                let mut findings = acceptance::findings(self, claim, seen);
                if let Some(other) = &seen.counterpart {
                    let of_other = acceptance::findings(self, claim, other);
                    findings.extend(of_other.into_iter().map(|finding| Finding {
                        sentence: format!("with one value changed: {}", finding.sentence),
                        ..finding
                    }));
                }
                if !findings.is_empty() {
                    return self.judgement(findings, described(seen));
                }
                let findings = behaviour::findings(&self.model, &self.identity, behaviour, seen);
                let remark = behaviour::remark(&self.model, &self.identity, &behaviour.kind, seen);
                let secondary =
                    if findings.is_empty() { self.secondary(&case.subject, seen) } else { Vec::new() };
                Judgement { secondary, ..self.judgement(findings, remark.unwrap_or_else(|| described(seen))) }
            }
        }
    }

    /// What is wrong with the answer to an accepted request, beyond what the case is about.
    fn secondary(&self, subject: &str, seen: &Observation) -> Vec<SecondaryFinding> {
        let is_own = |id: &str| subject == id;
        let null = seen.outcome.answer().and_then(acceptance::null_errors);
        let null = null.map(|finding| SecondaryFinding { subject: "envelope.errors".to_owned(), finding });
        let mut secondary: Vec<SecondaryFinding> = null.into_iter().collect();
        for scene in TaskResults::all(&self.model, &self.identity, seen) {
            let deferred = behaviour::is_deferred(&self.model, scene.task);
            if deferred && seen.polls.is_empty() {
                continue;
            }
            for behaviour in self.model.behaviours.iter().filter(|behaviour| !is_own(&behaviour.id)) {
                let wrong = behaviour::in_passing(&scene, &self.identity, &behaviour.kind);
                secondary.extend(wrong.into_iter().map(|sentence| SecondaryFinding {
                    subject: behaviour.id.clone(),
                    finding: Finding::wrong(behaviour.level, sentence),
                }));
            }
            for (name, item) in scene.named() {
                let cost =
                    item.fields.get(protocol::COST).filter(|cost| cost.as_f64().is_some_and(|usd| usd < 0.0));
                secondary.extend(cost.map(|cost| SecondaryFinding {
                    subject: "result.cost".to_owned(),
                    finding: Finding::wrong(
                        Level::Facts,
                        format!("`cost` of {name} is {}, below zero", show(cost)),
                    ),
                }));
                let wrong = self.result.iter().flat_map(|shape| shape.wrong(item.value, deferred));
                secondary.extend(wrong.map(|flaw| SecondaryFinding {
                    subject: flaw.subject,
                    finding: Finding::wrong(Level::Facts, format!("{name} {}", flaw.sentence)),
                }));
            }
        }
        // Each subject is told once, by the first result that shows it.
        let mut told = HashSet::new();
        secondary.retain(|other| other.finding.level <= self.asked && told.insert(other.subject.clone()));
        secondary
    }
}

/// What a pass looked like.
fn described(seen: &Observation) -> String {
    match &seen.outcome {
        observation::Outcome::Answer(answer) => answered(answer),
        observation::Outcome::Lost(loss) => loss.to_string(),
    }
}

/// An answer in a few words: "HTTP 400 `invalidWidth` (width): Invalid value".
pub fn answered(answer: &Answer) -> String {
    let mut words = format!("HTTP {}", answer.status);
    if let Err(reason) = &answer.json {
        let reason = brief(reason);
        return format!("{words} and no JSON ({reason}): {}", excerpt(&answer.text));
    }
    if let Some(error) = answer.errors().first() {
        let text = |name: &str| error.get(name).and_then(Value::as_str);
        words += &format!(" `{}`", excerpt(text(protocol::CODE).unwrap_or("no code")));
        if let Some(parameter) = error.get(protocol::PARAMETER) {
            words += &format!(" ({})", parameter.as_str().map_or_else(|| show(parameter), excerpt));
        }
        words +=
            &text(protocol::MESSAGE).map(|message| format!(": {}", excerpt(message))).unwrap_or_default();
    } else if !answer.data().is_empty() {
        let count = answer.data().len();
        words += &format!(", {count} {} in `{}`", if count == 1 { "item" } else { "items" }, protocol::DATA);
    }
    words
}

/// A value for a sentence, shortened.
pub fn show(value: &Value) -> String {
    brief(value)
}

/// Anything for a sentence, shortened; no more of it is written down than is read. It can be a value of many megabytes.
pub fn brief(shown: &(impl Display + ?Sized)) -> String {
    struct Beginning(String);

    impl std::fmt::Write for Beginning {
        fn write_str(&mut self, text: &str) -> std::fmt::Result {
            const LONGEST: usize = 64 << 10;
            let room = LONGEST.saturating_sub(self.0.len());
            let end = (0..=room.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
            self.0.push_str(&text[..end.unwrap_or(0)]);
            // Ends the writing, which is no failure here.
            if text.len() > room { Err(std::fmt::Error) } else { Ok(()) }
        }
    }

    let mut beginning = Beginning(String::new());
    let _ = write!(beginning, "{shown}");
    excerpt(&beginning.0)
}

/// The first of many texts, and how many more there are.
pub fn listed<T: Into<String>>(
    texts: impl Iterator<Item = T>,
    total: usize,
    most: usize,
    separator: &str,
) -> String {
    let told: Vec<String> = texts.take(most).map(Into::into).collect();
    let more = total.saturating_sub(told.len());
    let told = told.join(separator);
    if more == 0 { told } else { format!("{told} and {more} more") }
}

/// The beginning of a text that comes from a server, on one line and with hidden characters escaped.
pub fn excerpt(text: &str) -> String {
    const LONGEST: usize = 120;
    let text = text.trim();
    let end = text.char_indices().nth(LONGEST).map_or(text.len(), |(place, _)| place);
    let line = text[..end].replace(['\n', '\r', '\t'], " ");
    format!("{}{}", airspec_spec::text::visible(&line), if end < text.len() { "…" } else { "" })
}
