//! Results that the service posts to an address of yours.
//!
//! The platform signs nothing: whoever knows the address can post to it. So put a secret into the query of the address
//! that a task carries, and check that it comes back. [`Receiver`] does both, with the feature `webhook`:
//!
//! ```
//! use airspec_models::openai_gpt_image_2::{Request, Required};
//! use airspec_models::webhook::{Receiver, WebhookError};
//!
//! // Once: a secret of your own, the same on every machine that receives.
//! let receiver = Receiver::new("vN8eQm27xLr0cYtB")?;
//!
//! // For each task: the address that it is to call.
//! let mut task = Request::builder(Required { positive_prompt: "a lighthouse".into(), width: 1024, height: 1024 })
//!     .build()?
//!     .into_inner();
//! let address = receiver.address("https://me.example/hook", task.task_uuid.as_str());
//! task.webhook_url = Some(address.clone());
//! let task = task.into_valid()?;
//!
//! // For each call: the query and the body, as they came.
//! let (_, query) = address.split_once('?').unwrap();
//! let body = format!(
//!     r#"{{"data": [{{"taskType": "imageInference", "taskUUID": "{}", "imageUUID": "7f4e4a6e-9a3c-4d6c-8a64-000000000001"}}]}}"#,
//!     task.task_uuid,
//! );
//! let notice = receiver.read::<Request>(Some(query), body.as_bytes())?;
//! assert_eq!(notice.results[0].task_uuid, task.task_uuid.as_str());
//!
//! let forged = receiver.read::<Request>(Some("secret=guess"), body.as_bytes()).unwrap_err();
//! assert!(matches!(forged, WebhookError::NotYours));
//! assert_eq!(forged.status(), 401);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Answer a good call with any status from 200 to 299, and soon: others make the service call again. So the same result
//! can come more than once; its own identifier tells.

use crate::answers::ApiError;
use crate::json;
use crate::task::Task;
use serde_json::{Map, Value};
use std::fmt;
use subtle::ConstantTimeEq as _;

/// Names in the query of the address.
const TASK: &str = "task";
const SECRET: &str = "secret";
/// Words of the platform.
const TASK_UUID: &str = "taskUUID";
const DATA: &str = "data";
const ERRORS: &str = "errors";
/// A shorter secret can be guessed.
const SHORTEST: usize = 16;
/// Pictures may stand in results: twenty large ones as Base64 text.
const LIMIT: usize = 256 << 20;

/// Makes addresses that carry a secret, and reads what is posted to them.
#[derive(Clone)]
pub struct Receiver {
    secret: String,
    limit: usize,
}

/// What a call says about one task.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Notice<A> {
    /// The task, as the address names it.
    pub task: String,
    /// Finished results; usually one a call.
    pub results: Vec<A>,
    /// What went wrong.
    pub errors: Vec<ApiError>,
}

/// Why a call is not believed, or not understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WebhookError {
    /// Not a secret that can be used.
    #[error("the secret must have at least 16 characters, letters, digits, `-` and `_` alone")]
    Secret,
    /// The query does not have the secret, or the body is about another task than the query.
    #[error("the call does not come from a task of yours")]
    NotYours,
    /// A body over the limit.
    #[error("the body has more than {0} bytes")]
    TooLarge(usize),
    /// A body that is no notice.
    #[error("the body is no notice: {0}")]
    Unreadable(String),
}

impl WebhookError {
    /// The HTTP status to answer with.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self {
            Self::Secret => 500,
            Self::NotYours => 401,
            Self::TooLarge(_) => 413,
            Self::Unreadable(_) => 400,
        }
    }
}

impl fmt::Debug for Receiver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a receiver of at most {} bytes", self.limit)
    }
}

impl Receiver {
    /// A receiver with that secret: at least 16 letters, digits, `-` and `_`, which need no escaping in an address.
    ///
    /// # Errors
    /// Other characters, or fewer.
    pub fn new(secret: &str) -> Result<Self, WebhookError> {
        let is_plain = secret.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
        if secret.len() < SHORTEST || !is_plain {
            return Err(WebhookError::Secret);
        }
        Ok(Self { secret: secret.to_owned(), limit: LIMIT })
    }

    /// With another limit than 256 MiB for the body of a call.
    #[must_use]
    pub fn limit(self, bytes: usize) -> Self {
        Self { limit: bytes, ..self }
    }

    /// The largest body, in bytes, for those who read it.
    #[must_use]
    pub fn body_limit(&self) -> usize {
        self.limit
    }

