//! What the client makes of answers: results in full and in part, errors, and what is neither.

use crate::gpt_image::{OutputType, Request};
use crate::support::{Script, answer, client, deferred, error, mock, quick, required, result, task, under};
use airspec_mock::Settings as MockSettings;
use airspec_models::client::{Class, Client, Error, Progress};
use airspec_models::{Batch, Valid};
use std::collections::HashSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

#[tokio::test]
async fn immediate_results_are_typed() {
    let mock = under("").await;
    let task = Request::builder(required())
        .number_results(3)
        .output_type(OutputType::Base64Data)
        .include_cost(true)
        .build()
        .unwrap();
    let finished = client(&mock.url()).run(&task).await.unwrap();
    assert!(finished.shortfall.is_none());
    let images: HashSet<&str> = finished.results.iter().map(|one| one.image_uuid.as_str()).collect();
    assert_eq!(images.len(), 3);
    for one in &finished.results {
        assert_eq!(one.task_uuid, task.task_uuid.as_str());
        assert!(one.image_url.is_none() && one.image_base64_data.is_some() && one.cost.is_some());
    }
}

#[tokio::test]
async fn deferred_results_are_polled_for_and_told_of() {
    let mock = mock(MockSettings { pace: Duration::from_millis(30), ..MockSettings::default() }).await;
    let task = deferred(3);
    let told: Arc<Mutex<Vec<String>>> = Arc::default();
    let log = Arc::clone(&told);
    let finished = client(&mock.url())
        .run_with(&task, move |step| {
            let word = match step {
                Progress::Sending { attempt } => format!("sending {attempt}"),
                Progress::Accepted { task } => format!("accepted {task}"),
                Progress::Results { ready, wanted, .. } => format!("{ready} of {wanted}"),
                other => format!("{other:?}"),
            };
            log.lock().unwrap().push(word);
        })
        .await
        .unwrap();
    assert_eq!(finished.results.len(), 3);
    assert!(
        finished.results.iter().all(|one| one.image_url.is_some() && one.other.is_empty()),
        "no `status`"
    );
    let told = told.lock().unwrap();
    assert_eq!(told[..2], ["sending 1".to_owned(), format!("accepted {}", task.task_uuid)]);
    assert_eq!(told.last().unwrap(), "3 of 3");
    assert!(told.iter().any(|word| word == "0 of 3"), "{told:?}");
}

#[tokio::test]
async fn waiting_can_be_given_up_and_taken_up_again() {
    let mock = mock(MockSettings { pace: Duration::from_millis(200), ..MockSettings::default() }).await;
    let (client, task) = (client(&mock.url()), deferred(2));
    let accepted = tokio::sync::Notify::new();
    let tell = |step: Progress<'_>| {
        if matches!(step, Progress::Accepted { .. }) {
            accepted.notify_one();
        }
    };
    tokio::select! {
        _ = client.run_with(&task, tell) => panic!("the results take longer"),
        () = accepted.notified() => {}
    }
    assert_eq!(client.collect(&task).await.unwrap().results.len(), 2);
    let impatient = Client::new(crate::support::KEY, quick(&mock.url()).polling(Duration::from_millis(50)));
    let error = impatient.unwrap().run(&deferred(1)).await.unwrap_err();
    assert!(
        matches!(error, Error::Unfinished { .. }) && !error.is_retryable() && error.may_be_billed(),
        "{error}"
    );
    let handed_over = deferred(1);
    assert!(client.submit(&handed_over).await.unwrap().is_none(), "it is not waited for");
    assert_eq!(client.collect(&handed_over).await.unwrap().results.len(), 1);
    assert_eq!(client.submit(&crate::support::task()).await.unwrap().unwrap().results.len(), 1);
    let unknown = client.collect(&deferred(1)).await.unwrap_err();
    assert_eq!(unknown.class(), Class::NotFound, "{unknown}");
}

#[tokio::test]
async fn each_task_of_a_batch_has_an_outcome() {
    // 0.006 USD and upwards for each image: the third one is not covered.
    let mock = under("balance=0.5").await;
    let paid = |number| {
        Request::builder(crate::gpt_image::Required {
            positive_prompt: "a lighthouse".into(),
            width: 1024,
            height: 1024,
        })
        .number_results(number)
        .build()
        .unwrap()
    };
    let batch = Batch::new([paid(1), paid(2), deferred(2), task()]).unwrap();
    let outcomes = client(&mock.url()).run_batch(&batch).await;
    let told: Vec<(&str, Result<usize, Class>)> = outcomes
        .iter()
        .map(|one| {
            (one.task.as_str(), one.result.as_ref().map(|done| done.results.len()).map_err(Error::class))
        })
        .collect();
    let uuid = |index: usize| batch[index].task_uuid.as_str().to_owned();
    let ids: Vec<String> = (0..4).map(uuid).collect();
    let wanted = [Ok(1), Err(Class::Quota), Ok(2), Ok(1)];
    let expected: Vec<(&str, Result<usize, Class>)> = ids.iter().map(String::as_str).zip(wanted).collect();
    assert_eq!(told, expected);
    assert!(client(&mock.url()).run_batch(&Batch::<Request>::new([]).unwrap()).await.is_empty());
}

