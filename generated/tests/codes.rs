//! The classes of the error codes that the provider's own SDKs sort, whatever the HTTP status is. The table is a list of
//! facts: it is not read from the code.
#![cfg(feature = "blocking")]

#[allow(dead_code)] // each test binary uses its part
mod support;

use airspec_models::client::Class::{
    self, Aborted, Auth, Conflict, Connection, NotFound, Provider, Quota, RateLimit, Safety, ServerError,
    Timeout, Unknown, Validation,
};
use support::{Reply, Server, TASK, answer, client, quick, task};

/// In the provider's table, `conflictTaskUUID` is a validation error. Here it is a class of its own, since the task may
/// run.
#[rustfmt::skip]
const CODES: [(&str, Class); 94] = [
    ("aborted", Aborted),
    ("connectionFailed", Connection), ("notConnected", Connection), ("notOpen", Connection),
    ("disconnected", Connection), ("reconnectionFailed", Connection),
    ("insufficientCredits", Quota), ("thirdPartyInsufficientCredits", Quota), ("videoInferenceInsufficientCredits", Quota),
    ("quotaExceeded", Quota), ("monthlyQuotaExceeded", Quota), ("insufficientBalance", Quota), ("lowBalance", Quota),
    ("paymentRequired", Quota),
    ("rateLimitExceeded", RateLimit), ("providerRateLimitExceeded", RateLimit), ("apiRateLimitReached", RateLimit),
    ("contentPolicyViolation", Safety), ("providerContentPolicyViolation", Safety), ("sensitiveContentDetected", Safety),
    ("unsafeContentDetected", Safety), ("nsfwContentDetected", Safety), ("promptBlocked", Safety),
    ("imageBlocked", Safety), ("moderationFailed", Safety), ("invalidProviderContent", Safety),
    ("invalidApiKey", Auth), ("missingApiKey", Auth), ("unauthorized", Auth), ("forbidden", Auth),
    ("permissionDenied", Auth), ("insufficientPermissions", Auth), ("authenticationFailed", Auth), ("authFailed", Auth),
    ("authTimeout", Auth), ("invalidAuthentication", Auth), ("invalidCredentials", Auth), ("missingAuthentication", Auth),
    ("tokenExpired", Auth), ("tokenInvalid", Auth), ("tokenMissing", Auth), ("tokenRevoked", Auth),
    ("accountSuspended", Auth), ("accountDisabled", Auth), ("organizationSuspended", Auth),
    ("organizationDisabled", Auth), ("workspaceSuspended", Auth), ("workspaceDisabled", Auth),
    ("timeout", Timeout), ("requestTimeout", Timeout), ("providerTimeout", Timeout), ("timeoutProvider", Timeout),
    ("modelNotFound", NotFound), ("taskNotFound", NotFound), ("imageNotFound", NotFound), ("linkExpired", NotFound),
    ("taskCancelled", NotFound), ("taskFailedOrNotFound", NotFound), ("unknownModel", NotFound),
    ("internalServerError", ServerError), ("serviceUnavailable", ServerError), ("serverUnavailable", ServerError),
    ("standardError", ServerError), ("unknownError", ServerError), ("undefinedError", ServerError),
    ("defaultError", ServerError), ("unrecognizedResponse", ServerError),
    ("providerInternalError", Provider), ("providerAuthFailed", Provider), ("inferenceError", Provider),
    ("processingFailed", Provider), ("taskFailed", Provider), ("downloadFailed", Provider), ("uploadFailed", Provider),
    ("noAvailableServer", Provider), ("modelUnavailable", Provider), ("modelDisabled", Provider),
    ("modelNotReady", Provider),
    ("invalidWidth", Validation), ("missingDimensionParameters", Validation), ("conflictParameters", Validation),
    ("duplicateReferenceImage", Validation), ("unsupportedParameter", Validation), ("valueOutOfRange", Validation),
    ("arrayTooLong", Validation), ("maxResultsExceeded", Validation), ("widthConflict", Validation),
    ("unknownParameter", Validation), ("incompatibleParameters", Validation),
    ("mismatchProviderSettingsProvider", Validation), ("unknownProviderSettingsProvider", Validation),
    ("modelAlreadyExists", Validation), ("validationFailed", Validation),
    ("conflictTaskUUID", Conflict),
];

#[test]
fn a_code_has_one_class_at_400_and_at_200() {
    let body = |code: &str| {
        format!(r#"{{"data":[],"errors":[{{"code":"{code}","message":"No.","taskUUID":"{TASK}"}}]}}"#)
            .into_bytes()
    };
    let server = Server::start(move |number, _, _| {
        let (code, _) = CODES[number / 2];
        let body = body(code);
        let status = if number % 2 == 0 { 400 } else { 200 };
        Reply::at_once(answer(status, "x-request-id: r-1\r\n", &body, body.len()))
    });
    let client = client(quick(&server.url()).retries(0));
    for (code, class) in CODES {
        for status in [400, 200] {
            let error = client.run(&task(false, 1)).unwrap_err();
            assert_eq!((error.class(), error.status()), (class, Some(status)), "{code} {status}");
            assert_eq!(error.errors()[0].code, code);
            assert_eq!(error.request_id(), Some("r-1"));
            let may_pass = matches!(class, RateLimit | Provider | ServerError | Timeout | Connection);
            assert_eq!(error.is_retryable(), may_pass && !error.may_be_billed(), "{code} {status}");
        }
    }
}

#[test]
fn an_unknown_code_has_the_class_of_the_status() {
    let statuses = [
        (200, Unknown),
        (400, Validation),
        (401, Auth),
        (402, Quota),
        (403, Auth),
        (404, NotFound),
        (408, Timeout),
        (409, Conflict),
        (429, RateLimit),
        (500, ServerError),
        (503, ServerError),
        (504, Timeout),
    ];
    let server = Server::start(move |number, _, _| {
        let body = br#"{"errors":[{"code":"somethingNew","message":"No."}]}"#;
        Reply::at_once(answer(statuses[number].0, "", body, body.len()))
    });
    let client = client(quick(&server.url()).retries(0));
    for (status, class) in statuses {
        assert_eq!(client.run(&task(false, 1)).unwrap_err().class(), class, "{status}");
    }
}
