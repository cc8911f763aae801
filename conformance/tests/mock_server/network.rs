//! Latency, refusals, drops and slow bodies, from the settings and from the header of a request.

use crate::support::{
    Front, ask, codes, engine, incoming, is_taken, post, request, send, serve, still, task,
};
use airspec_mock::{NETWORK_HEADER, Passage, Settings};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

fn under(network: &str) -> Settings {
    Settings { network: network.parse().unwrap(), ..Settings::default() }
}

#[test]
fn the_same_seed_brings_the_same_conditions_and_another_seed_another() {
    let history = |seed| -> Vec<_> {
        let engine = engine(Settings { seed, ..under("latency=0ms..80ms, error=0.3, drop=0.2") });
        // Tasks of their own: whether one is still under way depends on the time.
        let body = |number| json!([task(number, &json!({}))]).to_string().into_bytes();
        let answers = (0..40).map(|number| engine.answer(&incoming("POST", "/v1", "key", body(number))));
        answers.map(|answer| (answer.status, answer.delay, answer.passage == Passage::Dropped)).collect()
    };
    assert_eq!(history(1), history(1));
    assert_ne!(history(1), history(2));
    let dropped = history(1).iter().filter(|(.., dropped)| *dropped).count();
    let failed = history(1).iter().filter(|(status, ..)| *status >= 500).count();
    assert!(dropped > 2 && failed > dropped, "{:?}", history(1));
}

#[tokio::test]
async fn above_the_rate_a_client_is_told_when_to_come_again() {
    for front in Front::both(|| still(under("rate=2, retry-after=7"))).await {
        let body = json!([task(1, &json!({}))]);
        for _ in 0..2 {
            assert_eq!(post(&front.url(), &body).await.0, 200);
        }
        let refused = request(&front.url(), &body).send().await.unwrap();
        assert_eq!(
            (refused.status().as_u16(), &refused.headers()["retry-after"]),
            (429, &"7".parse().unwrap())
        );
        let answer: Value = serde_json::from_slice(&refused.bytes().await.unwrap()).unwrap();
        assert_eq!(codes(&answer), ["rateLimitExceeded"]);
        front.engine().clock().advance(Duration::from_secs(1));
        assert_eq!(post(&front.url(), &body).await.0, 200);
    }
}

#[test]
fn once_the_balance_is_spent_tasks_are_refused_and_wrong_ones_cost_nothing() {
    let engine = engine(under("balance=0.5"));
    let paid = |number| task(number, &json!({"width": 1024, "height": 1024, "numberResults": 2}));
    assert_eq!(ask(&engine, &json!([task(9, &json!({"width": 17}))])).0, 400);
    assert_eq!(ask(&engine, &json!([paid(1)])).0, 200, "0.422 of 0.5 USD");
    let (status, answer) = ask(&engine, &json!([paid(2)]));
    assert_eq!((status, codes(&answer)), (402, vec!["insufficientCredits"]));
    for (unpaid_status, errors) in [(400, 1), (200, 0)] {
        let lenient = crate::support::engine(Settings { unpaid_status, ..under("balance=0.1") });
        let (status, answer) = ask(&lenient, &json!([paid(1)]));
        assert_eq!((status, codes(&answer).len()), (unpaid_status, errors), "{answer}");
        assert_eq!(answer["data"], json!([]));
    }
    let (status, answer) = ask(&engine, &json!([paid(3), task(4, &json!({}))]));
    assert_eq!((status, answer["data"].as_array().unwrap().len()), (200, 1), "a small one is still covered");
}

#[tokio::test]
async fn one_request_can_bring_its_own_network_conditions() {
    for front in Front::both(|| engine(Settings::default())).await {
        let body = json!([task(1, &json!({}))]);
        let with = |network: &str| request(&front.url(), &body).header(NETWORK_HEADER, network);
        for (network, status, code) in [
            ("status=500", 500, "internalServerError"),
            ("status=503, retry-after=3", 503, "serviceUnavailable"),
            ("status=402", 402, "insufficientCredits"),
            ("status=200", 400, "invalidNetworkConditions"),
            ("rate=1", 400, "invalidNetworkConditions"),
            ("hail", 400, "invalidNetworkConditions"),
        ] {
            let (found, answer) = send(with(network)).await;
            assert_eq!((found, codes(&answer)), (status, vec![code]), "{network}");
        }
        let former = request(&front.url(), &body).header("x-mock-weather", "status=503");
        assert_eq!(send(former).await.0, 503, "the former name of the header");
        let started = Instant::now();
        assert_eq!(send(with("latency=30ms")).await.0, 200);
        assert!(started.elapsed() >= Duration::from_millis(30));
        let started = Instant::now();
        assert_eq!(send(with("slow=40ms")).await.0, 200);
        assert!(started.elapsed() >= Duration::from_millis(40));
        let lost = with("drop").send().await.unwrap_err();
        assert!(lost.is_request() && !lost.is_timeout(), "{lost:?}");
        assert_eq!(post(&front.url(), &body).await.0, 200, "fine again");
    }
}

