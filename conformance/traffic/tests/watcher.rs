//! Conversations by hand: what is found in a few exchanges, and what is not.
#![allow(clippy::needless_pass_by_value)] // what `json!` makes is passed on

use airspec_spec::{Catalogue, Source};
use airspec_suite::oracle::Verdict;
use airspec_suite::oracle::observation::Loss;
use airspec_suite::run::{Response, Secret};
use airspec_traffic::{Body, Exchange, Form, Mask, Options, Reply, Scope, Seen, Side, Specs, Watcher};
use serde_json::{Value, json};

const ID: &str = "1b4e28ba-2fa1-41d2-883f-0016d3cca427";
const OTHER: &str = "5f0d1c1e-9a56-4c5e-8a39-6f1d2b7c9e00";
const PROMPT: &str = "a secret lighthouse at night";

fn watcher(scope: Scope, mask: Mask) -> Watcher {
    let text = include_str!("../../../spec/tests/specs/gpt-image.json");
    let model = airspec_spec::read(&Source::new("gpt-image.json", text)).unwrap();
    let specs = Specs::new(Catalogue::of(vec![model]).unwrap(), scope).unwrap();
    Watcher::new(specs, Options { mask, strict: false })
}

fn task(id: &str, more: Value) -> Value {
    let mut task = json!({"taskType": "imageInference", "taskUUID": id, "model": "openai:gpt-image@2",
        "positivePrompt": PROMPT, "width": 1024, "height": 1024});
    task.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    task
}

fn result(id: &str, more: Value) -> Value {
    let mut result = json!({"taskType": "imageInference", "taskUUID": id,
        "imageUUID": "7d6b7cba-95ec-4a7a-8c6f-2dd2b4a0c9a1",
        "imageURL": "https://im.runware.ai/image/7d6b7cba-95ec-4a7a-8c6f-2dd2b4a0c9a1.jpg"});
    result.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    result
}

fn exchange(request: &Value, status: u16, answer: &Value) -> Exchange {
    Exchange {
        client: "app/1.0".to_owned(),
        method: "POST".to_owned(),
        path: "/v1".to_owned(),
        key: Some(Secret::new("Bearer hunter2hunter2")),
        content_type: Some("application/json".to_owned()),
        request: Body::Whole(request.to_string().into_bytes()),
        answer: Ok(Reply {
            status,
            content_type: Some("application/json".to_owned()),
            body: Body::Whole(answer.to_string().into_bytes()),
        }),
        form: Form::Wire,
        is_masked: false,
    }
}

fn subjects(seen: &Seen) -> Vec<(bool, &str)> {
    seen.found.iter().map(|found| (found.side == Side::Client, found.subject.as_str())).collect()
}

fn data(items: &[Value]) -> Value {
    json!({"data": items})
}

#[test]
fn a_right_exchange_has_no_finding_and_shows_what_it_has() {
    let mut watcher = watcher(Scope::Named, Mask::On);
    let seen = watcher.watch(&exchange(&json!([task(ID, json!({}))]), 200, &data(&[result(ID, json!({}))])));
    assert!(seen.is_judged && seen.found.is_empty() && seen.left_out.is_empty(), "{seen:?}");
    let coverage = &watcher.summary().coverage(watcher.specs())[0];
    assert!(coverage.kept > 10 && coverage.broken == 0 && coverage.shown > 2, "{coverage:?}");
    let records = watcher.summary().records(0, watcher.specs().model(0));
    let verdict = |id: &str| records.iter().find(|record| record.id == id).unwrap().verdict;
    assert_eq!(verdict("width.maximum.accept.traffic"), Verdict::Pass);
    assert_eq!(verdict("width.maximum.reject.traffic"), Verdict::Skip);
}

#[test]
fn the_fault_of_a_client_is_its_own_and_that_of_the_server_the_servers() {
    let mut watcher = watcher(Scope::Named, Mask::On);
    let wide = json!([task(ID, json!({"width": 4000}))]);
    let error = |parameter: &str| json!({"errors": [{"code": "invalidWidth", "message": "Invalid", "parameter": parameter, "taskUUID": ID}]});
    let seen = watcher.watch(&exchange(&wide, 400, &error("width")));
    assert_eq!(subjects(&seen), [(true, "width.maximum")]);
    assert_eq!(seen.found[0].detail, "/0/width: must be at most 3840, found 4000");
    // The wrong parameter is blamed, and the request is accepted.
    let seen = watcher.watch(&exchange(&wide, 400, &error("height")));
    assert!(subjects(&seen).contains(&(false, "width.maximum")), "{seen:?}");
    let seen = watcher.watch(&exchange(&wide, 200, &data(&[result(ID, json!({}))])));
    assert_eq!(subjects(&seen), [(true, "width.maximum"), (false, "width.maximum")]);
    // What is legal is refused.
    let seen = watcher.watch(&exchange(&json!([task(ID, json!({}))]), 400, &error("width")));
    assert!(seen.left_out.is_empty() && subjects(&seen).iter().all(|(is_client, _)| !is_client), "{seen:?}");
    assert!(seen.found[0].subject.starts_with("width."), "{seen:?}");
    let groups = &watcher.summary().clients;
    assert_eq!((groups.len(), groups[0].count, groups[0].client.as_str()), (1, 3, "app/1.0"));
}

