//! Behaviours that were promised and are not, or the other way round.
//!
//! A behaviour of a parameter that is gone went with it and is not listed; nor are those that follow from a documented
//! default, whose change is reported with the parameter.

use super::{Action, Change, Effect, Subject};
use crate::model::Model;
use crate::model::behaviour::{Behaviour, Kind};

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
