//! A request is accepted: HTTP 2xx, each task appears in `data`, and no error is about it.

use super::behaviour::is_deferred;
use super::cause::form;
use super::finding::Finding;
use super::observation::{Answer, Observation, Outcome};
use super::owner::is_about_one_limit;
use super::{Claim, Oracle, answered, excerpt, show};
use crate::protocol::{CODE, DATA, ERRORS, is_poll};
use airspec_spec::Level;
use serde_json::Value;

/// So many fields of an item only say which task it is about: its type and its id.
pub(super) const DATA_ITEMS: usize = 2;

/// What is wrong with the answer to a request that must be taken.
pub(super) fn findings(oracle: &Oracle, claim: Claim<'_>, seen: &Observation) -> Vec<Finding> {
    let level = claim.level;
    let answer = match &seen.outcome {
        Outcome::Lost(loss) => return vec![Finding::wrong(level, loss.to_string())],
        Outcome::Answer(answer) => answer,
    };
    match answer.status {
        200..=299 => taken(oracle, level, answer, seen),
        401..=403 => vec![unrelated(level, answer)],
        400..=499 => vec![match oracle.beyond_owner(&seen.body).filter(|_| !is_about_one_limit(answer)) {
            Some(broken) => narrower(level, &broken, answer),
            None => {
                Finding::refused(level, format!("refused with {}, but {}", answered(answer), allowed(claim)))
                    .caused_by(refusal(answer))
            }
        }],
        _ => vec![
            Finding::wrong(level, format!("{} to a valid request", answered(answer)))
                .caused_by(format!("{} to a valid request", form(answer))),
        ],
    }
}

/// The page allows it, the model's owner does not, and the server is with the owner.
fn narrower(level: Level, broken: &str, answer: &Answer) -> Finding {
    let sentence = format!(
        "the page is wider than the server: it allows the request, which the server refuses as the model's owner \
         would, whose rule is that a task {broken}; {}",
        answered(answer)
    );
    Finding::narrower(level, sentence)
}

/// What refusals of valid requests have in common: the status and the code.
fn refusal(answer: &Answer) -> String {
    let code = answer.errors().first().and_then(|error| error.get(CODE)?.as_str());
    match code {
        Some(code) => format!("valid requests are refused with HTTP {} `{}`", answer.status, excerpt(code)),
        None => format!("valid requests are refused with {}", form(answer)),
    }
}

/// Why the request should have been taken.
fn allowed(claim: Claim<'_>) -> String {
    match claim.level {
        Level::Badge | Level::Prose => format!("the page allows it: {}", excerpt(claim.about)),
        Level::Facts | Level::Unstated => format!("nothing forbids it: {}", excerpt(claim.about)),
    }
}

/// A status that is about the key or the money says nothing about the request.
pub(super) fn unrelated(level: Level, answer: &Answer) -> Finding {
    let about = match answer.status {
        402 => "the balance",
        _ => "the key",
    };
    let level = level.max(Level::Facts);
    Finding::wrong(level, format!("{} speaks of {about}, not of the request", answered(answer)))
}

fn taken(oracle: &Oracle, level: Level, answer: &Answer, seen: &Observation) -> Vec<Finding> {
    if let Some(finding) = envelope(level, answer) {
        return vec![finding];
    }
    let mut findings = Vec::new();
    // No source rules out the status that says that the results come later.
    let is_deferred = || seen.tasks().iter().all(|task| is_deferred(oracle.model(), task));
    if answer.status != 200 && !(answer.status == 202 && is_deferred()) {
        let sentence = format!("accepted with HTTP {}, not with HTTP 200", answer.status);
        findings.push(Finding::wrong(level.max(Level::Facts), sentence));
    }
    let identity = oracle.identity();
    for task in seen.tasks().iter().filter(|task| !is_poll(task)) {
        if let Some(error) = answer.errors().iter().find(|error| identity.may_join(task, error)) {
            let alone = Value::Array(vec![task.clone()]);
            findings.push(match oracle.beyond_owner(&alone) {
                Some(broken) => narrower(level, &broken, answer),
                None => {
                    let what = show(error);
                    let sentence = format!("HTTP {} with an error for a valid task: {what}", answer.status);
                    Finding::refused(level, sentence)
                }
            });
        } else if !appears(oracle, answer, task, seen.tasks().len()) {
            let id = identity.of_task(task).unwrap_or("without id");
            let sentence = format!("HTTP {}, but task {} is not in `{DATA}`", answer.status, excerpt(id));
            findings.push(Finding::wrong(level, sentence));
        }
    }
    findings
}

/// Whether `data` has something for the task. Of a single task, whatever is there: that it repeats the id is a
/// behaviour of its own.
pub(super) fn appears(oracle: &Oracle, answer: &Answer, task: &Value, tasks: usize) -> bool {
    let items = answer.data();
    let joins = |item: &Value| item.as_object().is_some_and(|item| oracle.identity().joins(task, item));
    items.iter().any(joins) || tasks == 1 && !items.is_empty()
}

/// Level `unstated`: nobody says that `errors` may be null beside results, and nobody rules it out.
pub(super) fn null_errors(answer: &Answer) -> Option<Finding> {
    let errors = answer.json.as_ref().ok()?.get(ERRORS)?;
    let sentence = || format!("the answer has `{ERRORS}` null beside its results");
    errors.is_null().then(|| Finding::wrong(Level::Unstated, sentence()))
}

/// What is wrong with the envelope of an answer that says that all went well. A list that is null is none.
fn envelope(level: Level, answer: &Answer) -> Option<Finding> {
    let form = form(answer);
    let Ok(value) = &answer.json else {
        return Some(Finding::wrong(level, answered(answer)).caused_by(format!("{form} to a valid request")));
    };
    let kind = |name: &str| value.get(name).filter(|list| !list.is_null()).map(Value::is_array);
    if kind(DATA) == Some(true) && kind(ERRORS) != Some(false) {
        return None;
    }
    if kind(ERRORS) == Some(true) && kind(DATA).is_none() && !answer.errors().is_empty() {
        return None;
    }
    let sentence = format!("HTTP {} without a list `{DATA}`: {}", answer.status, excerpt(&answer.text));
    Some(Finding::wrong(level, sentence).caused_by(format!("{form}, without a list `{DATA}`")))
}
