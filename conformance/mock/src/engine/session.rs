//! WebSockets: a frame is a batch, and its results are frames.

use super::Engine;
use super::admission::{Admission, Transport};
use crate::caller::Caller;
use crate::outcome::Outcome;
use crate::problem::Problem;
use crate::protocol::{self, Incoming, Note, name};
use crate::state::sessions::{Frame, Session};
use crate::steps::platform::is_of_model;
use crate::steps::{admit, respond};
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;

/// What is sent for a frame of the client.
pub(crate) struct Work {
    /// Each with the time from now at which it is to be sent.
    pub(crate) frames: Vec<(Duration, Frame)>,
    pub(crate) dropped: bool,
    /// Whether the connection is closed before the frames are sent, so that they wait for the next one.
    pub(crate) lost: bool,
    pub(crate) note: Note,
}

impl Work {
    /// About how many bytes its frames take in memory.
    pub(crate) fn weight(&self) -> usize {
        self.frames.iter().map(|(_, frame)| frame.outcome.weight()).sum()
    }
}

impl Engine {
    /// Resumes or opens the session that the first frame of a connection asks for. Returns the rest of the batch, which
    /// is admitted like any other.
    pub(crate) fn authenticate(
        &self,
        request: &Incoming,
        text: &[u8],
    ) -> Result<(Arc<Session>, Vec<Value>), Box<Problem>> {
        let mut batch = self.batch_of(text)?;
        let first = batch.remove(0);
        let key = admit::greeting(&first, &self.settings)?;
        let caller = self.caller(request, vec![key.to_owned()]);
        let asked = first.get(name::SESSION).and_then(Value::as_str);
        let id = |number| self.rng.uuid("session", number).to_string();
        Ok((crate::lock(&self.state.sessions).take_up(caller, asked, id), batch))
    }

    /// Executes the batch of a frame.
    pub(crate) fn frame(&self, session: &Session, request: &Incoming, text: &[u8]) -> Work {
        self.work(session, request, self.batch_of(text))
    }

    /// Executes a batch, or refuses it.
    pub(crate) fn work(
        &self,
        session: &Session,
        request: &Incoming,
        batch: Result<Vec<Value>, Problem>,
    ) -> Work {
        match self.admit(Transport::Socket(session), request, batch) {
            Admission::Unreadable(problem) => {
                let outcome = Outcome { items: Vec::new(), problems: vec![problem] };
                refused(session, outcome, 0, Duration::ZERO)
            }
            Admission::Dropped(_) => {
                Work { frames: Vec::new(), dropped: true, lost: false, note: Note::default() }
            }
            Admission::Refused { conditions, problem, batch } => {
                // An error for each task, so that the client can stop waiting for it.
                let problems = batch.iter().map(|task| problem.clone().of_task(task)).collect();
                let outcome = Outcome { items: Vec::new(), problems };
                refused(session, outcome, batch.len(), conditions.delay)
            }
            Admission::Admitted { caller, batch } => self.execute_frame(session, &caller, &batch),
        }
    }

    fn execute_frame(&self, session: &Session, caller: &Caller, batch: &[Value]) -> Work {
        let (delay, apart) = (caller.conditions.delay, caller.conditions.network.apart);
        let mut note = Note { route: protocol::ENDPOINT, tasks: batch.len(), ..Note::default() };
        let mut frames = Vec::new();
        for (task, outcome) in batch.iter().zip(self.process(batch, caller)) {
            let own = outcome.note(1, &caller.secrets);
            note.results += own.results;
            note.errors.extend(own.errors);
            if admit::is_authentication(task) && outcome.problems.is_empty() {
                frames.push((delay, session.welcome()));
            } else {
                let parts = respond::split(outcome, task).into_iter().map(|part| session.frame(part));
                let times = (0..).map(|number| delay.saturating_add(apart.saturating_mul(number)));
                frames.extend(times.zip(parts));
            }
        }
        let lost = caller.conditions.lost && batch.iter().any(is_of_model);
        Work { frames, dropped: false, lost, note }
    }
}

/// One frame with the errors of a batch of `tasks` elements that is refused as a whole.
fn refused(session: &Session, outcome: Outcome, tasks: usize, delay: Duration) -> Work {
    let note = outcome.note(tasks, &session.caller.secrets);
    Work { frames: vec![(delay, session.frame(outcome))], dropped: false, lost: false, note }
}
