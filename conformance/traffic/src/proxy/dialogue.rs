//! The messages of a WebSocket as exchanges: a message of the client is a batch, and what the server sends of it, put
//! together, is the answer that HTTP has.
//!
//! A batch is whole when each of its tasks has its results or an error. It is handed on a moment later, or once the
//! answer to a later one is whole: what is too much of it has come by then.

use super::tunnel::Handshake;
use crate::exchange::{Body, Exchange, Form, Reply};
use crate::specs::Specs;
use airspec_mock::serving::Held;
use airspec_suite::oracle::Identity;
use airspec_suite::oracle::behaviour::is_deferred;
use airspec_suite::oracle::observation::Loss;
use airspec_suite::parameter::{at, results};
use airspec_suite::protocol::{AUTHENTICATION, DATA, ERRORS, PING, TASK_TYPE, TASK_UUID, is_poll};
use airspec_suite::run::{Secret, envelope, status_of_error};
use serde_json::Value;
use std::collections::{HashSet, VecDeque};
use std::time::{Duration, Instant, SystemTime};

/// How long more may come of a batch that is whole.
const SETTLE_TIME: Duration = Duration::from_millis(200);
/// How long a batch may take, as over HTTP by default.
const MAX_TIME: Duration = Duration::from_secs(600);
/// So many batches of a connection are open at a time; the oldest is given up.
const MAX_OPEN: usize = 200;
/// So many tasks of a connection are remembered whose results have come.
const MAX_EARLIER: usize = 1_000;

/// An exchange that is whole, or was given up.
#[derive(Debug)]
pub(super) struct Ended {
    pub(super) exchange: Exchange,
    pub(super) at: SystemTime,
    pub(super) duration: Duration,
    /// The room that its messages take.
    pub(super) held: Vec<Held>,
}

/// One connection.
#[derive(Debug)]
pub(super) struct Dialogue {
    handshake: Handshake,
    open: VecDeque<Batch>,
    /// The tasks of batches that were handed on, the oldest first.
    earlier: VecDeque<String>,
    /// Whether messages were not read.
    has_gaps: bool,
}

/// A message of the client.
#[derive(Debug)]
struct Batch {
    request: Vec<u8>,
    key: Option<Secret>,
    awaited: Vec<Awaited>,
    data: Vec<Value>,
    errors: Vec<Value>,
    /// A message that is no envelope, as it came.
    odd: Option<Vec<u8>>,
    has_data: bool,
    started: Instant,
    whole: Option<Instant>,
    held: Vec<Held>,
}

/// An element of a batch, and how many items of it are still to come.
#[derive(Debug)]
struct Awaited {
    kind: Kind,
    id: Option<String>,
    /// Where a result repeats the identifier.
    field: String,
    items: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Platform,
    Poll,
    Task,
}

impl Dialogue {
    pub(super) fn new(handshake: Handshake) -> Self {
        Self { handshake, open: VecDeque::new(), earlier: VecDeque::new(), has_gaps: false }
    }

    /// Messages were not read: what is open cannot be judged, and what names no task that is known from now on belongs
    /// to nothing. Gives how many batches were open.
    pub(super) fn skip(&mut self) -> u64 {
        self.has_gaps = true;
        std::mem::take(&mut self.open).len() as u64
    }

    /// A message of the client. Gives a batch up where too many are open.
    pub(super) fn sent(&mut self, specs: &Specs, request: Vec<u8>, held: Option<Held>) -> Option<Ended> {
        let value = serde_json::from_slice::<Value>(&request).ok();
        let batch = value.as_ref().and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        if let Some(key) = crate::parts::Parts::key_of(batch) {
            self.handshake.key = Some(Secret::new(key));
        }
        let awaited: Vec<Awaited> = batch.iter().map(|task| Awaited::new(specs, task)).collect();
        // A task that is sent again, or asked about, is awaited again.
        let ids: HashSet<&String> = awaited.iter().filter_map(|one| one.id.as_ref()).collect();
        self.earlier.retain(|id| !ids.contains(id));
        self.open.push_back(Batch {
            request,
            key: self.handshake.key.clone(),
            awaited,
            data: Vec::new(),
            errors: Vec::new(),
            odd: None,
            has_data: false,
            started: Instant::now(),
            whole: None,
            held: held.into_iter().collect(),
        });
        if self.open.len() <= MAX_OPEN {
            return None;
        }
        let reason =
            format!("{MAX_OPEN} later requests of the connection were sent before its answer was whole");
        self.end_first(|batch| if batch.is_whole() { Ok(()) } else { Err(Loss::Broken(reason)) })
    }

