//! What may be billed is never called safe to send anew: each status with each body, and random histories against a
//! server that knows what it has taken.

use crate::gpt_image::Request;
use crate::support::{KEY, Script, answer, client, cut, deferred, error, quick, result, task};
use airspec_models::client::{Class, Client, Error};
use airspec_models::{Batch, Valid};
use std::time::Duration;

const STRANGER: &str = "7f4e4a6e-9a3c-4d6c-8a64-999999999999";

/// Bodies without a result of the task, and whether they refuse it clearly.
fn bodies(task: &Valid<Request>) -> Vec<(&'static str, String)> {
    let errors = |error: String| format!(r#"{{"data":[],"errors":[{error}]}}"#);
    let other = |text: String| text.replace(task.task_uuid.as_str(), STRANGER);
    let nobody = |code: &str| format!(r#"{{"code":"{code}","message":"No."}}"#);
    vec![
        ("nothing", String::new()),
        ("page", "<html><body>upstream</body></html>".to_owned()),
        ("cut", r#"{"data":[{"taskUUID":""#.to_owned()),
        ("list", "[]".to_owned()),
        ("bare error", r#"{"error":{"code":"x","message":"m"}}"#.to_owned()),
        ("no data", r#"{"data":[]}"#.to_owned()),
        ("refusal", errors(error(task, "invalidWidth"))),
        ("refusal of nobody", errors(nobody("insufficientCredits"))),
        ("refusal of another", errors(other(error(task, "invalidWidth")))),
        ("rate", errors(error(task, "rateLimitExceeded"))),
        ("trouble", errors(error(task, "timeoutProvider"))),
        ("trouble of nobody", errors(nobody("internalServerError"))),
        ("conflict", errors(error(task, "conflictTaskUUID"))),
        ("unknown error", errors(error(task, "somethingNew"))),
        ("result of another", format!(r#"{{"data":[{}]}}"#, other(result(task, 1)))),
        ("item that is none", r#"{"data":[[]]}"#.to_owned()),
    ]
}

/// Whether a task may be billed, by the rule that only a clear refusal says that it is not.
fn is_billed(status: u16, body: &str) -> bool {
    let is_refused = matches!(status, 400 | 401 | 402 | 403 | 404 | 413 | 422 | 429);
    let is_good = status == 200;
    match body {
        // The status does not matter: the codes and results speak of what runs.
        "trouble" | "trouble of nobody" | "conflict" | "result of another" => true,
        "refusal" | "refusal of nobody" | "rate" => !is_refused && !is_good,
        _ => !is_refused,
    }
}

const STATUSES: [u16; 18] =
    [200, 400, 401, 402, 403, 404, 413, 422, 429, 408, 409, 499, 500, 502, 503, 504, 524, 599];

#[tokio::test]
async fn only_a_clear_refusal_is_not_billed_and_only_what_is_not_billed_may_be_sent_anew() {
    for status in STATUSES {
        for task in [task(), deferred(2)] {
            for (name, body) in bodies(&task) {
                let script = Script::start(vec![answer(status, &body)]).await;
                let settings = quick(&script.url).retries(0).polling(Duration::ZERO);
                let once = Client::new(KEY, settings).unwrap();
                let error = once.run(&task).await.unwrap_err();
                let told = format!("{status} {name}: {error}");
                assert_eq!(error.may_be_billed(), is_billed(status, name), "{told}");
                let may_pass = matches!(
                    error.class(),
                    Class::RateLimit | Class::ServerError | Class::Timeout | Class::Connection
                );
                assert_eq!(error.is_retryable(), may_pass && !error.may_be_billed(), "{told}");
                assert_eq!(script.heard().len(), 1, "{told}");
            }
        }
    }
}

#[tokio::test]
async fn after_a_lost_attempt_every_refusal_is_in_doubt() {
    let task = task();
    for status in STATUSES {
        for (name, body) in bodies(&task) {
            for first in [cut(), answer(503, ""), answer(504, r#"{"errors":[{"code":"x","message":"m"}]}"#)] {
                let script = Script::start(vec![first, answer(status, &body)]).await;
                let settings = quick(&script.url).pace(0.0).retries(1).polling(Duration::ZERO);
                let twice = Client::new(KEY, settings).unwrap();
                let error = twice.run(&task).await.unwrap_err();
                assert!(error.may_be_billed() && !error.is_retryable(), "{status} {name}: {error}");
            }
        }
    }
}

#[tokio::test]
async fn once_a_task_was_accepted_no_error_says_that_it_is_not_billed() {
    let task = deferred(2);
    let accepted = format!(r#"{{"data":[{{"taskType":"imageInference","taskUUID":"{}"}}]}}"#, task.task_uuid);
    for status in [200, 400, 404, 429, 500] {
        for (name, body) in bodies(&task) {
            let body = body.replace("{\"code", "{\"status\":\"error\",\"code");
            let script = Script::start(vec![answer(200, &accepted), answer(status, &body)]).await;
            let settings = quick(&script.url).retries(0).polling(Duration::from_millis(30));
            let error = Client::new(KEY, settings).unwrap().run(&task).await.unwrap_err();
            assert!(error.may_be_billed() && !error.is_retryable(), "{status} {name}: {error}");
        }
    }
}

#[tokio::test]
async fn with_some_of_its_results_a_task_is_not_to_be_sent_anew() {
    let task = deferred(2);
    for code in ["rateLimitExceeded", "invalidWidth", "timeoutProvider"] {
        let body = format!(r#"{{"data":[{}],"errors":[{}]}}"#, result(&task, 1), error(&task, code));
        let script = Script::start(vec![answer(200, &body)]).await;
        let shortfall = client(&script.url).run(&task).await.unwrap().shortfall.unwrap();
        assert!(shortfall.may_be_billed() && !shortfall.is_retryable(), "{code}: {shortfall}");
    }
}

#[tokio::test]
async fn each_task_of_a_batch_is_billed_or_not_by_what_is_said_of_it() {
    let tasks = [task(), task(), task(), task()];
    let [good, refused, failed, _] = &tasks;
    let body = format!(
        r#"{{"data":[{}],"errors":[{},{}]}}"#,
        result(good, 1),
        error(refused, "invalidWidth"),
        error(failed, "timeoutProvider")
    );
    let script = Script::start(vec![answer(200, &body)]).await;
    let outcomes = client(&script.url).run_batch(&Batch::new(tasks).unwrap()).await;
    let billed: Vec<bool> =
        outcomes.iter().map(|one| one.result.as_ref().map_or_else(Error::may_be_billed, |_| true)).collect();
    assert_eq!(billed, [true, false, true, true], "the last one is not spoken of");
}

#[tokio::test]
async fn a_result_under_another_identifier_is_told() {
    let task = task();
    let body = format!(r#"{{"data":[{}]}}"#, result(&task, 1).replace(task.task_uuid.as_str(), STRANGER));
    let script = Script::start(vec![answer(200, &body)]).await;
    let error = client(&script.url).run(&task).await.unwrap_err();
    assert!(matches!(error, Error::Missing { wanted: 1, got: 0, foreign: 1, .. }), "{error}");
    assert!(error.raw()[0].contains(STRANGER), "{:?}", error.raw());
    assert_eq!(
        error.to_string(),
        "0 of 1 results, and no error that says why; 1 came under other identifiers"
    );
}

/// An answer, and whether the server has taken the task when it gives it.
fn step(dice: &mut fastrand::Rng, task: &Valid<Request>) -> (Vec<u8>, bool) {
    let (taken, bodies) = (dice.bool(), bodies(task));
    let of = |name: &str| bodies.iter().find(|(found, _)| *found == name).unwrap().1.clone();
    let uuid = task.task_uuid;
    match dice.u8(..14) {
        0 | 1 => (cut(), taken),
        2 => (answer(200, &format!(r#"{{"data":[{}]}}"#, result(task, 1)))[..120].to_vec(), true),
        3 => (answer(dice.choice([500, 502, 503, 504, 408, 499]).unwrap(), &of("page")), taken),
        4 => (answer(dice.choice([500, 503, 504]).unwrap(), &dice.choice(&bodies).unwrap().1), taken),
        5 => (answer(400, &of("refusal")), false),
        6 => (answer(429, &of("rate")), false),
        7 => (answer(200, &of("refusal")), false),
        8 => (answer(200, &dice.choice(["cut", "nothing", "page", "no data"]).map(of).unwrap()), taken),
        9 => (answer(200, &of("result of another")), true),
        // A service says so of an identifier that it knows.
        10 => (answer(400, &of("conflict")), true),
        11 => (
            answer(200, &format!(r#"{{"data":[{{"taskType":"imageInference","taskUUID":"{uuid}"}}]}}"#)),
            true,
        ),
        12 => (answer(404, &format!(r#"{{"errors":[{}]}}"#, error(task, "taskNotFound"))), false),
        _ => (answer(200, &format!(r#"{{"data":[{}]}}"#, result(task, 1))), true),
    }
}

#[tokio::test]
async fn whatever_happens_a_task_that_was_taken_is_never_called_safe_to_send_anew() {
    let (mut told_billed, mut told_free) = (0, 0);
    for seed in 0..300 {
        let mut dice = fastrand::Rng::with_seed(seed);
        let task = if dice.bool() { task() } else { deferred(2) };
        let steps: Vec<(Vec<u8>, bool)> = (0..8).map(|_| step(&mut dice, &task)).collect();
        let script = Script::start(steps.iter().map(|(bytes, _)| bytes.clone()).collect()).await;
        let settings = quick(&script.url).pace(0.0).retries(dice.u32(..4)).polling(Duration::from_millis(5));
        let outcome = Client::new(KEY, settings).unwrap().run(&task).await;
        let heard = script.heard();
        assert!(heard.iter().all(|text| text.contains(task.task_uuid.as_str())), "seed {seed}");
        let is_taken = steps.iter().take(heard.len()).any(|(_, taken)| *taken);
        match outcome.map(|finished| finished.shortfall) {
            Ok(None) => {}
            Ok(Some(error)) => {
                assert!(error.may_be_billed() && !error.is_retryable(), "seed {seed}: {error}");
            }
            Err(error) => {
                assert!(error.may_be_billed() || !is_taken, "seed {seed}: {error:?} after {heard:?}");
                assert!(!(error.may_be_billed() && error.is_retryable()), "seed {seed}: {error:?}");
                *(if error.may_be_billed() { &mut told_billed } else { &mut told_free }) += 1;
            }
        }
    }
    assert!(told_billed > 100 && told_free > 20, "{told_billed} {told_free}: neither answer is the only one");
}
