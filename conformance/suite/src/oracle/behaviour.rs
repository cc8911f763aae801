//! The oracles of behaviours: what an answer must be, one small function for each [`Kind`].
//!
//! An oracle gets the task, its results and whatever else was seen, and gives sentences about what is wrong; none is
//! good. It knows parameters and fields only from the [`Kind`].

mod container;
mod count;
mod default;
pub(crate) mod delivery;
mod distinct;
mod echo;
mod flag;
mod lifetime;
mod measure;
mod quality;
mod select;
mod size;
#[cfg(test)]
mod tests;
mod upload;
pub(super) mod webhook;

use super::finding::Finding;
use super::observation::{Answer, Call, Observation, Outcome};
use super::scene::TaskResults;
use super::{Identity, excerpt};
use crate::parameter::{at, effective, remove, results, set, whole};
use airspec_spec::behaviour::{Behaviour, Kind};
use airspec_spec::rule::Rule;
use airspec_spec::{Level, Model};
use serde_json::Value;

/// What the runner must look at beyond the answer.
#[allow(clippy::struct_excessive_bools, reason = "each is needed or not by itself")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// The files of the results.
    pub files: bool,
    /// The same request with one value changed.
    pub counterpart: bool,
    /// A URL of the runner's own, as the value of the parameter.
    pub url: bool,
    /// The files a second time.
    pub files_again: bool,
    /// One more poll after the last result.
    pub poll_again: bool,
}

/// What must be looked at to judge a behaviour.
#[must_use]
pub fn needs(kind: &Kind) -> Needs {
    let nothing = Needs::default();
    match kind {
        Kind::Echo { .. } | Kind::Count { .. } | Kind::Distinct { .. } | Kind::Flag { .. } => nothing,
        Kind::Delivery { .. } => Needs { poll_again: true, ..nothing },
        Kind::Select { .. } => Needs { files: true, files_again: true, ..nothing },
        Kind::Container { .. } | Kind::Size { .. } | Kind::Measure { .. } | Kind::Lifetime { .. } => {
            Needs { files: true, ..nothing }
        }
        Kind::Quality { .. } | Kind::Default { .. } => Needs { files: true, counterpart: true, ..nothing },
        Kind::Webhook { .. } => Needs { url: true, ..nothing },
        Kind::Upload { .. } => Needs { files: true, url: true, ..nothing },
    }
}

/// What is wrong with the answer to a case about the behaviour.
pub(super) fn findings(
    model: &Model,
    identity: &Identity,
    behaviour: &Behaviour,
    seen: &Observation,
) -> Vec<Finding> {
    let scenes = TaskResults::all(model, identity, seen);
    let level = behaviour.level;
    let wrong = |sentences: Vec<String>, level: Level| -> Vec<Finding> {
        sentences.into_iter().map(|sentence| Finding::wrong(level, sentence)).collect()
    };
    match &behaviour.kind {
        Kind::Quality { parameter, format, lossy } => {
            wrong(quality::check(&pairs(model, identity, seen), parameter, format, lossy), level)
        }
        Kind::Default { parameter } => wrong(default::check(&pairs(model, identity, seen), parameter), level),
        _ => scenes
            .iter()
            .flat_map(|scene| {
                let mut findings = wrong(scene_of_one(scene, identity, &behaviour.kind), level);
                if let Kind::Container { parameter, media } = &behaviour.kind {
                    findings
                        .extend(wrong(container::names(scene, parameter, media), level.max(Level::Facts)));
                }
                findings
            })
            .collect(),
    }
}

/// The scenes of an observation and of its counterpart.
fn pairs<'a>(model: &'a Model, identity: &Identity, seen: &'a Observation) -> Vec<TaskResults<'a>> {
    let mut scenes = TaskResults::all(model, identity, seen);
    if let Some(other) = &seen.counterpart {
        scenes.extend(TaskResults::all(model, identity, other));
    }
    scenes
}

