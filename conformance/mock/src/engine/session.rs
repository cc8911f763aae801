//! The way in for WebSockets: a frame is a batch, and its results are frames.

use super::Engine;
use crate::caller::Caller;
use crate::outcome::Outcome;
use crate::problem::Problem;
use crate::protocol::{self, Incoming, Note, name};
use crate::state::sessions::{Frame, Session};
use crate::steps::{admit, respond};
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;

/// What is sent for a frame of the client.
pub(crate) struct Work {
    /// Each with the time from now at which it is to be sent.
    pub(crate) frames: Vec<(Duration, Frame)>,
    pub(crate) dropped: bool,
    pub(crate) note: Note,
}

impl Work {
    /// About how many bytes its frames take in memory.
    pub(crate) fn weight(&self) -> usize {
        self.frames.iter().map(|(_, frame)| frame.outcome.weight()).sum()
    }
}

impl Engine {
    /// Takes up or begins the session that the first frame of a connection asks for, and says so in a frame. The rest
    /// of the batch is left to be executed.
    pub(crate) fn authenticate(
        &self,
        request: &Incoming,
        text: &[u8],
    ) -> Result<(Arc<Session>, Vec<Value>), Box<Problem>> {
        let mut batch = admit::batch(text, &self.settings)?;
        let first = batch.remove(0);
        let key = admit::greeting(&first, &self.settings)?;
        let caller = self.caller(request, vec![key.to_owned()]);
        let asked = first.get(name::SESSION).and_then(Value::as_str);
        let id = |number| self.rng.uuid("session", number).to_string();
        Ok((crate::lock(&self.state.sessions).take_up(caller, asked, id), batch))
    }

    /// Executes what a frame asks for.
    pub(crate) fn frame(&self, session: &Session, request: &Incoming, text: &[u8]) -> Work {
        match admit::batch(text, &self.settings) {
            Ok(batch) => self.work(session, request, &batch),
            Err(problem) => failed(session, problem),
        }
    }

    pub(crate) fn work(&self, session: &Session, request: &Incoming, batch: &[Value]) -> Work {
        let conditions = match self.conditions(request) {
            Ok(conditions) => conditions,
            Err(problem) => return failed(session, problem),
        };
        let delay = conditions.delay;
        if conditions.dropped {
            return Work { frames: Vec::new(), dropped: true, note: Note::default() };
        }
        if let Err(problem) = self.pass(&conditions) {
            // Every task is told, so that each can be given up by who waits for it.
            let problems = batch.iter().map(|task| problem.clone().of_task(task)).collect();
            let outcome = Outcome { items: Vec::new(), problems };
            let note = outcome.note(batch.len(), &session.caller.secrets);
            return Work { frames: vec![(delay, session.frame(outcome))], dropped: false, note };
        }
        let apart = conditions.weather.apart;
        let caller = Caller { conditions, ..session.caller.clone() };
        let mut note = Note { route: protocol::ENDPOINT, tasks: batch.len(), ..Note::default() };
        let mut frames = Vec::new();
        for (task, outcome) in batch.iter().zip(self.process(batch, &caller)) {
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
        Work { frames, dropped: false, note }
    }
}

fn failed(session: &Session, problem: Problem) -> Work {
    let outcome = Outcome { items: Vec::new(), problems: vec![problem] };
    let note = outcome.note(0, &session.caller.secrets);
    Work { frames: vec![(Duration::ZERO, session.frame(outcome))], dropped: false, note }
}
