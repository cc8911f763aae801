//! Errors that a program can act on: class, parameters, documentation URL, whether the task may be billed, and whether
//! the same request may succeed later.

use super::billing;
use super::budget::over_budget;
use crate::answers::ApiError;
use crate::shown::beginning;
use serde_json::Value;
use std::fmt;
use std::time::Duration;

/// The client cannot be created.
#[derive(Clone, Debug, thiserror::Error)]
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
///     Class::Request => eprintln!("change {:?}: {error}", error.parameters()),
///     Class::Balance => eprintln!("top up the account"),
///     _ if error.is_retryable() => eprintln!("try again later: {error}"),
///     _ => eprintln!("{error}"),
/// }
/// # }
/// ```
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The service refused the request.
    #[error("{0}")]
    Refused(Box<Refusal>),
    /// The client could not connect, so it sent nothing.
    #[error("cannot connect: {}", plain(.0))]
    Unreachable(String),
    /// The connection was lost before the answer was complete. The task may be running.
    #[error("the connection was lost: {}", plain(.0))]
    ConnectionLost(String),
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
    #[error("HTTP {status} with an invalid body: {}", plain(.reason))]
    Unreadable {
        /// The HTTP status.
        status: u16,
        /// The reason.
        reason: String,
    },
    /// The task was accepted in an earlier attempt of this call, and its results cannot be fetched. It may be billed.
    /// A new task is billed again.
    #[error(
        "task {} was accepted in an earlier attempt, and its results cannot be fetched: it may be billed, and a new task \
         is billed again",
        plain(.task)
    )]
    AlreadyAccepted {
        /// The `taskUUID`.
        task: String,
    },
    /// The results were not ready within [`Settings::polling`](super::Settings::polling). Call
    /// [`collect`](super::Client::collect) to continue.
    #[error("not finished after {0:?} of polling")]
    Unfinished(Duration),
    /// The task was accepted, but polling for its results failed. Call [`collect`](super::Client::collect) to try
    /// again.
    #[error("the task was accepted, but polling for its results failed: {0}")]
    Uncollected(Box<Error>),
    /// The answer has fewer results than the task asks for, and no error about the others.
    #[error("{got} of {wanted} results, and no error that says why{}", under_others(*.foreign))]
    Missing {
        /// The number of results that the task asks for.
        wanted: u64,
        /// The number of results in the answer.
        got: u64,
        /// The number of results in the same answer with a `taskUUID` that was not sent.
        foreign: u64,
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
    Download(Box<Error>),
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

/// The refusal of the service.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Refusal {
    /// The HTTP status. It can be 200 if other tasks of the batch have results.
    pub status: u16,
    /// The errors of the service; empty if the answer has none. Long texts are cut.
    pub errors: Vec<ApiError>,
    /// How many further errors the answer contains. They are not kept.
    pub omitted: u64,
    /// Whether the task may run, or may have run, although there is an error: the service did not clearly refuse it,
    /// or may have accepted an earlier attempt.
    pub may_run: bool,
    /// The `Retry-After` of the service.
    pub retry_after: Option<Duration>,
}

/// The kind of an error. Look at [`Error::is_download`] and [`Error::may_be_billed`] first, and then at the class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Class {
    /// The request is not valid: change it.
    Request,
    /// The key is missing or wrong: set the right key.
    Key,
    /// The balance is too low: top up the account.
    Balance,
    /// The key has no permission for this request.
    Permission,
    /// The task, the file or the resource does not exist, or no longer exists.
    NotFound,
    /// The `taskUUID` is in use: call [`collect`](super::Client::collect).
    Conflict,
    /// Too many requests: wait, then send the task again.
    Rate,
    /// The service or the provider failed: try again later, if [`Error::is_retryable`].
    Service,
    /// The client could not connect, or the connection was lost.
    Connection,
    /// A time-out.
    Time,
    /// The answer is not valid or not complete.
    Answer,
    /// A local file cannot be written.
    Local,
    /// The [budget](super::Budget) does not cover the request.
    Budget,
}

impl Error {
    pub(super) fn refused(status: u16, errors: Vec<ApiError>, retry_after: Option<Duration>) -> Self {
        let may_run = billing::may_run(status, &errors);
        Self::Refused(Box::new(Refusal { status, errors, omitted: 0, may_run, retry_after }))
    }

    /// The refusal with the number of further errors.
    pub(super) fn with_omitted(self, omitted: u64) -> Self {
        match self {
            Self::Refused(refusal) => Self::Refused(Box::new(Refusal { omitted, ..*refusal })),
            other => other,
        }
    }

