//! Texts without what is private in them: prompts, media, links. What is left has the same form and the same length, so
//! that the same constraints hold.

use airspec_spec::rule::Rule;
use airspec_spec::{Model, Schema};
use airspec_suite::protocol::{
    ALLOWED_VALUES, API_KEY, CODE, DOCUMENTATION, MESSAGE, PARAMETER, STATUS, TASK_TYPE, TYPE,
};
use serde_json::{Map, Value};

/// Media of more bytes are cut to this.
const MAX_MEDIA: usize = 64;
/// No name of a value that is listed is longer.
const MAX_NAME: usize = 64;
/// What stands in the place of a key.
const KEY: &str = "[redacted]";
/// Texts of these members are the platform's own.
const PLATFORM: [&str; 9] =
    [TASK_TYPE, "model", CODE, PARAMETER, STATUS, TYPE, DOCUMENTATION, ALLOWED_VALUES, MESSAGE];

/// Whether bodies are written as they are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mask {
    /// Texts, media and links are masked.
    #[default]
    On,
    /// Only keys are.
    Off,
}

/// A body without what is private. `model` gives the parameters whose values are listed: these stay.
#[must_use]
pub fn masked(value: &Value, model: Option<&Model>, mask: Mask) -> Value {
    match value {
        Value::Array(tasks) => Value::Array(
            tasks.iter().map(|task| member("", task, model.map(|model| &model.task), mask)).collect(),
        ),
        other => member("", other, model.map(|model| &model.task), mask),
    }
}

fn member(name: &str, value: &Value, schema: Option<&Schema>, mask: Mask) -> Value {
    match value {
        Value::String(_) if name == API_KEY => Value::String(KEY.to_owned()),
        Value::String(text) if mask == Mask::On => {
            let is_listed = text.len() <= MAX_NAME && schema.is_some_and(is_listed);
            if PLATFORM.contains(&name) || is_listed || uuid::Uuid::try_parse(text).is_ok() {
                value.clone()
            } else {
                Value::String(text_of(text))
            }
        }
        Value::Array(items) => {
            let schema = schema.and_then(|schema| schema.items.as_deref().or(Some(schema)));
            Value::Array(items.iter().map(|item| member(name, item, schema, mask)).collect())
        }
        Value::Object(members) => {
            let inner = |name: &str| schema.and_then(|schema| Some(&schema.property(name)?.schema));
            let masked =
                members.iter().map(|(name, value)| (name.clone(), member(name, value, inner(name), mask)));
            Value::Object(masked.collect::<Map<_, _>>())
        }
        other => other.clone(),
    }
}

/// Whether the values of a parameter are listed.
fn is_listed(schema: &Schema) -> bool {
    schema.rules().any(|rule| matches!(rule, Rule::Const(_) | Rule::Enum(_)))
}

/// A text with `x` for each letter and `0` for each digit. What can be a file is cut.
pub(crate) fn text_of(text: &str) -> String {
    let (head, rest) = match (text.strip_prefix("data:").and_then(|rest| rest.find(',')), text.find("://")) {
        (Some(comma), _) => text.split_at("data:".len() + comma + 1),
        (None, Some(place)) if place <= 5 => text.split_at(place + 3),
        _ => ("", text),
    };
    let is_media = rest.len() > MAX_MEDIA && !rest.contains(char::is_whitespace);
    let letter = |letter: char| match letter {
        '0'..='9' => '0',
        letter if letter.is_alphabetic() => 'x',
        other => other,
    };
    let kept = if is_media && rest.len() > 4096 { MAX_MEDIA } else { usize::MAX };
    head.chars().take(100).chain(rest.chars().take(kept).map(letter)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_masked_text_has_the_length_and_the_form_of_the_text() {
        for (text, masked) in [
            ("A cat, 3 years old", "x xxx, 0 xxxxx xxx"),
            ("https://im.runware.ai/a/1.jpg?k=hunter2", "https://xx.xxxxxxx.xx/x/0.xxx?x=xxxxxx0"),
            ("data:image/png;base64,iVBORw0KGgo=", "data:image/png;base64,xXXXXx0XXxx="),
            ("Größe", "xxxxx"),
        ] {
            assert_eq!(text_of(text), masked.replace('X', "x"), "{text}");
        }
        assert_eq!(text_of(&"A".repeat(5000)).len(), MAX_MEDIA);
        assert_eq!(text_of(&"A b".repeat(5000)).len(), 15_000);
    }

    #[test]
    fn keys_are_never_kept_and_names_of_the_platform_are() {
        let value = json!([{"taskType": "authentication", "apiKey": "hunter2"}, {"model": "a:b@1", "n": 1,
            "id": "1b4e28ba-2fa1-41d2-883f-0016d3cca427", "prompt": "secret", "list": ["secret", {"apiKey": "x"}]}]);
        let shown = masked(&value, None, Mask::On);
        assert_eq!(
            shown,
            json!([{"taskType": "authentication", "apiKey": KEY}, {"model": "a:b@1", "n": 1,
                "id": "1b4e28ba-2fa1-41d2-883f-0016d3cca427", "prompt": "xxxxxx", "list": ["xxxxxx", {"apiKey": KEY}]}])
        );
        let whole = masked(&value, None, Mask::Off).to_string();
        assert!(whole.contains("secret") && !whole.contains("hunter2"), "{whole}");
    }
}
