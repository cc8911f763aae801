//! Exchanges from files: HTTP archives (HAR), lines of JSON, and recorded pairs of a request and its answer.
//!
//! A file is read exchange by exchange, each of at most [`MAX_BYTES`], so that its length does not matter.

mod har;
mod pairs;

use crate::exchange::{Body, Exchange, Reply};
use crate::piece::{Download, Piece, WebhookCall};
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::cell::Cell;
use std::fmt;
use std::io::{self, BufRead, Read};
use std::marker::PhantomData;
use std::rc::Rc;

pub(crate) use pairs::WEBHOOK;
pub use pairs::{Line, Text};

/// The largest exchange, in bytes of its file.
pub const MAX_BYTES: usize = 64 << 20;

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// One JSON text: an HTTP archive, `examples`, a pair, or a list of pairs.
    Document,
    /// A pair on each line.
    Lines,
}

/// Why a file, or what is left of it, is not read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The system's reason.
    #[error("cannot be read: {0}")]
    Unread(#[from] io::Error),
    /// It is no JSON, or not of a known layout.
    #[error("is neither an HTTP archive (HAR) nor requests with answers: {0}")]
    Unknown(serde_json::Error),
    /// A line is none.
    #[error("line {line} is no exchange ({error}); each line is an object with `request` and `answer`")]
    Line {
        /// Its number, from 1.
        line: usize,
        /// Why not.
        error: serde_json::Error,
    },
    /// An exchange is beyond the limit.
    #[error("an exchange has more than {} MiB{}", MAX_BYTES >> 20, place(*.0))]
    TooLarge(Option<usize>),
    /// It holds none.
    #[error("contains no exchange")]
    Empty,
}

fn place(line: Option<usize>) -> String {
    line.map(|line| format!(" (line {line})")).unwrap_or_default()
}

/// What of a file could not be used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rest {
    /// Whether the last line is not whole: the program that wrote it was stopped.
    pub is_cut: bool,
    /// Requests that are none to the API.
    pub others: u64,
}

/// Reads exchanges one by one; those that are no requests to the API are left out and counted. `path` is the path of the
/// API, where it is known.
///
/// # Errors
/// A file that is not read to its end. What was read before stays.
pub fn exchanges(
    input: impl BufRead,
    layout: Layout,
    path: Option<&str>,
    mut take: impl FnMut(Exchange),
) -> Result<Rest, ReadError> {
    pieces(input, layout, path, |piece| {
        if let Piece::Exchange(exchange) = piece {
            take(*exchange);
        }
    })
}

/// The same with the files that were downloaded, and with calls of webhooks.
///
/// # Errors
/// A file that is not read to its end. What was read before stays.
pub fn pieces(
    input: impl BufRead,
    layout: Layout,
    path: Option<&str>,
    mut take: impl FnMut(Piece),
) -> Result<Rest, ReadError> {
    let (mut rest, mut count) = (Rest::default(), 0_u64);
    let mut found = |read: Recorded| {
        count += 1;
        match read.piece(path) {
            Some(piece) => take(piece),
            None => rest.others += 1,
        }
    };
    let is_cut = match layout {
        Layout::Document => document(input, &mut found).map(|()| false)?,
        Layout::Lines => pairs::lines(input, &mut found)?,
    };
    rest.is_cut = is_cut;
    if count == 0 && !is_cut { Err(ReadError::Empty) } else { Ok(rest) }
}

/// What was read, with the absolute URL where it is known.
pub(super) struct Recorded {
    exchange: Exchange,
    url: Option<String>,
    /// The method of a call of a webhook.
    called_by: Option<String>,
}

impl Recorded {
    /// What it is; nothing where it is no traffic of the API.
    fn piece(self, path: Option<&str>) -> Option<Piece> {
        let Self { exchange, url, called_by } = self;
        if exchange.method == WEBHOOK {
            return Some(Piece::Call(WebhookCall {
                method: called_by.unwrap_or_else(|| "POST".to_owned()),
                place: exchange.path,
                content_type: exchange.content_type,
                body: exchange.request,
                status: exchange.answer.ok().map(|reply| reply.status),
                is_masked: exchange.is_masked,
            }));
        }
        match (url, exchange.answer) {
            (Some(url), Ok(reply @ Reply { status: 200, body: Body::Whole(_), .. }))
                if exchange.method == "GET" =>
            {
                Some(Piece::Download(Download { url, reply }))
            }
            (_, answer) => {
                let exchange = Exchange { answer, ..exchange };
                is_of_api(&exchange, path).then(|| Piece::Exchange(Box::new(exchange)))
            }
        }
    }
}

