//! Calls of webhooks by hand: what is found in each beside its task, and what is not.
#![allow(clippy::needless_pass_by_value)] // what `json!` makes is passed on

use airspec_spec::{Catalogue, Source};
use airspec_traffic::{
    Body, Exchange, Form, Options, Piece, Reply, Scope, Seen, Specs, Watcher, WebhookCall,
};
use serde_json::{Value, json};

const ID: &str = "1b4e28ba-2fa1-41d2-883f-0016d3cca427";
const OTHER: &str = "5f0d1c1e-9a56-4c5e-8a39-6f1d2b7c9e00";
const IMAGES: [&str; 3] = [
    "7d6b7cba-95ec-4a7a-8c6f-2dd2b4a0c9a1",
    "7d6b7cba-95ec-4a7a-8c6f-2dd2b4a0c9a2",
    "7d6b7cba-95ec-4a7a-8c6f-2dd2b4a0c9a3",
];
const WEBHOOK: &str = "webhookURL.webhook";

fn watcher() -> Watcher {
    let text = include_str!("../../../spec/tests/specs/gpt-image.json");
    let model = airspec_spec::read(&Source::new("gpt-image.json", text)).unwrap();
    let specs = Specs::new(Catalogue::of(vec![model]).unwrap(), Scope::Named).unwrap();
    Watcher::new(specs, Options::default())
}

fn task(id: &str, hook: &str) -> Value {
    json!({"taskType": "imageInference", "taskUUID": id, "model": "openai:gpt-image@2", "width": 1024,
        "height": 1024, "positivePrompt": "a secret lighthouse at night", "deliveryMethod": "async",
        "numberResults": 2, "includeCost": true, "webhookURL": format!("https://app.example{hook}")})
}

fn result(id: &str, image: usize) -> Value {
    let image = IMAGES[image];
    json!({"taskType": "imageInference", "taskUUID": id, "imageUUID": image, "cost": 0.01,
        "imageURL": format!("https://im.runware.ai/image/{image}.jpg")})
}

fn exchange(request: Value, answer: Value) -> Exchange {
    Exchange {
        client: "app/1.0".to_owned(),
        method: "POST".to_owned(),
        path: "/v1".to_owned(),
        key: None,
        content_type: Some("application/json".to_owned()),
        request: Body::Whole(request.to_string().into_bytes()),
        answer: Ok(Reply {
            status: 200,
            content_type: Some("application/json".to_owned()),
            body: Body::Whole(answer.to_string().into_bytes()),
        }),
        form: Form::Wire,
        is_masked: false,
    }
}

fn call(place: &str, body: Value) -> WebhookCall {
    WebhookCall {
        method: "POST".to_owned(),
        place: place.to_owned(),
        content_type: Some("application/json".to_owned()),
        body: Body::Whole(body.to_string().into_bytes()),
        status: Some(200),
        is_masked: false,
    }
}

fn without(mut item: Value, name: &str) -> Value {
    item.as_object_mut().unwrap().remove(name).unwrap();
    item
}

fn with(mut item: Value, name: &str, value: Value) -> Value {
    item[name] = value;
    item
}

/// Sends two tasks, each with a webhook of its own.
fn sent() -> Watcher {
    let mut watcher = watcher();
    for (id, hook) in [(ID, "/hook?task=1"), (OTHER, "/hook?task=2")] {
        let taken = json!({"data": [{"taskType": "imageInference", "taskUUID": id}]});
        let seen = watcher.watch(&exchange(json!([task(id, hook)]), taken));
        assert!(seen.found.is_empty() && seen.is_judged, "{seen:?}");
    }
    watcher
}

fn poll(id: &str, images: [usize; 2]) -> Exchange {
    let done = |image| with(result(id, image), "status", json!("success"));
    let request = json!([{"taskType": "getResponse", "taskUUID": id}]);
    exchange(request, json!({"data": images.map(done)}))
}

fn subjects(seen: &Seen) -> Vec<&str> {
    seen.found.iter().map(|found| found.subject.as_str()).collect()
}

#[test]
fn right_calls_have_no_finding_before_and_after_polls() {
    for is_polled_first in [true, false] {
        let mut watcher = sent();
        let mut pieces: Vec<Piece> = (0..2)
            .map(|image| Piece::Call(call("/hook?task=1", json!({"data": result(ID, image)}))))
            .collect();
        pieces.insert(if is_polled_first { 0 } else { 2 }, Piece::Exchange(Box::new(poll(ID, [0, 1]))));
        for piece in &pieces {
            let seen = watcher.take(piece);
            assert!(seen.found.is_empty() && seen.left_out.is_empty(), "{piece:?}: {seen:?}");
        }
        // A result that came both ways has one file.
        assert_eq!(watcher.summary().files_of(0).named, 2);
        assert_eq!((watcher.summary().calls, watcher.summary().wrong_calls), (2, 0));
    }
}

