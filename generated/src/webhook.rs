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

use crate::Answer as _;
use crate::answers::ApiError;
use crate::items::{
    self, Head, MAX_UNREAD, Part, State, Unfinished, api_error, cut, failure, normal, parts, values,
};
use crate::raw::value;
use crate::task::Task;
use hmac::{Hmac, Mac as _};
use serde_json::value::RawValue;
use sha2::{Digest as _, Sha256};
use std::collections::{HashSet, VecDeque};
use std::fmt;

/// Names in the query of the URL.
const TASK: &str = "task";
const SIGNATURE: &str = "signature";
/// A prefix of the signed text, so that the secret can have other uses as well.
const PURPOSE: &[u8] = b"airspec webhook:";
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
    /// Results that are not finished; another call follows.
    pub unfinished: Vec<Unfinished>,
    /// The JSON texts of the items that are nothing of this. Long ones are cut.
    pub unread: Vec<String>,
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

    /// Checks the signature in a query and returns the `taskUUID`.
    ///
    /// Call it before you read the body, so that you do not read the body of a forged call.
    ///
    /// # Errors
    /// The query has no task or no signature, or the signature of another task or secret.
    pub fn check<'a>(&self, query: Option<&'a str>) -> Result<&'a str, WebhookError> {
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
        // In constant time.
        self.hmac(task).verify_slice(&signature).map_err(|_| WebhookError::NotYours)?;
        Ok(task)
    }

    /// Reads a call: the query of its URL, and its body, which can be an envelope, a list or one item alone. Odd items do not
    /// affect the others.
    ///
    /// # Errors
    /// The call does not have the signature of its task, an item names another task, or the body has no item of any
    /// kind.
    pub fn read<T: Task>(&self, query: Option<&str>, body: &[u8]) -> Result<Notice<T::Answer>, WebhookError> {
        let task = self.check(query)?;
        if body.len() > self.limit {
            return Err(WebhookError::TooLarge(self.limit));
        }
        let text = items::text(body);
        if values(&text) > VALUES {
            return Err(WebhookError::Unreadable(format!("more than {VALUES} values")));
        }
        let is_own = |uuid: &String| normal(uuid) == normal(task);
        let mut notice = Notice::new(task);
        let mut error_ids = Vec::new();
        let mut is_yours = true;
        let read = parts(&text, |part, item| {
            let head = Head::of(item).unwrap_or_default();
            is_yours &= head.tasks.iter().all(is_own);
            match (part, head.state(true)) {
                _ if !is_yours => {}
                (Part::Error, _) => {
                    notice.errors.push(api_error(items::error_value(item)));
                    error_ids.push(id(task, &head, item));
                }
                (Part::Item, State::Failed) => {
                    notice.errors.push(api_error(failure(&head, items::error_value, item)));
                    error_ids.push(id(task, &head, item));
                }
                (Part::Item, State::Result) => {
                    notice.results.push(T::Answer::read(item.get().to_owned()));
                    notice.ids.push(id(task, &head, item));
                }
                (Part::Item, State::UnderWay) if head.is_marked() => {
                    notice.unfinished.push(head.unfinished(item));
                }
                (Part::Item, State::UnderWay) => notice.unread.push(cut(item.get(), MAX_UNREAD)),
            }
        });
        if !is_yours {
            return Err(WebhookError::NotYours);
        }
        notice.ids.append(&mut error_ids);
        match read {
            Ok(()) if !notice.is_empty() || notice.unread.is_empty() => Ok(notice),
            Ok(()) => Err(WebhookError::Unreadable(notice.unread.swap_remove(0))),
            Err(items::Odd::NoJson) => Err(WebhookError::Unreadable("no JSON".to_owned())),
            Err(items::Odd::NoEnvelope) => {
                Err(WebhookError::Unreadable("neither results nor errors".to_owned()))
            }
        }
    }
}

impl<A> Notice<A> {
    fn new(task: &str) -> Self {
        Self {
            task: task.to_owned(),
            results: Vec::new(),
            errors: Vec::new(),
            unfinished: Vec::new(),
            unread: Vec::new(),
            ids: Vec::new(),
        }
    }

    fn is_empty(&self) -> bool {
        self.results.is_empty() && self.errors.is_empty() && self.unfinished.is_empty()
    }
}

/// The id of an item, the same in all calls about it. Results of other models have other members, such as `videoUUID`.
fn id(task: &str, head: &Head<'_>, item: &RawValue) -> String {
    let own: Vec<&str> = head.ids.iter().map(|(_, id)| id.as_str()).collect();
    let task = task.to_ascii_lowercase();
    match own.join("/") {
        own if own.is_empty() => {
            let same = value(item.get()).map_or_else(|| item.get().to_owned(), |value| value.to_string());
            format!("{task}/{}", hex(&Sha256::digest(same)))
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
#[path = "webhook/tests.rs"]
mod tests;