#[test]
fn a_count_a_field_and_a_cost_that_are_wrong_are_found() {
    let mut watcher = watcher(Scope::Named, Mask::On);
    let two = json!([task(ID, json!({"numberResults": 2, "includeCost": true}))]);
    let answer = data(&[result(ID, json!({"cost": -1, "odd": 1}))]);
    let seen = watcher.watch(&exchange(&two, 200, &answer));
    let found: Vec<&str> = seen.found.iter().map(|found| found.subject.as_str()).collect();
    for subject in ["numberResults.count", "result.cost", "result.additionalProperties"] {
        assert!(found.iter().any(|found| found.starts_with(subject)), "{subject}: {found:?}");
    }
}

#[test]
fn results_that_come_later_are_held_against_their_task() {
    let later = json!([task(ID, json!({"deliveryMethod": "async", "numberResults": 2}))]);
    let taken = data(&[json!({"taskType": "imageInference", "taskUUID": ID})]);
    let poll = json!([{"taskType": "getResponse", "taskUUID": ID}]);
    let done = |more: Value| {
        let mut done = result(ID, json!({"status": "success"}));
        done.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        done
    };
    let (one, two) = (done(json!({})), done(json!({"imageUUID": OTHER, "imageURL": "https://h/b.jpg"})));
    let waiting = json!({"taskType": "imageInference", "taskUUID": ID, "status": "processing"});
    // As it must be.
    let mut right = watcher(Scope::Named, Mask::On);
    for (request, answer) in [
        (&later, &taken),
        (&poll, &data(std::slice::from_ref(&waiting))),
        (&poll, &data(&[one.clone(), waiting])),
        (&poll, &data(&[one.clone(), two.clone()])),
        (&poll, &data(&[one.clone(), two.clone()])),
    ] {
        let seen = right.watch(&exchange(request, 200, answer));
        assert!(seen.found.is_empty() && seen.is_judged, "{seen:?}");
    }
    // A result is gone that was there; later all is well again.
    let mut lossy = watcher(Scope::Named, Mask::On);
    lossy.watch(&exchange(&later, 200, &taken));
    lossy.watch(&exchange(&poll, 200, &data(std::slice::from_ref(&one))));
    let seen = lossy.watch(&exchange(&poll, 200, &data(&[])));
    assert_eq!(subjects(&seen), [(false, "deliveryMethod.delivery")], "{seen:?}");
    // Both results have the same identifier.
    let mut twice = watcher(Scope::Named, Mask::On);
    twice.watch(&exchange(&later, 200, &taken));
    let seen = twice.watch(&exchange(&poll, 200, &data(&[one.clone(), one.clone()])));
    assert!(seen.found.iter().any(|found| found.subject.starts_with("numberResults")), "{seen:?}");
    // The results come at once.
    let mut eager = watcher(Scope::Named, Mask::On);
    let seen = eager.watch(&exchange(&later, 200, &data(&[one, two])));
    assert!(subjects(&seen).contains(&(false, "deliveryMethod.delivery")), "{seen:?}");
    // Of another task nothing is known.
    let other = json!([{"taskType": "getResponse", "taskUUID": OTHER}]);
    let seen = eager.watch(&exchange(&other, 200, &data(&[])));
    assert_eq!(seen.left_out, ["a poll for a task that was not seen"]);
}