#[test]
fn a_wrong_cost_field_task_or_place_is_found() {
    let right = || result(ID, 0);
    for (about, place, body, subject, words) in [
        ("cost", "/hook?task=1", with(right(), "cost", json!(-1)), "result.cost", "below zero"),
        ("no cost", "/hook?task=1", without(right(), "cost"), "includeCost.flag", "has no `cost`"),
        ("no link", "/hook?task=1", without(right(), "imageURL"), "outputType.select", "has no `imageURL`"),
        ("odd", "/hook?task=1", with(right(), "odd", json!(1)), "result.additionalProperties", "odd"),
        ("no task", "/hook?task=1", without(right(), "taskUUID"), WEBHOOK, "does not name its task"),
        ("swapped", "/hook?task=1", result(OTHER, 0), WEBHOOK, "another query than the webhook"),
        ("path", "/other?task=1", right(), WEBHOOK, "another path than the webhook"),
        ("list", "/hook?task=1", json!([right(), right()]), WEBHOOK, "has 2 results, not one"),
    ] {
        let mut watcher = sent();
        let seen = watcher.call(&call(place, body));
        assert!(subjects(&seen).contains(&subject), "{about}: {seen:?}");
        let found = seen.found.iter().find(|found| found.subject == subject).unwrap();
        assert!(found.detail.contains(words), "{about}: {found:?}");
        assert_eq!(watcher.summary().wrong_calls, 1, "{about}");
        assert!(watcher.summary().server_fails(), "{about}");
    }
    let mut watcher = sent();
    let put = WebhookCall { method: "PUT".to_owned(), ..call("/hook?task=1", right()) };
    assert_eq!(subjects(&watcher.call(&put)), [WEBHOOK]);
    let text = WebhookCall { content_type: Some("text/plain".to_owned()), ..call("/hook?task=1", right()) };
    assert_eq!(subjects(&watcher.call(&text)), [WEBHOOK]);
    let garbled =
        WebhookCall { body: Body::Whole(b"{\"data\": [".to_vec()), ..call("/hook?task=2", json!(0)) };
    assert_eq!(subjects(&watcher.call(&garbled)), [WEBHOOK]);
}

#[test]
fn too_many_calls_and_results_of_others_are_found() {
    let mut watcher = sent();
    for image in [0, 1] {
        assert!(watcher.call(&call("/hook?task=1", result(ID, image))).found.is_empty());
    }
    let seen = watcher.call(&call("/hook?task=1", result(ID, 1)));
    assert_eq!(subjects(&seen), [WEBHOOK]);
    assert!(seen.found[0].detail.contains("got 3 calls for 2 results"), "{seen:?}");
    // One that the application did not take comes again.
    let mut watcher = sent();
    let refused = WebhookCall { status: Some(500), ..call("/hook?task=1", result(ID, 0)) };
    for one in
        [&refused, &refused, &call("/hook?task=1", result(ID, 0)), &call("/hook?task=1", result(ID, 1))]
    {
        assert!(watcher.call(one).found.is_empty());
    }
    // The calls are about another image than the polls.
    let mut watcher = sent();
    watcher.watch(&poll(ID, [0, 1]));
    watcher.call(&call("/hook?task=1", result(ID, 0)));
    let seen = watcher.call(&call("/hook?task=1", result(ID, 2)));
    assert!(subjects(&seen).contains(&WEBHOOK), "{seen:?}");
    let mut watcher = sent();
    watcher.call(&call("/hook?task=1", result(ID, 0)));
    watcher.call(&call("/hook?task=1", result(ID, 2)));
    assert!(subjects(&watcher.watch(&poll(ID, [0, 1]))).contains(&WEBHOOK));
}

#[test]
fn a_call_before_its_task_waits_for_it_and_one_of_others_is_left_out() {
    let mut watcher = watcher();
    let early = call("/hook?task=1", with(result(ID, 0), "cost", json!(-1)));
    assert!(watcher.call(&early).found.is_empty());
    let taken = json!({"data": [{"taskType": "imageInference", "taskUUID": ID}]});
    let seen = watcher.watch(&exchange(json!([task(ID, "/hook?task=1")]), taken));
    assert_eq!(subjects(&seen), ["result.cost"]);
    watcher.call(&call("/hook?task=1", result(OTHER, 0)));
    watcher.call(&call("/nowhere", json!({})));
    watcher.close();
    let left_out = &watcher.summary().left_out;
    assert_eq!(left_out["a webhook call for a task that was not seen"], 1, "{left_out:?}");
    assert_eq!(left_out["a webhook call that names no task"], 1, "{left_out:?}");
    assert_eq!(watcher.summary().calls, 3);
}

#[test]
fn what_is_told_of_a_call_has_no_link_and_no_prompt() {
    let mut watcher = sent();
    watcher.call(&call("/hook?task=1", with(result(ID, 0), "imageURL", json!(7))));
    watcher.call(&call("/hook?task=1", with(result(ID, 0), "odd", json!("im.runware.ai/image/secret"))));
    let told = format!(
        "{:?} {:?}",
        watcher.summary().causes,
        watcher.summary().records(0, watcher.specs().model(0))
    );
    assert!(
        watcher.summary().wrong_calls == 2 && !told.contains("secret") && !told.contains("runware.ai"),
        "{told}"
    );
}