/// The fields that a result lacks although its task asks for them, and that a result of another task has: the results
/// are swapped.
fn swapped(scene: &TaskResults<'_>) -> Vec<String> {
    let flags = scene.model.behaviours.iter().filter_map(|behaviour| match &behaviour.kind {
        Kind::Flag { parameter, field } => Some((parameter, field)),
        _ => None,
    });
    let items = || scene.seen.polls.iter().filter_map(Outcome::answer).flat_map(Answer::data);
    let is_elsewhere =
        |field: &str| items().filter_map(Value::as_object).any(|item| at(item, field).is_some());
    let is_enabled = |parameter: &str| scene.value(parameter).and_then(Value::as_bool) == Some(true);
    let doubtful = flags.filter(|(parameter, field)| is_enabled(parameter) && is_elsewhere(field));
    doubtful.flat_map(|(parameter, field)| flag::check(scene, parameter, field)).collect()
}

fn scene_of_one(scene: &TaskResults<'_>, identity: &Identity, kind: &Kind) -> Vec<String> {
    match kind {
        Kind::Echo { parameter, field } => echo::check(scene, parameter, field),
        Kind::Count { parameter } => count::check(scene, parameter),
        Kind::Distinct { fields, .. } => distinct::check(scene, fields),
        Kind::Select { parameter, fields } => select::check(scene, parameter, fields),
        Kind::Container { parameter, media } => container::check(scene, parameter, media),
        Kind::Size { width, height } => size::check(scene, width, height),
        Kind::Measure { parameter, measure } => measure::check(scene, parameter, *measure),
        Kind::Flag { parameter, field } => flag::check(scene, parameter, field),
        Kind::Delivery { parameter, immediate, deferred } => match scene.text(parameter) {
            Some(value) if value == deferred => {
                let wrong = delivery::deferred(scene, identity, results(scene.model, scene.task));
                if wrong.is_empty() { swapped(scene) } else { wrong }
            }
            Some(value) if value == immediate => delivery::immediate(scene, identity, parameter, value),
            _ => Vec::new(),
        },
        Kind::Webhook { .. } => webhook::check(scene, identity, results(scene.model, scene.task)),
        Kind::Upload { .. } => upload::check(scene, results(scene.model, scene.task)),
        Kind::Lifetime { parameter, only } => lifetime::check(scene, parameter, only),
        // These compare scenes.
        Kind::Quality { .. } | Kind::Default { .. } => Vec::new(),
    }
}

/// What an answer shows of a behaviour although the case is about something else. Whatever takes more than the answer
/// is left to the behaviour's own cases.
pub(super) fn in_passing(scene: &TaskResults<'_>, identity: &Identity, kind: &Kind) -> Vec<String> {
    match kind {
        Kind::Echo { .. }
        | Kind::Count { .. }
        | Kind::Distinct { .. }
        | Kind::Select { .. }
        | Kind::Flag { .. }
        | Kind::Size { .. }
        | Kind::Measure { .. } => scene_of_one(scene, identity, kind),
        Kind::Container { parameter, media } => {
            [scene_of_one(scene, identity, kind), container::names(scene, parameter, media)].concat()
        }
        Kind::Delivery { immediate, parameter, .. } if scene.text(parameter) == Some(immediate) => {
            scene_of_one(scene, identity, kind)
        }
        Kind::Delivery { .. }
        | Kind::Quality { .. }
        | Kind::Webhook { .. }
        | Kind::Upload { .. }
        | Kind::Lifetime { .. }
        | Kind::Default { .. } => Vec::new(),
    }
}

/// What a pass of the behaviour leaves open, where it does.
pub(super) fn remark(model: &Model, identity: &Identity, kind: &Kind, seen: &Observation) -> Option<String> {
    let scenes = TaskResults::all(model, identity, seen);
    match kind {
        Kind::Lifetime { only, .. } => scenes.first().map(|scene| lifetime::remark(scene, only).to_owned()),
        Kind::Quality { .. } | Kind::Default { .. }
            if seen.tasks().len() < 2 && seen.counterpart.is_none() =>
        {
            Some("accepted; there is no second value to compare with".to_owned())
        }
        _ => None,
    }
}