#[test]
fn what_says_nothing_about_the_request_is_left_out_by_name() {
    let mut watcher = watcher(Scope::Named, Mask::On);
    let tasks = json!([task(ID, json!({}))]);
    let error = |code: &str| json!({"errors": [{"code": code, "message": "m", "taskUUID": ID}]});
    for (status, code, told) in [
        (401, "invalidApiKey", "the key was not accepted"),
        (402, "insufficientCredits", "the balance does not suffice"),
        (400, "thirdPartyInsufficientCredits", "the balance does not suffice"),
        (400, "contentPolicyViolation", "the content was refused"),
        (429, "rateLimitExceeded", "the server asked to slow down"),
        (503, "serviceUnavailable", "the server was not available"),
    ] {
        let seen = watcher.watch(&exchange(&tasks, status, &error(code)));
        assert!(seen.found.is_empty() && seen.left_out == [told], "{status} {code}: {seen:?}");
    }
    let mut lost = exchange(&tasks, 200, &json!({}));
    lost.answer = Err(Loss::Broken("reset".to_owned()));
    assert_eq!(watcher.watch(&lost).left_out, ["no answer: the exchange broke off: reset"]);
    let other = json!([task(ID, json!({"model": "runware:101@1"}))]);
    let seen = watcher.watch(&exchange(&other, 200, &data(&[])));
    assert_eq!(seen.left_out, ["no spec of the model `runware:101@1`"]);
    // A key that was accepted is good.
    watcher.watch(&exchange(&tasks, 200, &data(&[result(ID, json!({}))])));
    let seen = watcher.watch(&exchange(&tasks, 401, &error("invalidApiKey")));
    assert!(seen.left_out.is_empty() && !seen.found.is_empty(), "{seen:?}");
    // An identifier that was used can be in use.
    let seen = watcher.watch(&exchange(&tasks, 400, &error("conflictTaskUUID")));
    assert_eq!(seen.left_out, ["the identifier of the task is in use"]);
}

#[test]
fn tasks_of_a_batch_are_judged_by_their_own_specs_and_answers() {
    let mut watcher = watcher(Scope::Named, Mask::On);
    let other =
        json!({"taskType": "imageInference", "taskUUID": OTHER, "model": "runware:101@1", "width": 1});
    let batch =
        json!([{"taskType": "authentication", "apiKey": "hunter2hunter2"}, task(ID, json!({})), other]);
    let answer = json!({"data": [{"taskType": "authentication", "connectionSessionUUID": OTHER},
        result(ID, json!({}))], "errors": [{"code": "invalidWidth", "message": "m", "taskUUID": OTHER}]});
    let seen = watcher.watch(&exchange(&batch, 200, &answer));
    assert!(seen.is_judged && seen.found.is_empty(), "{seen:?}");
    // With one spec for all, the other task breaks it.
    let mut all = self::watcher(Scope::All, Mask::On);
    let seen = all.watch(&exchange(&batch, 200, &answer));
    assert!(subjects(&seen).contains(&(true, "model.const")), "{seen:?}");
}

#[test]
fn bodies_that_are_no_batch_must_be_refused() {
    let mut watcher = watcher(Scope::Named, Mask::On);
    let refusal = json!({"errors": [{"code": "invalidRequest", "message": "m"}]});
    let mut broken = exchange(&json!([]), 400, &refusal);
    broken.request = Body::Whole(b"[{\"taskType\": ".to_vec());
    let seen = watcher.watch(&broken);
    assert_eq!(subjects(&seen), [(true, "protocol.body")], "{seen:?}");
    broken.answer = exchange(&json!([]), 200, &data(&[])).answer;
    let seen = watcher.watch(&broken);
    assert_eq!(subjects(&seen), [(true, "protocol.body"), (false, "protocol.body")], "{seen:?}");
}

#[test]
fn no_key_no_prompt_and_no_link_is_in_what_is_told() {
    for (mask, is_told) in [(Mask::On, false), (Mask::Off, true)] {
        let mut watcher = watcher(Scope::Named, mask);
        let error = json!({"errors": [{"code": "invalidWidth", "parameter": "width",
            "message": format!("no {PROMPT} with hunter2hunter2")}]});
        watcher.watch(&exchange(&json!([task(ID, json!({"positivePrompt": PROMPT}))]), 400, &error));
        watcher.watch(&exchange(&json!([task(ID, json!({"outputFormat": PROMPT}))]), 200, &data(&[])));
        let records = watcher.summary().records(0, watcher.specs().model(0));
        let mut told = format!("{:?} {:?}", watcher.summary().clients, watcher.summary().causes);
        for record in &records {
            told += &format!("{} {:?}", record.detail, record.request);
            if let Some(Response::Answer { body, .. }) = &record.response {
                told += body;
            }
        }
        assert!(!told.contains("hunter2"), "{told}");
        assert_eq!(told.contains("lighthouse"), is_told, "{mask:?}: {told}");
        assert!(told.contains("width"), "{told}");
    }
}
