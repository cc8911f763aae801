//! The kinds of errors, and the one table of codes that decides them.

/// The kind of an error. Look at [`Error::is_download`](super::Error::is_download) and
/// [`Error::may_be_billed`](super::Error::may_be_billed) first, and then at the class.
///
/// The classes of the service's errors are those of the provider's own SDKs, except that a `taskUUID` in use is
/// [`Conflict`](Self::Conflict) here and a validation error there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Class {
    /// The request is not valid: change it.
    Validation,
    /// The key is missing, wrong or without permission: set the right key.
    Auth,
    /// The balance or the quota is used up: top up the account.
    Quota,
    /// Too many requests: wait, then send the task again.
    RateLimit,
    /// The prompt, an input or the result was blocked: change the prompt or the inputs.
    Safety,
    /// The task, the model, the file or another resource does not exist, or no longer exists.
    NotFound,
    /// The `taskUUID` is in use: call [`collect`](super::Client::collect).
    Conflict,
    /// The provider of the model failed: try again later, if [`Error::is_retryable`](super::Error::is_retryable).
    Provider,
    /// The service failed: try again later, if [`Error::is_retryable`](super::Error::is_retryable).
    ServerError,
    /// A time-out, of the client or of the service.
    Timeout,
    /// The client could not connect, or the connection was lost.
    Connection,
    /// The request was given up.
    Aborted,
    /// The answer is not valid or not complete.
    Answer,
    /// A local file cannot be written.
    Local,
    /// The [budget](super::Budget) does not cover the request.
    Budget,
    /// The service sent a code that this release does not know.
    Unknown,
}

/// How a code is compared with words.
#[derive(Clone, Copy)]
enum Match {
    Is,
    Begins,
    Ends,
    Contains,
}

/// The classes of codes, in the order in which they are checked. The source is the provider's own SDKs (Python 1.8.0 and
/// TypeScript 1.6.8), which also use the class names as codes. Codes are compared without capitals, hyphens and
/// underscores.
#[rustfmt::skip]
const TABLE: &[(Class, Match, &[&str])] = &[
    (Class::Aborted, Match::Is, &["aborted"]),
    (Class::Connection, Match::Is, &[
        "connection", "connectionfailed", "notconnected", "notopen", "disconnected", "reconnectionfailed",
    ]),
    (Class::Quota, Match::Contains, &["credits", "quota", "balance"]),
    (Class::Quota, Match::Is, &["paymentrequired"]),
    (Class::RateLimit, Match::Contains, &["ratelimit"]),
    (Class::Safety, Match::Is, &[
        "safety", "contentpolicyviolation", "providercontentpolicyviolation", "sensitivecontentdetected",
        "unsafecontentdetected", "nsfwcontentdetected", "promptblocked", "imageblocked", "moderationfailed",
        "invalidprovidercontent",
    ]),
    (Class::Auth, Match::Contains, &["apikey"]),
    (Class::Auth, Match::Is, &[
        "auth", "unauthorized", "forbidden", "permissiondenied", "insufficientpermissions", "authenticationfailed",
        "authfailed", "authtimeout", "invalidauthentication", "missingauthentication", "accountsuspended",
        "accountdisabled", "organizationsuspended", "organizationdisabled", "workspacesuspended", "workspacedisabled",
    ]),
    (Class::Auth, Match::Begins, &["token"]),
    (Class::Auth, Match::Ends, &["credentials"]),
    (Class::Timeout, Match::Contains, &["timeout"]),
    (Class::NotFound, Match::Ends, &["notfound", "expired"]),
    (Class::NotFound, Match::Is, &["taskcancelled", "unknownmodel"]),
    (Class::ServerError, Match::Is, &[
        "servererror", "internalservererror", "serviceunavailable", "serverunavailable", "standarderror",
        "unknownerror", "undefinederror", "defaulterror", "unrecognizedresponse", "errorretrievingaccountmanagement",
    ]),
    (Class::Provider, Match::Begins, &["provider"]),
    (Class::Provider, Match::Is, &[
        "inferenceerror", "processingfailed", "taskfailed", "downloadfailed", "uploadfailed", "noavailableserver",
        "modelunavailable", "modeldisabled", "modelnotready", "mediastoragefilecouldnotbemoved",
    ]),
    // Ours: the task may run.
    (Class::Conflict, Match::Is, &["conflict", "conflicttaskuuid", "duplicatetaskuuid", "taskuuidconflict"]),
    (Class::Validation, Match::Begins, &[
        "invalid", "missing", "conflict", "duplicate", "unsupported", "value", "array", "max", "validation",
        // Of the model's settings and of names.
        "mismatch", "unknownparameter", "unknownprovidersettings",
    ]),
    (Class::Validation, Match::Contains, &["conflict"]),
    (Class::Validation, Match::Is, &[
        "incompatibleparameters", "transparentmodelmismatch", "modelownershipvalidationerror", "modelalreadyexists",
    ]),
];

/// The class of an error code. `None` if the code is not known.
#[must_use]
pub fn of_code(code: &str) -> Option<Class> {
    let code: String =
        code.chars().filter(|character| !"-_ ".contains(*character)).flat_map(char::to_lowercase).collect();
    let fits = |(_, how, words): &&(Class, Match, &[&str])| {
        words.iter().any(|word| match how {
            Match::Is => code == *word,
            Match::Begins => code.starts_with(word),
            Match::Ends => code.ends_with(word),
            Match::Contains => code.contains(word),
        })
    };
    TABLE.iter().find(fits).map(|(class, ..)| *class)
}

/// The class of an HTTP status.
pub(super) fn of_status(status: u16) -> Class {
    match status {
        200..300 => Class::Unknown,
        401 | 403 => Class::Auth,
        402 => Class::Quota,
        404 | 410 => Class::NotFound,
        408 | 504 => Class::Timeout,
        409 => Class::Conflict,
        429 => Class::RateLimit,
        400..500 => Class::Validation,
        500..600 => Class::ServerError,
        _ => Class::Answer,
    }
}

impl Class {
    /// Whether the service may do the same request later.
    pub(super) fn may_pass(self) -> bool {
        match self {
            Self::RateLimit | Self::Provider | Self::ServerError | Self::Timeout | Self::Connection => true,
            Self::Validation
            | Self::Auth
            | Self::Quota
            | Self::Safety
            | Self::NotFound
            | Self::Conflict
            | Self::Aborted
            | Self::Answer
            | Self::Local
            | Self::Budget
            | Self::Unknown => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_spelling_of_a_code_does_not_matter_and_an_unknown_one_has_no_class() {
        for code in ["rateLimitExceeded", "RATE_LIMIT_EXCEEDED", "rate-limit-exceeded", "providerRateLimit"] {
            assert_eq!(of_code(code), Some(Class::RateLimit), "{code}");
        }
        for code in ["", "somethingNew", "4001", "concurrencyLimitExceeded", "unnamedError"] {
            assert_eq!(of_code(code), None, "{code}");
        }
        assert_eq!(of_code("conflictTaskUUID"), Some(Class::Conflict));
        assert_eq!(of_code("conflictParameters"), Some(Class::Validation));
        assert_eq!(of_code("authTimeout"), Some(Class::Auth));
    }
}
