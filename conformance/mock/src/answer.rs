//! An answer, and how a front is to send it.

use super::file_spec::FileSpec;
use super::problem::Problem;
use super::protocol::{self, Form, JSON, Note, Passage};
use serde_json::Value;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// What the engine answers, and how the front is to send it.
#[derive(Debug)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Body,
    /// How long to wait before the first byte.
    pub delay: Duration,
    /// What becomes of the answer on its way.
    pub passage: Passage,
    /// What happened, for a log.
    pub note: Note,
}

/// A body that is ready, or one that costs time and memory to make.
pub enum Body {
    /// The bytes.
    Ready(Vec<u8>),
    /// Pieces to be sent one after the other; images have to be drawn first.
    Pieces(Vec<Piece>),
}

/// A piece of a body.
pub struct Piece(pub(crate) Content);

pub(crate) enum Content {
    Text(Vec<u8>),
    /// An image as the text of a field.
    Inline(Arc<FileSpec>, Form),
    /// An image as a file.
    File(Arc<FileSpec>),
}

impl Body {
    /// The bytes, made now if need be.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        match self {
            Self::Ready(bytes) => bytes,
            Self::Pieces(pieces) => pieces.into_iter().flat_map(Piece::into_bytes).collect(),
        }
    }
}

impl Piece {
    /// The bytes, drawn now if need be.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        match self.0 {
            Content::Text(text) => text,
            Content::Inline(image, form) => image.text(form).into_bytes(),
            Content::File(image) => image.draw(),
        }
    }

    pub(crate) fn pixels(&self) -> u64 {
        self.image().map_or(0, FileSpec::pixels)
    }

    /// About how many bytes it takes in memory as it is.
    pub(crate) fn weight(&self) -> usize {
        match &self.0 {
            Content::Text(text) => text.len(),
            Content::Inline(image, _) | Content::File(image) => image.weight(),
        }
    }

    /// More bytes than it has once it is drawn.
    pub(crate) fn drawn_bytes(&self) -> usize {
        match &self.0 {
            Content::Text(text) => text.len(),
            Content::Inline(image, _) => image.base64_bytes(),
            Content::File(image) => image.file_bytes(),
        }
    }

    fn image(&self) -> Option<&FileSpec> {
        match &self.0 {
            Content::Text(_) => None,
            Content::Inline(image, _) | Content::File(image) => Some(image),
        }
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ready(bytes) => write!(f, "{} bytes", bytes.len()),
            Self::Pieces(pieces) => write!(f, "{} pieces", pieces.len()),
        }
    }
}

impl Answer {
    pub(crate) fn new(status: u16, content_type: &str, body: Body) -> Self {
        Self {
            status,
            headers: vec![("content-type", content_type.to_owned())],
            body,
            delay: Duration::ZERO,
            passage: Passage::Normal,
            note: Note::default(),
        }
    }

    pub(crate) fn json(status: u16, value: &Value) -> Self {
        Self::new(status, JSON, Body::Ready(value.to_string().into_bytes()))
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Another answer in the place of this one, of which the note for the log stays.
    pub(crate) fn replace(&mut self, other: Self) {
        let note = std::mem::take(&mut self.note);
        *self = Self { note, ..other };
    }

    /// The answer to a request that fails as a whole.
    pub(crate) fn refusal(problem: &Problem, empty_data: bool) -> Self {
        let errors = vec![Value::Object(problem.object.clone())];
        let envelope = protocol::envelope(Vec::new(), errors, empty_data);
        let mut answer = Self::json(problem.status, &envelope);
        answer.note.errors = vec![problem.code().to_owned()];
        answer
    }
}