    /// The address for a task to call: `base`, with the task's identifier and the secret in its query.
    #[must_use]
    pub fn address(&self, base: &str, task: &str) -> String {
        let (base, fragment) = base.split_once('#').map_or((base, None), |(base, rest)| (base, Some(rest)));
        let separator = if base.contains('?') { '&' } else { '?' };
        let end = fragment.map(|fragment| format!("#{fragment}")).unwrap_or_default();
        format!("{base}{separator}{TASK}={task}&{SECRET}={}{end}", self.secret)
    }

    /// Whether a query names a task and has the secret; the task.
    ///
    /// Ask before the body is read: a call that is not believed need not be.
    ///
    /// # Errors
    /// A query without either, or with another secret. How long that takes does not tell how much of a secret is right.
    pub fn check<'a>(&self, query: Option<&'a str>) -> Result<&'a str, WebhookError> {
        let given = |name: &str| {
            let mut values = query.unwrap_or_default().split('&').filter_map(|pair| {
                let (found, value) = pair.split_once('=')?;
                (found == name).then_some(value)
            });
            values.next().filter(|_| values.next().is_none())
        };
        let (task, secret) = (given(TASK), given(SECRET).unwrap_or_default());
        let is_right = bool::from(secret.as_bytes().ct_eq(self.secret.as_bytes()));
        task.filter(|_| is_right).ok_or(WebhookError::NotYours)
    }

    /// Reads a call: the query of its address, and its body.
    ///
    /// # Errors
    /// A call without the secret, about another task than its address, or with a body that is no notice.
    pub fn read<T: Task>(&self, query: Option<&str>, body: &[u8]) -> Result<Notice<T::Answer>, WebhookError> {
        let task = self.check(query)?;
        if body.len() > self.limit {
            return Err(WebhookError::TooLarge(self.limit));
        }
        let text = std::str::from_utf8(body).map_err(|error| WebhookError::Unreadable(error.to_string()))?;
        let value = json::parse(text).map_err(|fault| WebhookError::Unreadable(fault.to_string()))?;
        let (data, errors) = lists(value)?;
        if data.iter().chain(&errors).any(|item| !is_about(item, task)) {
            return Err(WebhookError::NotYours);
        }
        let unreadable = |error: serde_json::Error| WebhookError::Unreadable(error.to_string());
        let results = data.into_iter().map(|item| serde_json::from_value(item.into()).map_err(unreadable));
        let errors = errors.into_iter().map(|item| serde_json::from_value(item.into()).map_err(unreadable));
        Ok(Notice {
            task: task.to_owned(),
            results: results.collect::<Result<_, _>>()?,
            errors: errors.collect::<Result<_, _>>()?,
        })
    }
}

type Members = Map<String, Value>;

/// The results and the errors of a body: an envelope, or one item alone. The provider's documents leave open which.
fn lists(value: Value) -> Result<(Vec<Members>, Vec<Members>), WebhookError> {
    let unreadable = |what: &str| WebhookError::Unreadable(what.to_owned());
    let Value::Object(mut body) = value else { return Err(unreadable("not an object")) };
    if !body.contains_key(DATA) && !body.contains_key(ERRORS) {
        return match (body.contains_key(TASK_UUID), body.contains_key("code")) {
            (false, _) => Err(unreadable("neither `data` nor `errors` nor a result")),
            (true, false) => Ok((vec![body], Vec::new())),
            (true, true) => Ok((Vec::new(), vec![body])),
        };
    }
    let mut list = |name: &str| match body.remove(name) {
        None => Ok(Vec::new()),
        Some(Value::Array(items)) => items.into_iter().map(members).collect(),
        Some(_) => Err(unreadable("`data` or `errors` that is no array")),
    };
    Ok((list(DATA)?, list(ERRORS)?))
}

fn members(item: Value) -> Result<Members, WebhookError> {
    match item {
        Value::Object(members) => Ok(members),
        _ => Err(WebhookError::Unreadable("an item that is no object".to_owned())),
    }
}

/// Whether an item is about that task. Letter case does not make two UUIDs different.
fn is_about(item: &Members, task: &str) -> bool {
    let uuid = item.get(TASK_UUID).and_then(Value::as_str).unwrap_or_default().to_ascii_lowercase();
    bool::from(uuid.as_bytes().ct_eq(task.to_ascii_lowercase().as_bytes()))
}

#[cfg(all(test, feature = "openai-gpt-image-2"))]
mod tests {
    use super::*;
    use crate::openai_gpt_image_2::Request;

