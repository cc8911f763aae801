//! Admit: the request as a whole, before its tasks are looked at. Body, keys, rate, and network conditions that refuse.

use crate::capacity::{MAX_KEY, MAX_VALUES, has_too_many_values};
use crate::network::{self, RequestConditions};
use crate::problem::Problem;
use crate::protocol::{Incoming, JSON, NETWORK_HEADERS, kind, name};
use crate::seeded_rng::SeededRng;
use crate::settings::Settings;
use crate::state::rate::Bucket;
use airspec_judge::text;
use airspec_media::essence;
use serde_json::Value;
use std::time::Duration;

/// The elements of the array that a body must be.
pub(crate) fn batch(body: &[u8], settings: &Settings) -> Result<Vec<Value>, Problem> {
    size(body, settings)?;
    match json(body)? {
        Value::Array(tasks) if tasks.is_empty() => Err(Problem::new(
            400,
            "invalidRequestBody",
            "The array of tasks is empty: send at least one task.",
        )),
        Value::Array(tasks) if tasks.len() > settings.max_tasks => {
            let text = format!("A request must have at most {} tasks.", settings.max_tasks);
            Err(Problem::new(400, "tooManyTasks", text))
        }
        Value::Array(tasks) => Ok(tasks),
        bare @ Value::Object(_) if settings.bare_task => Ok(vec![bare]),
        _ => {
            let text = "The body must be an array of tasks, also for a single one.";
            Err(Problem::new(400, "invalidRequestBody", text))
        }
    }
}

/// Refuses a body over the limit.
pub(crate) fn size(body: &[u8], settings: &Settings) -> Result<(), Problem> {
    if body.len() > settings.max_body { Err(too_large(settings)) } else { Ok(()) }
}

pub(crate) fn too_large(settings: &Settings) -> Problem {
    let text = format!("The body must have at most {} bytes.", settings.max_body);
    Problem::new(413, "requestTooLarge", text)
}

fn json(body: &[u8]) -> Result<Value, Problem> {
    let text = std::str::from_utf8(body)
        .map_err(|error| Problem::new(400, "invalidJson", format!("The body is not UTF-8 text: {error}.")))?;
    if has_too_many_values(text) {
        let text = format!("The body must have fewer than {MAX_VALUES} JSON values.");
        return Err(Problem::new(400, "tooManyValues", text));
    }
    text::parse(text).map_err(|fault| {
        let place = format!("line {}, column {}", fault.line, fault.column);
        let reason = reason(&fault);
        Problem::new(400, "invalidJson", format!("The body cannot be read as JSON: {reason} ({place})."))
    })
}

fn reason(fault: &text::TextError) -> &str {
    match fault.kind {
        text::TextErrorKind::Syntax => "a mistake in the syntax",
        text::TextErrorKind::Duplicate | text::TextErrorKind::Depth | text::TextErrorKind::Size => {
            &fault.reason
        }
    }
}

/// The network conditions of the request of that number.
pub(crate) fn conditions(
    request: &Incoming,
    settings: &Settings,
    rng: SeededRng,
    number: u64,
) -> Result<RequestConditions, Problem> {
    match settings.network.for_request(network_header(request)) {
        Ok(network) => Ok(network.conditions(rng, number)),
        // What the header says is not repeated: nobody knows yet whether it is a key.
        Err(error) => Err(Problem::new(400, "invalidNetworkConditions", format!("{}.", error.unnamed()))),
    }
}

/// The header with network conditions, by its present name or else its former one.
fn network_header(request: &Incoming) -> Option<&str> {
    NETWORK_HEADERS.into_iter().find_map(|name| request.header(name))
}

/// Refuses what comes too fast, or under conditions that refuse everything.
pub(crate) fn pass(
    conditions: &RequestConditions,
    bucket: &mut Bucket,
    now: Duration,
) -> Result<(), Problem> {
    if let Some(rate) = conditions.network.rate {
        bucket.take(rate, now).map_err(|_| network::problem_of_status(429))?;
    }
    conditions.forced_status.map_or(Ok(()), |status| Err(network::problem_of_status(status)))
}

/// The keys that a request carries, in its header and in an authentication task that comes first; each must be accepted.
pub(crate) fn keys(request: &Incoming, batch: &[Value], settings: &Settings) -> Result<Vec<String>, Problem> {
    let first = batch.first().filter(|task| is_authentication(task));
    let in_header = request.header("authorization").map(bearer);
    let in_task = first.map(|task| task.get(name::API_KEY).and_then(Value::as_str));
    let mut keys = Vec::new();
    for key in in_header.into_iter().chain(in_task) {
        match key.map(str::trim).filter(|key| is_accepted(key, settings)) {
            Some(key) => keys.push(key.to_owned()),
            None => return Err(bad_key()),
        }
    }
    if keys.is_empty() { Err(no_key()) } else { Ok(keys) }
}

/// The key of the authentication task that the first frame of a WebSocket must begin with.
pub(crate) fn greeting<'a>(first: &'a Value, settings: &Settings) -> Result<&'a str, Problem> {
    if !is_authentication(first) {
        return Err(no_key());
    }
    let key = first.get(name::API_KEY).and_then(Value::as_str).map(str::trim);
    key.filter(|key| is_accepted(key, settings)).ok_or_else(bad_key)
}

/// Whether a key is accepted.
pub(crate) fn is_accepted(key: &str, settings: &Settings) -> bool {
    (1..=MAX_KEY).contains(&key.len()) && settings.key.as_ref().is_none_or(|known| known.is(key))
}

/// Where clients reach the mock: as they say themselves, unless the settings know better.
pub(crate) fn origin(request: &Incoming, settings: &Settings) -> String {
    if let Some(url) = &settings.public_url {
        return url.trim_end_matches('/').to_owned();
    }
    let plain = |host: &&str| {
        !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".:-_[]".contains(&byte))
    };
    format!("http://{}", request.header("host").filter(plain).unwrap_or("localhost"))
}

/// HTTP only: refuses a body whose content type is not JSON.
pub(crate) fn http_content_type(request: &Incoming) -> Result<(), Problem> {
    if request.header("content-type").is_some_and(|media| essence(media).eq_ignore_ascii_case(JSON)) {
        return Ok(());
    }
    let text = "The body must be sent as application/json.";
    Err(Problem::new(415, "unsupportedMediaType", text))
}

fn bearer(header: &str) -> Option<&str> {
    let (scheme, key) = header.trim().split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(key)
}

pub(crate) fn is_authentication(task: &Value) -> bool {
    task.get(name::TASK_TYPE).is_some_and(|kind| kind == kind::AUTHENTICATION)
}

pub(crate) fn bad_key() -> Problem {
    about_key("invalidApiKey", "The API key is not valid.")
}

pub(crate) fn no_key() -> Problem {
    about_key(
        "missingApiKey",
        "There is no API key: send it as a bearer token in the Authorization header, or in an authentication task that comes first.",
    )
}

fn about_key(code: &str, message: &str) -> Problem {
    Problem::new(401, code, message)
        .with(name::PARAMETER, name::API_KEY)
        .with(name::TYPE, "string")
        .with(name::TASK_TYPE, kind::AUTHENTICATION)
}
