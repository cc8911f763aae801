//! The record of the traffic: one line of JSON for each exchange, written whole.

use crate::exchange::{Body, Exchange, Reply};
use crate::mask::{Mask, masked, text_of};
use crate::piece::{Download, Piece, WebhookCall};
use crate::read::{Line, WEBHOOK};
use crate::watcher::Watcher;
use airspec_spec::text::visible;
use airspec_suite::date::timestamp;
use airspec_suite::redact::{Redactor, Secrets, guard};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};
use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// Where a line ends is looked for in pieces of so many bytes.
const PIECE: u64 = 64 << 10;

/// Writes exchanges to the end of a file. Each line is whole or, when the machine or the program is stopped in it, the last.
#[derive(Debug)]
pub struct Recorder {
    file: File,
    path: PathBuf,
    mask: Mask,
    /// Why nothing more is written.
    failed: Option<io::Error>,
    lines: u64,
    unwritten: u64,
}

/// The record cannot be written.
#[derive(Debug, thiserror::Error)]
#[error("{}: {error}", visible(&path.display().to_string()))]
pub struct RecordError {
    path: PathBuf,
    error: io::Error,
}

impl Recorder {
    /// Opens a file, and takes a last line away that is not whole.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn open(path: &Path, mask: Mask) -> Result<Self, RecordError> {
        let opened = || {
            let mut file = OpenOptions::new().read(true).append(true).create(true).open(path)?;
            let whole = whole(&mut file)?;
            if whole < file.metadata()?.len() {
                file.set_len(whole)?;
            }
            Ok(file)
        };
        let file = opened().map_err(|error| RecordError { path: path.to_owned(), error })?;
        Ok(Self { file, path: path.to_owned(), mask, failed: None, lines: 0, unwritten: 0 })
    }

    /// Adds a piece of traffic. Files are written only where links are, too.
    pub(super) fn add(&mut self, watcher: &Watcher, piece: &Piece, at: SystemTime, duration: Duration) {
        if matches!(piece, Piece::Download(_)) && self.mask == Mask::On {
            return;
        }
        if self.failed.is_some() {
            self.unwritten += 1;
            return;
        }
        let line = match piece {
            Piece::Exchange(exchange) => line(watcher, exchange, self.mask, (at, duration)),
            Piece::Download(Download { url, reply }) => file_line(url, reply, at),
            Piece::Call(call) => call_line(watcher, call, self.mask, at),
        };
        let Ok(mut text) = serde_json::to_string(&line) else { return };
        text.push('\n');
        // In one piece: where the program is killed, the system writes it whole or not at all.
        match self.file.write_all(&guard::bytes(text.as_bytes())) {
            Ok(()) => self.lines += 1,
            Err(error) => {
                self.unwritten += 1;
                self.failed = Some(error);
            }
        }
    }

    /// How many exchanges were written.
    #[must_use]
    pub fn lines(&self) -> u64 {
        self.lines
    }

    /// Why exchanges were not written, and how many.
    #[must_use]
    pub fn failure(self) -> Option<(RecordError, u64)> {
        let Self { path, failed, unwritten, .. } = self;
        failed.map(|error| (RecordError { path, error }, unwritten))
    }
}

/// Where the last whole line of a file ends.
fn whole(file: &mut File) -> io::Result<u64> {
    let mut end = file.metadata()?.len();
    while end > 0 {
        let start = end.saturating_sub(PIECE);
        let mut piece = Vec::new();
        file.seek(SeekFrom::Start(start))?;
        io::Read::by_ref(file).take(end - start).read_to_end(&mut piece)?;
        if let Some(place) = piece.iter().rposition(|byte| *byte == b'\n') {
            return Ok(start + place as u64 + 1);
        }
        end = start;
    }
    Ok(0)
}

