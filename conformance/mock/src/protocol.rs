//! The words of the platform, which are the same for every model, and the plain shapes of a request and an answer.
//!
//! Nothing in here is a parameter of a model: those come from the spec.

use super::capacity::{base64_bytes, file_bytes};
use super::files::{Files, Recipe};
use serde_json::{Map, Value};
use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// The path of the one endpoint, for HTTP and for WebSocket.
pub const ENDPOINT: &str = "/v1";

/// Whether a path is that of the endpoint. The provider's OpenAPI documents have it as the path `/` of a server whose
/// address ends in `/v1`, which clients put together as `/v1/`.
pub(super) fn is_endpoint(path: &str) -> bool {
    path.strip_suffix('/').unwrap_or(path) == ENDPOINT
}

/// The folder of the files that results link to.
pub const FILES: &str = "/image/";
/// The folder of what only a mock has: recorded deliveries and the clock.
pub const CONTROL: &str = "/_mock/";
/// The header that sets the weather of one request; see [`Weather`](super::Weather).
pub const WEATHER_HEADER: &str = "x-mock-weather";

pub(super) const JSON: &str = "application/json";

/// Kinds of task that every model's endpoint takes.
pub(super) mod kind {
    pub(crate) const AUTHENTICATION: &str = "authentication";
    pub(crate) const POLL: &str = "getResponse";
    pub(crate) const PING: &str = "ping";
}

/// Names of members.
pub(super) mod name {
    pub(crate) const TASK_TYPE: &str = "taskType";
    pub(crate) const TASK_UUID: &str = "taskUUID";
    pub(crate) const API_KEY: &str = "apiKey";
    pub(crate) const SESSION: &str = "connectionSessionUUID";
    pub(crate) const PING: &str = "ping";
    pub(crate) const PONG: &str = "pong";
    pub(crate) const DATA: &str = "data";
    pub(crate) const ERRORS: &str = "errors";
    pub(crate) const STATUS: &str = "status";
    pub(crate) const CODE: &str = "code";
    pub(crate) const MESSAGE: &str = "message";
    pub(crate) const PARAMETER: &str = "parameter";
    pub(crate) const TYPE: &str = "type";
    pub(crate) const MIN: &str = "min";
    pub(crate) const MAX: &str = "max";
    pub(crate) const MULTIPLIER: &str = "multiplier";
    pub(crate) const ALLOWED: &str = "allowedValues";
    pub(crate) const DOCUMENTATION: &str = "documentation";
}

/// Values of `status` in the answer to a poll.
pub(super) mod status {
    pub(crate) const PROCESSING: &str = "processing";
    pub(crate) const SUCCESS: &str = "success";
    pub(crate) const ERROR: &str = "error";
}

/// How a result carries its file, told by how the name of its field ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// `…URL`: a link.
    Link,
    /// `…Base64Data`: the bytes as Base64 text.
    Base64,
    /// `…DataURI`: the bytes as a `data:` URI.
    DataUri,
}

impl Form {
    pub(super) fn of(field: &str) -> Option<Self> {
        [("URL", Self::Link), ("Base64Data", Self::Base64), ("DataURI", Self::DataUri)]
            .into_iter()
            .find_map(|(ending, form)| field.ends_with(ending).then_some(form))
    }
}

/// A request as the engine sees it, whichever front received it.
#[derive(Clone, Default)]
pub struct Incoming {
    /// In capitals, such as `POST`.
    pub method: String,
    /// The path alone; a query is cut off by the front.
    pub path: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// All of the body.
    pub body: Vec<u8>,
}

impl Incoming {
    /// The first header of that name, which is given in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// Headers and body may hold a key, so neither is shown.
impl fmt::Debug for Incoming {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} with {} bytes", self.method, self.body.len())
    }
}

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

/// What becomes of an answer on its way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Passage {
    /// It arrives.
    #[default]
    Normal,
    /// Its body trickles over so long a time.
    Slow(Duration),
    /// The connection is closed without a byte.
    Dropped,
}

/// A body that is ready, or one that costs time and memory to make.
pub enum Body {
    /// The bytes.
    Ready(Vec<u8>),
    /// Pieces to be sent one after the other; pictures have to be drawn first.
    Pieces(Vec<Piece>),
}

/// A piece of a body.
pub struct Piece(pub(super) Content);

pub(super) enum Content {
    Text(Vec<u8>),
    /// A picture as the text of a field.
    Inline(Arc<Recipe>, Form),
    /// A picture as a file, to be kept under a name.
    File(Arc<Recipe>, Arc<Mutex<Files>>, String),
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
            Content::Inline(recipe, form) => recipe.text(form).into_bytes(),
            Content::File(recipe, files, name) => {
                let bytes = recipe.draw();
                super::lock(&files).keep(&name, &bytes);
                bytes
            }
        }
    }

    pub(super) fn pixels(&self) -> u64 {
        self.recipe().map_or(0, Recipe::pixels)
    }

    /// About how many bytes it takes in memory as it is.
    pub(super) fn weight(&self) -> usize {
        match &self.0 {
            Content::Text(text) => text.len(),
            Content::Inline(recipe, _) | Content::File(recipe, ..) => recipe.weight(),
        }
    }

    /// More bytes than it has once it is drawn.
    pub(super) fn drawn_bytes(&self) -> usize {
        match &self.0 {
            Content::Text(text) => text.len(),
            Content::Inline(recipe, _) => base64_bytes(recipe),
            Content::File(recipe, ..) => file_bytes(recipe),
        }
    }

    fn recipe(&self) -> Option<&Recipe> {
        match &self.0 {
            Content::Text(_) => None,
            Content::Inline(recipe, _) | Content::File(recipe, ..) => Some(recipe),
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

/// What happened to a request, without anything that the client sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Note {
    /// The route in words that hold no secret, such as `/v1`.
    pub route: &'static str,
    /// Elements of the batch.
    pub tasks: usize,
    /// Items of `data`.
    pub results: usize,
    /// The code of each error.
    pub errors: Vec<String>,
}

impl Answer {
    pub(super) fn new(status: u16, content_type: &str, body: Body) -> Self {
        Self {
            status,
            headers: vec![("content-type", content_type.to_owned())],
            body,
            delay: Duration::ZERO,
            passage: Passage::Normal,
            note: Note::default(),
        }
    }

    pub(super) fn json(status: u16, value: &Value) -> Self {
        Self::new(status, JSON, Body::Ready(value.to_string().into_bytes()))
    }

    pub(super) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

/// An envelope with `data`, and with `errors` where there are any: a reader may take their mere presence for failure.
/// Beside errors, `data` stands empty only where that is wanted.
pub(super) fn envelope(data: Vec<Value>, errors: Vec<Value>, empty_data: bool) -> Value {
    let mut envelope = Map::new();
    if empty_data || errors.is_empty() || !data.is_empty() {
        envelope.insert(name::DATA.into(), data.into());
    }
    if !errors.is_empty() {
        envelope.insert(name::ERRORS.into(), errors.into());
    }
    Value::Object(envelope)
}