    /// A message of the server: each item is of the batch that awaits it.
    pub(super) fn received(&mut self, message: Vec<u8>, held: Option<Held>) {
        let Some((data, errors)) = lists(&message) else {
            if let Some(batch) = self.first_open() {
                batch.odd.get_or_insert(message);
                batch.settle(held);
            }
            return;
        };
        // The room is given back with the batch that took the most of it, which is nearly always the only one.
        let mut held = held;
        let is_empty = errors.is_none() && data.as_ref().is_some_and(Vec::is_empty);
        if is_empty && let Some(batch) = self.first_open() {
            // No results, which is all that there is to say of a poll.
            batch.awaited.iter_mut().for_each(|one| one.items = 0);
            batch.has_data = true;
            batch.settle(held.take());
        }
        for item in data.unwrap_or_default() {
            if let Some(batch) = self.of_item(&item) {
                batch.data.push(item);
                batch.has_data = true;
                batch.settle(held.take());
            }
        }
        for error in errors.unwrap_or_default() {
            if let Some(batch) = self.of_error(&error) {
                batch.errors.push(error);
                batch.settle(held.take());
            }
        }
    }

    /// What a message that names no task belongs to: the oldest batch that is not whole, or the newest.
    fn first_open(&mut self) -> Option<&mut Batch> {
        if self.has_gaps {
            return None;
        }
        let place = self.open.iter().position(|batch| batch.whole.is_none());
        let last = self.open.len().checked_sub(1)?;
        self.open.get_mut(place.unwrap_or(last))
    }

    /// The batch that a result belongs to; none where it is a late one of an earlier batch.
    fn of_item(&mut self, item: &Value) -> Option<&mut Batch> {
        let kind = item.get(TASK_TYPE).and_then(Value::as_str);
        if kind.is_some_and(is_platform) {
            let place = self.open.iter().position(Batch::lacks_platform);
            return match place {
                Some(place) => self.open.get_mut(place),
                None => self.first_open(),
            };
        }
        let is_own = |one: &Awaited| one.is_named_by(item.as_object().and_then(|item| at(item, &one.field)));
        self.owner(is_own, item.get(TASK_UUID))
    }

    fn of_error(&mut self, error: &Value) -> Option<&mut Batch> {
        let id = error.get(TASK_UUID);
        self.owner(|one| one.is_named_by(id), id)
    }

    /// The batch with a task that an item names, the oldest that is not whole first.
    fn owner(&mut self, is_own: impl Fn(&Awaited) -> bool, id: Option<&Value>) -> Option<&mut Batch> {
        let has = |batch: &Batch| batch.awaited.iter().any(&is_own);
        let place = self.open.iter().position(|batch| batch.whole.is_none() && has(batch));
        // A task that is polled is in several batches; what is too much belongs to the newest.
        let place = place.or_else(|| self.open.iter().rposition(has));
        if let Some(place) = place {
            return self.open.get_mut(place);
        }
        let id = id.and_then(Value::as_str).map(str::to_ascii_lowercase);
        if id.is_some_and(|id| self.earlier.contains(&id)) { None } else { self.first_open() }
    }

    /// What is to be handed on now.
    pub(super) fn due(&mut self, now: Instant) -> Vec<Ended> {
        let mut ended = Vec::new();
        loop {
            let is_settled = |batch: &Batch| {
                batch.whole.is_some_and(|whole| {
                    now.duration_since(whole) >= SETTLE_TIME
                        || self.open.iter().any(|other| {
                            other.started > batch.started && other.whole.is_some_and(|other| other > whole)
                        })
                })
            };
            let Some(place) = self
                .open
                .iter()
                .position(|batch| is_settled(batch) || now.duration_since(batch.started) >= MAX_TIME)
            else {
                return ended;
            };
            ended.extend(
                self.end(
                    place,
                    |batch| {
                        if batch.is_whole() { Ok(()) } else { Err(Loss::TimedOut(MAX_TIME)) }
                    },
                ),
            );
        }
    }

    /// Nothing more will come, for this reason.
    pub(super) fn close(mut self, reason: &str) -> Vec<Ended> {
        let mut ended = Vec::new();
        while let Some(one) = self
            .end_first(|batch| if batch.is_whole() { Ok(()) } else { Err(Loss::Broken(reason.to_owned())) })
        {
            ended.push(one);
        }
        ended
    }

    fn end_first(&mut self, loss: impl FnOnce(&Batch) -> Result<(), Loss>) -> Option<Ended> {
        self.end(0, loss)
    }

    fn end(&mut self, place: usize, loss: impl FnOnce(&Batch) -> Result<(), Loss>) -> Option<Ended> {
        let batch = self.open.remove(place)?;
        let loss = loss(&batch);
        for id in batch.awaited.iter().filter_map(|one| one.id.clone()) {
            if self.earlier.len() >= MAX_EARLIER {
                self.earlier.pop_front();
            }
            self.earlier.push_back(id);
        }
        Some(batch.ended(&self.handshake, loss))
    }
}

