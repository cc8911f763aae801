//! What can go wrong, in a form that a program can act on: a class, the parameter at fault, a link, whether the task may
//! be billed all the same, and whether the same request may succeed later.

use super::billing;
use crate::answers::ApiError;
use crate::shown::beginning;
use serde_json::Value;
use std::fmt;
use std::time::Duration;

/// Why there is no client.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SetupError {
    /// No key was given.
    #[error("no key: set RUNWARE_API_KEY, or hand one to `Client::new`")]
    NoKey,
    /// The key cannot stand in a header.
    #[error("the key holds characters that no HTTP header can carry")]
    BadKey,
    /// Nothing can be sent there, or should not be.
    #[error("the address `{}` {}", plain(.address), plain(.reason))]
    Address {
        /// As given, without its query.
        address: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A proxy that is no address.
    #[error("the proxy is no address that can be used")]
    Proxy,
    /// A file of certificates without any.
    #[error("there is no certificate in PEM form")]
    NoCertificate,
    /// The system lacks something.
    #[error("no HTTP client can be made: {}", plain(.0))]
    Http(String),
}

/// Why a task has no result, or a file was not downloaded.
///
/// ```
/// # fn example(error: airspec_models::client::Error) {
/// use airspec_models::client::Class;
///
/// match error.class() {
///     Class::Request => eprintln!("change {:?}, see {:?}", error.parameters(), error.documentation()),
///     Class::Balance => eprintln!("top up the account"),
///     _ if error.is_retryable() => eprintln!("try again later: {error}"),
///     _ => eprintln!("{error}"),
/// }
/// # }
/// ```
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The service said no.
    #[error("{0}")]
    Refused(Box<Refusal>),
    /// There was no connection, so nothing was sent.
    #[error("no connection: {}", plain(.0))]
    Unreachable(String),
    /// The connection ended before the answer was whole. The service may have done the work.
    #[error("the connection broke: {}", plain(.0))]
    Broken(String),
    /// The answer took too long. The service may have done the work.
    #[error("no answer within {0:?}")]
    TimedOut(Duration),
    /// There is more than the limit of the settings.
    #[error("more than {limit} bytes, which is the limit")]
    TooLarge {
        /// In bytes.
        limit: u64,
    },
    /// What came back is no answer.
    #[error("HTTP {status} with a body that is no answer: {}", plain(.reason))]
    Unreadable {
        /// The HTTP status.
        status: u16,
        /// Why not.
        reason: String,
    },
    /// An earlier attempt of the same request was taken, so the task is or was under way and may be billed; its result
    /// cannot be fetched. Send it again, as a new task, only if a second bill is acceptable.
    #[error(
        "task {} was taken by an earlier attempt whose answer was lost, and its result cannot be fetched: \
         it may be billed, and so would a new task",
        plain(.task)
    )]
    Taken {
        /// The task.
        task: String,
    },
    /// The results were not ready in time. [`collect`](super::Client::collect) goes on asking for them.
    #[error("not finished after {0:?} of polling")]
    Unfinished(Duration),
    /// The task was taken, but asking for its results failed. [`collect`](super::Client::collect) asks again.
    #[error("the task was taken, but its results could not be asked for: {0}")]
    Uncollected(Box<Error>),
    /// The answer says nothing about some of what was asked for.
    #[error("{got} of {wanted} results, and no error that says why{}", under_others(*.foreign))]
    Missing {
        /// Results that were asked for.
        wanted: u64,
        /// Results that came.
        got: u64,
        /// Results in the same answer under identifiers that were not sent.
        foreign: u64,
    },
    /// The file of a result did not arrive. It can be fetched again, which costs nothing.
    #[error("the file did not arrive: {0}")]
    Download(Box<Error>),
    /// A file that cannot be had: the address, or the status that it answers with.
    #[error("the file cannot be downloaded: {}", plain(.reason))]
    File {
        /// The HTTP status, where there is one.
        status: Option<u16>,
        /// Why not.
        reason: String,
    },
    /// A file that cannot be written.
    #[error("cannot write {}: {}", plain(.path), plain(.reason))]
    Write {
        /// Where to; empty for a writer of the caller.
        path: String,
        /// The system's reason.
        reason: String,
    },
}

/// What the service said.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Refusal {
    /// The HTTP status: 200 where other tasks of the batch have results.
    pub status: u16,
    /// What is wrong, in the service's words; empty where the answer has none. Long texts are cut.
    pub errors: Vec<ApiError>,
    /// How many further errors the answer has, which are not kept.
    pub omitted: u64,
    /// Whether the task may run, or have run, although there is an error: the service did not clearly refuse it, or an
    /// earlier attempt may have been accepted.
    pub may_run: bool,
    /// How long the service asks to wait.
    pub retry_after: Option<Duration>,
}

