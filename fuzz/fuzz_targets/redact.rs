//! A line with a key and any text behind it: what the redactor leaves gives no piece of the key away, whoever reads it as
//! text, as Base64, as digits or as JSON; a clean text stays as it is; and no text takes long. Where the text has the
//! character U+0001, a server's way to write the key is put.
#![no_main]

use airspec_suite::redact::Redactor;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

#[allow(dead_code, reason = "the tests of the suite use the rest")]
#[path = "../../conformance/suite/tests/support/leak.rs"]
mod leak;

fuzz_target!(|input: &str| {
    let Some((key, text)) = input.split_once('\n') else { return };
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || b"/+=-_.".contains(&byte);
    if !(8..=200).contains(&key.len()) || !key.bytes().all(is_letter) || is_public(key) {
        return;
    }
    let mut random = fastrand::Rng::with_seed(text.len() as u64);
    let mut parts = text.split('\u{1}');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts.take(20) {
        let written = leak::written(&mut random, key);
        let clean = Redactor::new(key).clean(&written);
        assert_eq!(leak::given_away(key, &clean), None, "{key}: {written}: {clean}");
        text.push_str(&written);
        text.push_str(part);
    }
    let redactor = Redactor::new(key);
    let clean = redactor.clean(&text);
    assert_eq!(leak::told_plainly(key, clean.as_bytes()), None, "{key}: {text}: {clean}");
    assert_eq!(redactor.clean(&clean), clean, "{key}: {text}");
    if let Ok(value) = serde_json::from_str(&clean) {
        hold_nothing(key, &value, 3);
    }
});

/// Whether a piece of the key is in texts that the program writes itself: such a piece is left as it stands.
fn is_public(key: &str) -> bool {
    let public = include_str!("../../conformance/suite/src/redact/public.txt").to_lowercase();
    let key = key.to_lowercase();
    key.as_bytes().windows(8).any(|piece| std::str::from_utf8(piece).is_ok_and(|piece| public.contains(piece)))
}

/// No string of a JSON value tells the key, nor does JSON within it.
fn hold_nothing(key: &str, value: &Value, depth: usize) {
    let string = |text: &str| {
        assert_eq!(leak::told_plainly(key, text.as_bytes()), None, "{key}: {text}");
        if let Some(depth) = depth.checked_sub(1)
            && let Ok(inner) = serde_json::from_str(text)
        {
            hold_nothing(key, &inner, depth);
        }
    };
    match value {
        Value::String(text) => string(text),
        Value::Array(items) => items.iter().for_each(|item| hold_nothing(key, item, depth)),
        Value::Object(members) => members.iter().for_each(|(name, item)| {
            string(name);
            hold_nothing(key, item, depth);
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
