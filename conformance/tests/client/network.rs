//! Trouble that passes, and trouble that does not.

use crate::gpt_image::{DeliveryMethod, Request};
use crate::support::{
    KEY, Script, answer, answer_with, client, cut, deferred, mock, quick, required, result, task, under,
};
use airspec_mock::Settings as MockSettings;
use airspec_models::Valid;
use airspec_models::client::{Class, Client, Error, Progress};
use std::time::{Duration, Instant};

#[tokio::test]
async fn deferred_tasks_get_through_errors_of_the_service() {
    let mock = under("error=0.5, latency=0ms..20ms, retry-after=none").await;
    let client = Client::new(KEY, quick(&mock.url()).pace(0.001).retries(20)).unwrap();
    let mut attempts = 0;
    for _ in 0..20 {
        let tell = |step: Progress<'_>| attempts += usize::from(matches!(step, Progress::Sending { .. }));
        assert_eq!(client.run_with(&deferred(2), tell).await.unwrap().results.len(), 2);
    }
    assert!(attempts > 30, "of 20 tasks most needed several attempts: {attempts}");
}

#[tokio::test]
async fn after_a_lost_connection_no_task_is_sent_again() {
    let mock = under("drop=0.5, latency=0ms..20ms").await;
    let client = Client::new(KEY, quick(&mock.url()).pace(0.001).retries(20)).unwrap();
    let mut results = 0;
    for number in 0..20 {
        let task = if number % 2 == 0 { task() } else { deferred(2) };
        let mut sent = 0;
        let tell = |step: Progress<'_>| sent += usize::from(matches!(step, Progress::Sending { .. }));
        match client.run_with(&task, tell).await {
            Ok(finished) => results += finished.results.len(),
            Err(error) => assert!(error.may_be_billed() && !error.is_retryable(), "{error}"),
        }
        assert_eq!(sent, 1);
    }
    assert!(results > 0);
}

#[tokio::test]
async fn above_the_rate_the_client_waits_as_long_as_it_is_told() {
    let mock = under("rate=1, retry-after=1").await;
    let client = client(&mock.url());
    client.run(&task()).await.unwrap();
    let start = Instant::now();
    client.run(&task()).await.unwrap();
    assert!(start.elapsed() >= Duration::from_secs(1), "{:?}", start.elapsed());
}

#[tokio::test]
async fn who_asks_for_too_long_a_pause_is_not_waited_for() {
    let mock = under("status=429, retry-after=3600").await;
    let start = Instant::now();
    let error = client(&mock.url()).run(&task()).await.unwrap_err();
    assert!(start.elapsed() < Duration::from_secs(10));
    assert_eq!((error.class(), error.retry_after()), (Class::RateLimit, Some(Duration::from_secs(3600))));
    assert!(error.is_retryable());
    assert!(error.to_string().starts_with("rateLimitExceeded: "), "{error}");
}

