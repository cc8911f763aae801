//! WebSocket connections on their way to the judge: what passes is sent to it without waiting, and put together there.

use super::dialogue::{Dialogue, Ended};
use super::judge::{BEHIND, Message, Sender};
use super::tunnel::Handshake;
use crate::specs::Specs;
use airspec_mock::serving::Held;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

/// So many connections are known at a time: far more than the proxy takes.
const MAX_LINKS: usize = 100_000;

/// What happened on a connection.
#[derive(Clone, Copy, Debug)]
pub(super) enum Event {
    /// The client sent a message.
    Sent,
    /// The server did.
    Received,
    /// Nothing more is read of it, for this reason.
    Blind(&'static str),
    /// It has ended.
    Closed,
}

/// Hands the messages of a connection to the judge.
#[derive(Debug)]
pub(super) struct Link {
    sender: Sender,
    id: u64,
    next: AtomicU64,
}

/// Something that happened on a connection, with its number there: numbers that are missing were dropped.
#[derive(Debug)]
pub(super) struct Passed {
    id: u64,
    number: u64,
    what: What,
    held: Option<Held>,
}

#[derive(Debug)]
enum What {
    Opened(Handshake),
    Event(Event, Vec<u8>),
}

impl Link {
    pub(super) fn open(sender: Sender, id: u64, handshake: Handshake) -> Self {
        let link = Self { sender, id, next: AtomicU64::new(1) };
        // Where it finds no place, the connection is not known and its messages are counted as not judged.
        let _ = link.sender.pass(Passed { id, number: 0, what: What::Opened(handshake), held: None });
        link
    }

    pub(super) fn send(&self, event: Event, bytes: Vec<u8>, held: Option<Held>) {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let passed = Passed { id: self.id, number, what: What::Event(event, bytes), held };
        if self.sender.pass(passed).is_err() && matches!(event, Event::Sent) {
            self.sender.drop_one();
        }
    }
}

impl Sender {
    fn pass(&self, passed: Passed) -> Result<(), ()> {
        self.try_send(Message::Passed(Box::new(passed))).map_err(|_| ())
    }
}

/// The connections that the judge knows.
#[derive(Debug, Default)]
pub(super) struct Links {
    known: BTreeMap<u64, State>,
}

#[derive(Debug)]
enum State {
    Read {
        dialogue: Dialogue,
        next: u64,
    },
    /// Its messages are not judged any more, for this reason.
    Blind(&'static str),
}

/// What something that passed has led to.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    pub(super) ended: Vec<Ended>,
    /// How many exchanges are not judged, and why.
    pub(super) dropped: Option<(&'static str, u64)>,
}

impl Links {
    pub(super) fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    pub(super) fn take(&mut self, specs: &Specs, passed: Passed) -> Outcome {
        let Passed { id, number, what, held } = passed;
        let (event, bytes) = match what {
            What::Opened(handshake) => {
                if self.known.len() >= MAX_LINKS {
                    self.known.pop_first();
                }
                self.known.insert(id, State::Read { dialogue: Dialogue::new(handshake), next: 1 });
                return Outcome::default();
            }
            What::Event(event, bytes) => (event, bytes),
        };
        let Some(state) = self.known.get_mut(&id) else {
            return Outcome::dropped(BEHIND, matches!(event, Event::Sent));
        };
        let mut outcome = match state {
            State::Blind(reason) => Outcome::dropped(reason, matches!(event, Event::Sent)),
            State::Read { dialogue, next } => {
                let mut outcome = Outcome::default();
                if *next != number {
                    outcome.dropped = Some((BEHIND, dialogue.skip())).filter(|(_, open)| *open > 0);
                }
                *next = number + 1;
                match event {
                    Event::Sent => {
                        outcome.ended.extend(dialogue.sent(specs, bytes, held));
                        outcome
                    }
                    Event::Received => {
                        dialogue.received(bytes, held);
                        outcome.ended = dialogue.due(Instant::now());
                        outcome
                    }
                    Event::Blind(reason) => {
                        outcome.dropped = Some((reason, dialogue.skip() + 1));
                        *state = State::Blind(reason);
                        outcome
                    }
                    Event::Closed => outcome,
                }
            }
        };
        if matches!(event, Event::Closed)
            && let Some(State::Read { dialogue, .. }) = self.known.remove(&id)
        {
            outcome.ended.extend(dialogue.close("the connection was closed"));
        }
        outcome
    }

    /// What has become whole by now.
    pub(super) fn due(&mut self) -> Vec<Ended> {
        let now = Instant::now();
        let dialogues = self.known.values_mut().filter_map(|state| match state {
            State::Read { dialogue, .. } => Some(dialogue),
            State::Blind(_) => None,
        });
        dialogues.flat_map(|dialogue| dialogue.due(now)).collect()
    }

    /// Nothing more will come.
    pub(super) fn close(&mut self) -> Vec<Ended> {
        let known = std::mem::take(&mut self.known);
        let dialogues = known.into_values().filter_map(|state| match state {
            State::Read { dialogue, .. } => Some(dialogue),
            State::Blind(_) => None,
        });
        dialogues.flat_map(|dialogue| dialogue.close("the proxy was stopped")).collect()
    }
}

impl Outcome {
    fn dropped(reason: &'static str, is_exchange: bool) -> Self {
        Self { ended: Vec::new(), dropped: is_exchange.then_some((reason, 1)) }
    }
}
