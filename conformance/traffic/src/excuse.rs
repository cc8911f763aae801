//! Answers that say nothing about the request: about the key, the balance, the load, or the content.

use airspec_models::client::{Class, of_code};
use airspec_suite::protocol::CODE;
use serde_json::Value;

/// Why an answer with this status is not judged. `is_key_good` where the same key was accepted before: a server that then
/// speaks of the key is wrong.
pub(crate) fn of_status(status: u16, is_key_good: bool) -> Option<&'static str> {
    match status {
        401 | 403 if !is_key_good => Some("the key was not accepted"),
        402 => Some("the balance does not suffice"),
        408 | 504 => Some("the server ran out of time"),
        429 => Some("the server asked to slow down"),
        502 | 503 => Some("the server was not available"),
        _ => None,
    }
}

/// Why a task with this error is not judged.
pub(crate) fn of_error(error: &Value, is_key_good: bool) -> Option<&'static str> {
    match of_code(error.get(CODE)?.as_str()?)? {
        Class::Auth if !is_key_good => Some("the key was not accepted"),
        Class::Quota => Some("the balance does not suffice"),
        Class::RateLimit => Some("the server asked to slow down"),
        Class::Safety => Some("the content was refused"),
        Class::Timeout => Some("the server ran out of time"),
        Class::Provider => Some("the provider of the model failed"),
        _ => None,
    }
}
