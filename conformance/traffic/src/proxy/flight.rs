//! A request under way: whatever becomes of it, it is handed to the judge once.

use super::copy::{self, End, SharedCopy};
use super::judge::{Job, Sender};
use super::ledger::Reservation;
use crate::exchange::{Body, Exchange, Form, Reply};
use crate::piece::{Download, Piece};
use airspec_suite::oracle::observation::Loss;
use airspec_suite::run::{Secret, decompressed};
use hyper::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderName, USER_AGENT};
use std::time::{Duration, Instant, SystemTime};

/// A request whose answer is awaited.
#[derive(Debug)]
pub(super) struct Flight {
    judge: Sender,
    started: Instant,
    /// Without its request and its answer; none once it was handed on.
    exchange: Option<Exchange>,
    request: SharedCopy,
    timeout: Duration,
    /// What is set aside for it.
    reservation: Option<Reservation>,
    /// The URL of a file that is downloaded.
    url: Option<String>,
}

/// The beginning of an answer.
#[derive(Debug)]
pub(super) struct Head {
    status: u16,
    content_type: Option<String>,
    encoding: Option<String>,
}

impl Head {
    pub(super) fn new(status: u16, headers: &HeaderMap) -> Self {
        let (content_type, encoding) = (text(headers, CONTENT_TYPE), text(headers, CONTENT_ENCODING));
        Self { status, content_type, encoding }
    }
}

impl Flight {
    pub(super) fn new(
        judge: Sender,
        (method, path, headers): (&str, &str, &HeaderMap),
        request: SharedCopy,
        timeout: Duration,
    ) -> Self {
        let exchange = Exchange {
            client: text(headers, USER_AGENT).unwrap_or_default(),
            method: method.to_owned(),
            path: path.to_owned(),
            key: text(headers, AUTHORIZATION).map(Secret::new),
            content_type: text(headers, CONTENT_TYPE),
            request: Body::Unknown("did not pass"),
            answer: Err(Loss::Broken("the client went away".to_owned())),
            form: Form::Wire,
            is_masked: false,
        };
        let (started, exchange, reservation, url) = (Instant::now(), Some(exchange), None, None);
        Self { judge, started, exchange, request, timeout, reservation, url }
    }

    /// The same for a file, which is handed on where it comes whole.
    pub(super) fn of_file(self, url: String) -> Self {
        let mut flight = self;
        flight.url = Some(url);
        flight
    }

    pub(super) fn is_file(&self) -> bool {
        self.url.is_some()
    }

    /// The same with money that is set aside for it.
    pub(super) fn paid(self, reservation: Option<Reservation>) -> Self {
        let mut flight = self;
        flight.reservation = reservation;
        flight
    }

    /// No answer came.
    pub(super) fn lost(mut self, loss: Loss) {
        self.hand_on(Err(loss), None);
    }

    /// An answer has passed, or a part of it.
    pub(super) fn answered(mut self, head: Head, answer: &SharedCopy, end: End) {
        let (body, held) = copy::take(answer);
        let answer = match end {
            End::Whole => Ok(head.reply(body)),
            End::Broken(reason) => Err(Loss::Broken(reason)),
            End::Late => Err(Loss::TimedOut(self.timeout)),
        };
        self.hand_on(answer, held);
    }

    fn hand_on(&mut self, answer: Result<Reply, Loss>, held: Option<airspec_mock::serving::Held>) {
        let Some(exchange) = self.exchange.take() else { return };
        if let Some(reservation) = self.reservation.take() {
            reservation.settle(&answer);
        }
        let (request, own) = copy::take(&self.request);
        let piece = match (self.url.take(), answer) {
            (Some(url), Ok(reply)) if reply.status == 200 && matches!(reply.body, Body::Whole(_)) => {
                Piece::Download(Download { url, reply })
            }
            // Nothing can be said about a file of which there is only a part, or none.
            (Some(_), _) => return,
            (None, answer) => Piece::Exchange(Box::new(Exchange { request, answer, ..exchange })),
        };
        self.judge.send(Job {
            piece,
            at: SystemTime::now(),
            duration: self.started.elapsed(),
            held: own.into_iter().chain(held).collect(),
        });
    }
}

impl Head {
    fn reply(self, body: Body) -> Reply {
        let body = match (body, &self.encoding) {
            (Body::Whole(bytes), Some(encoding)) => match decompressed(encoding, bytes, super::MAX_BODY) {
                Some(bytes) => Body::Whole(bytes),
                None => Body::Unknown("is compressed in a way that is not read"),
            },
            (body, _) => body,
        };
        Reply { status: self.status, content_type: self.content_type, body }
    }
}

/// The client went away before there was an answer.
impl Drop for Flight {
    fn drop(&mut self) {
        self.hand_on(Err(Loss::Broken("the client went away".to_owned())), None);
    }
}

pub(super) fn text(headers: &HeaderMap, name: HeaderName) -> Option<String> {
    headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
}
