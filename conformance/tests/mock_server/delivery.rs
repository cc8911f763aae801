//! Deferred tasks, links that end, webhooks and uploads.

use crate::support::{Front, Running, ask, ask_as, codes, fetch, post, serve, still, task, uuid};
use airspec_media::{Container, probe};
use airspec_mock::{DeliveryState, Reach, Settings, Wrapping};
use serde_json::{Value, json};
use std::time::Duration;
use wiremock::matchers::{any, method};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

fn poll(number: u64) -> Value {
    json!([{"taskType": "getResponse", "taskUUID": uuid(number)}])
}

fn settings() -> Settings {
    Settings { pace: Duration::from_secs(1), retries: vec![Duration::from_secs(1); 2], ..Settings::default() }
}

#[tokio::test]
async fn a_deferred_task_is_acknowledged_and_its_results_come_one_by_one() {
    for front in Front::both(|| still(settings())).await {
        let (url, engine) = (front.url(), front.engine());
        let deferred = task(1, &json!({"deliveryMethod": "async", "numberResults": 2, "includeCost": true}));
        let ack = json!({"data": [{"taskType": "imageInference", "taskUUID": uuid(1)}]});
        assert_eq!(post(&url, &json!([deferred])).await, (200, ack));

        let mut images = Vec::new();
        for done in 0..=2 {
            let (status, answer) = post(&url, &poll(1)).await;
            let data = answer["data"].as_array().unwrap();
            assert_eq!((status, data.len()), (200, 2), "cumulative");
            for (index, item) in data.iter().enumerate() {
                let word = if index < done { "success" } else { "processing" };
                assert_eq!(item["status"], word, "after {done}: {answer}");
                assert_eq!(item.get("imageURL").is_some(), index < done);
                assert_eq!(item.get("cost").is_some(), index < done);
            }
            images.push(data.iter().map(|item| item["imageUUID"].clone()).collect::<Vec<_>>());
            engine.clock().advance(Duration::from_secs(1));
        }
        assert!(images.windows(2).all(|pair| pair[0] == pair[1]), "the same results in every poll");
        engine.clock().advance(settings().retention);
        let (status, answer) = post(&url, &poll(1)).await;
        assert_eq!((status, codes(&answer)), (404, vec!["taskNotFound"]));
    }
}

#[test]
fn a_poll_knows_only_tasks_of_the_same_key() {
    let engine = still(settings());
    ask(&engine, &json!([task(1, &json!({"deliveryMethod": "async"}))]));
    let (status, answer) = ask_as(&engine, "another key", &poll(1));
    assert_eq!((status, codes(&answer)), (404, vec!["taskNotFound"]));
    assert_eq!(
        (&answer["errors"][0]["status"], &answer["errors"][0]["taskUUID"]),
        (&json!("error"), &json!(uuid(1)))
    );
    assert_eq!(ask(&engine, &poll(1)).0, 200);
    assert_eq!(ask(&engine, &poll(2)).0, 404);
}

#[test]
fn an_identifier_is_taken_while_its_task_is_remembered() {
    let engine = still(settings());
    let deferred = json!([task(1, &json!({"deliveryMethod": "async"}))]);
    assert_eq!(ask(&engine, &deferred).0, 200);
    let (status, answer) = ask(&engine, &deferred);
    assert_eq!((status, codes(&answer)), (400, vec!["conflictTaskUUID"]));
    engine.clock().advance(settings().retention + settings().pace);
    assert_eq!(ask(&engine, &deferred).0, 200);
}

#[test]
fn of_requests_at_the_same_time_one_gets_the_identifier() {
    let engine = still(settings());
    let taken = std::thread::scope(|scope| {
        let asks: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| ask(&engine, &json!([task(1, &json!({"deliveryMethod": "async"}))])).0))
            .collect();
        asks.into_iter().map(|ask| ask.join().unwrap()).filter(|status| *status == 200).count()
    });
    assert_eq!(taken, 1);
}

#[test]
fn what_is_wrong_with_a_deferred_task_is_said_at_once() {
    let engine = still(settings());
    let (status, answer) = ask(&engine, &json!([task(1, &json!({"deliveryMethod": "async", "width": 17}))]));
    assert_eq!((status, codes(&answer)), (400, vec!["invalidWidth"]));
    assert_eq!(ask(&engine, &poll(1)).0, 404);
}

