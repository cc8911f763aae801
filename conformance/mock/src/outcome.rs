//! What became of a task, or of all tasks of a batch: results and errors.

use super::caller::Secrets;
use super::item::Item;
use super::problem::Problem;
use super::protocol::{self, Note};

/// What became of a batch.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) items: Vec<Item>,
    pub(crate) problems: Vec<Problem>,
}

impl Outcome {
    /// The HTTP status: 200 where all is well, `mixed` where only some is.
    pub(crate) fn status(&self, mixed: u16) -> u16 {
        let mut statuses = self.problems.iter().map(|problem| problem.status);
        match statuses.next() {
            None => 200,
            Some(_) if !self.items.is_empty() => mixed,
            Some(first) if statuses.all(|status| status == first) => first,
            Some(_) => 400,
        }
    }

    pub(crate) fn note(&self, tasks: usize, secrets: &Secrets) -> Note {
        let code = |problem: &Problem| secrets.mask(problem.code().to_owned());
        let errors = self.problems.iter().map(code).collect();
        Note { route: protocol::ENDPOINT, tasks, results: self.items.len(), errors }
    }

    pub(crate) fn is_ready(&self) -> bool {
        self.items.iter().all(Item::is_ready)
    }

    pub(crate) fn weight(&self) -> usize {
        let items: usize = self.items.iter().map(Item::weight).sum();
        let problems = self.problems.iter().map(Problem::weight);
        items + problems.sum::<usize>()
    }
}
