//! The sessions of WebSockets, which outlive a connection: what could not be delivered is sent after reconnecting.

use crate::caller::{Caller, Secrets};
use crate::item::Item;
use crate::outcome::Outcome;
use crate::protocol::{self, kind, name};
use serde_json::{Map, Value, json};
use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use tokio::sync::{Notify, Semaphore, watch};

/// How many sessions are remembered; the oldest are forgotten first.
const SESSIONS: usize = 500;
/// How many frames wait for a client at the most, and how many bytes they have; the oldest are lost first.
const FRAMES: usize = 200;
const FRAME_BYTES: usize = 1 << 20;
/// How many bytes the frames of all sessions have before none keeps more than a share of them.
const ALL_FRAME_BYTES: usize = 8 << 20;
const SHARE: usize = 16 << 10;
/// How many frames of one session are worked on at a time.
const AT_ONCE: usize = 256;

/// What is to be sent in one frame. Images are drawn when it is.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    pub(crate) outcome: Outcome,
    secrets: Secrets,
}

impl Frame {
    pub(crate) fn is_ready(&self) -> bool {
        self.outcome.is_ready()
    }

    pub(crate) fn inline_pixels(&self) -> u64 {
        self.outcome.items.iter().map(Item::inline_pixels).sum()
    }

    /// More bytes than its images have once they are drawn.
    pub(crate) fn inline_bytes(&self) -> usize {
        self.outcome.items.iter().map(Item::inline_bytes).sum()
    }

    /// The text of the frame: either `data` or `errors`.
    pub(crate) fn text(self) -> String {
        let Outcome { items, problems } = self.outcome;
        let masked = !problems.is_empty();
        let value = if masked {
            let errors: Vec<Value> =
                problems.into_iter().map(|problem| Value::Object(problem.object)).collect();
            json!({name::ERRORS: errors})
        } else {
            protocol::envelope(items.into_iter().map(Item::finish).collect(), Vec::new(), true)
        };
        let text = value.to_string();
        if masked { self.secrets.mask(text) } else { text }
    }
}

/// A session.
#[derive(Debug)]
pub(crate) struct Session {
    id: String,
    pub(crate) caller: Caller,
    outbox: Mutex<Outbox>,
    /// Rings when there is something to send.
    pub(crate) bell: Notify,
    /// Counts connections: only the latest one sends.
    pub(crate) connection: watch::Sender<u64>,
    pub(crate) room: Arc<Semaphore>,
}

/// The frames that wait for a client.
#[derive(Debug)]
struct Outbox {
    frames: VecDeque<Frame>,
    bytes: usize,
    /// The bytes of all sessions.
    all: Arc<AtomicUsize>,
}

impl Outbox {
    fn new(all: Arc<AtomicUsize>) -> Self {
        Self { frames: VecDeque::new(), bytes: 0, all }
    }

    fn push(&mut self, frame: Frame) {
        self.add(&frame);
        self.frames.push_back(frame);
        while self.is_over() && self.pop().is_some() {}
    }

    /// Takes a frame back to the front, unless there is no room.
    fn put_back(&mut self, frame: Frame) {
        self.add(&frame);
        self.frames.push_front(frame);
        if self.is_over() {
            self.pop();
        }
    }

    fn pop(&mut self) -> Option<Frame> {
        let frame = self.frames.pop_front()?;
        let bytes = frame.outcome.weight();
        self.bytes -= bytes;
        self.all.fetch_sub(bytes, Ordering::Relaxed);
        Some(frame)
    }

    fn add(&mut self, frame: &Frame) {
        let bytes = frame.outcome.weight();
        self.bytes += bytes;
        self.all.fetch_add(bytes, Ordering::Relaxed);
    }

    fn is_over(&self) -> bool {
        let is_full = self.all.load(Ordering::Relaxed) > ALL_FRAME_BYTES;
        self.frames.len() > FRAMES || self.bytes > if is_full { SHARE } else { FRAME_BYTES }
    }
}