impl Batch {
    fn is_begun(&self) -> bool {
        self.has_data || !self.errors.is_empty() || self.odd.is_some()
    }

    fn is_whole(&self) -> bool {
        // An error that names no task is about the whole message.
        let is_refused = self.errors.iter().any(|error| error.get(TASK_UUID).is_none());
        let awaited: usize = self.awaited.iter().map(|one| one.items).sum();
        let is_enough = self.data.len() + self.errors.len() >= awaited;
        self.is_begun()
            && (self.odd.is_some() || is_refused || is_enough || self.awaited.iter().all(|one| self.has(one)))
    }

    fn has(&self, one: &Awaited) -> bool {
        let is_own = |item: &&Value| match one.kind {
            Kind::Platform => item.get(TASK_TYPE).and_then(Value::as_str).is_some_and(is_platform),
            Kind::Poll | Kind::Task => {
                one.is_named_by(item.as_object().and_then(|item| at(item, &one.field)))
            }
        };
        let items = self.data.iter().filter(is_own).count();
        items >= one.items || self.errors.iter().any(|error| one.is_named_by(error.get(TASK_UUID)))
    }

    /// Whether an element of the platform has no answer yet.
    fn lacks_platform(&self) -> bool {
        let wanted = self.awaited.iter().filter(|one| one.kind == Kind::Platform).count();
        let is_one = |item: &&Value| item.get(TASK_TYPE).and_then(Value::as_str).is_some_and(is_platform);
        wanted > self.data.iter().filter(is_one).count()
    }

    /// More of it has come.
    fn settle(&mut self, held: Option<Held>) {
        self.held.extend(held);
        if self.whole.is_none() && self.is_whole() {
            self.whole = Some(Instant::now());
        }
    }

    fn ended(self, handshake: &Handshake, loss: Result<(), Loss>) -> Ended {
        let Self { request, key, data, errors, odd, started, whole, held, .. } = self;
        let answer = loss.map(|()| {
            let status = if data.is_empty() { errors.first().map_or(200, status_of_error) } else { 200 };
            let body = odd.unwrap_or_else(|| envelope(data, errors).to_string().into_bytes());
            let content_type = Some("application/json".to_owned());
            Reply { status, content_type, body: Body::Whole(body) }
        });
        let exchange = Exchange {
            client: handshake.client.clone(),
            method: "WEBSOCKET".to_owned(),
            path: handshake.path.clone(),
            key,
            content_type: None,
            request: Body::Whole(request),
            answer,
            form: Form::Wire,
            is_masked: false,
        };
        let duration = whole.unwrap_or_else(Instant::now).duration_since(started);
        Ended { exchange, at: SystemTime::now(), duration, held }
    }
}

impl Awaited {
    fn new(specs: &Specs, task: &Value) -> Self {
        let text = |name: &str| task.get(name).and_then(Value::as_str).map(str::to_ascii_lowercase);
        let own = TASK_UUID.to_owned();
        if text(TASK_TYPE).is_some_and(|kind| is_platform(&kind)) {
            return Self { kind: Kind::Platform, id: None, field: own, items: 1 };
        }
        if is_poll(task) {
            return Self { kind: Kind::Poll, id: text(TASK_UUID), field: own, items: 1 };
        }
        let oracle = specs.of(task).and_then(|place| specs.oracle(place));
        let Ok(oracle) = oracle else {
            return Self { kind: Kind::Task, id: text(TASK_UUID), field: own, items: 1 };
        };
        let Identity { field, .. } = oracle.identity().clone();
        let id = oracle.identity().of_task(task).map(str::to_ascii_lowercase);
        let items =
            if is_deferred(oracle.model(), task) { 1 } else { results(oracle.model(), task).unwrap_or(1) };
        Self { kind: Kind::Task, id, field, items }
    }

    fn is_named_by(&self, id: Option<&Value>) -> bool {
        let id = id.and_then(Value::as_str);
        id.zip(self.id.as_deref()).is_some_and(|(id, own)| id.eq_ignore_ascii_case(own))
    }
}

fn is_platform(kind: &str) -> bool {
    [AUTHENTICATION, PING].contains(&kind)
}

/// Results and errors, where an envelope has a list of them.
type Lists = (Option<Vec<Value>>, Option<Vec<Value>>);

/// The lists of an envelope; nothing where a message is none, or more.
fn lists(message: &[u8]) -> Option<Lists> {
    let Ok(Value::Object(mut members)) = serde_json::from_slice(message) else { return None };
    let mut list = |name: &str| match members.remove(name) {
        Some(Value::Array(items)) => Ok(Some(items)),
        Some(_) => Err(()),
        None => Ok(None),
    };
    let (data, errors) = (list(DATA).ok()?, list(ERRORS).ok()?);
    if members.is_empty() && (data.is_some() || errors.is_some()) { Some((data, errors)) } else { None }
}
