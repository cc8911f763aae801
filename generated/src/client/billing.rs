//! Whether a task may be billed although its answer is an error. Only a clear refusal means that it is not. After any
//! other answer, the service may have started the task, and a second task would be billed again.

use super::class::{Class, of_code};
use crate::answers::ApiError;

/// Whether a task may run, or may have run, after an answer with this status and these errors.
pub(super) fn may_run(status: u16, errors: &[ApiError]) -> bool {
    match status {
        // A batch has one status for all its tasks, so each task needs its own error.
        200..300 => errors.is_empty() || !errors.iter().all(|error| is_refusing(&error.code)),
        _ => status_may_run(status) || errors.iter().any(|error| is_running(&error.code)),
    }
}

/// Whether a task may run after an answer with this status and no errors. The list contains the refusals, since
/// gateways use statuses of their own: 460 and 499 for a closed connection, 520 to 530 for a lost origin.
fn status_may_run(status: u16) -> bool {
    // Not 408 and 409: the request may have been read, or the `taskUUID` is in use.
    !matches!(status, 307 | 308 | 400..=407 | 410..=418 | 421..=426 | 428 | 429 | 431 | 451)
}

/// Codes of failures before the start of a task.
const NOT_STARTED: [&str; 4] = ["noAvailableServer", "modelUnavailable", "modelDisabled", "modelNotReady"];
/// Codes of failures at the end of a task, whatever their class: the check of the finished image, and a task that is
/// gone.
const AT_THE_END: [&str; 4] =
    ["invalidProviderContent", "providerContentPolicyViolation", "taskCancelled", "taskFailedOrNotFound"];

/// Whether an error code means that the task was not started.
fn is_refusing(code: &str) -> bool {
    let refusing = [Class::Validation, Class::Auth, Class::Quota, Class::NotFound, Class::RateLimit];
    let is_refusal = of_code(code).is_some_and(|class| refusing.contains(&class));
    NOT_STARTED.contains(&code) || is_refusal && !AT_THE_END.contains(&code)
}

/// Whether an error code means that the task, or one with its `taskUUID`, was started.
fn is_running(code: &str) -> bool {
    let running = [Class::ServerError, Class::Provider, Class::Timeout, Class::Conflict];
    let is_started = of_code(code).is_some_and(|class| running.contains(&class));
    AT_THE_END.contains(&code) || is_started && !NOT_STARTED.contains(&code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn errors(codes: &[&str]) -> Vec<ApiError> {
        let error = |code: &&str| serde_json::from_value(json!({"code": code, "message": "m"})).unwrap();
        codes.iter().map(error).collect()
    }

    #[test]
    fn only_a_clear_refusal_leaves_no_doubt() {
        for status in [400, 401, 402, 403, 404, 405, 410, 413, 422, 429, 431, 307, 308] {
            assert!(!may_run(status, &[]), "{status}");
            assert!(!may_run(status, &errors(&["somethingNew"])), "{status}");
        }
        for status in
            [200, 202, 204, 301, 302, 303, 408, 409, 460, 499, 500, 502, 503, 504, 520, 524, 599, 999]
        {
            assert!(may_run(status, &[]), "{status}");
            assert!(may_run(status, &errors(&["somethingNew"])), "{status}");
        }
    }

    #[test]
    fn a_code_decides_where_the_status_is_that_of_a_whole_batch() {
        for (codes, on_success, on_refusal) in [
            (&["invalidWidth"][..], false, false),
            (&["missingWidth", "unsupportedParameter"], false, false),
            (&["insufficientCredits"], false, false),
            (&["rateLimitExceeded"], false, false),
            (&["modelNotFound"], false, false),
            (&["timeoutProvider"], true, true),
            (&["internalServerError"], true, true),
            (&["unknownError"], true, true),
            (&["invalidProviderContent"], true, true),
            (&["inferenceError"], true, true),
            (&["noAvailableServer"], false, false),
            (&["thirdPartyInsufficientCredits"], false, false),
            (&["contentPolicyViolation"], true, false),
            (&["taskFailedOrNotFound"], true, true),
            (&["conflictTaskUUID"], true, true),
            (&["somethingNew"], true, false),
            (&["invalidWidth", "timeoutProvider"], true, true),
        ] {
            let errors = errors(codes);
            assert_eq!((may_run(200, &errors), may_run(400, &errors)), (on_success, on_refusal), "{codes:?}");
            assert!(may_run(500, &errors) && may_run(504, &errors), "{codes:?}");
        }
    }
}
