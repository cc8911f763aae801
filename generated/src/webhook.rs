//! Receives webhooks: HTTP requests that the service sends to your URL for each finished result.
//!
//! The service does not sign these calls, so anyone who knows the URL can send one. Therefore [`Receiver::url`] adds a
//! signature to the URL of each task: the HMAC (SHA-256) of the `taskUUID` with your secret. A URL is valid for one
//! task only. [`Receiver::read`] checks the signature and reads the call. With the feature `webhook`:
//!
//! ```
//! use airspec_models::Uuid;
//! use airspec_models::openai_gpt_image_2::{DeliveryMethod, Request, Required};
//! use airspec_models::webhook::{Receiver, Seen, WebhookError};
//!
//! // Once: a random secret, the same on every machine that receives calls.
//! let receiver = Receiver::new("vN8eQm27xLr0cYtB")?;
//!
//! // For each task: a signed webhook URL.
//! let id = Uuid::new_v4();
//! let url = receiver.url("https://me.example/hook", id.as_str());
//! let positive_prompt = "a lighthouse".into();
//! let task = Request::builder(Required { positive_prompt, width: 1024, height: 1024 })
//!     .task_uuid(id)
//!     .webhook_url(url.as_str())
//!     .delivery_method(DeliveryMethod::Async)
//!     .build()?;
//!
//! // For each call: read the query and the body.
//! # let (_, query) = url.split_once('?').unwrap();
//! # let body = format!(
//! #     r#"{{"taskType": "imageInference", "taskUUID": "{id}", "imageUUID": "7f4e4a6e-9a3c-4d6c-8a64-000000000001"}}"#,
//! # );
//! let mut seen = Seen::new(10_000);
//! let notice = receiver.read::<Request>(Some(query), body.as_bytes())?;
//! for (result, result_id) in notice.results.iter().zip(&notice.ids) {
//!     if !seen.contains(result_id) {
//!         // Store the result here. Record its id only after the result is stored.
//!         seen.insert(result_id);
//!     }
//! }
//! # assert_eq!(notice.results[0].task_uuid, task.task_uuid.as_str());
//!
//! // A call without the signature of its task.
//! let forged = receiver.read::<Request>(Some("task=x&signature=00"), body.as_bytes());
//! let forged = forged.unwrap_err();
//! assert!(matches!(forged, WebhookError::NotYours));
//! assert_eq!(forged.status(), 401);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Answer a valid call quickly with a 2xx status; with any other status the service repeats the call. A result can
//! arrive more than once. [`Notice::ids`] identifies it: `<taskUUID>/<imageUUID>` for an image. Within one process,
//! use [`Seen`]; with several machines, or across restarts, store the ids in a database.
//!
//! Record an id only after the result is stored. Otherwise a failure in between loses a result that is paid for: the
//! service repeats the call, and the repeated call is ignored.

use crate::answers::ApiError;
use crate::json;
use crate::task::Task;
use hmac::digest::MacError;
use hmac::{Hmac, Mac as _};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};
use std::collections::{HashSet, VecDeque};
use std::fmt;

/// Names in the query of the URL.
const TASK: &str = "task";
const SIGNATURE: &str = "signature";
/// A prefix of the signed text, so that the secret can have other uses as well.
const PURPOSE: &[u8] = b"airspec webhook:";
/// Names of the platform.
const TASK_UUID: &str = "taskUUID";
const DATA: &str = "data";
const ERRORS: &str = "errors";
/// A shorter secret can be guessed.
const SHORTEST: usize = 16;
/// Results can contain images as Base64 text.
const LIMIT: usize = 64 << 20;
/// The most JSON values in a call: a value needs much more memory than its text.
const VALUES: usize = 100_000;
/// A longer identifier of a result is replaced by its hash.
const LONGEST_ID: usize = 200;

/// Creates a signed URL for each task, and reads the calls to it.
#[derive(Clone)]
pub struct Receiver {
    secret: Vec<u8>,
    limit: usize,
}

/// A valid call about one task.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Notice<A> {
    /// The `taskUUID`, as in the URL.
    pub task: String,
    /// Finished results; usually one per call.
    pub results: Vec<A>,
    /// Errors of the task.
    pub errors: Vec<ApiError>,
    /// An id of each result, then of each error. It is the same when the service repeats the call: the `taskUUID`, a
    /// slash, and the identifiers of the result, or the SHA-256 of an item without identifiers.
    pub ids: Vec<String>,
}