#[test]
fn a_task_that_fails_at_the_provider_fails_at_once_or_in_a_poll() {
    let engine = still(Settings { network: "fail".parse().unwrap(), ..settings() });
    let (status, answer) = ask(&engine, &json!([task(1, &json!({}))]));
    assert_eq!((status, codes(&answer)), (500, vec!["timeoutProvider"]));
    assert_eq!(ask(&engine, &json!([task(2, &json!({"deliveryMethod": "async"}))])).0, 200);
    assert_eq!(ask(&engine, &poll(2)), (200, json!({"data": []})));
    engine.clock().advance(Duration::from_secs(1));
    let (_, answer) = ask(&engine, &poll(2));
    assert_eq!(codes(&answer), ["timeoutProvider"]);
    assert_eq!(
        (&answer["errors"][0]["status"], &answer["errors"][0]["taskUUID"]),
        (&json!("error"), &json!(uuid(2)))
    );
}

#[test]
fn a_link_ends_after_its_lifetime_and_other_forms_have_none() {
    let engine = still(settings());
    let (_, answer) = ask(&engine, &json!([task(1, &json!({"ttl": 60})), task(2, &json!({}))]));
    let link = |index: usize| answer["data"][index]["imageURL"].as_str().unwrap().to_owned();
    engine.clock().advance(Duration::from_secs(59));
    assert_eq!(fetch(&engine, &link(0)).0, 200);
    engine.clock().advance(Duration::from_secs(1));
    assert_eq!(fetch(&engine, &link(0)).0, 404);
    assert_eq!(fetch(&engine, &link(1)).0, 200);
    assert_eq!(ask(&engine, &json!([task(3, &json!({"ttl": 60, "outputType": "base64Data"}))])).0, 200);
}

#[tokio::test]
async fn the_clock_can_be_moved_over_http() {
    for front in Front::both(|| still(settings())).await {
        let (_, answer) = post(&front.url(), &json!([task(1, &json!({"ttl": 60}))])).await;
        let link = answer["data"][0]["imageURL"].as_str().unwrap().to_owned();
        let clock = front.url().replace("/v1", "/_mock/clock");
        let get = |address: String| async move {
            crate::support::client().get(address).send().await.unwrap().status()
        };
        assert_eq!(get(link.clone()).await, 200);
        assert_eq!(post(&clock, &json!({"advance": 61.5})).await, (200, json!({"now": 61.5})));
        assert_eq!(get(link).await, 404);
        for body in [json!({}), json!({"advance": -1}), json!([])] {
            assert_eq!(post(&clock, &body).await.0, 400);
        }
    }
}

/// A server that takes whatever it gets, after so many refusals.
async fn listener(refusals: u64) -> MockServer {
    let server = MockServer::start().await;
    if refusals > 0 {
        let refusing = Mock::given(any()).respond_with(ResponseTemplate::new(503)).up_to_n_times(refusals);
        refusing.with_priority(1).mount(&server).await;
    }
    Mock::given(any()).respond_with(ResponseTemplate::new(204)).mount(&server).await;
    server
}

async fn received(server: &MockServer) -> Vec<Request> {
    server.received_requests().await.unwrap()
}

/// Moves the clock until nothing is open.
async fn settle(running: &Running) {
    let engine = &running.engine;
    let settled = tokio::time::timeout(Duration::from_secs(20), async {
        while engine.deliveries().iter().any(|delivery| delivery.state == DeliveryState::Pending) {
            tokio::time::sleep(Duration::from_millis(5)).await;
            engine.clock().advance(Duration::from_secs(1));
        }
        engine.wait_for_deliveries().await;
    });
    settled.await.expect("deliveries come to an end");
}

