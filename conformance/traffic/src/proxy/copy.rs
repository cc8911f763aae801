//! A body that passes, and the copy of it that is judged.

use super::MAX_BODY;
use crate::exchange::Body as Copied;
use airspec_mock::serving::{Budget, Held};
use axum::body::{Body, Bytes};
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::{Instant, Sleep, sleep};

/// How a body came to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// All of it has passed.
    Whole,
    /// It broke off, for this reason.
    Broken(String),
    /// Nothing came for too long.
    Late,
}

/// A copy, as far as there is room for it.
#[derive(Debug, Default)]
pub(super) struct Copy {
    bytes: Vec<u8>,
    held: Option<Held>,
    /// Why it is not kept.
    unknown: Option<&'static str>,
    is_whole: bool,
}

/// The copy of a body that passes elsewhere.
pub(super) type SharedCopy = Arc<Mutex<Copy>>;

impl Copy {
    fn add(&mut self, piece: &[u8], room: &Budget) {
        if self.unknown.is_some() {
            return;
        }
        if self.bytes.len() + piece.len() > MAX_BODY {
            return self.forget("is larger than what is judged");
        }
        match room.take_now(piece.len()) {
            Some(more) => match &mut self.held {
                Some(held) => held.add(more),
                None => self.held = Some(more),
            },
            None => return self.forget("came when others took all room for copies"),
        }
        self.bytes.extend_from_slice(piece);
    }

    fn forget(&mut self, reason: &'static str) {
        (self.bytes, self.held, self.unknown) = (Vec::new(), None, Some(reason));
    }

    /// What is left of it, and the room that it holds.
    fn take(&mut self) -> (Copied, Option<Held>) {
        let bytes = std::mem::take(&mut self.bytes);
        let body = match self.unknown {
            Some(reason) => Copied::Unknown(reason),
            None if !self.is_whole => Copied::Unknown("did not pass to its end"),
            None => Copied::Whole(bytes),
        };
        (body, self.held.take())
    }
}

/// The copy of a body that is there already.
pub(super) fn whole(bytes: &[u8], room: &Budget) -> SharedCopy {
    let mut copy = Copy { is_whole: true, ..Copy::default() };
    copy.add(bytes, room);
    Arc::new(Mutex::new(copy))
}

/// What is left of a copy.
pub(super) fn take(copy: &SharedCopy) -> (Copied, Option<Held>) {
    copy.lock().unwrap_or_else(PoisonError::into_inner).take()
}

/// A body that is copied while it passes.
pub(super) struct Tee<F: FnOnce(End)> {
    inner: Body,
    copy: SharedCopy,
    room: Budget,
    idle: Duration,
    timer: Pin<Box<Sleep>>,
    /// Is called once, at the end.
    at_end: Option<F>,
}

impl<F: FnOnce(End) + Unpin> Tee<F> {
    pub(super) fn new(inner: Body, copy: SharedCopy, room: Budget, idle: Duration, at_end: F) -> Self {
        Self { inner, copy, room, idle, timer: Box::pin(sleep(idle)), at_end: Some(at_end) }
    }

    fn end(&mut self, end: End) {
        if end == End::Whole {
            self.copy.lock().unwrap_or_else(PoisonError::into_inner).is_whole = true;
        }
        if let Some(at_end) = self.at_end.take() {
            at_end(end);
        }
    }
}

impl<F: FnOnce(End) + Unpin> HttpBody for Tee<F> {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let this = &mut *self;
        let Poll::Ready(frame) = Pin::new(&mut this.inner).poll_frame(context) else {
            if this.timer.as_mut().poll(context).is_ready() {
                this.end(End::Late);
                let late = std::io::Error::from(std::io::ErrorKind::TimedOut);
                return Poll::Ready(Some(Err(axum::Error::new(late))));
            }
            return Poll::Pending;
        };
        let until = Instant::now() + this.idle;
        this.timer.as_mut().reset(until);
        match &frame {
            None => this.end(End::Whole),
            Some(Err(error)) => this.end(End::Broken(error.to_string())),
            Some(Ok(frame)) => {
                if let Some(piece) = frame.data_ref() {
                    this.copy.lock().unwrap_or_else(PoisonError::into_inner).add(piece, &this.room);
                }
                // The reader of a body whose length is known may not ask for its end.
                if this.inner.is_end_stream() {
                    this.end(End::Whole);
                }
            }
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

impl<F: FnOnce(End)> Drop for Tee<F> {
    fn drop(&mut self) {
        if let Some(at_end) = self.at_end.take() {
            let is_whole = self.inner.is_end_stream();
            if is_whole {
                self.copy.lock().unwrap_or_else(PoisonError::into_inner).is_whole = true;
            }
            at_end(if is_whole { End::Whole } else { End::Broken("the client went away".to_owned()) });
        }
    }
}
