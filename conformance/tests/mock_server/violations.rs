//! What requests broke, as tests of applications assert it.

use crate::socket::Client;
use crate::support::{ask, engine, incoming, post, request, send, serve, task, uuid};
use airspec_mock::{Engine, Mock, Settings, WiremockServer};
use serde_json::{Value, json};

fn seen(engine: &Engine) -> Vec<(String, String)> {
    engine.violations().into_iter().map(|one| (one.pointer, one.constraint)).collect()
}

#[test]
fn every_violation_is_kept_with_its_place_in_the_body() {
    let engine = engine(Settings::default());
    ask(&engine, &json!([task(1, &json!({}))]));
    engine.assert_no_violations();
    let wide = task(3, &json!({"width": 4000, "odd": 1}));
    ask(&engine, &json!([task(2, &json!({})), wide, {"taskType": "getResponse"}]));
    let all = engine.violations();
    let places: Vec<(&str, &str)> =
        all.iter().map(|one| (one.pointer.as_str(), one.constraint.as_str())).collect();
    assert!(places.contains(&("/1/width", "width.maximum")), "{places:?}");
    assert!(places.contains(&("/1/odd", "additionalProperties")), "{places:?}");
    assert_eq!(places.last(), Some(&("/2", "protocol.poll")));
    let width = all.iter().find(|one| one.constraint == "width.maximum").unwrap();
    assert_eq!(width.message, "must be at most 3840, found 4000");
    assert_eq!(width.task.as_deref(), Some(&*uuid(3)));
    // A test that follows begins without them.
    engine.clear_violations();
    engine.assert_no_violations();
}

#[test]
fn identifiers_that_are_used_twice_and_bodies_that_are_no_batch_are_violations() {
    let engine = engine(Settings::default());
    ask(&engine, &json!([task(1, &json!({})), task(1, &json!({}))]));
    assert_eq!(seen(&engine), [("/1/taskUUID".to_owned(), "taskUUID.unique".to_owned())]);
    assert!(!engine.violations()[0].message.is_empty());
    engine.clear_violations();
    for body in ["", "{}", "[]", "[1", "\u{7f}"] {
        drop(engine.answer(&incoming("POST", "/v1", "key", body.as_bytes().to_vec())));
    }
    let mut text = incoming("POST", "/v1", "key", json!([task(2, &json!({}))]).to_string().into_bytes());
    text.headers[1].1 = "text/plain".to_owned();
    drop(engine.answer(&text));
    let rules: Vec<String> = engine.violations().into_iter().map(|one| one.constraint).collect();
    assert_eq!(rules, ["protocol.body"; 6]);
    // The limits and the network conditions of the mock are no fault of a client.
    engine.clear_violations();
    drop(engine.answer(&incoming("POST", "/v2", "key", Vec::new())));
    engine.assert_no_violations();
}

#[test]
fn a_fault_of_the_mock_is_no_violation_and_hides_none() {
    let accepting = Settings { faults: vec!["accept:width.maximum".to_owned()], ..Settings::default() };
    let accepting = engine(accepting);
    let (status, _) = ask(&accepting, &json!([task(1, &json!({"width": 4000}))]));
    assert_eq!((status, accepting.violations().len()), (200, 1));
    let refusing = Settings { faults: vec!["refuse:outputFormat.enum:1".to_owned()], ..Settings::default() };
    let refusing = engine(refusing);
    let formats = ["JPG", "PNG", "WEBP"].into_iter().zip(1..);
    let refused = formats.filter(|(format, number)| {
        ask(&refusing, &json!([task(*number, &json!({"outputFormat": format}))])).0 == 400
    });
    assert_eq!(refused.count(), 1);
    refusing.assert_no_violations();
}

#[test]
#[should_panic(expected = "requests to the mock break the spec, 1 violation:\n  \
                           /0/width: must be at most 3840, found 4000 (width.maximum), task 7f4e4a6e")]
fn the_assertion_fails_with_a_list() {
    let engine = engine(Settings::default());
    ask(&engine, &json!([task(1, &json!({"width": 4000}))]));
    engine.assert_no_violations();
}

#[test]
fn what_is_kept_has_a_bound_and_the_rest_is_counted() {
    let engine = engine(Settings::default());
    let name = "x".repeat(5_000);
    for number in 0..1_100 {
        ask(&engine, &json!([task(number, &json!({&name: 1}))]));
    }
    assert_eq!(engine.violations().len(), 1_000);
    let largest = engine.violations().iter().map(|one| one.pointer.len() + one.message.len()).max().unwrap();
    assert!(largest < 1_000, "{largest}");
    let panic = std::thread::spawn(move || engine.assert_no_violations()).join().unwrap_err();
    let text = panic.downcast::<String>().unwrap();
    assert!(text.contains("1100 violations") && text.ends_with("and 1080 more"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn both_servers_have_the_assertion_and_other_languages_ask_over_http() {
    let wide = json!([task(1, &json!({"width": 4000}))]);
    let mock = Mock::start(engine(Settings::default())).await.unwrap();
    mock.assert_no_violations();
    post(&mock.url(), &wide).await;
    assert_eq!(mock.violations()[0].constraint, "width.maximum");
    let wiremock = WiremockServer::start(engine(Settings::default())).await;
    wiremock.assert_no_violations();
    post(&wiremock.url(), &wide).await;
    assert_eq!(wiremock.violations(), mock.violations());
    let control = mock.url().replace("/v1", "/_mock/violations");
    let client = crate::support::client();
    let (_, all) = send(client.get(&control)).await;
    assert_eq!(all["data"][0]["pointer"], "/0/width");
    assert_eq!(all["more"], 0);
    let (status, none) = send(client.delete(&control)).await;
    assert_eq!((status, &none), (200, &json!({"data": [], "more": 0})));
    mock.assert_no_violations();
    assert_eq!(send(request(&control, &Value::Null)).await.0, 405);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_over_a_websocket_is_judged_too() {
    let running = serve(engine(Settings::default())).await;
    let (mut client, _) = Client::authenticated(&running, None).await;
    client.say(&json!([task(1, &json!({}))])).await;
    client.hear().await.unwrap();
    running.engine.assert_no_violations();
    client.say(&json!([task(2, &json!({"width": 4000}))])).await;
    client.hear().await.unwrap();
    assert_eq!(seen(&running.engine), [("/0/width".to_owned(), "width.maximum".to_owned())]);
}