/// The call is not valid.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WebhookError {
    /// The secret is too short.
    #[error("the secret must have at least 16 random bytes")]
    Secret,
    /// The query does not contain the signature of its task, or the body is about another task.
    #[error("the call does not have the signature of its task")]
    NotYours,
    /// The body is too large.
    #[error("the body is larger than {0} bytes")]
    TooLarge(usize),
    /// The body is not valid.
    #[error("the body is not valid: {0}")]
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
    /// Creates a receiver with this secret: at least 16 random bytes.
    ///
    /// # Errors
    /// The secret is shorter.
    pub fn new(secret: impl AsRef<[u8]>) -> Result<Self, WebhookError> {
        let secret = secret.as_ref().to_vec();
        if secret.len() < SHORTEST {
            return Err(WebhookError::Secret);
        }
        Ok(Self { secret, limit: LIMIT })
    }

    /// Sets the size limit for the body of a call. Default: 64 MiB.
    #[must_use]
    pub fn limit(self, bytes: usize) -> Self {
        Self { limit: bytes, ..self }
    }

    /// The size limit for the body of a call, in bytes.
    #[must_use]
    pub fn body_limit(&self) -> usize {
        self.limit
    }

    /// The webhook URL of a task: `base`, with the `taskUUID` and its signature in the query.
    #[must_use]
    pub fn url(&self, base: &str, task: &str) -> String {
        let (base, fragment) = base.split_once('#').map_or((base, None), |(base, rest)| (base, Some(rest)));
        let separator = if base.contains('?') { '&' } else { '?' };
        let end = fragment.map(|fragment| format!("#{fragment}")).unwrap_or_default();
        let signature = hex(&self.hmac(task).finalize().into_bytes());
        format!("{base}{separator}{TASK}={task}&{SIGNATURE}={signature}{end}")
    }

    /// The HMAC of a task. Upper and lower case UUIDs are the same task.
    fn hmac(&self, task: &str) -> Hmac<Sha256> {
        let hmac = Hmac::new_from_slice(&self.secret).expect("an HMAC accepts a secret of any length");
        hmac.chain_update(PURPOSE).chain_update(task.to_ascii_lowercase())
    }

    /// Whether a signature belongs to a task, in constant time.
    fn verify(&self, task: &str, signature: &[u8]) -> Result<(), MacError> {
        self.hmac(task).verify_slice(signature)
    }

    /// Checks the signature in a query and returns the `taskUUID`.
    ///
    /// Call it before you read the body, so that you do not read the body of a forged call.
    ///
    /// # Errors
    /// The query has no task or no signature, or the signature of another task or secret.
    pub fn check<'a>(&self, query: Option<&'a str>) -> Result<&'a str, WebhookError> {
        self.signed(query).map(|(task, _)| task)
    }

    /// The task in a query, and its signature.
    fn signed<'a>(&self, query: Option<&'a str>) -> Result<(&'a str, Vec<u8>), WebhookError> {
        let given = |name: &str| {
            let mut values = query.unwrap_or_default().split('&').filter_map(|pair| {
                let (found, value) = pair.split_once('=')?;
                (found == name).then_some(value)
            });
            values.next().filter(|_| values.next().is_none())
        };
        let task = given(TASK).filter(|task| !task.is_empty());
        let signature = given(SIGNATURE).and_then(unhex);
        let (task, signature) = task.zip(signature).ok_or(WebhookError::NotYours)?;
        self.verify(task, &signature).map_err(|_| WebhookError::NotYours)?;
        Ok((task, signature))
    }

    /// Reads a call: the query of its URL, and its body.
    ///
    /// # Errors
    /// The call does not have the signature of its task, is about another task, or its body is not valid.
    pub fn read<T: Task>(&self, query: Option<&str>, body: &[u8]) -> Result<Notice<T::Answer>, WebhookError> {
        let (task, signature) = self.signed(query)?;
        if body.len() > self.limit {
            return Err(WebhookError::TooLarge(self.limit));
        }
        let text = std::str::from_utf8(body).map_err(|error| WebhookError::Unreadable(error.to_string()))?;
        let value =
            json::parse_within(text, VALUES).map_err(|fault| WebhookError::Unreadable(fault.to_string()))?;
        let (data, errors) = lists(value)?;
        let is_signed = |item: &Members| {
            let uuid = item.get(TASK_UUID).and_then(Value::as_str).unwrap_or_default();
            uuid.len() == task.len() && self.verify(uuid, &signature).is_ok()
        };
        if !data.iter().chain(&errors).all(is_signed) {
            return Err(WebhookError::NotYours);
        }
        let ids = data.iter().chain(&errors).map(|item| id(task, item)).collect();
        let unreadable = |error: serde_json::Error| WebhookError::Unreadable(error.to_string());
        let results = data.into_iter().map(|item| serde_json::from_value(item.into()).map_err(unreadable));
        let errors = errors.into_iter().map(|item| serde_json::from_value(item.into()).map_err(unreadable));
        Ok(Notice {
            task: task.to_owned(),
            results: results.collect::<Result<_, _>>()?,
            errors: errors.collect::<Result<_, _>>()?,
            ids,
        })
    }
}

