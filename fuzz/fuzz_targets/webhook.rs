//! Any bytes as a call to a webhook: it is answered without panicking, and believed only with the signature of the one task
//! that all of its body is about. A first line that begins with `?` is the query of the address; without one the query is
//! the right one of a task.
#![no_main]

use airspec_models::openai_gpt_image_2::Request;
use airspec_models::webhook::{Receiver, WebhookError};
use airspec_models::serde_json::{Value, from_slice};
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

const TASK: &str = "7f4e4a6e-9a3c-4d6c-8a64-000000000001";

/// The receiver, and the query of an address for the task.
static RECEIVER: LazyLock<(Receiver, String)> = LazyLock::new(|| {
    let receiver = Receiver::new("a secret that the fuzzer does not know").expect("it is long enough");
    let query = receiver.url("", TASK).trim_start_matches('?').to_owned();
    (receiver, query)
});

/// The items of a body that is JSON: an envelope, or one item alone.
fn items(body: &[u8]) -> Vec<Value> {
    let Ok(body) = from_slice::<Value>(body) else { return Vec::new() };
    let lists: Vec<&Value> = ["data", "errors"].iter().filter_map(|name| body.get(name)).collect();
    if lists.is_empty() {
        return vec![body];
    }
    lists.into_iter().flat_map(|list| list.as_array().cloned().unwrap_or_default()).collect()
}

fuzz_target!(|bytes: &[u8]| {
    let (receiver, right) = &*RECEIVER;
    let query = bytes.strip_prefix(b"?").and_then(|rest| rest.split(|byte| *byte == b'\n').next());
    let body = query.map_or(bytes, |query| bytes.get(query.len() + 2..).unwrap_or_default());
    let query = query.map(String::from_utf8_lossy);
    let is_right = query.as_ref().is_none_or(|query| {
        // The right pairs in the other order, or beside others, are right as well; only these have the signature.
        right.split('&').all(|pair| query.split('&').any(|given| given.eq_ignore_ascii_case(pair)))
    });
    match receiver.read::<Request>(Some(query.as_deref().unwrap_or(right)), body) {
        Ok(notice) => {
            assert!(is_right, "{notice:?}");
            assert_eq!(notice.ids.len(), notice.results.len() + notice.errors.len());
            for item in items(body) {
                let digits = |text: &str| text.chars().filter(char::is_ascii_hexdigit).collect::<String>();
                if let Some(uuid) = item.get("taskUUID").and_then(Value::as_str) {
                    assert!(digits(uuid).eq_ignore_ascii_case(&digits(TASK)), "{item}");
                }
            }
        }
        Err(WebhookError::NotYours | WebhookError::TooLarge(_)) => {}
        // What is not signed is not looked into, so nothing is said of it.
        Err(error) => assert!(is_right, "{error}"),
    }
});
