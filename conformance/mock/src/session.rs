//! The sessions of WebSockets, which outlive a connection: what could not be delivered is sent after reconnecting.

use super::access::{self, Caller, Secrets, is_authentication};
use super::answer::Item;
use super::batch::Outcome;
use super::capacity::AT_ONCE_PIXELS;
use super::engine::Engine;
use super::errors::Problem;
use super::protocol::{self, Incoming, Note, kind, name};
use serde_json::{Map, Value, json};
use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
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

/// What is to be sent in one frame. Pictures are drawn when it is.
#[derive(Clone, Debug)]
pub(super) struct Frame {
    pub(super) outcome: Outcome,
    secrets: Secrets,
}

impl Frame {
    pub(super) fn is_ready(&self) -> bool {
        self.outcome.is_ready()
    }

    pub(super) fn inline_pixels(&self) -> u64 {
        self.outcome.items.iter().map(Item::inline_pixels).sum()
    }

    /// More bytes than its pictures have once they are drawn.
    pub(super) fn inline_bytes(&self) -> usize {
        self.outcome.items.iter().map(Item::inline_bytes).sum()
    }

    /// The text of the frame: either `data` or `errors`.
    pub(super) fn text(self) -> String {
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
pub(super) struct Session {
    id: String,
    caller: Caller,
    outbox: Mutex<Outbox>,
    /// Rings when there is something to send.
    pub(super) bell: Notify,
    /// Counts connections: only the latest one sends.
    pub(super) connection: watch::Sender<u64>,
    pub(super) room: Arc<Semaphore>,
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
    pub(super) fn push(&self, frames: impl IntoIterator<Item = Frame>) {
        let mut outbox = super::lock(&self.outbox);
        for frame in frames {
            outbox.push(frame);
        }
        self.bell.notify_one();
    }

    /// The frame to be sent next.
    pub(super) fn next(&self) -> Option<Frame> {
        super::lock(&self.outbox).pop()
    }

    /// Takes a frame back that could not be sent.
    pub(super) fn unsent(&self, frame: Frame) {
        super::lock(&self.outbox).put_back(frame);
    }

    /// The frame that tells the client its session.
    pub(super) fn welcome(&self) -> Frame {
        let mut fields = Map::new();
        fields.insert(name::TASK_TYPE.into(), kind::AUTHENTICATION.into());
        fields.insert(name::SESSION.into(), self.id.as_str().into());
        self.frame(Outcome { items: vec![Item::plain(fields)], problems: Vec::new() })
    }

    fn frame(&self, outcome: Outcome) -> Frame {
        Frame { outcome, secrets: self.caller.secrets.clone() }
    }
}

/// The sessions of a mock.
#[derive(Debug, Default)]
pub(super) struct Sessions {
    known: HashMap<String, Arc<Session>>,
    order: VecDeque<String>,
    made: u64,
    /// The bytes that wait in all of them.
    waiting: Arc<AtomicUsize>,
}

/// What a frame of the client comes to.
pub(super) struct Work {
    /// Each with the time from now at which it is to be sent.
    pub(super) frames: Vec<(Duration, Frame)>,
    pub(super) dropped: bool,
    pub(super) note: Note,
}

impl Work {
    /// About how many bytes its frames take in memory.
    pub(super) fn weight(&self) -> usize {
        self.frames.iter().map(|(_, frame)| frame.outcome.weight()).sum()
    }
}

impl Engine {
    /// Takes up or begins the session that the first frame of a connection asks for, and says so in a frame. The rest
    /// of the batch is left to be carried out.
    pub(super) fn authenticate(
        &self,
        request: &Incoming,
        text: &[u8],
    ) -> Result<(Arc<Session>, Vec<Value>), Box<Problem>> {
        let mut batch = self.read(text)?;
        let first = batch.remove(0);
        if !is_authentication(&first) {
            return Err(Box::new(access::no_key()));
        }
        let key = first.get(name::API_KEY).and_then(Value::as_str).map(str::trim);
        let Some(key) = key.filter(|key| self.takes(key)) else { return Err(Box::new(access::bad_key())) };
        let caller = self.caller(key, request, vec![key.to_owned()]);
        let asked = first.get(name::SESSION).and_then(Value::as_str);
        Ok((self.session(caller, asked), batch))
    }

    fn session(&self, caller: Caller, asked: Option<&str>) -> Arc<Session> {
        let mut sessions = super::lock(&self.sessions);
        let known = asked.and_then(|id| sessions.known.get(&id.to_lowercase()));
        if let Some(session) = known.filter(|session| session.caller.account == caller.account) {
            return Arc::clone(session);
        }
        sessions.made += 1;
        let id = self.dice.uuid("session", sessions.made).to_string();
        let session = Arc::new(Session {
            id: id.clone(),
            caller,
            outbox: Mutex::new(Outbox::new(Arc::clone(&sessions.waiting))),
            bell: Notify::new(),
            connection: watch::Sender::new(0),
            room: Arc::new(Semaphore::new(AT_ONCE)),
        });
        sessions.known.insert(id.clone(), Arc::clone(&session));
        sessions.order.push_back(id);
        while sessions.order.len() > SESSIONS {
            if let Some(oldest) = sessions.order.pop_front() {
                sessions.known.remove(&oldest);
            }
        }
        session
    }

    /// Carries out what a frame asks for.
    pub(super) fn frame(&self, session: &Session, request: &Incoming, text: &[u8]) -> Work {
        match self.read(text) {
            Ok(batch) => self.work(session, request, &batch),
            Err(problem) => failed(session, problem),
        }
    }

    pub(super) fn work(&self, session: &Session, request: &Incoming, batch: &[Value]) -> Work {
        let moment = match self.moment(request) {
            Ok(moment) => moment,
            Err(problem) => return failed(session, problem),
        };
        let delay = moment.delay;
        if moment.dropped {
            return Work { frames: Vec::new(), dropped: true, note: Note::default() };
        }
        if let Err(problem) = self.pass(&moment) {
            // Every task is told, so that each can be given up by who waits for it.
            let problems = batch.iter().map(|task| problem.clone().of_task(task)).collect();
            let outcome = Outcome { items: Vec::new(), problems };
            let note = outcome.note(batch.len(), &session.caller.secrets);
            return Work { frames: vec![(delay, session.frame(outcome))], dropped: false, note };
        }
        let apart = moment.weather.apart;
        let caller = Caller { moment, ..session.caller.clone() };
        let mut note = Note { route: protocol::ENDPOINT, tasks: batch.len(), ..Note::default() };
        let mut frames = Vec::new();
        for (task, outcome) in batch.iter().zip(self.each(batch, &caller)) {
            let own = outcome.note(1, &caller.secrets);
            note.results += own.results;
            note.errors.extend(own.errors);
            if is_authentication(task) && outcome.problems.is_empty() {
                frames.push((delay, session.welcome()));
            } else {
                let parts = split(outcome, task).into_iter().map(|part| session.frame(part));
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

/// Each result in a frame of its own, as it finishes; what belongs together, and errors, in one.
fn split(outcome: Outcome, task: &Value) -> Vec<Outcome> {
    let Outcome { items, problems } = outcome;
    let together = task.get(name::TASK_TYPE).is_some_and(|word| word == kind::POLL);
    let frame = |items| Outcome { items, problems: Vec::new() };
    let mut frames: Vec<Outcome> = if together && !items.is_empty() {
        by_pixels(items).into_iter().map(frame).collect()
    } else {
        items.into_iter().map(|item| frame(vec![item])).collect()
    };
    if !problems.is_empty() {
        frames.push(Outcome { items: Vec::new(), problems });
    }
    frames
}

/// The items in as few parts as may be drawn into one frame each: one part, but for many large pictures.
fn by_pixels(items: Vec<Item>) -> Vec<Vec<Item>> {
    let (mut parts, mut pixels) = (vec![Vec::new()], 0);
    for item in items {
        pixels += item.inline_pixels();
        match parts.last_mut() {
            Some(part) if pixels <= AT_ONCE_PIXELS || part.is_empty() => part.push(item),
            _ => {
                pixels = item.inline_pixels();
                parts.push(vec![item]);
            }
        }
    }
    parts
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