    /// The same error, if the task may be running after an earlier attempt or answer.
    pub(super) fn in_doubt(self) -> Self {
        match self {
            Self::Refused(refusal) => Self::Refused(Box::new(Refusal { may_run: true, ..*refusal })),
            other => other,
        }
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
            Self::TimedOut(_) | Self::Unfinished(_) => Class::Time,
            Self::TooLarge { .. }
            | Self::Unreadable { .. }
            | Self::Missing { .. }
            | Self::File { status: None, .. } => Class::Answer,
            Self::AlreadyAccepted { .. } => Class::Conflict,
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
    /// results of a lost answer may be gone: `collect` then returns [`Class::NotFound`] (or [`Error::Unfinished`]),
    /// and sending the task again may be billed again, even with the same `taskUUID`.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        let may_pass = match self {
            Self::Download(cause) => {
                return matches!(cause.class(), Class::Connection | Class::Time);
            }
            _ => matches!(self.class(), Class::Rate | Class::Service | Class::Connection),
        };
        may_pass && !self.may_be_billed()
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
            | Self::AlreadyAccepted { .. }
            | Self::Uncollected(_)
            | Self::Missing { .. }
            | Self::Unreadable { .. }
            | Self::Unfinished(_) => true,
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

impl Refusal {
    fn class(&self) -> Class {
        let known = self.errors.first().and_then(|error| of_code(&error.code));
        known.unwrap_or_else(|| of_status(self.status))
    }
}

/// Each error on a line: code, message, parameters, link.
impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.errors.is_empty() {
            return write!(f, "HTTP {} without an error message", self.status);
        }
        for (index, error) in self.errors.iter().enumerate() {
            let separator = if index == 0 { "" } else { "\n" };
            write!(f, "{separator}{}: {}", plain(&error.code), plain(&error.message))?;
            let parameters: Vec<&str> = error.parameter.iter().flat_map(names).collect();
            if !parameters.is_empty() {
                write!(f, " ({})", plain(&parameters.join(", ")))?;
            }
            if let Some(link) = &error.documentation {
                write!(f, " see {}", plain(link))?;
            }
        }
        if self.omitted > 0 {
            write!(f, "\nand {} more", self.omitted)?;
        }
        Ok(())
    }
}

/// The number of results with another `taskUUID`, if there are any.
fn under_others(foreign: u64) -> String {
    match foreign {
        0 => String::new(),
        count => format!("; {count} came under other identifiers"),
    }
}

/// Text of others, safe for a terminal.
fn plain(text: &str) -> String {
    beginning(text, 500)
}

/// The names in `parameter`: one, or several.
fn names(parameter: &Value) -> Vec<&str> {
    match parameter {
        Value::String(name) => vec![name],
        Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

/// The class of an error code. Codes differ between models, so the first word of the code decides.
pub fn of_code(code: &str) -> Option<Class> {
    let exact = match code {
        "invalidApiKey" | "missingApiKey" => Class::Key,
        "insufficientCredits" => Class::Balance,
        "insufficientPermissions" => Class::Permission,
        "rateLimitExceeded" => Class::Rate,
        "internalServerError" | "serviceUnavailable" | "unknownError" => Class::Service,
        _ => return of_beginning(code),
    };
    Some(exact)
}

fn of_beginning(code: &str) -> Option<Class> {
    let begins = |words: &[&str]| words.iter().any(|word| code.starts_with(word));
    if begins(&["conflict"]) {
        Some(Class::Conflict)
    } else if begins(&["timeout"]) {
        Some(Class::Service)
    } else if begins(&["invalid", "missing", "unsupported", "mismatch", "unknown"]) {
        Some(Class::Request)
    } else if code.ends_with("NotFound") {
        Some(Class::NotFound)
    } else {
        None
    }
}

fn of_status(status: u16) -> Class {
    match status {
        401 => Class::Key,
        402 => Class::Balance,
        403 => Class::Permission,
        404 | 410 => Class::NotFound,
        408 | 500..600 => Class::Service,
        409 => Class::Conflict,
        429 => Class::Rate,
        400..500 => Class::Request,
        _ => Class::Answer,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn refused(status: u16, error: Value) -> Error {
        Error::refused(status, vec![serde_json::from_value(error).unwrap()], None)
    }

    #[test]
    fn a_refusal_says_who_can_do_something() {
        let wide = refused(
            400,
            json!({"code": "invalidWidth", "message": "Too\u{1b} wide.", "parameter": "width",
                   "documentation": "https://runware.ai/x#request-width"}),
        );
        assert_eq!((wide.class(), wide.is_retryable()), (Class::Request, false));
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
        let lost = || Error::ConnectionLost("reset".to_owned());
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
            ("invalidApiKey", 400, Class::Key),
            ("insufficientCredits", 200, Class::Balance),
            ("rateLimitExceeded", 200, Class::Rate),
            ("timeoutProvider", 200, Class::Service),
            ("conflictTaskUUID", 400, Class::Conflict),
            ("taskNotFound", 200, Class::NotFound),
            ("somethingNew", 402, Class::Balance),
            ("somethingNew", 503, Class::Service),
            ("somethingNew", 200, Class::Answer),
        ] {
            let error = refused(status, json!({"code": code, "message": "m"}));
            assert_eq!(error.class(), class, "{code} {status}");
        }
    }
}
