//! Errors that a program can act on: class, parameters, documentation URL, whether the task may be billed, and whether
//! the same request may succeed later.

use super::budget::over_budget;
use super::class::{Class, of_status};
use super::refusal::{Refusal, names};
use crate::answers::ApiError;
use crate::shown::beginning;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// The client cannot be created.
#[derive(Clone, thiserror::Error)]
#[non_exhaustive]
pub enum SetupError {
    /// There is no key.
    #[error("no key: set RUNWARE_API_KEY, or pass one to `Client::new`")]
    NoKey,
    /// The key contains invalid characters.
    #[error("the key contains characters that an HTTP header cannot contain")]
    BadKey,
    /// The endpoint URL is not valid or not allowed.
    #[error("the URL `{}` {}", plain(.url), plain(.reason))]
    Url {
        /// The URL without its query.
        url: String,
        /// The reason.
        reason: String,
    },
    /// The proxy URL is not valid.
    #[error("the proxy URL is not valid")]
    Proxy,
    /// The PEM data contains no certificate.
    #[error("the PEM data contains no certificate")]
    NoCertificate,
    /// The HTTP client cannot be created on this system.
    #[error("cannot create an HTTP client: {}", plain(.0))]
    Http(String),
}

/// A task has no result, or a file was not downloaded.
///
/// ```
/// # fn example(error: airspec_models::client::Error) {
/// use airspec_models::client::Class;
///
/// match error.class() {
///     _ if error.is_download() => eprintln!("download the same URL again: {error}"),
///     _ if error.may_be_billed() => eprintln!("call `collect`, do not send it again: {error}"),
///     Class::Validation => eprintln!("change {:?}: {error}", error.parameters()),
///     Class::Safety => eprintln!("change the prompt or the inputs: {error}"),
///     Class::Quota => eprintln!("top up the account"),
///     _ if error.is_retryable() => eprintln!("try again later: {error}"),
///     _ => eprintln!("{error}"),
/// }
/// # }
/// ```
#[derive(Clone, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The service refused the request.
    #[error("{0}")]
    Refused(Box<Refusal>),
    /// The client could not connect, so it sent nothing.
    #[error("cannot connect to {0}")]
    Unreachable(#[source] Connection),
    /// The connection was lost before the answer was complete. The task may be running.
    #[error("the connection was lost: {0}")]
    ConnectionLost(#[source] Connection),
    /// The answer took too long. The task may be running.
    #[error("no answer within {0:?}")]
    TimedOut(Duration),
    /// The answer or the file is larger than the limit of the settings.
    #[error("larger than the limit of {limit} bytes")]
    TooLarge {
        /// The limit in bytes.
        limit: u64,
    },
    /// The answer is not valid.
    #[error("HTTP {status} with an invalid body: {}{}", plain(.reason), identified(.request_id.as_deref()))]
    Unreadable {
        /// The HTTP status.
        status: u16,
        /// The reason, with the first words of the body.
        reason: String,
        /// The `X-Request-Id` of the answer.
        request_id: Option<String>,
        /// The JSON texts of the items that cannot be read. Long ones are cut.
        raw: Vec<String>,
    },
    /// The task was accepted before, and its results cannot be fetched. It may be billed. A new task is billed again.
    #[error(
        "task {} was accepted before, and its results cannot be fetched: it may be billed, and a new task is billed \
         again",
        plain(.task)
    )]
    Taken {
        /// The `taskUUID`.
        task: String,
    },
    /// The results were not ready within [`Settings::polling`](super::Settings::polling). Call
    /// [`collect`](super::Client::collect) to continue.
    #[error("not finished after {polling:?} of polling")]
    Unfinished {
        /// The time limit for polling.
        polling: Duration,
        /// The JSON texts of the unfinished items of the last answer. Long ones are cut.
        raw: Vec<String>,
    },
    /// The task was accepted, but polling for its results failed. Call [`collect`](super::Client::collect) to try
    /// again.
    #[error("the task was accepted, but polling for its results failed: {0}")]
    Uncollected(#[source] Box<Error>),
    /// The answer has fewer results than the task asks for, and no error about the others.
    #[error("{got} of {wanted} results, and no error that says why{}", under_others(*.foreign))]
    Missing {
        /// The number of results that the task asks for.
        wanted: u64,
        /// The number of results in the answer.
        got: u64,
        /// The number of results in the same answer with a `taskUUID` that was not sent.
        foreign: u64,
        /// The JSON texts of these results. Long ones are cut.
        raw: Vec<String>,
    },
    /// The budget does not cover the request. It was not sent.
    #[error("{}", over_budget(*.needed, *.left))]
    OverBudget {
        /// The US dollars that the request may cost; `None` if the spec has no prices.
        needed: Option<f64>,
        /// The US dollars that the budget has left.
        left: f64,
    },
    /// The download of a file failed. Download the same URL again, which costs nothing.
    #[error("the download failed: {0}")]
    Download(#[source] Box<Error>),
    /// The file cannot be downloaded: the URL is not valid or not allowed, or the server refused the request.
    #[error("the file cannot be downloaded: {}", plain(.reason))]
    File {
        /// The HTTP status, if the server answered.
        status: Option<u16>,
        /// The reason.
        reason: String,
    },
    /// The file cannot be written.
    #[error("cannot write {}: {}", plain(.path), plain(.reason))]
    Write {
        /// The path, or `the downloaded bytes` for a writer.
        path: String,
        /// The reason of the operating system.
        reason: String,
    },
}

/// A connection that failed: the URL without what may be secret, and the reason.
#[derive(Clone, thiserror::Error)]
#[error("{}: {}", plain(.url), plain(.reason))]
pub struct Connection {
    pub(super) url: String,
    pub(super) reason: String,
    #[source]
    pub(super) source: Option<Arc<reqwest::Error>>,
}

impl Connection {
    /// The end of a connection that is not one over HTTP.
    #[cfg(feature = "websocket")]
    pub(super) fn new(url: &str, reason: &str) -> Self {
        Self { url: super::url::bare(url), reason: reason.to_owned(), source: None }
    }
}

/// The same as `Display`, so that an error looks right where `main` returns it.
macro_rules! debug_as_display {
    ($($name:ident),*) => {
        $(impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        })*
    };
}
debug_as_display!(SetupError, Error, Connection);

