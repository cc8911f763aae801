//! What the runner saw of a case, for the oracle to judge: plain data, so that tests can make it up.

use super::file::File;
use super::protocol;
use airspec_judge::text;
use serde_json::{Map, Value};
use std::time::Duration;

/// Everything that was seen of one case.
#[derive(Clone, Debug)]
pub struct Observation {
    /// The body as it was sent: where the runner gives its own address, with that.
    pub body: Value,
    /// What came back.
    pub outcome: Outcome,
    /// What came back to polling, in order.
    pub polls: Vec<Outcome>,
    /// The files of the results, in the order of the results; empty where they were not looked at.
    pub files: Vec<File>,
    /// The same files once their lifetime is over, where the time of the target can be moved.
    pub later: Vec<File>,
    /// The calls that the runner's own address received, in order.
    pub calls: Vec<Call>,
    /// What was seen of the same request with one value changed.
    pub counterpart: Option<Box<Observation>>,
}

impl Observation {
    /// One exchange and nothing more.
    #[must_use]
    pub fn new(body: Value, outcome: Outcome) -> Self {
        let (polls, files, later, calls) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Self { body, outcome, polls, files, later, calls, counterpart: None }
    }

    /// The results: of the answer, or where something was polled, the finished ones of the last poll.
    #[must_use]
    pub fn results(&self) -> Vec<&Map<String, Value>> {
        let last = self.polls.last().unwrap_or(&self.outcome);
        let items = last.answer().map(Answer::data).unwrap_or_default().iter().filter_map(Value::as_object);
        let is_finished = |item: &&Map<String, Value>| {
            self.polls.is_empty()
                || item.get(protocol::STATUS).is_some_and(|status| status == protocol::SUCCESS)
        };
        items.filter(is_finished).collect()
    }

    /// The tasks that were sent; empty where the body is no list.
    #[must_use]
    pub fn tasks(&self) -> &[Value] {
        self.body.as_array().map(Vec::as_slice).unwrap_or_default()
    }
}

/// What came of one exchange.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// A whole answer.
    Answer(Answer),
    /// No whole answer.
    Lost(Loss),
}

impl Outcome {
    /// The answer, where there is one.
    #[must_use]
    pub fn answer(&self) -> Option<&Answer> {
        match self {
            Self::Answer(answer) => Some(answer),
            Self::Lost(_) => None,
        }
    }
}

/// Why there is no whole answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Loss {
    /// No connection.
    #[error("no connection: {0}")]
    Unreachable(String),
    /// Not all of it came in time.
    #[error("no complete answer within {}", seconds(*.0))]
    TimedOut(Duration),
    /// The connection broke, or what came is not HTTP.
    #[error("the exchange broke off: {0}")]
    Broken(String),
    /// More than the runner reads.
    #[error("the answer (HTTP {status}) is larger than {limit} bytes")]
    TooLarge {
        /// The status that it began with.
        status: u16,
        /// How much is read.
        limit: usize,
    },
}

/// A duration for people: `30 s`, `0.25 s`.
pub fn seconds(duration: Duration) -> String {
    format!("{} s", (duration.as_secs_f64() * 1000.0).round() / 1000.0)
}

/// An answer, read to its end.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The media type that it claims.
    pub content_type: Option<String>,
    /// The body; bytes that are not UTF-8 are replaced.
    pub text: String,
    /// The body as JSON, or why it is not.
    pub json: Result<Value, String>,
}

impl Answer {
    /// Reads an answer's body.
    #[must_use]
    pub fn read(status: u16, content_type: Option<String>, body: Vec<u8>) -> Self {
        let (text, json) = match String::from_utf8(body) {
            Ok(text) => {
                let json = text::parse(&text).map_err(|fault| fault.to_string());
                (text, json)
            }
            Err(error) => {
                let place = error.utf8_error().valid_up_to();
                let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
                (text, Err(format!("not UTF-8 at byte {place}")))
            }
        };
        Self { status, content_type, text, json }
    }

    /// Whether the status says that all went well.
    #[must_use]
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The items of `data`.
    #[must_use]
    pub fn data(&self) -> &[Value] {
        self.list(protocol::DATA)
    }

    /// The items of `errors`.
    #[must_use]
    pub fn errors(&self) -> &[Value] {
        self.list(protocol::ERRORS)
    }

    fn list(&self, name: &str) -> &[Value] {
        let list = self.json.as_ref().ok().and_then(|value| value.get(name)).and_then(Value::as_array);
        list.map(Vec::as_slice).unwrap_or_default()
    }
}

/// A request that the runner's own address received.
#[derive(Clone, Debug)]
pub struct Call {
    /// `POST`, `PUT`.
    pub method: String,
    /// The query string, without the question mark.
    pub query: Option<String>,
    /// The media type that it claims.
    pub content_type: Option<String>,
    /// The body, or why it could not be read.
    pub body: Result<Vec<u8>, String>,
}