    const TASK: &str = "7f4e4a6e-9a3c-4d6c-8a64-000000000001";
    const SECRET: &str = "vN8eQm27xLr0cYtB";

    fn receiver() -> Receiver {
        Receiver::new(SECRET).unwrap()
    }

    fn query() -> String {
        format!("task={TASK}&secret={SECRET}")
    }

    fn read(body: &str) -> Result<(usize, usize), WebhookError> {
        let notice = receiver().read::<Request>(Some(&query()), body.as_bytes())?;
        Ok((notice.results.len(), notice.errors.len()))
    }

    fn item(task: &str) -> String {
        format!(r#"{{"taskType":"imageInference","taskUUID":"{task}","imageUUID":"x"}}"#)
    }

    #[test]
    fn a_notice_is_an_envelope_or_an_item_alone() {
        let (item, upper) = (item(TASK), item(&TASK.to_uppercase()));
        let error = format!(r#"{{"code":"timeoutProvider","message":"m","taskUUID":"{TASK}"}}"#);
        for (body, counts) in [
            (format!(r#"{{"data":[{item},{upper}]}}"#), (2, 0)),
            (format!(r#"{{"data":[{item}],"errors":[{error}]}}"#), (1, 1)),
            (format!(r#"{{"errors":[{error}]}}"#), (0, 1)),
            (item, (1, 0)),
            (error, (0, 1)),
            (r#"{"data":[]}"#.to_owned(), (0, 0)),
        ] {
            assert_eq!(read(&body), Ok(counts), "{body}");
        }
    }

    #[test]
    fn what_is_no_notice_is_refused() {
        let item = item(TASK);
        let twice = item.replacen('{', r#"{"taskUUID":"7f4e4a6e-9a3c-4d6c-8a64-000000000009","#, 1);
        for body in ["", "[]", "{}", "null", r#"{"data":7}"#, r#"{"data":[7]}"#, "{\"data\":[", &twice] {
            let error = read(body).unwrap_err();
            assert!(matches!(error, WebhookError::Unreadable(_)) && error.status() == 400, "{body}: {error}");
        }
        let incomplete = format!(r#"{{"data":[{{"taskUUID":"{TASK}"}}]}}"#);
        assert!(matches!(read(&incomplete), Err(WebhookError::Unreadable(_))));
        assert!(matches!(
            receiver().read::<Request>(Some(&query()), b"\xff"),
            Err(WebhookError::Unreadable(_))
        ));
        let small = receiver().limit(10);
        let error = small.read::<Request>(Some(&query()), item.as_bytes()).unwrap_err();
        assert_eq!((error.clone(), error.status()), (WebhookError::TooLarge(10), 413));
    }

    #[test]
    fn a_call_without_the_secret_or_about_another_task_is_not_believed() {
        let body = item(TASK);
        let other = item("7f4e4a6e-9a3c-4d6c-8a64-000000000002");
        assert_eq!(read(&other), Err(WebhookError::NotYours));
        assert_eq!(read(&format!(r#"{{"data":[{body},{other}]}}"#)), Err(WebhookError::NotYours));
        for query in [
            None,
            Some(String::new()),
            Some(format!("task={TASK}")),
            Some(format!("secret={SECRET}")),
            Some(format!("task={TASK}&secret={SECRET}x")),
            Some(format!("task={TASK}&secret=")),
            Some(format!("task={TASK}&secret={}", SECRET.to_lowercase())),
            Some(format!("task={TASK}&secret={SECRET}&secret={SECRET}")),
            Some(format!("task={TASK}&task={TASK}&secret={SECRET}")),
            Some(format!("task=&secret={SECRET}")),
        ] {
            let refused = receiver().read::<Request>(query.as_deref(), body.as_bytes());
            assert_eq!(refused.unwrap_err().status(), 401, "{query:?}");
        }
    }

    #[test]
    fn an_address_keeps_what_it_has_and_a_secret_is_not_shown() {
        let address = |base: &str| receiver().address(base, TASK);
        assert_eq!(address("https://me.example/hook"), format!("https://me.example/hook?{}", query()));
        assert_eq!(address("https://me.example/?a=b#c"), format!("https://me.example/?a=b&{}#c", query()));
        assert!(!format!("{:?}", receiver()).contains(SECRET));
        for bad in ["short", "with a space in it!", "percent%20percent", ""] {
            assert_eq!(Receiver::new(bad).unwrap_err(), WebhookError::Secret, "{bad}");
        }
    }
}
