//! Pairs of a request and its answer: the lines that the proxy records, and pairs of other sources, which may be a task
//! with its result.

use super::{MAX_BYTES, ReadError, Recorded};
use crate::exchange::{Body, Exchange, Form, Reply};
use airspec_suite::oracle::observation::Loss;
use airspec_suite::protocol::{DATA, ERRORS, TASK_UUID};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::de::MapAccess;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Value, json};
use std::io::BufRead;

/// The method of lines that are calls of webhooks.
pub(crate) const WEBHOOK: &str = "WEBHOOK";

/// One line of a record.
///
/// With `status` it is an exchange as it went over the wire. Without it, it is a task with its result: the request may be
/// one task, the answer one result, and both may lack the identifier of the task.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Line {
    /// When the answer was complete: RFC 3339, in UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// What the client calls itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client: Option<String>,
    /// `POST`, where it is not said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// The path of the URL.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The absolute URL of a file that was downloaded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Where `method` is `WEBHOOK`: the method of the call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub webhook_method: Option<String>,
    /// The media type of the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_type: Option<String>,
    /// The body that was sent: JSON, or a text where it is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request: Option<Text>,
    /// The HTTP status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The media type of the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    /// The body that came back.
    #[serde(alias = "response", skip_serializing_if = "Option::is_none")]
    pub answer: Option<Text>,
    /// The body that came back, where it is a file: Base64.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer_base64: Option<String>,
    /// Why there is no answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lost: Option<String>,
    /// Whether texts and files are masked.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub masked: bool,
    /// How long it took, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<u64>,
}

/// JSON as it stands in a file.
pub type Text = Box<RawValue>;

impl Line {
    /// Reads a member of a document that is a pair; false where it is none of a pair's.
    pub(super) fn read<'de, A: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut A,
    ) -> Result<bool, A::Error> {
        match name {
            "client" => self.client = members.next_value()?,
            "method" => self.method = members.next_value()?,
            "path" => self.path = members.next_value()?,
            "url" => self.url = members.next_value()?,
            "webhook_method" => self.webhook_method = members.next_value()?,
            "answer_base64" => self.answer_base64 = members.next_value()?,
            "request" => self.request = members.next_value()?,
            "status" => self.status = members.next_value()?,
            "content_type" => self.content_type = members.next_value()?,
            "answer" | "response" => self.answer = members.next_value()?,
            "masked" => self.masked = members.next_value()?,
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Whether there is a request.
    pub(super) fn is_pair(&self) -> bool {
        self.request.is_some() || self.is_file()
    }

    fn is_file(&self) -> bool {
        self.answer_base64.is_some() && self.url.is_some()
    }
}

impl From<Line> for Recorded {
    fn from(mut line: Line) -> Self {
        let (url, called_by) = (line.url.take(), line.webhook_method.take());
        let file = line.answer_base64.take();
        let mut exchange = exchange(line);
        if let (Some(text), Ok(reply)) = (file, &mut exchange.answer) {
            let bytes = BASE64_STANDARD.decode(text);
            reply.body = bytes.map_or(Body::Unknown("is not Base64 in the file"), Body::Whole);
        }
        Self { exchange, url, called_by }
    }
}

fn exchange(line: Line) -> Exchange {
    let is_wire = line.status.is_some() || line.lost.is_some() || line.method.as_deref() == Some(WEBHOOK);
    let (request, answer) = if is_wire { (body(line.request), body(line.answer)) } else { record(&line) };
    let answer = match line.lost {
        Some(reason) => Err(Loss::Broken(reason)),
        None => {
            let content_type = line.content_type.or_else(|| Some("application/json".to_owned()));
            Ok(Reply { status: line.status.unwrap_or(200), content_type, body: answer })
        }
    };
    Exchange {
        client: line.client.unwrap_or_default(),
        method: line.method.unwrap_or_else(|| "POST".to_owned()),
        path: line.path.unwrap_or_else(|| "/v1".to_owned()),
        key: None,
        content_type: line.request_type,
        request,
        answer,
        form: if is_wire { Form::Wire } else { Form::Record },
        is_masked: line.masked,
    }
}

/// A body as it was: JSON as it stands, and a text without its quotes.
fn body(text: Option<Text>) -> Body {
    let Some(text) = text else { return Body::Unknown("is not in the file") };
    match serde_json::from_str::<String>(text.get()) {
        Ok(text) => Body::Whole(text.into_bytes()),
        Err(_) => Body::Whole(text.get().as_bytes().to_vec()),
    }
}

/// A task and its result in the form that the wire has, with an identifier where both have none.
fn record(line: &Line) -> (Body, Body) {
    let value =
        |text: &Option<Text>| text.as_ref().and_then(|text| serde_json::from_str::<Value>(text.get()).ok());
    let (Some(mut request), Some(mut answer)) = (value(&line.request), value(&line.answer)) else {
        return (body(line.request.clone()), body(line.answer.clone()));
    };
    if request.is_object() {
        request = json!([request]);
    }
    if answer.is_object() && answer.get(DATA).is_none() && answer.get(ERRORS).is_none() {
        answer = json!([answer]);
    }
    if answer.is_array() {
        answer = json!({DATA: answer});
    }
    let tasks = request.as_array_mut().map(Vec::as_mut_slice).unwrap_or_default();
    let results =
        answer.get_mut(DATA).and_then(Value::as_array_mut).map(Vec::as_mut_slice).unwrap_or_default();
    if let [Value::Object(task)] = tasks
        && !task.contains_key(TASK_UUID)
    {
        let id = Value::from(uuid::Uuid::new_v4().to_string());
        task.insert(TASK_UUID.to_owned(), id.clone());
        for result in results.iter_mut().filter_map(Value::as_object_mut) {
            result.entry(TASK_UUID).or_insert_with(|| id.clone());
        }
    }
    let whole = |value: Value| Body::Whole(value.to_string().into_bytes());
    (whole(request), whole(answer))
}

/// Reads lines; true where the last one is not whole.
pub(super) fn lines(mut input: impl BufRead, take: &mut dyn FnMut(Recorded)) -> Result<bool, ReadError> {
    let mut bytes = Vec::new();
    for line in 1.. {
        bytes.clear();
        let limit = MAX_BYTES as u64 + 1;
        if std::io::Read::take(input.by_ref(), limit).read_until(b'\n', &mut bytes)? == 0 {
            break;
        }
        if bytes.len() > MAX_BYTES {
            return Err(ReadError::TooLarge(Some(line)));
        }
        if bytes.trim_ascii().is_empty() {
            continue;
        }
        match serde_json::from_slice::<Line>(&bytes) {
            Ok(found) if found.is_pair() || found.lost.is_some() => take(found.into()),
            Ok(_) => {
                let error = serde::de::Error::missing_field("request");
                return Err(ReadError::Line { line, error });
            }
            // The program that wrote it was stopped there.
            Err(error) if error.is_eof() && bytes.last() != Some(&b'\n') => return Ok(true),
            Err(error) => return Err(ReadError::Line { line, error }),
        }
    }
    Ok(false)
}