impl Error {
    pub(super) fn unreadable(status: u16, reason: &str) -> Self {
        Self::Unreadable { status, reason: reason.to_owned(), request_id: None, raw: Vec::new() }
    }

    /// The error of an answer without results.
    pub(super) fn nothing(wanted: u64) -> Self {
        Self::Missing { wanted, got: 0, foreign: 0, raw: Vec::new() }
    }

    /// The error of a download, which has other consequences than the same error of a task.
    pub(super) fn of_download(self) -> Self {
        match self {
            Self::Unreachable(_) | Self::ConnectionLost(_) | Self::TimedOut(_) | Self::TooLarge { .. } => {
                Self::Download(Box::new(self))
            }
            other => other,
        }
    }

    /// The kind of the error.
    #[must_use]
    pub fn class(&self) -> Class {
        match self {
            Self::Refused(refusal) => refusal.class(),
            Self::Uncollected(cause) | Self::Download(cause) => cause.class(),
            Self::Unreachable(_) | Self::ConnectionLost(_) => Class::Connection,
            Self::TimedOut(_) | Self::Unfinished { .. } => Class::Timeout,
            Self::TooLarge { .. }
            | Self::Unreadable { .. }
            | Self::Missing { .. }
            | Self::File { status: None, .. } => Class::Answer,
            Self::Taken { .. } => Class::Conflict,
            Self::File { status: Some(status), .. } => of_status(*status),
            Self::Write { .. } => Class::Local,
            Self::OverBudget { .. } => Class::Budget,
        }
    }

    /// The errors of the service; empty if it sent none.
    #[must_use]
    pub fn errors(&self) -> &[ApiError] {
        match self {
            Self::Refused(refusal) => &refusal.errors,
            Self::Uncollected(cause) => cause.errors(),
            _ => &[],
        }
    }

