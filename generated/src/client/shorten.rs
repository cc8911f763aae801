//! What is kept of long errors and of pages, without the key.

use super::key::Key;
use crate::items::{error_value, values};
use crate::raw::{Beginning, each_member};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

/// An error within these limits is kept unchanged.
const ERROR_BYTES: usize = 4096;
const ERROR_VALUES: usize = 200;
/// The parts of a longer error that are kept.
const TEXT: usize = 1000;
const MEMBERS: usize = 16;
/// The bytes of a page that are looked at, and the characters that are kept of it.
const PAGE: usize = 8 << 10;
const WORDS: usize = 160;

/// An error of an answer, whole if it is short; else the beginnings of its texts, without what else is long.
pub(super) fn shortened(error: &RawValue, key: &Key) -> Value {
    if is_short(error, ERROR_BYTES, ERROR_VALUES) {
        return key.hidden(error_value(error));
    }
    let kept = beginning(error, key).unwrap_or_else(|| {
        let mut members = Map::new();
        each_member(error, |name, value| {
            let kept = if is_short(value, TEXT, MEMBERS) {
                serde_json::from_str(value.get()).ok()
            } else {
                beginning(value, key)
            };
            members.extend(name.zip(kept));
            members.len() < MEMBERS
        });
        Value::Object(members)
    });
    key.hidden(kept)
}

fn is_short(value: &RawValue, bytes: usize, most: usize) -> bool {
    value.get().len() <= bytes && values(value.get()) <= most
}

/// The beginning of a text. It must not end within the key, which would not be recognised there.
fn beginning(value: &RawValue, key: &Key) -> Option<Value> {
    let Beginning { mut text, is_cut } = serde_json::from_str::<Beginning<TEXT>>(value.get()).ok()?;
    if is_cut {
        key.cut_behind(&mut text);
        text.push('…');
    }
    Some(Value::String(text))
}

/// The first words of a body that is no answer, such as the page of a gateway; empty if it has none.
pub(super) fn words(body: &[u8], key: &Key) -> String {
    let page = String::from_utf8_lossy(&body[..body.len().min(PAGE)]);
    let mut text = String::new();
    let mut rest = page.as_ref();
    while let Some((before, after)) = rest.split_once('<') {
        text.extend([before, " "]);
        let name: String = after.chars().take_while(char::is_ascii_alphabetic).collect();
        // What a page does not show.
        let hidden = ["script", "style"].into_iter().find(|hidden| name.eq_ignore_ascii_case(hidden));
        let end = hidden.and_then(|name| after.to_ascii_lowercase().find(&format!("</{name}")));
        let after = &after[end.unwrap_or_default()..];
        rest = match hidden {
            Some(_) if end.is_none() => "",
            _ => after.split_once('>').map_or("", |(_, rest)| rest),
        };
    }
    text.push_str(rest);
    key.hide_in_text(&mut text);
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match words.char_indices().nth(WORDS) {
        Some((end, _)) => {
            let mut kept = words[..end].to_owned();
            key.cut_behind(&mut kept);
            kept + "…"
        }
        None => words,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn raw(text: &str) -> Box<RawValue> {
        RawValue::from_string(text.to_owned()).unwrap()
    }

    #[test]
    fn a_long_error_is_shortened_and_keeps_what_names_it() {
        let key = Key::new("hunter2hunter2").unwrap();
        let short = json!({"code": "invalidWidth", "message": "m", "allowedValues": [1, 2]});
        assert_eq!(shortened(&raw(&short.to_string()), &key), short);
        let text = format!("{}hunter2hunter2", "é".repeat(TEXT - 5));
        let long = json!({"code": "invalidWidth", "message": text, "parameter": ["a", "b"],
                          "allowedValues": vec![1; 10_000], "taskUUID": "x"});
        let kept = shortened(&raw(&long.to_string()), &key);
        let cut = format!("{}…", "é".repeat(TEXT - 5));
        assert_eq!(
            kept,
            json!({"code": "invalidWidth", "message": cut, "parameter": ["a", "b"], "taskUUID": "x"})
        );
        let many: Map<String, Value> = (0..1000).map(|number| (format!("{number}"), json!(0))).collect();
        let kept = shortened(&raw(&Value::Object(many).to_string()), &key);
        assert_eq!(kept.as_object().unwrap().len(), MEMBERS);
        assert_eq!(shortened(&raw(&json!(vec![0; 9999]).to_string()), &key), json!({}));
        let kept = shortened(&raw(&format!("\"{}\"", "x".repeat(9999))), &key);
        assert_eq!(kept.as_str().unwrap().chars().count(), TEXT + 1);
    }

    #[test]
    fn a_page_is_quoted_in_a_few_words() {
        let key = Key::new("hunter2hunter2").unwrap();
        for (page, expected) in [
            ("<html>Bad gateway, ray 1234</html>", "Bad gateway, ray 1234"),
            (
                "<!DOCTYPE html><head><title>502</title><STYLE>a{}</style><script>1<2</script></head>\n<h1>Bad\n gateway</h1>",
                "502 Bad gateway",
            ),
            ("<script>never closed", ""),
            ("no page, hunter2hunter2", "no page, ***"),
            ("<", ""),
            ("", ""),
        ] {
            assert_eq!(words(page.as_bytes(), &key), expected);
        }
        let long = words("é<b>".repeat(1000).as_bytes(), &key);
        assert!(long.ends_with('…') && long.chars().count() == WORDS + 1, "{long}");
        assert_eq!(words(b"\xff\xfe", &key), "\u{fffd}\u{fffd}");
    }
}