/// Whether a request is one to the API: by its path, or where that is not known, by what it holds.
fn is_of_api(exchange: &Exchange, path: Option<&str>) -> bool {
    let is_posted = matches!(exchange.method.as_str(), "POST" | "WEBSOCKET");
    match (path, &exchange.request) {
        (Some(path), _) => is_posted && exchange.path.trim_end_matches('/') == path.trim_end_matches('/'),
        (None, crate::Body::Whole(bytes)) => {
            let text = String::from_utf8_lossy(&bytes[..bytes.len().min(4096)]);
            is_posted && (exchange.path == "/v1" || text.contains(airspec_suite::protocol::TASK_TYPE))
        }
        (None, crate::Body::Unknown(_)) => is_posted,
    }
}

fn document(input: impl BufRead, take: &mut dyn FnMut(Recorded)) -> Result<(), ReadError> {
    let left = Rc::new(Cell::new(MAX_BYTES));
    let limited = Limited { input, left: Rc::clone(&left) };
    let mut source = serde_json::Deserializer::from_reader(io::BufReader::new(limited));
    let mut take = |read| {
        left.set(MAX_BYTES);
        take(read);
    };
    let read = source.deserialize_any(Document { take: &mut take });
    read.and_then(|()| source.end()).map_err(|error| match error.classify() {
        serde_json::error::Category::Io if left.get() == 0 => ReadError::TooLarge(None),
        serde_json::error::Category::Io => ReadError::Unread(error.into()),
        _ => ReadError::Unknown(error),
    })
}

/// Gives so many bytes until somebody allows more.
struct Limited<R> {
    input: R,
    left: Rc<Cell<usize>>,
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let end = buffer.len().min(self.left.get());
        if end == 0 && !buffer.is_empty() {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let read = self.input.read(&mut buffer[..end])?;
        self.left.set(self.left.get() - read);
        Ok(read)
    }
}

/// A document of any known layout.
struct Document<'t> {
    take: &'t mut dyn FnMut(Recorded),
}

impl<'de> Visitor<'de> for Document<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with `log`, `examples`, or `request` and `answer`, or a list of the last")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let mut pair = Line::default();
        let mut is_known = false;
        while let Some(name) = members.next_key::<String>()? {
            match name.as_str() {
                "log" => members.next_value_seed(Log { take: &mut *self.take })?,
                "examples" => {
                    members.next_value_seed(Each::new(&mut |line: Line| (self.take)(line.into())))?;
                }
                other => {
                    if !pair.read(other, &mut members)? {
                        members.next_value::<IgnoredAny>()?;
                        continue;
                    }
                }
            }
            is_known = true;
        }
        if pair.is_pair() {
            (self.take)(pair.into());
        }
        if is_known {
            Ok(())
        } else {
            Err(serde::de::Error::custom("it has none of `log`, `examples` and `request`"))
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while let Some(line) = items.next_element::<Line>()? {
            (self.take)(line.into());
        }
        Ok(())
    }
}

/// The `log` of an HTTP archive.
struct Log<'t> {
    take: &'t mut dyn FnMut(Recorded),
}

impl<'de> DeserializeSeed<'de> for Log<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, source: D) -> Result<(), D::Error> {
        source.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Log<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with `entries`")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        while let Some(name) = members.next_key::<String>()? {
            if name == "entries" {
                members.next_value_seed(Each::new(&mut |entry: har::Entry| (self.take)(entry.into())))?;
            } else {
                members.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}

/// The items of a list, one by one.
struct Each<'t, T> {
    take: &'t mut dyn FnMut(T),
    kind: PhantomData<T>,
}

impl<'t, T> Each<'t, T> {
    fn new(take: &'t mut dyn FnMut(T)) -> Self {
        Self { take, kind: PhantomData }
    }
}

impl<'de, T: serde::Deserialize<'de>> DeserializeSeed<'de> for Each<'_, T> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, source: D) -> Result<(), D::Error> {
        source.deserialize_seq(self)
    }
}

impl<'de, T: serde::Deserialize<'de>> Visitor<'de> for Each<'_, T> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while let Some(item) = items.next_element()? {
            (self.take)(item);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
