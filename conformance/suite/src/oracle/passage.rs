//! Exchanges that are no cases: the requests of any client, with the answers to them.
//!
//! [`Oracle::judge`] knows from its case what must happen. Here the request says it: what breaks nothing is accepted, and
//! what breaks a constraint is refused. The level of a finding is that of the firmest constraint that is broken; of a
//! refusal that must not be, of the parameter that the error blames.

use super::behaviour::delivery::{acknowledgement, polled};
use super::error_attribution::leaf;
use super::file::{File, place};
use super::finding::{Finding, FindingKind, SecondaryFinding};
use super::observation::{Answer, Call, Observation, Outcome};
use super::scene::{MAX_RESULTS, TaskResults};
use super::{Claim, Oracle, acceptance, behaviour, refusal, wire};
use crate::case::Protocol;
use crate::parameter::results;
use crate::protocol::{DATA, Form, PARAMETER, STATUS, SUCCESS};
use airspec_spec::behaviour::{Behaviour, Kind};
use airspec_spec::rule::Kinds;
use airspec_spec::{Constraint, Level, Schema, protocol_rules};
use serde_json::{Map, Value, json};

/// The subject of a finding about a request as a whole.
pub const TASK: &str = "task";
/// The rule of the protocol that a body is a batch of tasks.
pub const BODY: &str = "protocol.body";

impl Oracle {
    /// What is wrong with the answer to tasks that break nothing; where their results were polled for, with those.
    #[must_use]
    pub fn of_valid(&self, seen: &Observation) -> Vec<SecondaryFinding> {
        let constraints = self.model.constraints();
        let blamed = seen.outcome.answer().and_then(|answer| blamed(&constraints, answer));
        let firmest = constraints.iter().map(|constraint| constraint.level).min();
        let mut claim = Claim {
            subject: blamed.map_or(TASK, |constraint| &constraint.id),
            parameter: "",
            level: blamed.map(|constraint| constraint.level).or(firmest).unwrap_or(Level::Facts),
            about: "the request breaks no constraint",
        };
        if seen.tasks().iter().any(|task| has_decimal_point(&self.model.task, task)) {
            (claim.level, claim.about) = (Level::Unstated, "an integer is spelt with a decimal point");
        }
        let findings = acceptance::findings(self, claim, seen);
        if !findings.is_empty() {
            return self.about(claim.subject, findings);
        }
        let mut all = self.secondary("", seen);
        if seen.polls.is_empty() {
            all.extend(self.of_deferred(seen, |scene| acknowledgement(scene, &self.identity)));
        }
        all
    }

    /// What is wrong with the answer to tasks of which some break these constraints.
    #[must_use]
    pub fn of_faulty(&self, broken: &[String], about: &str, seen: &Observation) -> Vec<SecondaryFinding> {
        let known = broken.iter().filter_map(|id| self.model.constraint(id));
        let Some(first) = known.min_by_key(|constraint| constraint.level) else { return Vec::new() };
        let claim = Claim { subject: &first.id, parameter: &first.parameter, level: first.level, about };
        let findings = refusal::findings(self, claim, broken, seen);
        let is_accepted = findings.iter().any(|finding| finding.kind == FindingKind::Accepted);
        let mut all = self.about(claim.subject, findings);
        if is_accepted {
            // What is taken all the same has results of the documented form.
            let of_form = |other: &SecondaryFinding| other.subject.starts_with("result.");
            all.extend(self.secondary("", seen).into_iter().filter(of_form));
        }
        all
    }

    /// What is wrong with the answer to a body that is JSON and no list of tasks, or an empty list.
    #[must_use]
    pub fn of_other_body(&self, seen: &Observation) -> Vec<SecondaryFinding> {
        let claim = Claim {
            subject: BODY,
            parameter: "",
            level: Level::Unstated,
            about: "the body is no list of tasks",
        };
        self.about(BODY, wire::findings(claim, Protocol::Refused, seen))
    }

    /// What is wrong with the answers to polls so far: the last ones of them are enough. `is_ended` where no further one
    /// is needed.
    #[must_use]
    pub fn of_polls(&self, seen: &Observation, is_ended: bool) -> Vec<SecondaryFinding> {
        self.of_deferred(seen, |scene| {
            polled(scene, &self.identity, results(&self.model, scene.task), is_ended)
        })
    }

