//! Every exchange of a run, for those who want to look at the traffic itself. Kept only when asked for, without
//! secrets, and with no more than the beginning of a large body.

use super::Redactor;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

/// How much of a body is kept, in bytes.
const KEPT: usize = 64 << 10;

/// One request with its answer.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// When it began.
    pub started: SystemTime,
    /// How long it took.
    pub duration: Duration,
    /// `POST`, `GET`.
    pub method: &'static str,
    /// Where it went.
    pub url: String,
    /// What was sent.
    pub sent: Option<String>,
    /// The names of further headers that were sent; their values are secrets.
    pub headers: Vec<String>,
    /// What came back, or why nothing did.
    pub got: Result<Got, String>,
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Got {
    /// The HTTP status.
    pub status: u16,
    /// Names and values.
    pub headers: Vec<(String, String)>,
    /// The beginning of the body, as text; bytes that are none are left out.
    pub body: Option<String>,
    /// How long the body is, in bytes.
    pub size: usize,
}

impl Got {
    pub(super) fn new(
        status: u16,
        headers: &reqwest::header::HeaderMap,
        body: &[u8],
        redactor: &Redactor,
    ) -> Self {
        let text =
            |value: &reqwest::header::HeaderValue| redactor.clean(&String::from_utf8_lossy(value.as_bytes()));
        Self {
            status,
            headers: headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect(),
            body: std::str::from_utf8(body).ok().map(|body| redactor.beginning(body, KEPT)),
            size: body.len(),
        }
    }
}

/// The exchanges of a run in the order in which they ended.
#[derive(Debug, Default)]
pub(super) struct Log(Mutex<Vec<Exchange>>);

impl Log {
    pub(super) fn add(&self, exchange: Exchange) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(exchange);
    }

    pub(super) fn take(&self) -> Vec<Exchange> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
