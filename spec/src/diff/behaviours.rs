//! Behaviours that were promised and are not, or the other way round.
//!
//! A behaviour of a parameter that is gone went with it and is not listed. A behaviour that follows from a documented
//! default changes with that: whoever leaves the parameter out gets another answer.

use super::{Action, Change, Effect, Subject, words};
use crate::document::text;
use crate::model::behaviour::{Behaviour, Kind};
use crate::model::{Model, equal};

pub(super) fn compare(old: &Model, new: &Model, changes: &mut Vec<Change>) {
    let follows = |one: &Behaviour| matches!(one.kind, Kind::Default { .. });
    let find = |model: &Model, id: &str| model.behaviours.iter().find(|one| one.id == id).cloned();
    for after in new.behaviours.iter().filter(|after| !follows(after)) {
        match find(old, &after.id) {
            None => {
                changes.push(change(
                    after,
                    Action::Added,
                    Effect::Compatible,
                    format!("new: {}", after.description),
                ));
            }
            Some(before) if before.kind != after.kind => {
                let sentence = format!("is changed: {}", after.description);
                changes.push(change(after, Action::Changed, Effect::Breaking, sentence));
            }
            Some(before) if before.description != after.description || before.level != after.level => {
                let sentence = "is worded differently".to_owned();
                changes.push(change(after, Action::Changed, Effect::Documentation, sentence));
            }
            Some(_) => {}
        }
    }
    for before in old.behaviours.iter().filter(|before| !follows(before)) {
        let is_there = before.kind.parameters().iter().all(|path| new.task.at(path).is_some());
        if is_there && find(new, &before.id).is_none() {
            let sentence = format!("is no longer promised: {}", before.description);
            changes.push(change(before, Action::Removed, Effect::Breaking, sentence));
        }
    }
    for before in old.behaviours.iter().filter(|before| follows(before)) {
        defaults(before, old, new, changes);
    }
}

/// A default that answers show: a request without the parameter is answered otherwise.
fn defaults(before: &Behaviour, old: &Model, new: &Model, changes: &mut Vec<Change>) {
    let Kind::Default { parameter } = &before.kind else { return };
    // Where the parameter is always there, the default says nothing.
    if old.always_has(parameter) || new.always_has(parameter) {
        return;
    }
    let (Some(was), Some(after)) = (default(old, parameter), new.task.at(parameter)) else { return };
    let (action, sentence) = match &after.default {
        Some(now) if equal(was, now) => return,
        Some(now) => {
            let (was, now) = (text::literal(was), text::literal(now));
            let sentence = format!(
                "is changed: without `{parameter}`, the answer is that for {now}; it was that for {was}"
            );
            (Action::Changed, sentence)
        }
        None => {
            let was = text::literal(was);
            let sentence =
                format!("is no longer promised: without `{parameter}`, the answer was that for {was}");
            (Action::Removed, sentence)
        }
    };
    // It is more than a change of what the parameter's documentation says.
    changes.retain(|change| change.path != parameter.as_str() || !words::is_about_default(change));
    changes.push(change(before, action, Effect::Breaking, sentence));
}

fn default<'m>(model: &'m Model, parameter: &str) -> Option<&'m serde_json::Value> {
    model.task.at(parameter)?.default.as_ref()
}

fn change(behaviour: &Behaviour, action: Action, effect: Effect, sentence: String) -> Change {
    let path = behaviour.kind.parameters().first().map(|path| (*path).to_owned()).unwrap_or_default();
    Change {
        subject: Subject::Behaviour,
        path: path.into(),
        constraint: Some(behaviour.id.clone()),
        action,
        effect,
        sentence,
    }
}
