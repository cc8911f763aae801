//! Polls that are answered otherwise than the ones before.

use super::{ConversationMutation, Memory};
use crate::item::Item;
use crate::outcome::Outcome;
use crate::protocol::{name, status};

/// Changes the answer to a poll of the task with that key.
pub(super) fn on_polled(
    mutation: &ConversationMutation,
    key: &str,
    memory: &mut Memory,
    outcome: &mut Outcome,
) {
    let is_over = !outcome.items.is_empty() && outcome.items.iter().all(is_finished);
    match mutation {
        ConversationMutation::PollEnds if is_over && !memory.ended.insert(key.to_owned()) => {
            outcome.items.clear();
        }
        ConversationMutation::PollLate if !is_over => outcome.items.retain(|item| !is_finished(item)),
        ConversationMutation::PollPart => {
            let finished = outcome.items.iter().filter(|item| is_finished(item)).count();
            let given = memory.given.insert(key.to_owned(), finished).unwrap_or_default();
            let mut number = 0;
            outcome.items.retain(|item| {
                number += usize::from(is_finished(item));
                !is_finished(item) || number > given
            });
        }
        ConversationMutation::PollWithout(field) => {
            for item in &mut outcome.items {
                item.fields.remove(field);
            }
        }
        ConversationMutation::ConflictDrops if memory.dropped.contains(key) => {
            *outcome = Outcome::default();
        }
        _ => {}
    }
}

fn is_finished(item: &Item) -> bool {
    item.fields.get(name::STATUS).is_some_and(|word| word == status::SUCCESS)
}
