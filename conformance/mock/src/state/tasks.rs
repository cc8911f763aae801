//! The tasks that are under way, and the results of deferred ones until they are forgotten.

use crate::item::Item;
use crate::problem::Problem;
use std::collections::{HashMap, VecDeque};
use std::time::Duration;

/// How many tasks are remembered; the oldest are forgotten first.
const TASKS: usize = 10_000;
/// How many results they have together at the most, and how many bytes; again the oldest go first.
const RESULTS: usize = 40_000;
const BYTES: usize = 12 << 20;

/// A task under way.
#[derive(Debug)]
pub(crate) struct Task {
    /// Whose it is.
    pub(crate) account: u64,
    /// The place in the catalogue of the engine that executed it.
    pub(crate) engine: usize,
    /// What it gets, each with the time at which it is ready.
    pub(crate) items: Vec<(Duration, Item)>,
    /// What went wrong in the end, and when.
    pub(crate) failure: Option<(Duration, Problem)>,
    /// When it is forgotten, and its identifier free again.
    pub(crate) until: Duration,
    /// Whether it can be polled.
    pub(crate) deferred: bool,
}

impl Task {
    /// A task whose answer is on its way: its identifier is taken until then.
    pub(crate) fn held(account: u64, until: Duration) -> Self {
        Self { account, engine: 0, items: Vec::new(), failure: None, until, deferred: false }
    }
}

/// The tasks of a mock, by their identifiers in lower case.
#[derive(Debug, Default)]
pub(crate) struct Tasks {
    known: HashMap<String, (u64, Task)>,
    /// Each addition with its number and the time at which it is forgotten, oldest first.
    order: VecDeque<(u64, Duration, String)>,
    added: u64,
    results: usize,
    bytes: usize,
}

impl Tasks {
    /// The task of that identifier, unless it is to be forgotten by now.
    pub(crate) fn find(&self, id: &str, now: Duration) -> Option<&Task> {
        self.known.get(id).map(|(_, task)| task).filter(|task| now < task.until)
    }

    /// Remembers a task, in place of another of the same identifier unless that is to be `unique`. Whether it did.
    pub(crate) fn add(&mut self, id: &str, task: Task, now: Duration, unique: bool) -> bool {
        if unique && self.find(id, now).is_some() {
            return false;
        }
        self.added += 1;
        self.results += task.items.len();
        self.bytes += weight(id, &task);
        self.order.push_back((self.added, task.until, id.to_owned()));
        if let Some((_, replaced)) = self.known.insert(id.to_owned(), (self.added, task)) {
            self.forget(id, &replaced);
        }
        while self.order.len() > TASKS
            || self.results > RESULTS
            || self.bytes > BYTES
            || self.oldest_is_over(now)
        {
            let Some((number, _, id)) = self.order.pop_front() else { break };
            // The identifier may have been taken again since.
            if self.known.get(&id).is_some_and(|(known, _)| *known == number)
                && let Some((_, forgotten)) = self.known.remove(&id)
            {
                self.forget(&id, &forgotten);
            }
        }
        true
    }

    fn forget(&mut self, id: &str, task: &Task) {
        self.results -= task.items.len();
        self.bytes -= weight(id, task);
    }

    fn oldest_is_over(&self, now: Duration) -> bool {
        self.order.front().is_some_and(|(_, until, _)| *until <= now)
    }
}

/// About how many bytes a task takes in memory.
fn weight(id: &str, task: &Task) -> usize {
    let items: usize = task.items.iter().map(|(_, item)| item.weight()).sum();
    let failure = task.failure.as_ref().map_or(0, |(_, problem)| problem.weight());
    200 + 2 * id.len() + items + failure
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Map;

    fn task(results: usize, until: u64) -> Task {
        let item = (Duration::ZERO, Item::plain(Map::new()));
        let items = vec![item; results];
        Task {
            account: 0,
            engine: 0,
            items,
            failure: None,
            until: Duration::from_secs(until),
            deferred: true,
        }
    }

    #[test]
    fn an_identifier_is_free_again_when_its_task_is_forgotten() {
        let mut tasks = Tasks::default();
        let second = Duration::from_secs;
        assert!(tasks.add("a", task(1, 10), second(0), true));
        assert!(!tasks.add("a", task(1, 10), second(9), true));
        assert!(tasks.add("a", task(2, 20), second(10), true));
        assert_eq!(tasks.find("a", second(19)).unwrap().items.len(), 2);
        assert!(tasks.find("a", second(20)).is_none());
        assert!(tasks.add("a", task(3, 30), second(15), false), "where it need not be unique");
        assert_eq!(tasks.find("a", second(25)).unwrap().items.len(), 3);
    }

    #[test]
    fn neither_tasks_nor_results_pile_up() {
        let mut tasks = Tasks::default();
        for number in 0..3 * TASKS {
            tasks.add(&number.to_string(), task(1, u64::MAX), Duration::ZERO, true);
        }
        assert_eq!((tasks.known.len(), tasks.order.len(), tasks.results), (TASKS, TASKS, TASKS));
        for number in 0..TASKS {
            tasks.add(&number.to_string(), task(20, u64::MAX), Duration::ZERO, true);
        }
        assert!(tasks.results <= RESULTS && tasks.known.len() == RESULTS / 20);
        for number in 0..100 {
            let long = format!("{number}{}", "x".repeat(1 << 20));
            tasks.add(&long, task(1, u64::MAX), Duration::ZERO, true);
        }
        let held: usize = tasks.known.iter().map(|(id, (_, task))| weight(id, task)).sum();
        assert_eq!((tasks.bytes, tasks.known.len()), (held, 5));
        tasks.add("last", task(1, 5), Duration::ZERO, true);
        tasks.add("over", task(1, u64::MAX), Duration::from_secs(6), true);
        assert!(tasks.find("last", Duration::from_secs(6)).is_none());
    }
}
