//! `state:<mutation>`: what one request leaves behind changes the answer to the next, and the place of a task in its batch
//! makes a difference.

use crate::answer::{Answer, Body};
use crate::outcome::Outcome;
use crate::problem::Problem;
use crate::protocol::name;
use airspec_judge::Violation;
use airspec_spec::behaviour::Kind;
use airspec_spec::{Model, ParameterPath};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::Mutex;

/// A way in which earlier requests or other tasks make a difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum StateMutation {
    /// Every request of that number fails.
    Crash(u64),
    /// Every request of that number gets the body of the answer before it.
    Stale(u64),
    AfterError,
    /// Only so many tasks of a batch are checked.
    Unchecked(usize),
    LastDropped,
    /// In a batch of so many tasks, the results of the last two are swapped.
    Swapped(usize),
    /// The value of that parameter is kept for the next task of the same account.
    Sticky(ParameterPath),
}

/// Every way, each with its word in ids and with what the mock then does.
pub(super) fn mutations(model: &Model) -> Vec<(StateMutation, String, String)> {
    let mut mutations = Vec::new();
    let mut add = |mutation, word: String, sentence: String| mutations.push((mutation, word, sentence));
    for number in [7, 20] {
        let which = format!("every request that is number {number}");
        add(
            StateMutation::Crash(number),
            format!("crash-{number}"),
            format!("answers with status 500 to {which}"),
        );
        let sentence = format!("gives {which} the body of the answer before it");
        add(StateMutation::Stale(number), format!("stale-{number}"), sentence);
    }
    add(
        StateMutation::AfterError,
        "after-error".to_owned(),
        "answers with status 500 to the request after a refused one".to_owned(),
    );
    for (count, word, checked) in [(1, "unchecked-second", "task"), (8, "unchecked-ninth", "eight tasks")] {
        let sentence = format!("checks the first {checked} of a batch only");
        add(StateMutation::Unchecked(count), word.to_owned(), sentence);
    }
    add(
        StateMutation::LastDropped,
        "last-dropped".to_owned(),
        "leaves the last task of a batch unanswered".to_owned(),
    );
    for count in [2, 4, 9] {
        let sentence = format!("swaps the results of the last two tasks in a batch of {count} or more");
        add(StateMutation::Swapped(count), format!("swapped-{count}"), sentence);
    }
    for parameter in sticky(model) {
        let sentence = format!("keeps `{parameter}` for the next task of the same account");
        add(StateMutation::Sticky(parameter.as_str().into()), format!("sticky:{parameter}"), sentence);
    }
    mutations
}

/// The parameters whose value shows in results.
fn sticky(model: &Model) -> Vec<String> {
    let kinds = model.behaviours.iter().filter_map(|behaviour| match &behaviour.kind {
        Kind::Count { parameter }
        | Kind::Select { parameter, .. }
        | Kind::Container { parameter, .. }
        | Kind::Delivery { parameter, .. }
        | Kind::Webhook { parameter }
        | Kind::Upload { parameter }
        | Kind::Lifetime { parameter, .. }
        | Kind::Measure { parameter, .. }
        | Kind::Flag { parameter, .. } => Some(parameter.clone()),
        Kind::Echo { .. }
        | Kind::Distinct { .. }
        | Kind::Size { .. }
        | Kind::Quality { .. }
        | Kind::Default { .. } => None,
    });
    let mut paths: Vec<String> = Vec::new();
    for path in kinds {
        if !paths.contains(&path) {
            paths.push(path);
        }
    }
    paths
}

/// The ways that were chosen, and what they remember.
#[derive(Debug, Default)]
pub(super) struct StateMutations {
    chosen: Vec<StateMutation>,
    memory: Mutex<Memory>,
}

#[derive(Debug, Default)]
struct Memory {
    requests: u64,
    was_refused: bool,
    body: Option<Vec<u8>>,
    /// The last task of each account.
    tasks: HashMap<u64, Value>,
}

impl StateMutations {
    pub(super) fn add(&mut self, mutation: StateMutation) {
        self.chosen.push(mutation);
    }