impl Drop for Outbox {
    fn drop(&mut self) {
        self.all.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

impl Session {
    pub(crate) fn push(&self, frames: impl IntoIterator<Item = Frame>) {
        let mut outbox = crate::lock(&self.outbox);
        for frame in frames {
            outbox.push(frame);
        }
        self.bell.notify_one();
    }

    /// The frame to be sent next.
    pub(crate) fn next(&self) -> Option<Frame> {
        crate::lock(&self.outbox).pop()
    }

    /// Takes a frame back that could not be sent.
    pub(crate) fn unsent(&self, frame: Frame) {
        crate::lock(&self.outbox).put_back(frame);
    }

    /// The frame that tells the client its session.
    pub(crate) fn welcome(&self) -> Frame {
        let mut fields = Map::new();
        fields.insert(name::TASK_TYPE.into(), kind::AUTHENTICATION.into());
        fields.insert(name::SESSION.into(), self.id.as_str().into());
        self.frame(Outcome { items: vec![Item::plain(fields)], problems: Vec::new() })
    }

    pub(crate) fn frame(&self, outcome: Outcome) -> Frame {
        Frame { outcome, secrets: self.caller.secrets.clone() }
    }
}

/// The sessions of a mock.
#[derive(Debug, Default)]
pub(crate) struct Sessions {
    known: HashMap<String, Arc<Session>>,
    order: VecDeque<String>,
    made: u64,
    /// The bytes that wait in all of them.
    waiting: Arc<AtomicUsize>,
}

impl Sessions {
    /// The session of that identifier, if it is the caller's own; else a new one, which `id` names by its number.
    pub(crate) fn take_up(
        &mut self,
        caller: Caller,
        asked: Option<&str>,
        id: impl FnOnce(u64) -> String,
    ) -> Arc<Session> {
        let known = asked.and_then(|id| self.known.get(&id.to_lowercase()));
        if let Some(session) = known.filter(|session| session.caller.account == caller.account) {
            return Arc::clone(session);
        }
        self.made += 1;
        let id = id(self.made);
        let session = Arc::new(Session {
            id: id.clone(),
            caller,
            outbox: Mutex::new(Outbox::new(Arc::clone(&self.waiting))),
            bell: Notify::new(),
            connection: watch::Sender::new(0),
            room: Arc::new(Semaphore::new(AT_ONCE)),
        });
        self.known.insert(id.clone(), Arc::clone(&session));
        self.order.push_back(id);
        while self.order.len() > SESSIONS {
            if let Some(oldest) = self.order.pop_front() {
                self.known.remove(&oldest);
            }
        }
        session
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(bytes: usize) -> Frame {
        let fields = [("text".to_owned(), "x".repeat(bytes).into())].into_iter().collect();
        let outcome = Outcome { items: vec![Item::plain(fields)], problems: Vec::new() };
        Frame { outcome, secrets: Secrets::default() }
    }

    #[test]
    fn the_frames_of_all_sessions_together_are_bounded() {
        let all = Arc::new(AtomicUsize::new(0));
        let mut outboxes: Vec<Outbox> = (0..SESSIONS).map(|_| Outbox::new(Arc::clone(&all))).collect();
        for outbox in &mut outboxes {
            for _ in 0..2 * FRAMES {
                outbox.push(frame(10));
            }
            assert!(outbox.frames.len() <= FRAMES && outbox.bytes <= FRAME_BYTES);
            outbox.push(frame(FRAME_BYTES));
            assert!(outbox.frames.is_empty(), "a frame that is too large is lost, and all before it");
            for _ in 0..2 * FRAMES {
                outbox.push(frame(4 << 10));
            }
            outbox.put_back(frame(4 << 10));
        }
        let held: usize = outboxes.iter().map(|outbox| outbox.bytes).sum();
        assert_eq!(held, all.load(Ordering::Relaxed));
        assert!(held <= ALL_FRAME_BYTES + FRAME_BYTES + SESSIONS * SHARE, "{held}");
        assert!(outboxes.iter().all(|outbox| !outbox.frames.is_empty()), "each keeps its share");
        drop(outboxes);
        assert_eq!(all.load(Ordering::Relaxed), 0);
    }
}
