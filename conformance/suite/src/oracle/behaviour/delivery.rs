//! One value answers with results, the other with an acknowledgement and results on polling.
//!
//! A poll's answer is cumulative: a result that was there stays there. What a poll lists is a result with a `status`.

use super::count::noun;
use crate::oracle::observation::{Answer, Outcome};
use crate::oracle::scene::{MAX_RESULTS, TaskResults};
use crate::oracle::{Identity, show};
use crate::parameter::at;
use crate::protocol::{FAILED, STATUS, SUCCESS, TASK_TYPE};
use airspec_spec::Model;
use airspec_spec::behaviour::Kind;
use serde_json::{Map, Value};

/// What is wrong where the results must come with the answer: a task is closed with it, and polls bring nothing.
pub(super) fn immediate(
    scene: &TaskResults<'_>,
    identity: &Identity,
    parameter: &str,
    value: &str,
) -> Vec<String> {
    let is_bare = |fields: &Map<String, Value>| !has_file(scene.model, fields);
    let mut wrong = match scene.results.iter().filter(|item| is_bare(item.fields)).count() {
        0 => Vec::new(),
        bare => vec![format!(
            "{bare} {} of the answer without a file although `{parameter}` is `{value}`",
            noun(bare)
        )],
    };
    let poll = scene.seen.again.as_ref().and_then(Outcome::answer);
    let items = poll.map(|answer| own(answer, scene, identity)).unwrap_or_default();
    if items.iter().filter_map(|item| item.as_object()).any(|item| has_file(scene.model, item)) {
        wrong.push("a poll brings the results once more that came with the answer".to_owned());
    }
    wrong
}

/// What is wrong where the answer must be an acknowledgement and polling must bring the results.
pub(super) fn deferred(scene: &TaskResults<'_>, identity: &Identity, wanted: Option<usize>) -> Vec<String> {
    let mut wrong = acknowledgement(scene, identity);
    wrong.extend(polled(scene, identity, wanted, true));
    wrong
}

/// What is wrong with the answers to polls; `is_ended` where there is no further one.
pub(in crate::oracle) fn polled(
    scene: &TaskResults<'_>,
    identity: &Identity,
    wanted: Option<usize>,
    is_ended: bool,
) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut before: Vec<&Value> = Vec::new();
    for (index, poll) in scene.seen.polls.iter().enumerate() {
        let name = format!("poll {}", index + 1);
        let answer = match poll {
            Outcome::Answer(answer) => answer,
            Outcome::Lost(loss) => return with(wrong, format!("{name}: {loss}")),
        };
        if !answer.is_success() || answer.json.is_err() {
            return with(wrong, format!("{name} was answered with {}", crate::oracle::answered(answer)));
        }
        if let Some(error) = answer.errors().iter().find(|error| identity.may_join(scene.task, error)) {
            return with(wrong, format!("{name} reports an error: {}", show(error)));
        }
        let items = own(answer, scene, identity);
        wrong.extend(
            items
                .iter()
                .take(MAX_RESULTS)
                .filter_map(|item| bad_status(item))
                .map(|reason| format!("{name} {reason}")),
        );
        let done: Vec<_> = items.into_iter().filter(|item| is_done(item)).collect();
        if let Some(lost) = before.iter().take(MAX_RESULTS).find(|known| !done.contains(known)) {
            wrong.push(format!("{name} no longer has a result that was there before: {}", show(lost)));
        }
        if answer.status != 200 && !done.is_empty() {
            wrong.push(format!("{name} brings results with HTTP {}, not with HTTP 200", answer.status));
        }
        before = done;
    }
    wrong.extend(is_ended.then(|| end(scene, before.len(), wanted)).flatten());
    wrong.extend(sent_again(scene, identity));
    wrong
}

