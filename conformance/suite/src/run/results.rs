//! The results of a request: those that come later, and their files.

use super::observe::{Polling, Session, is_taken};
use crate::case::Case;
use crate::oracle::behaviour::lifetime;
use crate::oracle::file::{File, place};
use crate::oracle::observation::Observation;
use crate::protocol::Form;
use airspec_spec::behaviour::Kind;
use std::time::Duration;

impl Session {
    /// Looks at the results of a case and their files where it needs those, else at the files that the answer holds.
    pub(super) async fn look_at_results(&self, seen: &mut Observation, case: &Case) {
        if !case.with_files {
            seen.files = self.oracle.inline_files(seen);
        } else if is_taken(&seen.outcome) {
            if seen.polls.is_empty() {
                self.poll(seen, Polling::default()).await;
            }
            seen.files = self.files(seen).await;
        }
    }

    /// The files of the results, downloaded where they are links: up to the first result that nobody asked for.
    pub(super) async fn files(&self, seen: &Observation) -> Vec<File> {
        let mut files: Vec<File> = Vec::new();
        for (task, result) in self.oracle.wanted_results(seen) {
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
}