    /// The HTTP status of the answer, if the error is about one.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Refused(refusal) => Some(refusal.status),
            Self::Unreadable { status, .. } => Some(*status),
            Self::File { status, .. } => *status,
            Self::Uncollected(cause) | Self::Download(cause) => cause.status(),
            _ => None,
        }
    }

    /// The `X-Request-Id` of the answer, which the provider's support asks for.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        match self {
            Self::Refused(refusal) => refusal.request_id.as_deref(),
            Self::Unreadable { request_id, .. } => request_id.as_deref(),
            Self::Uncollected(cause) => cause.request_id(),
            _ => None,
        }
    }

    /// The JSON texts of items that may have been paid for and cannot be handed on as results. Long ones are cut.
    #[must_use]
    pub fn raw(&self) -> &[String] {
        match self {
            Self::Unreadable { raw, .. } | Self::Missing { raw, .. } | Self::Unfinished { raw, .. } => raw,
            Self::Uncollected(cause) => cause.raw(),
            _ => &[],
        }
    }

    /// The dotted paths of the invalid parameters.
    #[must_use]
    pub fn parameters(&self) -> Vec<&str> {
        self.errors().iter().filter_map(|error| error.parameter.as_ref()).flat_map(names).collect()
    }

    /// The URL of the provider's documentation of the first invalid parameter.
    #[must_use]
    pub fn documentation(&self) -> Option<&str> {
        self.errors().iter().find_map(|error| error.documentation.as_deref())
    }

    /// Whether the same call may succeed later.
    ///
    /// For errors of [`save`](super::Client::save) and [`download`](super::Client::download) this means: download the
    /// same URL again. The image is already paid for. Do not send the task again. [`is_download`](Self::is_download)
    /// is true for these errors.
    ///
    /// For errors of tasks this means: send the task again, also with a new `taskUUID`. It is false for every task that
    /// [may be billed](Self::may_be_billed).
    ///
    /// If you must not pay twice, build the task with `DeliveryMethod::Async`: after a lost answer,
    /// [`collect`](super::Client::collect) returns its results and costs nothing. For an immediate (`sync`) task the
    /// results of a lost answer may be gone, and sending the task again may be billed again, even with the same
    /// `taskUUID`.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        if let Self::Download(cause) = self {
            return matches!(cause.class(), Class::Connection | Class::Timeout);
        }
        self.class().may_pass() && !self.may_be_billed()
    }

    /// Whether this is an error of [`save`](super::Client::save) or [`download`](super::Client::download). The task is
    /// finished and paid for: download the same URL again, and do not send the task again.
    #[must_use]
    pub fn is_download(&self) -> bool {
        matches!(self, Self::Download(_) | Self::File { .. } | Self::Write { .. })
    }

    /// Whether the task may run, or may have run, and so may be billed. It is false only if the service clearly
    /// refused the task or did not receive it, and for errors of downloads. It is true after HTTP 408 and 5xx, an
    /// invalid answer, a lost connection and a time-out.
    #[must_use]
    pub fn may_be_billed(&self) -> bool {
        match self {
            Self::Refused(refusal) => refusal.may_run,
            Self::ConnectionLost(_)
            | Self::TimedOut(_)
            | Self::TooLarge { .. }
            | Self::Taken { .. }
            | Self::Uncollected(_)
            | Self::Missing { .. }
            | Self::Unreadable { .. }
            | Self::Unfinished { .. } => true,
            Self::Unreachable(_)
            | Self::OverBudget { .. }
            | Self::Download(_)
            | Self::File { .. }
            | Self::Write { .. } => false,
        }
    }

    /// The `Retry-After` of the service: the time to wait before the next attempt.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Refused(refusal) => refusal.retry_after,
            Self::Uncollected(cause) => cause.retry_after(),
            _ => None,
        }
    }
}