#[tokio::test]
async fn a_date_is_a_pause_as_well() {
    let date = "Sun, 06 Nov 1994 08:49:37 GMT";
    let task = task();
    let good = format!(r#"{{"data":[{}]}}"#, result(&task, 1));
    let script =
        Script::start(vec![answer_with(503, &format!("retry-after: {date}\r\n"), ""), answer(200, &good)])
            .await;
    client(&script.url).run(&task).await.unwrap();
    assert_eq!(script.heard().len(), 2, "it is over, so it is tried again");
}

#[tokio::test]
async fn only_what_may_pass_is_tried_again() {
    for (status, attempts) in
        [(408, 5), (429, 4), (500, 5), (503, 5), (400, 1), (401, 1), (402, 1), (403, 1), (404, 1)]
    {
        let script = Script::start(vec![answer(status, "")]).await;
        let error = client(&script.url).run(&task()).await.unwrap_err();
        assert_eq!(script.heard().len(), attempts, "{status}: {error}");
        assert_eq!(error.is_retryable(), status == 429, "{status}: a fresh task could be a second bill");
    }
    let script = Script::start(vec![cut()]).await;
    let error = Client::new(KEY, quick(&script.url).retries(1)).unwrap().run(&task()).await.unwrap_err();
    assert!(matches!(error, Error::ConnectionLost(_)) && error.may_be_billed(), "{error}");
    assert_eq!(script.heard().len(), 3, "the task once, and two polls");
}

#[tokio::test]
async fn after_an_answer_that_is_cut_the_task_is_polled_for() {
    let task = task();
    let good = format!(r#"{{"data":[{}]}}"#, result(&task, 1));
    let half = answer(200, &good)[..100].to_vec();
    let script = Script::start(vec![cut(), half, answer(200, &good)]).await;
    assert_eq!(client(&script.url).run(&task).await.unwrap().results.len(), 1);
    let heard = script.heard();
    let polls: Vec<bool> = heard.iter().map(|text| text.contains("getResponse")).collect();
    assert_eq!(polls, [false, true, true]);
    assert!(heard.iter().all(|text| text.contains(task.task_uuid.as_str())));
}

#[tokio::test]
async fn what_takes_too_long_is_not_sent_again_because_it_may_be_under_way() {
    let mock = under("latency=30s").await;
    let settings = quick(&mock.url()).timeout(Duration::from_millis(200));
    let start = Instant::now();
    let mut sent = 0;
    let tell = |step: Progress<'_>| sent += usize::from(matches!(step, Progress::Sending { .. }));
    let error = Client::new(KEY, settings).unwrap().run_with(&task(), tell).await.unwrap_err();
    assert!(start.elapsed() < Duration::from_secs(5) && sent == 1);
    assert!(matches!(error, Error::TimedOut(_)) && error.class() == Class::Timeout, "{error}");
    assert!(error.may_be_billed() && !error.is_retryable());
}

#[tokio::test]
async fn where_nobody_listens_nothing_is_sent_and_nothing_can_be_billed() {
    let error = client("http://127.0.0.1:1/v1").run(&task()).await.unwrap_err();
    assert!(
        matches!(error, Error::Unreachable(_)) && error.is_retryable() && !error.may_be_billed(),
        "{error}"
    );
}

#[tokio::test]
async fn a_slow_body_arrives_unless_it_takes_longer_than_it_may() {
    let mock = under("slow=300ms").await;
    assert_eq!(client(&mock.url()).run(&task()).await.unwrap().results.len(), 1);
    let impatient = Client::new(KEY, quick(&mock.url()).timeout(Duration::from_millis(100))).unwrap();
    assert!(matches!(impatient.run(&task()).await, Err(Error::TimedOut(_))));
}

#[tokio::test]
async fn a_server_that_delivers_otherwise_than_it_should_is_survived() {
    for (fault, task, expected) in [
        ("immediate", deferred(2), Ok(2)),
        ("deferred", sync(), Ok(1)),
        ("lost", deferred(2), Err(Class::NotFound)),
        ("stuck", deferred(2), Err(Class::Timeout)),
    ] {
        let faults = vec![format!("answer:deliveryMethod.delivery:{fault}")];
        let mock = mock(MockSettings { faults, ..MockSettings::default() }).await;
        let settings = quick(&mock.url()).polling(Duration::from_millis(800));
        let outcome = Client::new(KEY, settings).unwrap().run(&task).await;
        let told = outcome.map(|done| done.results.len()).map_err(|error| error.class());
        assert_eq!(told, expected, "{fault}");
    }
}

/// A task that says itself that its results are wanted at once.
fn sync() -> Valid<Request> {
    Request::builder(required()).delivery_method(DeliveryMethod::Sync).build().unwrap()
}

#[tokio::test]
async fn a_task_that_fails_at_the_provider_says_so() {
    let mock = under("fail=1").await;
    for task in [task(), deferred(2)] {
        let error = client(&mock.url()).run(&task).await.unwrap_err();
        assert_eq!(
            (error.class(), error.errors()[0].code.as_str()),
            (Class::Timeout, "timeoutProvider"),
            "{error}"
        );
    }
}