/// How long the files of a task live, where a behaviour says so.
#[must_use]
pub fn lifetime(model: &Model, kind: &Kind, task: &Value) -> Option<std::time::Duration> {
    let Kind::Lifetime { parameter, only } = kind else { return None };
    let applies = effective(model, task, &only.parameter).and_then(Value::as_str) == Some(&only.value);
    let seconds = whole(effective(model, task, parameter)?)?;
    applies.then(|| std::time::Duration::from_secs(seconds as u64))
}

/// Whether a behaviour is about what the file of a result is.
#[must_use]
pub fn depends_on_file(kind: &Kind) -> bool {
    matches!(kind, Kind::Container { .. } | Kind::Size { .. } | Kind::Measure { .. })
}

/// Whether a task asks for its results to be delivered later.
#[must_use]
pub fn is_deferred(model: &Model, task: &Value) -> bool {
    model.behaviours.iter().any(|behaviour| match &behaviour.kind {
        Kind::Delivery { parameter, deferred, .. } => {
            effective(model, task, parameter).and_then(Value::as_str) == Some(deferred)
        }
        _ => false,
    })
}

/// The task with the one value changed that the behaviour is about: the other end of a quality's range, the default
/// in place of nothing or the reverse. `None` where there is no such task.
#[must_use]
pub fn counterpart(model: &Model, kind: &Kind, task: &Value) -> Option<Value> {
    let mut other = task.clone();
    match kind {
        Kind::Quality { parameter, .. } => {
            let (low, high) = ends(model, parameter)?;
            let is_low = effective(model, task, parameter) == Some(&low);
            set(&mut other, parameter, if is_low { high } else { low });
        }
        Kind::Default { parameter } => {
            let default = model.task.at(parameter)?.default.clone()?;
            match task.as_object().and_then(|task| at(task, parameter)) {
                Some(_) => remove(&mut other, parameter),
                None => set(&mut other, parameter, default),
            }
        }
        _ => return None,
    }
    Some(other)
}

/// The least and the greatest value of a number.
fn ends(model: &Model, parameter: &str) -> Option<(Value, Value)> {
    let rules = || model.task.at(parameter).into_iter().flat_map(airspec_spec::Schema::rules);
    let end = |lower: bool| {
        let bound = rules().filter_map(Rule::bound).find(|bound| bound.edge.is_lower() == lower)?;
        serde_json::from_str(&bound.value.to_plain_string()).ok()
    };
    Some((end(true)?, end(false)?))
}

/// What is wrong with the number and the manner of the calls that the runner's address received.
fn calls(scene: &TaskResults<'_>, calls: &[Call], method: &str, wanted: Option<usize>) -> Vec<String> {
    let mut wrong = Vec::new();
    let wanted = wanted.unwrap_or(scene.count.max(1));
    let failed = scene.seen.failed_calls;
    let found = calls.len() + scene.seen.more_calls;
    if found != wanted + failed {
        let noun = count::noun(wanted);
        let failures = if failed == 0 { "" } else { ", the first of which failed and must be sent again" };
        wrong.push(format!("the address received {found} calls for {wanted} {noun}{failures}"));
    }
    for (index, call) in calls.iter().enumerate() {
        if call.method != method {
            wrong.push(format!("call {} is a {}, not a {method}", index + 1, excerpt(&call.method)));
        }
        if call.query.as_deref() != Some(CALL_QUERY) {
            let found = excerpt(call.query.as_deref().unwrap_or("nothing"));
            wrong.push(format!("call {} has the query {found}, not {CALL_QUERY} as given", index + 1));
        }
    }
    wrong
}

/// Whether a call carries a finished result: its file, or an item that has one.
pub(super) fn delivers_result(model: &Model, call: &Call) -> bool {
    let is_file = || call.body.as_ref().is_ok_and(|body| body.content.file.is_ok());
    is_file() || webhook::item(call).is_ok_and(|item| delivery::has_file(model, &item))
}

/// The query string of every address that the runner gives: servers must call the address as it was given.
pub const CALL_QUERY: &str = "token=a%2Fb&part=1";
