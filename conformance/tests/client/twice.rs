//! No task is knowingly paid twice: what is sent again is the same task, and an identifier that is in use after a lost
//! answer means that the first attempt was taken.

use crate::support::{Script, answer, client, cut, deferred, error, mock, read, result, task};
use airspec_mock::Settings as MockSettings;
use airspec_models::Batch;
use airspec_models::client::{Class, Error};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// A way to a server on which the first answer is lost, although the request arrives.
async fn losing_the_first_answer(server: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    let server = server.strip_prefix("http://").unwrap().strip_suffix("/v1").unwrap().to_owned();
    tokio::spawn(async move {
        let mut is_first = true;
        loop {
            let (mut near, _) = listener.accept().await.unwrap();
            let mut far = TcpStream::connect(&server).await.unwrap();
            if std::mem::take(&mut is_first) {
                let request = read(&mut near).await.unwrap();
                far.write_all(request.as_bytes()).await.unwrap();
                // The server has answered, so it has taken the task; nobody hears of it.
                let _ = far.read(&mut [0; 1]).await;
            } else {
                tokio::spawn(async move { tokio::io::copy_bidirectional(&mut near, &mut far).await });
            }
        }
    });
    url
}

#[tokio::test]
async fn a_task_that_was_taken_is_polled_for_and_not_made_again() {
    let mock = mock(MockSettings { unasked: vec!["cost".to_owned()], ..MockSettings::default() }).await;
    let task = deferred(2);
    let finished = client(&losing_the_first_answer(&mock.url()).await).run(&task).await.unwrap();
    let again = client(&mock.url()).collect(&task).await.unwrap();
    assert_eq!(finished.results, again.results, "the mock made the task once");
    assert_eq!(finished.results.len(), 2);
}

#[tokio::test]
async fn an_identifier_in_use_after_a_lost_answer_is_polled_for() {
    let task = task();
    let conflict = format!(r#"{{"errors":[{}]}}"#, error(&task, "conflictTaskUUID"));
    let processing =
        result(&task, 1).replace("imageInference\"", "imageInference\",\"status\":\"processing\"");
    let success = result(&task, 1).replace("imageInference\"", "imageInference\",\"status\":\"success\"");
    let script = Script::start(vec![
        cut(),
        answer(400, &conflict),
        answer(200, &format!(r#"{{"data":[{processing}]}}"#)),
        answer(500, ""),
        answer(200, &format!(r#"{{"data":[{success}]}}"#)),
    ])
    .await;
    let finished = client(&script.url).run(&task).await.unwrap();
    assert!(finished.results.len() == 1 && finished.shortfall.is_none());
    let heard = script.heard();
    let asked = |text: &String| text.contains(r#""taskType":"getResponse""#);
    assert_eq!(heard.iter().map(asked).collect::<Vec<_>>(), [false, true, true, true, true]);
}

#[tokio::test]
async fn where_the_results_cannot_be_fetched_the_error_says_that_the_task_was_taken() {
    let task = task();
    let conflict = format!(r#"{{"errors":[{}]}}"#, error(&task, "conflictTaskUUID"));
    let unknown = format!(r#"{{"errors":[{}]}}"#, error(&task, "taskNotFound"));
    let script = Script::start(vec![answer(500, ""), answer(400, &conflict), answer(404, &unknown)]).await;
    let error = client(&script.url).run(&task).await.unwrap_err();
    assert!(matches!(&error, Error::Taken { task: taken } if taken == task.task_uuid.as_str()), "{error}");
    assert_eq!((error.class(), error.is_retryable(), error.may_be_billed()), (Class::Conflict, false, true));
    assert_eq!(script.heard().len(), 3);
}

#[tokio::test]
async fn an_identifier_that_somebody_else_uses_is_an_error_at_once() {
    let task = deferred(1);
    let mock = mock(MockSettings::default()).await;
    let client = client(&mock.url());
    client.run(&task).await.unwrap();
    let error = client.run(&task).await.unwrap_err();
    assert_eq!(error.class(), Class::Conflict, "{error}");
    // A refusal for the rate takes nothing, so there is no doubt afterwards either.
    let conflict = format!(r#"{{"errors":[{}]}}"#, crate::support::error(&task, "conflictTaskUUID"));
    let script = Script::start(vec![answer(429, ""), answer(400, &conflict)]).await;
    let error = crate::support::client(&script.url).run(&task).await.unwrap_err();
    assert!(matches!(error, Error::Refused(_)) && script.heard().len() == 2, "{error}");
}

#[tokio::test]
async fn a_poll_that_fails_does_not_hide_that_the_task_was_taken() {
    let task = deferred(1);
    let accepted = format!(r#"{{"data":[{{"taskType":"imageInference","taskUUID":"{}"}}]}}"#, task.task_uuid);
    let no_key = r#"{"errors":[{"code":"invalidApiKey","message":"No."}]}"#;
    for (failure, class, polls) in [
        (answer(401, no_key), Class::Auth, 1),
        (answer(503, ""), Class::ServerError, 4),
        (cut(), Class::Connection, 4),
    ] {
        let script = Script::start(vec![answer(200, &accepted), failure]).await;
        let error = client(&script.url).run(&task).await.unwrap_err();
        assert!(matches!(error, Error::Uncollected(_)) && error.may_be_billed(), "{error}");
        assert_eq!((error.class(), script.heard().len()), (class, 1 + polls), "{error}");
    }
    let failed = error(&task, "timeoutProvider").replace("{\"code", "{\"status\":\"error\",\"code");
    let failed = answer(500, &format!(r#"{{"errors":[{failed}]}}"#));
    let script = Script::start(vec![answer(200, &accepted), failed]).await;
    let error = client(&script.url).run(&task).await.unwrap_err();
    assert!(matches!(error, Error::Refused(_)) && error.may_be_billed(), "{error}");
    assert_eq!(script.heard().len(), 2, "the task has failed, and asking again does not help");
}

#[tokio::test]
async fn an_answer_with_results_is_not_asked_for_again_whatever_its_status() {
    let (one, two) = (task(), task());
    let (good, bad) = (result(&one, 1), error(&two, "timeoutProvider"));
    let script = Script::start(vec![answer(503, &format!(r#"{{"data":[{good}],"errors":[{bad}]}}"#))]).await;
    let outcomes = client(&script.url).run_batch(&Batch::new([one, two]).unwrap()).await;
    assert_eq!(script.heard().len(), 1);
    assert_eq!(outcomes[0].result.as_ref().unwrap().results.len(), 1);
    assert_eq!(outcomes[1].result.as_ref().unwrap_err().class(), Class::Timeout);
}

#[tokio::test]
async fn a_later_failure_does_not_hide_that_the_task_may_be_billed() {
    let script = Script::start(vec![cut(), answer(429, "")]).await;
    let error = client(&script.url).run(&task()).await.unwrap_err();
    assert!(matches!(error, Error::ConnectionLost(_)) && error.may_be_billed(), "{error}");
    assert_eq!(script.heard().len(), 5, "the task once, and four polls");
}