/// The number of results with another `taskUUID`, if there are any.
fn under_others(foreign: u64) -> String {
    match foreign {
        0 => String::new(),
        count => format!("; {count} came under other identifiers"),
    }
}

/// The identifier of a request, if there is one.
pub(super) fn identified(id: Option<&str>) -> String {
    id.map(|id| format!(" (request {})", plain(id))).unwrap_or_default()
}

/// Text of others, safe for a terminal.
pub(super) fn plain(text: &str) -> String {
    beginning(text, 500)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn refused(status: u16, error: Value) -> Error {
        Refusal::new(status, vec![serde_json::from_value(error).unwrap()]).into()
    }

    fn connection() -> Connection {
        Connection { url: "https://x/".to_owned(), reason: "reset".to_owned(), source: None }
    }

    #[test]
    fn errors_look_right_where_main_returns_them() {
        let lost = Error::ConnectionLost(connection());
        assert_eq!(format!("{lost:?}"), "the connection was lost: https://x/: reset");
        let outer = Error::Uncollected(Box::new(lost));
        let source = std::error::Error::source(&outer).unwrap();
        assert!(source.to_string().ends_with("reset") && source.source().is_some(), "{outer:?}");
        assert_eq!(format!("{:?}", SetupError::NoKey), SetupError::NoKey.to_string());
        let missing = Error::Missing { wanted: 1, got: 0, foreign: 1, raw: vec!["{}".to_owned()] };
        assert_eq!((missing.raw(), missing.status()), (&["{}".to_owned()][..], None));
    }

    #[test]
    fn a_refusal_says_who_can_do_something() {
        let wide = refused(
            400,
            json!({"code": "invalidWidth", "message": "Too\u{1b} wide.", "parameter": "width",
                   "documentation": "https://runware.ai/x#request-width"}),
        );
        assert_eq!((wide.class(), wide.is_retryable()), (Class::Validation, false));
        assert_eq!(
            (wide.parameters(), wide.documentation()),
            (vec!["width"], Some("https://runware.ai/x#request-width"))
        );
        assert_eq!(
            wide.to_string(),
            "invalidWidth: Too\\u{1b} wide. (width) see https://runware.ai/x#request-width"
        );
        let several =
            refused(400, json!({"code": "missingSize", "message": "m", "parameter": ["width", "height"]}));
        assert_eq!(several.parameters(), ["width", "height"]);
    }

    #[test]
    fn errors_of_downloads_are_marked_and_never_billed() {
        let file = |status| Error::File { status, reason: "r".to_owned() };
        let lost = || Error::ConnectionLost(connection());
        let downloads = [
            lost().of_download(),
            Error::TimedOut(Duration::ZERO).of_download(),
            file(None),
            file(Some(404)),
            Error::Write { path: String::new(), reason: "full".to_owned() },
        ];
        for error in downloads {
            assert!(error.is_download() && !error.may_be_billed(), "{error}");
        }
        let tasks =
            [lost(), Error::TimedOut(Duration::ZERO), refused(503, json!({"code": "c", "message": "m"}))];
        for error in tasks {
            assert!(!error.is_download() && error.may_be_billed() && !error.is_retryable(), "{error}");
        }
        assert!(lost().of_download().is_retryable() && !file(Some(404)).is_retryable());
    }

    #[test]
    fn codes_count_before_statuses_since_a_batch_has_only_one_status() {
        for (code, status, class) in [
            ("invalidApiKey", 400, Class::Auth),
            ("insufficientCredits", 200, Class::Quota),
            ("rateLimitExceeded", 200, Class::RateLimit),
            ("timeoutProvider", 200, Class::Timeout),
            ("conflictTaskUUID", 400, Class::Conflict),
            ("taskNotFound", 200, Class::NotFound),
            ("somethingNew", 402, Class::Quota),
            ("somethingNew", 503, Class::ServerError),
            ("somethingNew", 200, Class::Unknown),
        ] {
            let error = refused(status, json!({"code": code, "message": "m"}));
            assert_eq!(error.class(), class, "{code} {status}");
        }
    }
}
