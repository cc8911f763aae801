//! The exchanges of a run, for those who want to look at the traffic itself. Kept only when asked for, without secrets,
//! and bounded: of a large body its beginning, of what others than the target sent nothing but status and length, and of
//! very many exchanges the first ones.

use super::Redactor;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

/// How much of a body is kept, in bytes.
const KEPT: usize = 64 << 10;
/// How many headers of an answer are kept, and how much of one, in bytes.
const MAX_HEADERS: usize = 50;
const KEPT_OF_HEADER: usize = 2048;
/// How large the file of a run's exchanges can become, in bytes.
const KEPT_IN_ALL: usize = 16 << 20;
/// What an exchange takes in the file beside its texts, in bytes: more than it does.
const FRAME: usize = 2048;

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
    /// The media type of what was sent.
    pub media_type: &'static str,
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
    /// Names and values, of the target's own answers only; of very many the first ones.
    pub headers: Vec<(String, String)>,
    /// The beginning of the body, as text, where it is one and the target's own.
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
        let text = |value: &reqwest::header::HeaderValue| {
            redactor.beginning(&String::from_utf8_lossy(value.as_bytes()), KEPT_OF_HEADER)
        };
        let headers = headers.iter().take(MAX_HEADERS);
        Self {
            status,
            headers: headers
                .map(|(name, value)| (redactor.beginning(name.as_str(), KEPT_OF_HEADER), text(value)))
                .collect(),
            body: std::str::from_utf8(body).ok().map(|body| redactor.beginning(body, KEPT)),
            size: body.len(),
        }
    }

    /// An answer of somebody else, to whom the target led: the target may not read it, and could have a report bring it
    /// the answer.
    pub(super) fn of_others(status: u16, size: usize) -> Self {
        Self { status, headers: Vec::new(), body: None, size }
    }
}

impl Exchange {
    /// How much it takes in a file, in bytes, at most.
    fn size(&self) -> usize {
        let sent = self.sent.as_deref().map_or(0, escaped);
        let got = match &self.got {
            Err(reason) => escaped(reason),
            Ok(got) => {
                let headers = got.headers.iter().map(|(name, value)| 40 + escaped(name) + 2 * escaped(value));
                headers.sum::<usize>() + got.body.as_deref().map_or(0, escaped)
            }
        };
        // The query is written twice, once in parts.
        FRAME + 40 * self.headers.len() + 16 * escaped(&self.url) + sent + got
    }
}

/// How long a text is in JSON.
fn escaped(text: &str) -> usize {
    let length = |byte: u8| match byte {
        0..0x20 => 6,
        b'"' | b'\\' => 2,
        _ => 1,
    };
    text.bytes().map(length).sum()
}

/// The exchanges of a run, the first ones of very many.
#[derive(Clone, Debug, Default)]
pub struct Traffic {
    /// Those that are kept.
    pub exchanges: Vec<Exchange>,
    /// How many are not.
    pub more: usize,
    size: usize,
}

impl Traffic {
    /// Adds one; beyond the bound it is only counted.
    pub fn add(&mut self, exchange: Exchange) {
        let size = self.size.saturating_add(exchange.size());
        // Once one is left out, all others are: what is kept has no gaps.
        if self.more > 0 || size > KEPT_IN_ALL {
            self.more += 1;
            return;
        }
        self.size = size;
        self.exchanges.push(exchange);
    }

    /// Adds what came afterwards.
    pub fn extend(&mut self, later: Self) {
        later.exchanges.into_iter().for_each(|exchange| self.add(exchange));
        self.more += later.more;
    }
}

/// The exchanges of a run in the order in which they ended.
#[derive(Debug, Default)]
pub(super) struct Log(Mutex<Traffic>);

impl Log {
    pub(super) fn add(&self, exchange: Exchange) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).add(exchange);
    }

    pub(super) fn take(&self) -> Traffic {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_exchanges_are_kept_and_the_others_counted() {
        let exchange = |text: &str| Exchange {
            started: SystemTime::UNIX_EPOCH,
            duration: Duration::ZERO,
            method: "POST",
            url: "http://h/v1".to_owned(),
            sent: Some(text.to_owned()),
            media_type: "application/json",
            headers: Vec::new(),
            got: Ok(Got::new(200, &reqwest::header::HeaderMap::new(), text.as_bytes(), &Redactor::new(""))),
        };
        let mut traffic = Traffic::default();
        // Control characters take six times as much in the file.
        let text = "\u{1}".repeat(KEPT);
        for _ in 0..100 {
            traffic.add(exchange(&text));
        }
        let kept = traffic.exchanges.len();
        assert_eq!(kept + traffic.more, 100);
        assert!((10..40).contains(&kept), "{kept}");
        let mut later = Traffic::default();
        later.add(exchange("small"));
        traffic.extend(later);
        assert_eq!((traffic.exchanges.len(), kept + traffic.more), (kept, 101), "no gaps");
    }
}