    /// Changes the answer to a request that posts tasks.
    pub(super) fn on_reply(&self, answer: &mut Answer) {
        if self.chosen.is_empty() {
            return;
        }
        let mut memory = crate::lock(&self.memory);
        memory.requests += 1;
        let is_turn = |number: u64| memory.requests.is_multiple_of(number);
        let crashes = self.chosen.iter().any(|mutation| match mutation {
            StateMutation::Crash(number) => is_turn(*number),
            StateMutation::AfterError => memory.was_refused,
            _ => false,
        });
        let is_stale =
            |mutation: &StateMutation| matches!(mutation, StateMutation::Stale(number) if is_turn(*number));
        let is_stale = self.chosen.iter().any(is_stale);
        memory.was_refused = (400..500).contains(&answer.status) && !crashes;
        if self.chosen.iter().any(|mutation| matches!(mutation, StateMutation::Stale(_))) {
            let body = std::mem::replace(&mut answer.body, Body::Ready(Vec::new())).into_bytes();
            let before = memory.body.replace(body.clone()).filter(|_| is_stale);
            answer.body = Body::Ready(before.unwrap_or(body));
        }
        if crashes {
            let crash = Problem::crash();
            answer.replace(Answer::json(crash.status, &json!({name::ERRORS: [crash.object]})));
        }
    }

    /// Changes the verdict on the task at that place of a batch, counted from 0.
    pub(super) fn on_verdict(&self, place: usize, violations: &mut Vec<Violation>) {
        let is_unchecked =
            |mutation: &StateMutation| matches!(mutation, StateMutation::Unchecked(count) if place >= *count);
        if self.chosen.iter().any(is_unchecked) {
            violations.clear();
        }
    }

    /// The task as it is executed, where something of an earlier one is kept.
    pub(super) fn executed_task(&self, account: u64, task: &Value) -> Option<Value> {
        let sticky: Vec<&ParameterPath> = self.chosen.iter().filter_map(StateMutation::sticky).collect();
        if sticky.is_empty() {
            return None;
        }
        let before = crate::lock(&self.memory).tasks.insert(account, task.clone())?;
        let mut changed = task.clone();
        for path in sticky {
            if let (None, Some(value)) = (path.get(task), path.get(&before)) {
                path.set(&mut changed, value.clone());
            }
        }
        (changed != *task).then_some(changed)
    }

    /// Changes what becomes of the tasks of a batch.
    pub(super) fn on_outcomes(&self, outcomes: &mut [Outcome]) {
        let count = outcomes.len();
        for mutation in &self.chosen {
            match mutation {
                StateMutation::LastDropped if count > 1 => outcomes[count - 1] = Outcome::default(),
                StateMutation::Swapped(least) if count >= *least => swap(outcomes),
                _ => {}
            }
        }
    }
}

impl StateMutation {
    fn sticky(&self) -> Option<&ParameterPath> {
        match self {
            Self::Sticky(path) => Some(path),
            _ => None,
        }
    }
}

/// Gives the last two tasks with results the identifiers of each other.
fn swap(outcomes: &mut [Outcome]) {
    let identifier = |outcome: &Outcome| outcome.items.first()?.fields.get(name::TASK_UUID).cloned();
    let mut named =
        (0..outcomes.len()).rev().filter_map(|index| Some((index, identifier(&outcomes[index])?)));
    let (Some((last, its)), Some((other, own))) = (named.next(), named.next()) else { return };
    for (index, identifier) in [(last, own), (other, its)] {
        for item in &mut outcomes[index].items {
            item.fields.insert(name::TASK_UUID.into(), identifier.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(mutation: StateMutation) -> StateMutations {
        StateMutations { chosen: vec![mutation], memory: Mutex::default() }
    }

    #[test]
    fn a_value_is_kept_for_the_next_task_of_the_account() {
        let state = with(StateMutation::Sticky("safety.check".into()));
        assert_eq!(state.executed_task(1, &json!({"safety": {"check": true}})), None);
        assert_eq!(state.executed_task(2, &json!({"a": 1})), None);
        let kept = json!({"a": 1, "safety": {"check": true}});
        assert_eq!(state.executed_task(1, &json!({"a": 1})), Some(kept));
        assert_eq!(state.executed_task(1, &json!({"a": 1})), None, "only the next one");
    }

    #[test]
    fn every_so_many_requests_the_body_is_an_old_one() {
        let state = with(StateMutation::Stale(2));
        let mut bodies = Vec::new();
        for number in 1..=4 {
            let mut answer = Answer::json(200, &json!(number));
            state.on_reply(&mut answer);
            bodies.push(String::from_utf8(answer.body.into_bytes()).unwrap());
        }
        assert_eq!(bodies, ["1", "1", "3", "3"]);
    }
}