#[tokio::test]
async fn an_identifier_is_taken_while_its_answer_is_delayed() {
    let running = serve(still(under("latency=10s"))).await;
    let body = json!([task(1, &json!({}))]);
    let first = tokio::spawn(request(&running.url, &body).send());
    while !is_taken(&running.engine, &body) {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    running.engine.clock().advance(Duration::from_secs(11));
    assert!(!is_taken(&running.engine, &body));
    assert_eq!(first.await.unwrap().unwrap().status(), 200);
}

/// What an application can meet although its request is right, at once and in a poll.
#[test]
fn the_content_policy_and_a_missing_credit_refuse_tasks_at_no_cost() {
    for (network, code, in_poll) in [
        ("moderation, balance=0", "contentPolicyViolation", true),
        ("quota, balance=0", "thirdPartyInsufficientCredits", false),
    ] {
        let engine = engine(Settings { pace: Duration::ZERO, ..under(network) });
        let (status, answer) = ask(&engine, &json!([task(1, &json!({}))]));
        assert_eq!((status, codes(&answer)), (400, vec![code]));
        let (status, answer) = ask(&engine, &json!([task(2, &json!({"deliveryMethod": "async"}))]));
        assert_eq!((status, codes(&answer).is_empty()), if in_poll { (200, true) } else { (400, false) });
        if in_poll {
            let poll = json!([{"taskType": "getResponse", "taskUUID": crate::support::uuid(2)}]);
            let (_, answer) = ask(&engine, &poll);
            assert_eq!((codes(&answer), &answer["errors"][0]["status"]), (vec![code], &json!("error")));
        }
    }
}

#[tokio::test]
async fn a_lost_answer_is_of_a_task_that_was_executed_and_polls_are_answered() {
    for front in Front::both(|| engine(under("lost-answer"))).await {
        let body = json!([task(1, &json!({"deliveryMethod": "async"}))]);
        let lost = request(&front.url(), &body).send().await.unwrap_err();
        assert!(lost.is_request() && !lost.is_timeout(), "{lost:?}");
        let poll = json!([{"taskType": "getResponse", "taskUUID": crate::support::uuid(1)}]);
        let (status, answer) = post(&front.url(), &poll).await;
        assert_eq!((status, answer["data"].as_array().unwrap().len()), (200, 1), "{answer}");
        assert!(is_taken(front.engine(), &body), "sent again, it is a conflict");
    }
}

#[test]
fn odd_fields_are_other_types_and_a_missing_identifier() {
    let engine = engine(under("odd-fields"));
    let asked = json!({"includeCost": true, "safety": {"checkContent": true}, "width": 1024, "height": 1024});
    let (status, answer) = ask(&engine, &json!([task(1, &asked)]));
    let item = &answer["data"][0];
    assert_eq!((status, &item["cost"], &item["NSFWContent"]), (200, &json!("0.211"), &json!(0)));
    assert_eq!((item.get("imageUUID"), &item["taskUUID"]), (None, &json!(crate::support::uuid(1))));
    assert!(item["imageURL"].as_str().unwrap().starts_with("http://"));
}

#[tokio::test]
async fn each_link_fails_once() {
    for front in Front::both(|| engine(under("link-error=502"))).await {
        let (_, answer) = post(&front.url(), &json!([task(1, &json!({"numberResults": 2}))])).await;
        for item in answer["data"].as_array().unwrap() {
            let url = item["imageURL"].as_str().unwrap();
            let get = || async { crate::support::client().get(url).send().await.unwrap().status().as_u16() };
            assert_eq!((get().await, get().await, get().await), (502, 200, 200));
        }
    }
}