type Members = Map<String, Value>;

/// The results and the errors of a body: an envelope, or one item. The provider does not document which.
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

/// The id of an item, the same in all calls about it. Results of other models have other members, such as `videoUUID`.
fn id(task: &str, item: &Members) -> String {
    let is_own = |name: &String| name.ends_with("UUID") && name != TASK_UUID;
    let own: Vec<&str> =
        item.iter().filter(|(name, _)| is_own(name)).filter_map(|(_, value)| value.as_str()).collect();
    let task = task.to_ascii_lowercase();
    match own.join("/") {
        own if own.is_empty() => {
            format!("{task}/{}", hex(&Sha256::digest(Value::from(item.clone()).to_string())))
        }
        own if own.len() > LONGEST_ID => format!("{task}/{}", hex(&Sha256::digest(own))),
        own => format!("{task}/{own}"),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The bytes of hexadecimal digits, in upper or lower case.
fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |digit: u8| char::from(digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let pair = |pair: &[u8]| match pair {
        [high, low] => Some(digit(*high)? << 4 | digit(*low)?),
        _ => None,
    };
    text.as_bytes().chunks(2).map(pair).collect()
}

/// Records the ids of stored results, to recognise a result that arrives again. If it is full, it drops the oldest id.
#[derive(Clone, Debug)]
pub struct Seen {
    known: HashSet<String>,
    order: VecDeque<String>,
    most: usize,
}

impl Seen {
    /// Creates an empty record for at most this many ids, of less than a kilobyte each.
    #[must_use]
    pub fn new(most: usize) -> Self {
        Self { known: HashSet::new(), order: VecDeque::new(), most: most.max(1) }
    }

    /// Whether this id of [`Notice::ids`] is recorded.
    #[must_use]
    pub fn contains(&self, id: &str) -> bool {
        self.known.contains(id)
    }

    /// Records an id of [`Notice::ids`]. Returns false if it is already recorded. Call it only after the result is
    /// stored: otherwise a failure in between loses a result that is paid for.
    pub fn insert(&mut self, id: &str) -> bool {
        if self.known.contains(id) {
            return false;
        }
        if self.order.len() == self.most
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
        self.known.insert(id.to_owned());
        self.order.push_back(id.to_owned());
        true
    }
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
        receiver().url("", TASK).trim_start_matches('?').to_owned()
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
    fn a_call_without_the_signature_of_its_task_is_not_believed() {
        let body = item(TASK);
        let stranger = "7f4e4a6e-9a3c-4d6c-8a64-000000000002";
        assert_eq!(read(&item(stranger)), Err(WebhookError::NotYours));
        assert_eq!(read(&format!(r#"{{"data":[{body},{}]}}"#, item(stranger))), Err(WebhookError::NotYours));
        assert_eq!(read(&body.replace("taskUUID", "taskUuid")).unwrap_err().status(), 400);
        let query = query();
        let signature = query.rsplit_once('=').unwrap().1;
        assert_eq!(signature.len(), 64);
        let other = Receiver::new("another secret of mine").unwrap().url("", TASK);
        for query in [
            None,
            Some(String::new()),
            Some(format!("task={TASK}")),
            Some(format!("signature={signature}")),
            Some(format!("task={TASK}&signature=")),
            Some(format!("task={TASK}&signature={}", &signature[..62])),
            Some(format!("task={TASK}&signature={signature}00")),
            Some(format!("task={TASK}&signature={}", "0".repeat(64))),
            Some(format!("task={TASK}&signature={}", "é".repeat(32))),
            Some(format!("task={TASK}&secret={SECRET}")),
            Some(format!("task={stranger}&signature={signature}")),
            Some(format!("{query}&signature={signature}")),
            Some(format!("{query}&task={TASK}")),
            Some(format!("task=&signature={signature}")),
            Some(other.trim_start_matches('?').to_owned()),
        ] {
            let refused = receiver().read::<Request>(query.as_deref(), body.as_bytes());
            assert_eq!(refused.unwrap_err().status(), 401, "{query:?}");
        }
        let upper = format!("task={}&signature={}", TASK.to_uppercase(), signature.to_uppercase());
        assert!(receiver().read::<Request>(Some(&upper), body.as_bytes()).is_ok());
    }

    #[test]
    fn a_url_of_one_task_is_valid_for_no_other() {
        let stranger = "7f4e4a6e-9a3c-4d6c-8a64-000000000002";
        let leaked = receiver().url("https://me.example/hook", stranger);
        let leaked = leaked.split_once('?').unwrap().1;
        let about = |task| receiver().read::<Request>(Some(leaked), item(task).as_bytes());
        assert!(about(stranger).is_ok());
        assert_eq!(about(TASK).unwrap_err(), WebhookError::NotYours);
        let renamed = leaked.replace(stranger, TASK);
        let forged = receiver().read::<Request>(Some(&renamed), item(TASK).as_bytes());
        assert_eq!(forged.unwrap_err(), WebhookError::NotYours);
    }

    #[test]
    fn the_signature_is_the_hmac_of_the_task() {
        // openssl dgst -sha256 -hmac vN8eQm27xLr0cYtB, of "airspec webhook:" and the task.
        let known = "cc3069e927562c1123828aed819b35be996487f3819ad86b66649f3c96b08af9";
        assert_eq!(query(), format!("task={TASK}&signature={known}"));
    }

    #[test]
    fn a_repeated_call_has_the_same_ids() {
        let ids = |body: &str| receiver().read::<Request>(Some(&query()), body.as_bytes()).unwrap().ids;
        let (one, two) = (item(TASK), item(TASK).replace(r#""x""#, r#""y""#));
        let error = format!(r#"{{"code":"timeoutProvider","message":"m","taskUUID":"{TASK}"}}"#);
        assert_eq!(ids(&one), [format!("{TASK}/x")]);
        assert_eq!(ids(&format!(r#"{{"data":[{one},{two}]}}"#)), [format!("{TASK}/x"), format!("{TASK}/y")]);
        let upper = item(&TASK.to_uppercase()).replace('}', r#","cost":1}"#);
        assert_eq!(ids(&upper), [format!("{TASK}/x")]);
        assert_eq!(ids(&error), ids(&format!(r#"{{"errors":[{error}]}}"#)));
        let long = one.replace(r#""x""#, &format!("\"{}\"", "x".repeat(1 << 20)));
        assert_eq!(ids(&long)[0].len(), TASK.len() + 1 + 64);
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let mut seen = Seen::new(2);
        assert!(seen.insert("a") && seen.insert("b") && !seen.insert("a"));
        assert!(seen.insert("c") && !seen.insert("b") && !seen.contains("a") && seen.insert("a"));
        assert_eq!((seen.known.len(), seen.order.len()), (2, 2));
    }

    #[test]
    fn a_body_of_many_values_is_refused() {
        let many = item(TASK).replace('}', &format!(r#","o":[{}0]}}"#, r#"{"":0},"#.repeat(VALUES)));
        let error = read(&many).unwrap_err();
        assert!(matches!(&error, WebhookError::Unreadable(why) if why.contains("values")), "{error}");
    }

    #[test]
    fn a_signed_url_keeps_its_parts_and_a_secret_is_not_shown() {
        let url = |base: &str| receiver().url(base, TASK);
        assert_eq!(url("https://me.example/hook"), format!("https://me.example/hook?{}", query()));
        assert_eq!(url("https://me.example/?a=b#c"), format!("https://me.example/?a=b&{}#c", query()));
        assert!(!format!("{:?}", receiver()).contains(SECRET) && !query().contains(SECRET));
        for bad in ["short", "fifteen letters", ""] {
            assert_eq!(Receiver::new(bad).unwrap_err(), WebhookError::Secret, "{bad}");
        }
    }
}