/// What kind of thing went wrong, and so who can do something about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Class {
    /// The request: change it.
    Request,
    /// The key is missing or wrong.
    Key,
    /// The balance does not cover the task.
    Balance,
    /// The key may not do this.
    Permission,
    /// There is no such task, file or thing.
    NotFound,
    /// The identifier of the task is in use.
    Conflict,
    /// Too many requests: wait.
    Rate,
    /// The service or the provider behind it failed: try again later.
    Service,
    /// The connection: nothing came, or not all.
    Connection,
    /// It took too long.
    Time,
    /// The answer cannot be understood, or is not whole.
    Answer,
    /// This machine: a file that cannot be written.
    Local,
}

impl Error {
    pub(super) fn refused(status: u16, errors: Vec<ApiError>, retry_after: Option<Duration>) -> Self {
        let may_run = billing::may_run(status, &errors);
        Self::Refused(Box::new(Refusal { status, errors, omitted: 0, may_run, retry_after }))
    }

    /// A refusal with so many errors more.
    pub(super) fn with_omitted(self, omitted: u64) -> Self {
        match self {
            Self::Refused(refusal) => Self::Refused(Box::new(Refusal { omitted, ..*refusal })),
            other => other,
        }
    }

    /// The same error where an earlier attempt, or an earlier answer, leaves open whether the task runs.
    pub(super) fn in_doubt(self) -> Self {
        match self {
            Self::Refused(refusal) => Self::Refused(Box::new(Refusal { may_run: true, ..*refusal })),
            other => other,
        }
    }

    /// What went wrong with a file, which is not to be mistaken for the same trouble with a task.
    pub(super) fn of_download(self) -> Self {
        match self {
            Self::Unreachable(_) | Self::Broken(_) | Self::TimedOut(_) | Self::TooLarge { .. } => {
                Self::Download(Box::new(self))
            }
            other => other,
        }
    }

    /// What kind of thing went wrong.
    #[must_use]
    pub fn class(&self) -> Class {
        match self {
            Self::Refused(refusal) => refusal.class(),
            Self::Uncollected(cause) | Self::Download(cause) => cause.class(),
            Self::Unreachable(_) | Self::Broken(_) => Class::Connection,
            Self::TimedOut(_) | Self::Unfinished(_) => Class::Time,
            Self::TooLarge { .. }
            | Self::Unreadable { .. }
            | Self::Missing { .. }
            | Self::File { status: None, .. } => Class::Answer,
            Self::Taken { .. } => Class::Conflict,
            Self::File { status: Some(status), .. } => of_status(*status),
            Self::Write { .. } => Class::Local,
        }
    }

    /// What the service said is wrong; empty where it said nothing.
    #[must_use]
    pub fn errors(&self) -> &[ApiError] {
        match self {
            Self::Refused(refusal) => &refusal.errors,
            Self::Uncollected(cause) => cause.errors(),
            _ => &[],
        }
    }

    /// The dotted paths of the parameters at fault.
    #[must_use]
    pub fn parameters(&self) -> Vec<&str> {
        self.errors().iter().filter_map(|error| error.parameter.as_ref()).flat_map(names).collect()
    }

    /// Where the provider documents the first parameter at fault.
    #[must_use]
    pub fn documentation(&self) -> Option<&str> {
        self.errors().iter().find_map(|error| error.documentation.as_deref())
    }

    /// Whether the same request, with a fresh identifier, may succeed later as it is. Never where the task
    /// [may be billed](Self::may_be_billed), since a fresh identifier would be billed as well: ask for such a task with
    /// [`collect`](super::Client::collect), or send the same one, whose identifier the service knows.
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

    /// Whether the service may do, or have done, the work all the same. Only what it clearly refused is not billed, and
    /// what never reached it: a 5xx, an HTTP 408, an answer that cannot be read and a lost connection leave it open.
    #[must_use]
    pub fn may_be_billed(&self) -> bool {
        match self {
            Self::Refused(refusal) => refusal.may_run,
            Self::Broken(_)
            | Self::TimedOut(_)
            | Self::TooLarge { .. }
            | Self::Taken { .. }
            | Self::Uncollected(_)
            | Self::Missing { .. }
            | Self::Unreadable { .. }
            | Self::Unfinished(_) => true,
            Self::Unreachable(_) | Self::Download(_) | Self::File { .. } | Self::Write { .. } => false,
        }
    }

    /// How long the service asks to wait before it is asked again.
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
            return write!(f, "HTTP {} without a reason", self.status);
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

/// How many results came under other identifiers, where some did.
fn under_others(foreign: u64) -> String {
    match foreign {
        0 => String::new(),
        count => format!("; {count} came under other identifiers"),
    }
}

/// Words of others, such that they do nothing to a terminal.
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

/// What the platform's words say; codes differ between models, so beginnings decide.
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
