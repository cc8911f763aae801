//! What the runner saw of a case, for the oracle to judge: plain data, so that tests can make it up.

use super::file::{Content, File};
use crate::protocol;
use airspec_judge::text;
use serde_json::Value;
use std::any::Any;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// An answer with more values than this is not read as JSON: one value of a few bytes of text takes hundreds of bytes of
/// memory. Twenty results of a dozen fields for each of eight tasks are some 2,000 values.
pub const MAX_VALUES: usize = 40_000;

/// Everything that was seen of one case.
#[derive(Clone, Debug)]
pub struct Observation {
    /// The body as it was sent: where the runner gives its own address, with that.
    pub body: Value,
    /// What came back.
    pub outcome: Outcome,
    /// How often it was sent until that came back.
    pub attempts: usize,
    /// What came back to polling, in order.
    pub polls: Vec<Outcome>,
    /// When each of those polls was sent.
    pub polled: Vec<Instant>,
    /// What came back to the same request while its task was under way.
    pub again: Option<Outcome>,
    /// The files of the results, in the order of the results; empty where they were not looked at.
    pub files: Vec<File>,
    /// The same files, downloaded a second time.
    pub files_again: Vec<File>,
    /// The same files once their lifetime is over, where the time of the target can be moved.
    pub later: Vec<File>,
    /// The calls that the runner's own address received, in order.
    pub calls: Vec<Call>,
    /// How many calls there were beyond those.
    pub more_calls: usize,
    /// How many of the calls were answered with a failure.
    pub failed_calls: usize,
    /// What was seen of the same request with one value changed.
    pub counterpart: Option<Box<Observation>>,
}

impl Observation {
    /// One exchange and nothing more.
    #[must_use]
    pub fn new(body: Value, outcome: Outcome) -> Self {
        let (polls, files, later, calls) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Self {
            body,
            outcome,
            polls,
            files,
            later,
            calls,
            more_calls: 0,
            failed_calls: 0,
            attempts: 1,
            polled: Vec::new(),
            counterpart: None,
            again: None,
            files_again: Vec::new(),
        }
    }

    /// The same without whatever grows with what a server sends: what became of the exchange, and nothing of its
    /// content.
    #[must_use]
    pub fn outline(&self) -> Self {
        let outcome = match &self.outcome {
            Outcome::Answer(answer) => Outcome::Answer(Answer {
                status: answer.status,
                content_type: None,
                text: String::new(),
                length: answer.length,
                json: Err("not kept".to_owned()),
            }),
            Outcome::Lost(loss) => Outcome::Lost(loss.clone()),
        };
        Self::new(Value::Null, outcome)
    }

    /// The results, all of them objects: of the answer, or where something was polled, the finished ones of the last poll.
    #[must_use]
    pub fn results(&self) -> Vec<&Value> {
        let last = self.polls.last().unwrap_or(&self.outcome);
        let items = last.answer().map(Answer::data).unwrap_or_default().iter();
        let is_finished = |item: &&Value| {
            item.is_object()
                && item.get(protocol::TASK_TYPE).is_none_or(|kind| kind != protocol::AUTHENTICATION)
                && (self.polls.is_empty()
                    || item.get(protocol::STATUS).is_some_and(|status| status == protocol::SUCCESS))
        };
        items.filter(is_finished).collect()
    }

    /// Why there is nothing to judge: the last exchange brought no answer, or only the request to slow down.
    #[must_use]
    pub fn no_answer(&self) -> Option<String> {
        let last = self.polls.last().map(|poll| (poll, format!("poll {}: ", self.polls.len())));
        let (outcome, name) = last.unwrap_or((&self.outcome, String::new()));
        let reason = match outcome {
            // Once is chance.
            Outcome::Lost(Loss::Broken(_)) if self.attempts > 1 && self.polls.is_empty() => None,
            Outcome::Lost(loss) if loss.is_silence() => Some(format!("{name}{loss}")),
            Outcome::Answer(answer) if matches!(answer.status, 408 | 429) => {
                Some(format!("{name}HTTP {} to every attempt", answer.status))
            }
            Outcome::Lost(_) | Outcome::Answer(_) => None,
        };
        let file = || {
            let lost = self.files.iter().chain(&self.later).find(|file| file.is_lost)?;
            Some(format!("a file of the result {}", lost.content.as_ref().err()?))
        };
        reason.or_else(file).or_else(|| self.counterpart.as_ref()?.no_answer())
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
    /// More than the runner keeps of one case, polls and all.
    #[error(
        "the answer (HTTP {status}) is not read: with it, those to this case take more than {limit} bytes"
    )]
    Exhausted {
        /// The status that it began with.
        status: u16,
        /// How much is kept.
        limit: usize,
    },
    /// Where it leads, or how much it is, is more than the runner follows.
    #[error("{0}")]
    Refused(String),
    /// Others were read for so long that there was no room for it.
    #[error("the answer (HTTP {0}) is not read: it had to wait too long for other large answers")]
    Crowded(u16),
}