#[tokio::test]
async fn a_webhook_is_called_once_per_result_and_again_on_failure() {
    let (hook, running) = (listener(1).await, serve(still(settings())).await);
    let address = format!("{}/done?secret=1", hook.uri());
    let changes = json!({"webhookURL": address, "deliveryMethod": "async", "numberResults": 2});
    post(&running.url, &json!([task(1, &changes)])).await;
    settle(&running).await;
    let bodies: Vec<Value> =
        received(&hook).await.iter().map(|request| request.body_json().unwrap()).collect();
    assert_eq!(bodies.len(), 3, "two results, and one attempt that was refused");
    assert!(received(&hook).await.iter().all(|request| {
        request.method == "POST"
            && request.headers["content-type"] == "application/json"
            && request.url.query() == Some("secret=1")
    }));
    let (_, polled) = post(&running.url, &poll(1)).await;
    for item in polled["data"].as_array().unwrap() {
        let posted = bodies.iter().find(|posted| posted["imageUUID"] == item["imageUUID"]);
        assert_eq!(posted.unwrap()["imageURL"], item["imageURL"]);
    }
    let records = running.engine.deliveries();
    assert!(records.iter().all(|delivery| delivery.state == DeliveryState::Delivered));
    assert_eq!(records.iter().map(|delivery| delivery.attempts.len()).sum::<usize>(), 3);
    assert!(records[0].address.ends_with("/done"), "{}", records[0].address);
}

#[tokio::test]
async fn the_body_of_a_webhook_can_be_an_envelope() {
    let hook = listener(0).await;
    let running = serve(still(Settings { webhook_body: Wrapping::Data, ..settings() })).await;
    let (_, answer) =
        post(&running.url, &json!([task(1, &json!({"webhookURL": hook.uri(), "outputType": "dataURI"}))]))
            .await;
    settle(&running).await;
    assert_eq!(received(&hook).await[0].body_json::<Value>().unwrap(), json!({"data": [answer["data"][0]]}));
}

#[tokio::test]
async fn a_file_is_put_to_its_upload_address_as_it_is() {
    let (store, running) = (listener(0).await, serve(still(settings())).await);
    let address = format!("{}/bucket/file?signature=1", store.uri());
    let changes = json!({"uploadEndpoint": address, "outputFormat": "WEBP", "numberResults": 2});
    let (_, answer) = post(&running.url, &json!([task(1, &changes)])).await;
    settle(&running).await;
    let files = received(&store).await;
    assert_eq!(files.len(), 2);
    for file in &files {
        let found = probe(&file.body).unwrap();
        assert_eq!(
            (file.method.as_str(), &file.headers["content-type"]),
            ("PUT", &"image/webp".parse().unwrap())
        );
        assert_eq!((found.container, found.size()), (Container::Webp, Some((64, 32))));
    }
    let link = answer["data"][0]["imageURL"].as_str().unwrap();
    let linked = crate::support::client().get(link).send().await.unwrap().bytes().await.unwrap();
    assert!(files.iter().any(|file| file.body == linked));
}

/// What arrives at an address under a fault, of a task with two results: method, media type and body.
async fn arrivals(parameter: &str, settings: Settings) -> Vec<(String, Option<String>, Vec<u8>)> {
    let (hook, running) = (listener(0).await, serve(still(settings)).await);
    let changes = json!({parameter: hook.uri(), "numberResults": 2});
    assert_eq!(post(&running.url, &json!([task(1, &changes)])).await.0, 200);
    settle(&running).await;
    let media = |request: &Request| {
        request.headers.get("content-type").map(|media| media.to_str().unwrap().to_owned())
    };
    let requests = received(&hook).await.into_iter();
    requests.map(|request| (request.method.to_string(), media(&request), request.body)).collect()
}

#[tokio::test]
async fn deliveries_are_wrong_in_the_way_that_the_fault_says() {
    let with = |fault: &str| Settings { faults: vec![fault.to_owned()], ..settings() };
    for (how, calls, method) in [
        ("silent", 0, ""),
        ("once", 1, "POST"),
        ("twice", 4, "POST"),
        ("put", 2, "PUT"),
        ("stranger", 2, "POST"),
        ("garbled", 2, "POST"),
    ] {
        let seen = arrivals("webhookURL", with(&format!("answer:webhookURL.webhook:{how}"))).await;
        assert!(seen.len() == calls && seen.iter().all(|(known, ..)| known == method), "{how}: {seen:?}");
        for (_, _, body) in &seen {
            let told = serde_json::from_slice::<Value>(body).ok();
            let id = told.as_ref().map(|told| &told["taskUUID"]);
            assert_eq!(id.is_none(), how == "garbled");
            assert_eq!(id.is_some_and(|id| *id != uuid(1)), how == "stranger");
        }
    }
    for (how, calls, method) in [
        ("silent", 0, ""),
        ("once", 1, "PUT"),
        ("posted", 2, "POST"),
        ("encoded", 2, "PUT"),
        ("garbled", 2, "PUT"),
    ] {
        let seen = arrivals("uploadEndpoint", with(&format!("answer:uploadEndpoint.upload:{how}"))).await;
        assert!(seen.len() == calls && seen.iter().all(|(known, ..)| known == method), "{how}");
        assert!(
            seen.iter().all(|(.., body)| probe(body).is_ok() != matches!(how, "encoded" | "garbled")),
            "{how}"
        );
    }
    let untyped = arrivals("uploadEndpoint", Settings { upload_type: false, ..settings() }).await;
    assert!(
        untyped.len() == 2 && untyped.iter().all(|(_, media, body)| media.is_none() && probe(body).is_ok())
    );
}