    /// What is wrong with results, whatever became of the request.
    #[must_use]
    pub fn of_results(&self, seen: &Observation) -> Vec<SecondaryFinding> {
        self.secondary("", seen)
    }

    /// What is wrong where the results of a task came with its answer, and a poll brings them again.
    #[must_use]
    pub fn of_closed(&self, seen: &Observation) -> Vec<SecondaryFinding> {
        self.in_passing(seen, |kind| matches!(kind, Kind::Delivery { .. }))
    }

    /// What is wrong with the files of results, once they are known.
    #[must_use]
    pub fn of_files(&self, seen: &Observation) -> Vec<SecondaryFinding> {
        self.in_passing(seen, behaviour::depends_on_file)
    }

    /// What results show of some behaviours.
    fn in_passing(&self, seen: &Observation, is_asked: impl Fn(&Kind) -> bool) -> Vec<SecondaryFinding> {
        let behaviours = self.model.behaviours.iter().filter(|behaviour| is_asked(&behaviour.kind));
        let found = behaviours.flat_map(|one| {
            let scenes = TaskResults::all(&self.model, &self.identity, seen);
            let wrong =
                scenes.iter().flat_map(|scene| behaviour::in_passing(scene, &self.identity, &one.kind));
            let findings: Vec<Finding> = wrong.map(|sentence| Finding::wrong(one.level, sentence)).collect();
            self.about(&one.id, findings)
        });
        found.collect()
    }

    /// The result that a call of the webhook of a task brings, and what is wrong with it. `seen` has the one task, and the
    /// results that are known so far.
    #[must_use]
    pub fn of_call(&self, seen: &Observation, call: &Call) -> (Option<Value>, Vec<SecondaryFinding>) {
        let (item, sentences) = behaviour::webhook::one(call, seen.tasks().first(), &self.identity);
        let mut found = self.of_webhook(sentences);
        let Some(item) = item else { return (None, found) };
        // The same as a result that was polled for, or that came with the answer.
        let mut polled = item.clone();
        polled.entry(STATUS).or_insert_with(|| json!(SUCCESS));
        let outcome = Outcome::Answer(Answer {
            status: 200,
            content_type: None,
            text: String::new(),
            length: 0,
            json: Ok(json!({DATA: [polled]})),
        });
        let mut result = Observation::new(seen.body.clone(), outcome.clone());
        let is_deferred = seen.tasks().iter().any(|task| behaviour::is_deferred(&self.model, task));
        if is_deferred {
            result.polls.push(outcome);
        } else if let Outcome::Answer(Answer { json: Ok(envelope), .. }) = &mut result.outcome {
            let mut bare = item.clone();
            bare.remove(STATUS);
            envelope[DATA][0] = Value::Object(bare);
        }
        let is_of_one = |subject: &str| {
            let known = self.model.behaviours.iter().find(|behaviour| behaviour.id == subject);
            known.is_none_or(|one| {
                matches!(one.kind, Kind::Echo { .. } | Kind::Select { .. } | Kind::Flag { .. })
            })
        };
        found.extend(self.secondary("", &result).into_iter().filter(|one| is_of_one(&one.subject)));
        (Some(Value::Object(item)), found)
    }

    /// What is wrong with the results that calls brought, all of them, beside those that are known otherwise. The first
    /// ones were compared before.
    #[must_use]
    pub fn of_called(&self, seen: &Observation, called: &[Value], compared: usize) -> Vec<SecondaryFinding> {
        let items: Vec<&Map<String, Value>> = called.iter().filter_map(Value::as_object).collect();
        let scenes = TaskResults::all(&self.model, &self.identity, seen);
        let wanted = seen.tasks().first().and_then(|task| results(&self.model, task));
        let look = |scene| behaviour::webhook::together(scene, &items, compared, wanted);
        self.of_webhook(scenes.iter().flat_map(look).collect())
    }

    /// Sentences as findings of the webhook.
    fn of_webhook(&self, sentences: Vec<String>) -> Vec<SecondaryFinding> {
        let is_webhook = |one: &&Behaviour| matches!(one.kind, Kind::Webhook { .. });
        let Some(webhook) = self.model.behaviours.iter().find(is_webhook) else { return Vec::new() };
        let findings = sentences.into_iter().map(|sentence| Finding::wrong(webhook.level, sentence));
        self.about(&webhook.id, findings.collect())
    }