/// A task that was sent again while it was under way is refused as a conflict.
fn sent_again(scene: &TaskResults<'_>, identity: &Identity) -> Option<String> {
    let again = scene.seen.again.as_ref()?.answer()?;
    let first = scene.seen.polls.first()?.answer()?;
    // Where it was done by then, the identifier may be free.
    let was_under_way = own(first, scene, identity).iter().any(|item| !is_done(item));
    let is_refused = !again.is_success() || !again.errors().is_empty();
    (was_under_way && !is_refused).then(|| {
        format!(
            "the same task was accepted once more while it was under way: {}",
            crate::oracle::answered(again)
        )
    })
}

fn with(mut wrong: Vec<String>, last: String) -> Vec<String> {
    wrong.push(last);
    wrong
}

/// The answer to the request itself: one item for the task, that holds its id and no result.
pub(in crate::oracle) fn acknowledgement(scene: &TaskResults<'_>, identity: &Identity) -> Vec<String> {
    let Some(answer) = scene.seen.outcome.answer() else { return Vec::new() };
    let items = own(answer, scene, identity);
    let mut wrong = Vec::new();
    if items.len() != 1 {
        wrong.push(format!("the acknowledgement has {} items for the task, not one", items.len()));
    }
    for item in items.iter().filter_map(|item| item.as_object()) {
        if has_file(scene.model, item) {
            wrong.push("the answer has a file where it must only acknowledge the task".to_owned());
        } else if let Some(name) = item.keys().find(|name| is_of_result(scene.model, identity, name)) {
            wrong.push(format!("the acknowledgement has `{name}`, which belongs to a result"));
        }
        let kind = scene.task.get(TASK_TYPE);
        if item.get(TASK_TYPE) != kind {
            let found = show(item.get(TASK_TYPE).unwrap_or(&Value::Null));
            wrong.push(format!("the acknowledgement has `{TASK_TYPE}` {found}, not that of the task"));
        }
    }
    wrong
}

/// Whether a field is one that a result has beyond those that say which task it is about.
fn is_of_result(model: &Model, identity: &Identity, name: &str) -> bool {
    let is_declared = model.result.as_ref().is_some_and(|result| result.property(name).is_some());
    is_declared && name != identity.field && ![TASK_TYPE, STATUS].contains(&name)
}

fn end(scene: &TaskResults<'_>, done: usize, wanted: Option<usize>) -> Option<String> {
    let polls = scene.seen.polls.len();
    match wanted {
        _ if polls == 0 => {
            Some("the results were never polled for, as the task was not acknowledged".to_owned())
        }
        Some(wanted) if done != wanted => {
            Some(format!("{done} {} after {polls} polls where {wanted} must come", noun(done)))
        }
        None if done == 0 => Some(format!("no result after {polls} polls")),
        Some(_) | None => None,
    }
}

/// The items of an answer that belong to the task.
fn own<'a>(answer: &'a Answer, scene: &TaskResults<'_>, identity: &Identity) -> Vec<&'a Value> {
    let joins = |item: &&Value| item.as_object().is_some_and(|item| identity.joins(scene.task, item));
    answer.data().iter().filter(joins).collect()
}

fn bad_status(item: &Value) -> Option<String> {
    match item.get(STATUS) {
        // Items that are not finished go by other words, too, such as `queued`.
        Some(Value::String(status)) if status != FAILED => None,
        Some(other) => Some(format!("has an item with `{STATUS}` {}", show(other))),
        None => Some(format!("has an item without `{STATUS}`")),
    }
}

/// Whether an item of a poll is a finished result.
pub(crate) fn is_done(item: &Value) -> bool {
    item.get(STATUS).is_some_and(|status| status == SUCCESS)
}

/// Whether a result holds a file in any of the fields that can hold one.
pub(super) fn has_file(model: &Model, item: &Map<String, Value>) -> bool {
    let mut fields = model.behaviours.iter().flat_map(|behaviour| match &behaviour.kind {
        Kind::Select { fields, .. } => fields.values().collect(),
        _ => Vec::new(),
    });
    fields.any(|field| at(item, field).is_some())
}