#[tokio::test]
async fn a_delivery_that_fails_is_recorded_and_loses_no_result() {
    let server = MockServer::start().await;
    Mock::given(method("PUT")).respond_with(ResponseTemplate::new(403)).mount(&server).await;
    let running = serve(still(settings())).await;
    let changes = json!({
        "uploadEndpoint": server.uri(),
        "webhookURL": "http://127.0.0.1:1/nobody",
        "deliveryMethod": "async",
    });
    post(&running.url, &json!([task(1, &changes)])).await;
    settle(&running).await;
    let (_, polled) = post(&running.url, &poll(1)).await;
    assert_eq!(polled["data"][0]["status"], "success");
    let shown = crate::support::client().get(running.url.replace("/v1", "/_mock/deliveries"));
    let (_, shown) = crate::support::send(shown).await;
    let told: Vec<(&Value, &Value, &Value)> = shown["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|record| (&record["kind"], &record["state"], &record["attempts"]))
        .collect();
    assert_eq!(
        told,
        [
            (&json!("upload"), &json!("failed"), &json!(["403", "403", "403"])),
            (
                &json!("webhook"),
                &json!("failed"),
                &json!(["no connection", "no connection", "no connection"])
            ),
        ]
    );
    assert_eq!(shown["data"][0]["taskUUID"], uuid(1));
}

#[tokio::test]
async fn strangers_are_not_called_unless_the_settings_allow_it() {
    let running = serve(still(settings())).await;
    let changes = json!({"webhookURL": "http://example.com/hook"});
    assert_eq!(post(&running.url, &json!([task(1, &changes)])).await.0, 200);
    settle(&running).await;
    let record = running.engine.deliveries().remove(0);
    assert_eq!(record.state, DeliveryState::Failed);
    assert!(record.attempts[0].starts_with("not sent"), "{record:?}");
    assert_eq!(Settings::from_toml("reach = \"anywhere\"").unwrap().reach, Reach::Anywhere);
}

#[tokio::test]
async fn a_target_that_hangs_does_not_hold_up_others() {
    let hanging = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let hook = listener(0).await;
    let settings = Settings { delivery_timeout: Duration::from_secs(60), ..Settings::default() };
    let running = serve(crate::support::engine(settings)).await;
    let nowhere = format!("http://{}/hang", hanging.local_addr().unwrap());
    let stuck = json!({"webhookURL": nowhere, "uploadEndpoint": nowhere, "numberResults": 20});
    for number in 0..20 {
        post(&running.url, &json!([task(number, &stuck)])).await;
    }
    let good = json!({"webhookURL": hook.uri(), "uploadEndpoint": hook.uri()});
    post(&running.url, &json!([task(100, &good)])).await;
    let arrived = tokio::time::timeout(Duration::from_secs(20), async {
        while received(&hook).await.len() < 2 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    });
    arrived.await.expect("both deliveries arrive while 800 others hang");
}

#[tokio::test]
async fn a_queue_that_is_full_gives_deliveries_up_and_says_so() {
    let engine = still(settings());
    let address = format!("http://127.0.0.1:9/{}", "a".repeat(7_000));
    for number in 0..110 {
        let changes = json!({"webhookURL": address, "numberResults": 20});
        ask(&engine, &json!([task(number, &changes)]));
    }
    let last = engine.deliveries().pop().unwrap();
    assert_eq!(last.state, DeliveryState::Failed);
    assert_eq!(last.attempts, ["too many deliveries are waiting"]);
    let long = format!("http://127.0.0.1:9/{}", "a".repeat(9_000));
    ask(&engine, &json!([task(500, &json!({"webhookURL": long}))]));
    assert_eq!(engine.deliveries().pop().unwrap().attempts, ["the URL is too long"]);
}