impl Loss {
    /// Whether nothing came that can be judged: not all of it, or in an encoding that the runner does not read. Else too
    /// much came, and that is a fact about the target.
    #[must_use]
    pub fn is_silence(&self) -> bool {
        match self {
            Self::Unreachable(_)
            | Self::TimedOut(_)
            | Self::Broken(_)
            | Self::Crowded(_)
            | Self::Refused(_) => true,
            Self::TooLarge { .. } | Self::Exhausted { .. } => false,
        }
    }
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
    /// The body; a `?` stands for each byte that is not UTF-8. Of one that is no JSON, the beginning is enough.
    pub text: String,
    /// How long the body is, in bytes.
    pub length: usize,
    /// The body as JSON, or why it is not.
    pub json: Result<Value, String>,
}

impl Answer {
    /// Reads an answer's body.
    #[must_use]
    pub fn read(status: u16, content_type: Option<String>, body: Vec<u8>) -> Self {
        let length = body.len();
        let (text, json) = match String::from_utf8(body) {
            Ok(text) => {
                let json = text::parse_up_to(&text, MAX_VALUES).map_err(|fault| fault.to_string());
                (text, json)
            }
            Err(error) => {
                let place = error.utf8_error().valid_up_to();
                (readable(error.into_bytes()), Err(format!("not UTF-8 at byte {place}")))
            }
        };
        Self { status, content_type, text, length, json }
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

/// Bytes as text that is no longer than they are: the usual replacement character takes three bytes for one.
fn readable(mut bytes: Vec<u8>) -> String {
    let mut start = 0;
    while let Err(error) = std::str::from_utf8(&bytes[start..]) {
        start += error.valid_up_to();
        let end = error.error_len().map_or(bytes.len(), |length| start + length);
        bytes[start..end].fill(b'?');
        start = end;
    }
    String::from_utf8(bytes).expect("every sequence that is no UTF-8 has become ASCII")
}

/// The body of a call.
#[derive(Clone, Debug)]
pub struct Payload {
    /// What it is.
    pub content: Content,
    /// The bytes themselves, where there was room for them.
    pub bytes: Option<Vec<u8>>,
    /// Gives the room back, once nobody holds the bytes any more.
    _room: Option<Arc<dyn Any + Send + Sync>>,
}

impl Payload {
    /// A body that is kept whole.
    #[must_use]
    pub fn of(bytes: Vec<u8>) -> Self {
        Self { content: Content::of(&bytes), bytes: Some(bytes), _room: None }
    }

    /// A body that is kept as long as its room, and not at all without one.
    pub fn within<R: Any + Send + Sync>(bytes: Vec<u8>, room: Option<R>) -> Self {
        let content = Content::of(&bytes);
        let room = room.map(|room| Arc::new(room) as Arc<dyn Any + Send + Sync>);
        Self { content, bytes: room.is_some().then_some(bytes), _room: room }
    }
}

/// A request that the runner's own address received.
#[derive(Clone, Debug)]
pub struct Call {
    /// When it came.
    pub at: Instant,
    /// `POST`, `PUT`.
    pub method: String,
    /// The query string, without the question mark.
    pub query: Option<String>,
    /// The media type that it claims.
    pub content_type: Option<String>,
    /// The body, or why it could not be read.
    pub body: Result<Payload, String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_are_no_text_become_text_of_the_same_length() {
        for (bytes, text) in [
            (&b"plain"[..], "plain"),
            (b"\xFF\xC3\xA9\xC3\x28", "?\u{e9}?("),
            (b"a\xF0\x9F", "a??"),
            (b"\xE2\x82\xE2\x82\xAC", "??\u{20ac}"),
        ] {
            assert_eq!(readable(bytes.to_vec()), text);
        }
        let answer = Answer::read(200, None, vec![0xFF; 1 << 20]);
        assert_eq!((answer.text.len(), answer.json), (1 << 20, Err("not UTF-8 at byte 0".to_owned())));
    }

    #[test]
    fn an_answer_of_too_many_values_is_text_only() {
        let text = format!("[{}1]", "[],".repeat(MAX_VALUES));
        let answer = Answer::read(200, None, text.clone().into_bytes());
        assert_eq!(answer.text, text);
        assert!(answer.json.unwrap_err().contains("more than 40000 values"));
    }
}