    /// What a look at each deferred task finds, as findings of the behaviour that defers it.
    fn of_deferred(
        &self,
        seen: &Observation,
        look: impl Fn(&TaskResults<'_>) -> Vec<String>,
    ) -> Vec<SecondaryFinding> {
        let mut found = Vec::new();
        for one in &self.model.behaviours {
            let Kind::Delivery { parameter, deferred, .. } = &one.kind else { continue };
            let scenes = TaskResults::all(&self.model, &self.identity, seen);
            let scenes = scenes.iter().filter(|scene| scene.text(parameter) == Some(deferred));
            let findings =
                scenes.flat_map(&look).map(|sentence| Finding::wrong(one.level, sentence)).collect();
            found.extend(self.about(&one.id, findings));
        }
        found
    }

    fn about(&self, subject: &str, findings: Vec<Finding>) -> Vec<SecondaryFinding> {
        let asked = findings.into_iter().filter(|finding| finding.level <= self.asked);
        asked.map(|finding| SecondaryFinding { subject: subject.to_owned(), finding }).collect()
    }

    /// The files of the results, where the answer itself holds all of them.
    #[must_use]
    pub fn inline_files(&self, seen: &Observation) -> Vec<File> {
        let file = |(task, result)| match place(&self.model, task, result) {
            Some((Form::Link, _)) | None => None,
            Some((form, text)) => Some(File::inline(form, text)),
        };
        self.wanted_results(seen).into_iter().map(file).collect::<Option<_>>().unwrap_or_default()
    }

    /// The results up to the first one that nobody asked for, each with the task that it belongs to, or else with the
    /// first one.
    #[must_use]
    pub fn wanted_results<'a>(&self, seen: &'a Observation) -> Vec<(&'a Value, &'a Map<String, Value>)> {
        let tasks = seen.tasks();
        let asked = |task| results(&self.model, task).unwrap_or(MAX_RESULTS).min(MAX_RESULTS);
        let mut left: Vec<usize> = tasks.iter().map(asked).collect();
        let mut wanted = Vec::new();
        for result in seen.results().into_iter().filter_map(Value::as_object) {
            let owner = tasks.iter().position(|task| self.identity.joins(task, result)).unwrap_or(0);
            match left.get_mut(owner) {
                Some(left) if *left > 0 => *left -= 1,
                Some(_) | None => break,
            }
            wanted.push((&tasks[owner], result));
        }
        wanted
    }
}

/// Whether an integer is spelt as 1024.0: it is one, but no source says that servers take it.
fn has_decimal_point(schema: &Schema, value: &Value) -> bool {
    match value {
        Value::Number(number) => number.is_f64() && schema.kinds() == Kinds::INTEGER,
        Value::Array(items) => schema
            .items
            .as_ref()
            .is_some_and(|schema| items.iter().any(|item| has_decimal_point(schema, item))),
        Value::Object(members) => members.iter().any(|(name, member)| {
            schema.property(name).is_some_and(|property| has_decimal_point(&property.schema, member))
        }),
        Value::Null | Value::Bool(_) | Value::String(_) => false,
    }
}

/// What is wrong with the answer to a body that is no JSON.
#[must_use]
pub fn of_no_json(seen: &Observation) -> Vec<SecondaryFinding> {
    let level =
        protocol_rules().into_iter().find(|rule| rule.id == BODY).map_or(Level::Facts, |rule| rule.level);
    let claim = Claim { subject: BODY, parameter: "", level, about: "the body is no JSON" };
    let findings = wire::findings(claim, Protocol::Refused, seen).into_iter();
    findings.map(|finding| SecondaryFinding { subject: BODY.to_owned(), finding }).collect()
}

/// The firmest constraint of the parameter that the first error names.
fn blamed<'a>(constraints: &[&'a Constraint], answer: &Answer) -> Option<&'a Constraint> {
    let name = match answer.errors().first()?.get(PARAMETER)? {
        Value::String(name) => name,
        Value::Array(names) => names.first()?.as_str()?,
        _ => return None,
    };
    let is_own = |one: &&&Constraint| {
        let path = one.parameter.as_str();
        !path.is_empty() && (path == name || leaf(path) == name)
    };
    constraints.iter().filter(is_own).min_by_key(|one| one.level).copied()
}