/// What the client makes of an answer to a task with two results.
async fn read(task: &Valid<Request>, status: u16, body: &str) -> Result<(usize, Option<Class>), Class> {
    let script = Script::start(vec![answer(status, body)]).await;
    let settings = quick(&script.url).retries(0);
    let outcome = Client::new(crate::support::KEY, settings).unwrap().run(task).await;
    outcome
        .map(|done| (done.results.len(), done.shortfall.as_ref().map(Error::class)))
        .map_err(|error| error.class())
}

#[tokio::test]
async fn what_was_paid_for_is_kept_whatever_else_there_is() {
    let task = Request::builder(required()).number_results(2).build().unwrap();
    let (one, two) = (result(&task, 1), result(&task, 2));
    let failed = error(&task, "timeoutProvider");
    let upper = one.replace(task.task_uuid.as_str(), &task.task_uuid.as_str().to_uppercase());
    let stranger = one.replace(task.task_uuid.as_str(), "7f4e4a6e-9a3c-4d6c-8a64-999999999999");
    for (body, expected) in [
        (format!(r#"{{"data":[{one},{two}]}}"#), Ok((2, None))),
        (format!(r#"{{"data":[{two},{stranger},{upper}]}}"#), Ok((2, None))),
        (format!(r#"{{"data":[{one}],"errors":[{failed}]}}"#), Ok((1, Some(Class::Timeout)))),
        (format!(r#"{{"data":[{one}]}}"#), Ok((1, Some(Class::Answer)))),
        (format!(r#"{{"data":[{one},7,{two}]}}"#), Ok((2, Some(Class::Answer)))),
        (format!(r#"{{"data":[{one},{{"taskUUID":"{}","imageUUID":7}}]}}"#, task.task_uuid), Ok((2, None))),
        (format!(r#"{{"data":[{stranger}]}}"#), Err(Class::Answer)),
        (format!(r#"{{"errors":[{failed}]}}"#), Err(Class::Timeout)),
        (r#"{"data":[]}"#.to_owned(), Err(Class::Answer)),
    ] {
        assert_eq!(read(&task, 200, &body).await, expected, "{body}");
    }
}

#[tokio::test]
async fn an_error_is_one_in_whatever_shape_it_comes() {
    let task = task();
    let uuid = task.task_uuid;
    let inner = format!(
        r#"{{"data":[{{"taskUUID":"{uuid}","status":"error","error":{{"code":"invalidWidth","message":"m"}}}}]}}"#
    );
    for (status, body, class) in [
        (400, error(&task, "invalidWidth"), Class::Validation),
        (
            400,
            r#"{"code":"invalidWidth","message":"m","parameter":["width","height"],"min":"a text"}"#
                .to_owned(),
            Class::Validation,
        ),
        (401, r#"{"code":"invalidApiKey","message":"m","parameter":"apiKey"}"#.to_owned(), Class::Auth),
        (402, r#""no object""#.to_owned(), Class::Quota),
        (403, "{}".to_owned(), Class::Auth),
    ] {
        for body in [format!(r#"{{"errors":[{body}]}}"#), format!(r#"{{"data":[],"errors":[{body}]}}"#)] {
            assert_eq!(read(&task, status, &body).await, Err(class), "{body}");
        }
    }
    assert_eq!(read(&task, 200, &inner).await, Err(Class::Validation));
}

#[tokio::test]
async fn garbage_is_an_error_that_says_what_came() {
    let task = task();
    for (status, body, class) in [
        (200, "", Class::Answer),
        (200, "<html>hello</html>", Class::Answer),
        (200, "{\"data\": [", Class::Answer),
        (200, "[]", Class::Answer),
        (200, "{\"data\": 7}", Class::Answer),
        (200, "{}", Class::Answer),
        (200, r#"{"ok":true}"#, Class::Answer),
        (400, r#"{"ok":false}"#, Class::Validation),
        (500, r#"{"data":[{"taskType":"imageInference"}]}"#, Class::ServerError),
        (204, "", Class::Answer),
        (502, "<html>bad gateway</html>", Class::ServerError),
        (404, "not here", Class::NotFound),
        (400, "", Class::Validation),
        (599, "{\"data\": []}", Class::ServerError),
    ] {
        assert_eq!(read(&task, status, body).await, Err(class), "{status} {body}");
    }
    let deep = "[".repeat(100_000);
    assert_eq!(read(&task, 200, &deep).await, Err(Class::Answer));
}

#[tokio::test]
async fn an_answer_over_the_limit_is_not_read() {
    let script = Script::start(vec![answer(200, &"x".repeat(100_000))]).await;
    let settings = quick(&script.url).answer_limit(99_999);
    let error = Client::new(crate::support::KEY, settings).unwrap().run(&task()).await.unwrap_err();
    assert!(matches!(error, Error::TooLarge { limit: 99_999 }), "{error}");
    assert_eq!(script.heard().len(), 1, "asking again would not help");
}

#[test]
fn the_blocking_client_does_the_same() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mock = runtime.block_on(under(""));
    let client =
        airspec_models::client::blocking::Client::new(crate::support::KEY, quick(&mock.url())).unwrap();
    assert_eq!(client.run(&deferred(2)).unwrap().results.len(), 2);
    let batch = Batch::new([task(), task()]).unwrap();
    assert!(client.run_batch(&batch).iter().all(|one| one.result.is_ok()));
    let folder = tempfile::tempdir().unwrap();
    let link = client.run(&task()).unwrap().results.remove(0).image_url.unwrap();
    let path = folder.path().join("image.jpg");
    assert_eq!(client.save(&link, &path).unwrap(), std::fs::metadata(&path).unwrap().len());
}
