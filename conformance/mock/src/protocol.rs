//! The words of the platform, which are the same for every model, and the plain shape of a request.
//!
//! Nothing in here is a parameter of a model: those come from the spec.

use serde_json::{Map, Value};
use std::fmt;
use std::time::Duration;

/// The path of the one endpoint, for HTTP and for WebSocket.
pub const ENDPOINT: &str = "/v1";

/// Whether a path is that of the endpoint. The provider's OpenAPI documents have it as the path `/` of a server whose
/// URL ends in `/v1`, which clients put together as `/v1/`.
pub(crate) fn is_endpoint(path: &str) -> bool {
    path.strip_suffix('/').unwrap_or(path) == ENDPOINT
}

/// The folder of the files that results link to.
pub const FILES: &str = "/image/";
/// The folder of what only a mock has: recorded deliveries and the clock.
pub const CONTROL: &str = "/_mock/";
/// The header that sets the network conditions of one request; see [`NetworkConditions`](super::NetworkConditions).
pub const NETWORK_HEADER: &str = "x-mock-network";
/// Its names: the present one, and the one that it had before.
pub(crate) const NETWORK_HEADERS: [&str; 2] = [NETWORK_HEADER, "x-mock-weather"];

pub(crate) const JSON: &str = "application/json";

/// Kinds of task that every model's endpoint takes.
pub(crate) mod kind {
    pub(crate) const AUTHENTICATION: &str = "authentication";
    pub(crate) const POLL: &str = "getResponse";
    pub(crate) const PING: &str = "ping";
}

/// Names of members.
pub(crate) mod name {
    pub(crate) const TASK_TYPE: &str = "taskType";
    pub(crate) const TASK_UUID: &str = "taskUUID";
    pub(crate) const MODEL: &str = "model";
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
pub(crate) mod status {
    pub(crate) const PROCESSING: &str = "processing";
    pub(crate) const SUCCESS: &str = "success";
    pub(crate) const ERROR: &str = "error";
}

/// How a result carries its file, derived from the ending of the name of its field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// `…URL`: a link.
    Link,
    /// `…Base64Data`: the bytes as Base64 text.
    Base64,
    /// `…DataURI`: the bytes as a `data:` URI.
    DataUri,
}

impl Form {
    pub(crate) fn of(field: &str) -> Option<Self> {
        let field = field.to_lowercase();
        [("url", Self::Link), ("base64data", Self::Base64), ("datauri", Self::DataUri)]
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

/// An envelope with `data`, and with `errors` where there are any: a reader may take their mere presence for failure.
/// Beside errors, `data` stands empty only where that is wanted.
pub(crate) fn envelope(data: Vec<Value>, errors: Vec<Value>, empty_data: bool) -> Value {
    let mut envelope = Map::new();
    if empty_data || errors.is_empty() || !data.is_empty() {
        envelope.insert(name::DATA.into(), data.into());
    }
    if !errors.is_empty() {
        envelope.insert(name::ERRORS.into(), errors.into());
    }
    Value::Object(envelope)
}
