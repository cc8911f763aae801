//! What items are taken for.

use super::*;
use serde_json::json;

fn raw(text: &str) -> Box<RawValue> {
    RawValue::from_string(text.to_owned()).unwrap()
}

#[test]
fn a_text_has_no_more_values_than_are_counted() {
    fn really(value: &Value) -> usize {
        1 + match value {
            Value::Array(items) => items.iter().map(really).sum(),
            Value::Object(members) => members.values().map(really).sum(),
            _ => 0,
        }
    }
    for text in [
        "7",
        "[]",
        "[1,2,[3,{}]]",
        r#"{"a":{"b":"},{[,\"],"},"c\\":[null]}"#,
        r#"[{"":0},{"":0}]"#,
        r#"["\\","\"",","]"#,
    ] {
        let real = really(&serde_json::from_str(text).unwrap());
        let empty = text.matches("[]").count() + text.matches("{}").count();
        assert!((real..=real + empty).contains(&values(text)), "{text}: {} of {real}", values(text));
    }
}

#[test]
fn only_success_and_error_end_a_poll() {
    use State::{Failed, Result, UnderWay};
    let state = |text: &str, is_immediate| Head::of(&raw(text)).unwrap().state(is_immediate);
    for (text, polled, immediate) in [
        (r#"{"taskType":"t","taskUUID":"a"}"#, UnderWay, UnderWay),
        (r#"{"taskUUID":"a","cost":0.05}"#, UnderWay, UnderWay),
        (r#"{"taskUUID":"a","deliveryMethod":"async","imageURL":null}"#, UnderWay, UnderWay),
        (r#"{"taskUUID":"a","imageUUID":"i"}"#, UnderWay, Result),
        (r#"{"beam":7}"#, UnderWay, Result),
        (r#"{"imageURL":"u"}"#, Result, Result),
        (r#"{"imageURL":"u","status":null}"#, Result, Result),
        (r#"{"imageURL":"u","status":"success"}"#, Result, Result),
        (r#"{"status":" SUCCESS "}"#, Result, Result),
        (r#"{"imageURL":"u","status":"PROCESSING"}"#, UnderWay, UnderWay),
        (r#"{"imageURL":"u","status":"IN_PROGRESS"}"#, UnderWay, UnderWay),
        (r#"{"imageURL":"u","status":"completed"}"#, UnderWay, Result),
        (r#"{"imageURL":"u","status":7}"#, UnderWay, Result),
        (r#"{"status":"queued","position":4}"#, UnderWay, UnderWay),
        (r#"{"progress":25}"#, UnderWay, UnderWay),
        (r#"{"progress":25,"imageUUID":"i","imageURL":"preview"}"#, UnderWay, UnderWay),
        (r#"{"progress":"100%","imageURL":"u"}"#, Result, Result),
        (r#"{"status":"error"}"#, Failed, Failed),
        (r#"{"status":"ERROR","imageURL":"u"}"#, Failed, Failed),
        (r#"{"status":"failed","error":{"code":"safety"}}"#, Failed, Failed),
        (r#"{"status":"failed"}"#, UnderWay, UnderWay),
        (r#"{"error":"flagged"}"#, Failed, Failed),
        (r#"{"error":null,"imageURL":"u"}"#, Result, Result),
        (r#"{"status":"processing","error":{"code":"warning"}}"#, UnderWay, UnderWay),
        (r#"{"webhookURL":"u","inputImageURL":"u","inputImageUUID":"i"}"#, UnderWay, Result),
        (r#"{"outputs":{"files":[]},"text":"hello"}"#, Result, Result),
    ] {
        assert_eq!((state(text, false), state(text, true)), (polled, immediate), "{text}");
    }
    assert!(Head::of(&raw("[{}]")).is_none() && Head::of(&raw("7")).is_none());
}

#[test]
fn a_repeated_result_is_recognised() {
    let identity = |text: &str| {
        let raw = raw(text);
        Head::of(&raw).unwrap().identity(&raw)
    };
    let one = identity(r#"{"taskUUID":"a","imageUUID":"i","imageURL":"u"}"#);
    assert_eq!(one, identity(r#"{"cost":1,"imageURL":"u?signed","imageUUID":"I","taskUUID":"A"}"#));
    assert_ne!(one, identity(r#"{"taskUUID":"a","imageUUID":"j","imageURL":"u"}"#));
    assert_eq!(identity(r#"{"imageURL":"u"}"#), identity(r#"{"imageURL":"u","status":"success"}"#));
    assert_ne!(identity(r#"{"imageURL":"u"}"#), identity(r#"{"imageURL":"v"}"#));
    assert_ne!(identity(r#"{"beam":1}"#), identity(r#"{"beam":2}"#));
}

#[test]
fn all_forms_of_answers_have_items_and_errors() {
    let count = |text: &str| {
        let (mut items, mut errors) = (0, 0);
        parts(text, |part, _| *(if part == Part::Item { &mut items } else { &mut errors }) += 1)
            .map(|()| (items, errors))
    };
    for (text, counts) in [
        (r#"{"data":[{},7]}"#, Ok((2, 0))),
        (r#"{"data":null,"errors":[{}]}"#, Ok((0, 1))),
        (r#"{"data":{"imageURL":"u"},"errors":null}"#, Ok((1, 0))),
        (r#"{"errors":{"code":"c"}}"#, Ok((0, 1))),
        (r#"[{"imageURL":"u"},{"code":"c"}]"#, Ok((1, 1))),
        (r#"{"error":{"code":"c"},"taskUUID":"a"}"#, Ok((1, 0))),
        (r#"{"data":[],"error":"no"}"#, Ok((1, 0))),
        (r#"{"data":[],"code":"c","message":"m"}"#, Ok((0, 1))),
        (r#"{"data":[{}],"message":"m"}"#, Ok((1, 0))),
        (r#"{"code":"c","message":"m"}"#, Ok((0, 1))),
        (r#"{"type":"about:blank","title":"No","status":429}"#, Ok((0, 1))),
        (r#"{"message":"Forbidden"}"#, Ok((0, 1))),
        (r#"{"imageURL":"u","message":"done"}"#, Ok((1, 0))),
        (r#"{"ok":true,"path":"/v1"}"#, Err(Odd::NoEnvelope)),
        ("{}", Err(Odd::NoEnvelope)),
        ("7", Err(Odd::NoEnvelope)),
        ("<html>", Err(Odd::NoJson)),
    ] {
        assert_eq!(count(text), counts, "{text}");
    }
}

#[test]
fn an_error_has_a_code_and_a_message_whatever_its_form() {
    for (value, code, message) in [
        (json!({"code": "c", "message": "m"}), "c", "m"),
        (json!({"code": 4001, "message": "m"}), "4001", "m"),
        (json!({"code": "c"}), "c", ""),
        (
            json!({"code": null, "message": "Invalid size", "type": "t", "param": "size"}),
            UNNAMED,
            "Invalid size",
        ),
        (json!({"title": "Too many", "detail": "Slow down", "status": 429}), UNNAMED, "Slow down"),
        (json!({"error": "flagged", "status": "error"}), UNNAMED, "flagged"),
        (json!("no"), UNNAMED, "no"),
        (json!([1]), UNNAMED, "[1]"),
        (json!({"x": 1}), UNNAMED, r#"{"x":1}"#),
    ] {
        let error = api_error(value.clone());
        assert_eq!((error.code.as_str(), error.message.as_str()), (code, message), "{value}");
    }
    let odd = api_error(
        json!({"code": "c", "message": "m", "min": "16", "type": ["integer", "null"], "documentation": null}),
    );
    assert_eq!((odd.min, odd.documentation, odd.other.len()), (Some(16.0), None, 0));
    assert_eq!(api_error(json!({"message": "m", "param": "size"})).parameter, Some(json!("size")));
}

#[test]
fn a_task_is_the_same_in_every_spelling() {
    let one = normal("3f2b8c1e-90ad-4e57-b6f1-0c9d5a7e2b48");
    for other in ["3F2B8C1E-90AD-4E57-B6F1-0C9D5A7E2B48", " {3f2b8c1e90ad4e57b6f10c9d5a7e2b48} "] {
        assert_eq!(normal(other), one);
    }
    assert_ne!(normal("3f2b8c1e-90ad-4e57-b6f1-0c9d5a7e2b49"), one);
    assert_eq!((normal(" Mine "), normal("deadbeef")), ("mine".to_owned(), "deadbeef".to_owned()));
}
