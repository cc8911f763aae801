//! Admission: the one way in for a request over HTTP and for a frame of a WebSocket, before any task is judged.
//!
//! The order is the same for both: the batch is read, the network conditions are drawn, the caller is authenticated, the
//! rate and a forced status are checked. [`Transport`] names what only one of them has: HTTP checks size, key and content
//! type with every request; a frame has the caller of its session, and one that cannot be read counts as no request.
//! Path and method are checked before, by the [route](super::http).

use super::Engine;
use crate::caller::{Caller, Secrets};
use crate::network::RequestConditions;
use crate::problem::Problem;
use crate::protocol::Incoming;
use crate::state::sessions::Session;
use crate::steps::admit;
use serde_json::Value;
use std::sync::atomic::Ordering;

/// How a batch arrives.
#[derive(Clone, Copy)]
pub(super) enum Transport<'a> {
    Http,
    /// A frame of that session.
    Socket(&'a Session),
}

/// The decision on a batch as a whole.
pub(super) enum Admission {
    /// The connection is closed; nothing is executed.
    Dropped(RequestConditions),
    /// The frame or the header with network conditions cannot be read. The answer is not delayed.
    Unreadable(Problem),
    /// All tasks are refused alike.
    Refused { conditions: RequestConditions, problem: Problem, batch: Vec<Value> },
    /// The tasks are to be judged, under the conditions of the caller.
    Admitted { caller: Caller, batch: Vec<Value> },
}

impl Engine {
    /// The batch that a body is, or why it is none, which is a violation.
    pub(super) fn batch_of(&self, body: &[u8]) -> Result<Vec<Value>, Problem> {
        admit::batch(body, &self.settings).inspect_err(|problem| self.keep_refusal(problem))
    }

    /// Admits a batch. `request` has the headers: those of the request itself, or those that opened the WebSocket.
    pub(super) fn admit(
        &self,
        transport: Transport<'_>,
        request: &Incoming,
        batch: Result<Vec<Value>, Problem>,
    ) -> Admission {
        let batch = match (transport, batch) {
            (Transport::Socket(_), Err(problem)) => return Admission::Unreadable(problem),
            (_, batch) => batch,
        };
        let conditions = match self.next_conditions(request) {
            Ok(conditions) => conditions,
            Err(problem) => return Admission::Unreadable(problem),
        };
        if conditions.dropped {
            return Admission::Dropped(conditions);
        }
        match self.check_request(transport, request, batch.as_deref(), &conditions) {
            Ok(caller) => Admission::Admitted {
                caller: Caller { conditions, ..caller },
                batch: batch.unwrap_or_default(),
            },
            Err(problem) => Admission::Refused { conditions, problem, batch: batch.unwrap_or_default() },
        }
    }

    fn check_request(
        &self,
        transport: Transport<'_>,
        request: &Incoming,
        batch: Result<&[Value], &Problem>,
        conditions: &RequestConditions,
    ) -> Result<Caller, Problem> {
        let caller = match transport {
            Transport::Http => {
                admit::size(&request.body, &self.settings)?;
                let tasks = batch.unwrap_or_default();
                let keys = admit::keys(request, tasks, &self.settings);
                self.caller(request, self.mutations.on_keys(request, tasks, keys)?)
            }
            Transport::Socket(session) => session.caller.clone(),
        };
        admit::pass(conditions, &mut crate::lock(&self.state.bucket), self.clock.now())?;
        if matches!(transport, Transport::Http) {
            admit::http_content_type(request).inspect_err(|problem| self.keep_refusal(problem))?;
        }
        batch.map_err(Problem::clone)?;
        Ok(caller)
    }

    /// The network conditions of the next request.
    fn next_conditions(&self, request: &Incoming) -> Result<RequestConditions, Problem> {
        let number = self.requests.fetch_add(1, Ordering::Relaxed);
        admit::conditions(request, &self.settings, self.rng, number)
    }

    /// The caller that the first of the keys names.
    pub(super) fn caller(&self, request: &Incoming, keys: Vec<String>) -> Caller {
        Caller {
            account: self.account(keys.first().map(String::as_str).unwrap_or_default()),
            origin: admit::origin(request, &self.settings),
            secrets: Secrets::of(keys),
            conditions: RequestConditions::default(),
        }
    }
}