/// An exchange as it is written.
fn line(watcher: &Watcher, exchange: &Exchange, mask: Mask, (at, duration): (SystemTime, Duration)) -> Line {
    let key = exchange.key.iter().fold(Secrets::default(), |secrets, key| secrets.with_key(key.expose()));
    let redactor = Redactor::hiding(&key);
    let body = |body: &Body, of_request: bool| match body {
        Body::Unknown(_) => None,
        Body::Whole(bytes) => Some(shown(watcher, bytes, of_request, mask, &redactor)),
    };
    let text = |text: &str| redactor.clean(text);
    let (reply, lost) = match &exchange.answer {
        Ok(reply) => (Some(reply), None),
        Err(loss) => (None, Some(text(&loss.to_string()))),
    };
    Line {
        at: Some(timestamp(at)),
        client: Some(text(&exchange.client)),
        method: Some(exchange.method.clone()),
        path: Some(text(&exchange.path)),
        request_type: exchange.content_type.as_deref().map(text),
        request: body(&exchange.request, true),
        status: reply.map(|reply| reply.status),
        content_type: reply.and_then(|reply| reply.content_type.as_deref().map(text)),
        answer: reply.and_then(|reply| body(&reply.body, false)),
        lost,
        masked: mask == Mask::On,
        duration_ms: Some(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)),
        ..Line::default()
    }
}

/// A file as it is written.
fn file_line(url: &str, reply: &Reply, at: SystemTime) -> Line {
    let bytes = match &reply.body {
        Body::Whole(bytes) => bytes.as_slice(),
        Body::Unknown(_) => &[],
    };
    Line {
        at: Some(timestamp(at)),
        method: Some("GET".to_owned()),
        url: Some(url.to_owned()),
        status: Some(reply.status),
        content_type: reply.content_type.clone(),
        answer_base64: Some(BASE64_STANDARD.encode(bytes)),
        ..Line::default()
    }
}

/// A call of a webhook as it is written.
fn call_line(watcher: &Watcher, call: &WebhookCall, mask: Mask, at: SystemTime) -> Line {
    let redactor = Redactor::hiding(&Secrets::default());
    let place = if mask == Mask::On { text_of(&call.place) } else { call.place.clone() };
    Line {
        at: Some(timestamp(at)),
        method: Some(WEBHOOK.to_owned()),
        webhook_method: Some(call.method.clone()),
        path: Some(place),
        request_type: call.content_type.clone(),
        request: match &call.body {
            Body::Whole(bytes) => Some(shown(watcher, bytes, false, mask, &redactor)),
            Body::Unknown(_) => None,
        },
        status: call.status,
        lost: call.status.is_none().then(|| "the application did not answer".to_owned()),
        masked: mask == Mask::On,
        ..Line::default()
    }
}

/// A body as it is written: JSON, or a text where it is none.
fn shown(
    watcher: &Watcher,
    bytes: &[u8],
    of_request: bool,
    mask: Mask,
    redactor: &Redactor,
) -> Box<RawValue> {
    let value = match serde_json::from_slice::<Value>(bytes) {
        // Of a batch of several models the first is as good as any: names of values are kept by it.
        Ok(value) => {
            let model = value.get(0).filter(|_| of_request).and_then(|task| watcher.specs().of_task(task));
            masked(&value, model, mask)
        }
        Err(_) => {
            let text = String::from_utf8_lossy(bytes);
            Value::String(if mask == Mask::On { text_of(&text) } else { text.into_owned() })
        }
    };
    let text = redactor.clean(&value.to_string());
    let raw = RawValue::from_string(text).or_else(|_| to_raw_value(""));
    raw.expect("an empty text is JSON")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_last_line_that_is_not_whole_is_taken_away_and_all_others_stay() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.jsonl");
        for (before, after) in [
            ("", ""),
            ("{}\n", "{}\n"),
            ("{}\n{\"a", "{}\n"),
            ("{\"a", ""),
            (&*format!("{{}}\n{}", "x".repeat(200_000)), "{}\n"),
        ] {
            std::fs::write(&path, before).unwrap();
            Recorder::open(&path, Mask::On).unwrap();
            assert_eq!(std::fs::read_to_string(&path).unwrap(), after);
        }
        let error = Recorder::open(folder.path(), Mask::On).unwrap_err().to_string();
        assert!(error.contains(&*folder.path().to_string_lossy()), "{error}");
    }
}
