//! The results of a request: those that come later, and their files.

use super::observe::{Polling, Session, is_taken};
use crate::oracle::behaviour::lifetime;
use crate::oracle::file::{File, place};
use crate::oracle::observation::Observation;
use crate::oracle::scene::MAX_RESULTS;
use crate::parameter::results;
use crate::protocol::Form;
use airspec_spec::behaviour::Kind;
use serde_json::{Map, Value};
use std::time::Duration;

impl Session {
    /// Looks at the results of what was accepted, those that come later and all files included.
    pub(super) async fn look_at_results(&self, seen: &mut Observation) {
        if is_taken(&seen.outcome) {
            self.poll(seen, Polling::default()).await;
            seen.files = self.files(seen).await;
        }
    }

    /// The files of the results, downloaded where they are links: up to the first result that nobody asked for.
    pub(super) async fn files(&self, seen: &Observation) -> Vec<File> {
        let mut files: Vec<File> = Vec::new();
        for (task, result) in self.wanted(seen) {
            files.push(match place(self.oracle.model(), task, result) {
                // The case is told to be without an answer: others would only take as long.
                Some((Form::Link, _)) if files.iter().any(|file| file.is_lost) => File {
                    is_lost: true,
                    ..File::missing(
                        Form::Link,
                        "was not downloaded, as there was no answer for one before it",
                    )
                },
                Some((Form::Link, address)) => self.client.download(address).await,
                Some((form, text)) => File::inline(form, text),
                None => File::missing(Form::Link, "is in none of the fields for files"),
            });
        }
        files
    }

    /// The files once their lifetime is over, where the time of the target can be moved.
    pub(super) async fn later(&self, kind: &Kind, seen: &Observation) -> Vec<File> {
        let task = seen.tasks().first();
        let lifetime = task.and_then(|task| lifetime(self.oracle.model(), kind, task));
        match (lifetime, &self.client.settings().advance) {
            (Some(lifetime), Some(advance)) if !seen.files.is_empty() => {
                advance.by(lifetime + Duration::from_secs(1));
                self.files(seen).await
            }
            _ => Vec::new(),
        }
    }

    /// The files of the results, where the answer itself holds all of them.
    pub(super) fn inline(&self, seen: &Observation) -> Vec<File> {
        let file = |(task, result)| match place(self.oracle.model(), task, result) {
            Some((Form::Link, _)) | None => None,
            Some((form, text)) => Some(File::inline(form, text)),
        };
        self.wanted(seen).into_iter().map(file).collect::<Option<_>>().unwrap_or_default()
    }

    /// The results up to the first one that nobody asked for, each with the task that it belongs to, or else with the
    /// first one.
    fn wanted<'a>(&self, seen: &'a Observation) -> Vec<(&'a Value, &'a Map<String, Value>)> {
        let (model, tasks) = (self.oracle.model(), seen.tasks());
        let asked = |task| results(model, task).unwrap_or(MAX_RESULTS).min(MAX_RESULTS);
        let mut left: Vec<usize> = tasks.iter().map(asked).collect();
        let mut wanted = Vec::new();
        for result in seen.results().into_iter().filter_map(Value::as_object) {
            let owner = tasks.iter().position(|task| self.oracle.identity().joins(task, result)).unwrap_or(0);
            match left.get_mut(owner) {
                Some(left) if *left > 0 => *left -= 1,
                Some(_) | None => break,
            }
            wanted.push((&tasks[owner], result));
        }
        wanted
    }
}
