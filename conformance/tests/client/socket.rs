//! The client over WebSocket, against the mock.

use crate::gpt_image::Request;
use crate::support::{KEY, deferred, mock, quick, required, result};
use airspec_mock::{Key, Mock, Settings as MockSettings};
use airspec_models::Valid;
use airspec_models::client::{Budget, Class, Client, Error, Socket};
use futures_util::{SinkExt as _, StreamExt as _};
use std::collections::HashSet;
use std::time::{Duration, Instant};
use tokio::net::TcpListener;
use tokio_tungstenite::tungstenite::Message;

fn tasks(results: u32) -> Valid<Request> {
    Request::builder(required()).number_results(results).include_cost(true).build().unwrap()
}

async fn under(network: &str) -> Mock {
    mock(MockSettings { network: network.parse().unwrap(), ..MockSettings::default() }).await
}

async fn connect(mock: &Mock) -> Socket<Request> {
    Client::new(KEY, quick(&mock.url())).unwrap().socket().await.unwrap()
}

/// The identifiers of the images that arrive until no more are to come.
async fn images(socket: &mut Socket<Request>) -> Vec<String> {
    let mut images = Vec::new();
    while let Some(arrival) = socket.next().await {
        images.push(arrival.result.unwrap().image_uuid);
    }
    images
}

#[tokio::test]
async fn results_arrive_as_they_finish() {
    let mock = under("apart=300ms").await;
    let mut socket = connect(&mock).await;
    let (start, task) = (Instant::now(), tasks(3));
    socket.send(&task).await.unwrap();
    let mut times = Vec::new();
    while let Some(arrival) = socket.next().await {
        assert_eq!((arrival.task.as_str(), arrival.result.is_ok()), (task.task_uuid.as_str(), true));
        times.push(start.elapsed());
    }
    assert_eq!(times.len(), 3);
    assert!(times[0] < Duration::from_millis(250) && times[2] > Duration::from_millis(550), "{times:?}");
}

#[tokio::test]
async fn several_tasks_share_a_connection_and_a_refused_one_harms_no_other() {
    let mock = under("quota=0.5").await;
    let mut socket = connect(&mock).await;
    let sent: Vec<Valid<Request>> = (0..20).map(|_| tasks(2)).collect();
    for task in &sent {
        socket.send(task).await.unwrap();
    }
    let (mut images, mut refused) = (HashSet::new(), HashSet::new());
    while let Some(arrival) = socket.next().await {
        match arrival.result {
            Ok(image) => assert!(images.insert(image.image_uuid)),
            Err(error) => {
                assert_eq!(error.errors()[0].code, "thirdPartyInsufficientCredits");
                assert!(refused.insert(arrival.task));
            }
        }
    }
    assert_eq!(images.len(), 2 * (20 - refused.len()));
    assert!((1..20).contains(&refused.len()), "{refused:?}");
}

#[tokio::test]
async fn results_of_a_lost_connection_arrive_after_the_session_is_resumed() {
    let mock = under("lost-answer").await;
    let mut socket = connect(&mock).await;
    let session = socket.session().unwrap().to_owned();
    let task = tasks(3);
    socket.send(&task).await.unwrap();
    let found = images(&mut socket).await;
    assert_eq!(found.iter().collect::<HashSet<_>>().len(), 3, "{found:?}");
    assert_eq!(socket.session(), Some(session.as_str()));
}

#[tokio::test]
async fn another_process_resumes_a_session_with_its_identifier() {
    let mock = under("apart=200ms").await;
    let client = Client::new(KEY, quick(&mock.url())).unwrap();
    let mut socket = client.socket().await.unwrap();
    let session = socket.session().unwrap().to_owned();
    let task = tasks(3);
    socket.send(&task).await.unwrap();
    let first = socket.next().await.unwrap().result.unwrap();
    drop(socket);
    tokio::time::sleep(Duration::from_millis(500)).await;
    let mut resumed = client.resume_socket::<Request>(&session).await.unwrap();
    resumed.expect(&task.task_uuid, 2);
    let found = images(&mut resumed).await;
    assert!(found.len() == 2 && !found.contains(&first.image_uuid), "{found:?}");
}

#[tokio::test]
async fn deferred_tasks_are_polled_over_the_connection() {
    let mock = mock(MockSettings::default()).await;
    let mut socket = connect(&mock).await;
    socket.send(&deferred(2)).await.unwrap();
    assert_eq!(images(&mut socket).await.len(), 2);
}

#[tokio::test]
async fn a_silent_connection_is_kept_alive_with_pings() {
    let idle = Duration::from_millis(1500);
    let network = "latency=4s".parse().unwrap();
    let mock = mock(MockSettings { idle, network, ..MockSettings::default() }).await;
    let mut socket = connect(&mock).await;
    let session = socket.session().unwrap().to_owned();
    socket.send(&tasks(1)).await.unwrap();
    assert_eq!(images(&mut socket).await.len(), 1);
    assert_eq!(socket.session(), Some(session.as_str()));
}

#[tokio::test]
async fn a_wrong_key_and_an_unreachable_server_are_errors_that_cost_nothing() {
    let mock = mock(MockSettings { key: Some(Key::new("another-key")), ..MockSettings::default() }).await;
    let client = Client::new(KEY, quick(&mock.url())).unwrap();
    let error = client.socket::<Request>().await.unwrap_err();
    assert_eq!((error.class(), error.may_be_billed()), (Class::Auth, false), "{error}");
    assert!(!error.to_string().contains(KEY));
    let client = Client::new(KEY, quick("http://127.0.0.1:1/v1")).unwrap();
    let error = client.socket::<Request>().await.unwrap_err();
    assert!(matches!(error, Error::Unreachable(_)), "{error}");
}

#[tokio::test]
async fn a_server_that_is_gone_ends_the_open_tasks_as_possibly_billed() {
    let mock = under("latency=30s").await;
    let mut socket = connect(&mock).await;
    socket.send(&tasks(1)).await.unwrap();
    drop(mock);
    let error = socket.next().await.unwrap().result.unwrap_err();
    assert!(matches!(error, Error::ConnectionLost(_)) && error.may_be_billed(), "{error}");
    assert!(socket.next().await.is_none());
}

/// A service over TLS that answers one task, and repeats its result.
#[tokio::test]
async fn a_secure_connection_is_trusted_by_its_certificate_and_a_repeated_result_counts_once() {
    let (acceptor, authority) = crate::tls::acceptor();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("wss://localhost:{}/v1", listener.local_addr().unwrap().port());
    let task = tasks(2);
    let answer = |number| Message::text(format!(r#"{{"data":[{}]}}"#, result(&task, number)));
    let answers = [answer(1), answer(1), answer(2)];
    let serving = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let stream = acceptor.accept(stream).await.unwrap();
        let mut socket = tokio_tungstenite::accept_async(stream).await.unwrap();
        let greeting = socket.next().await.unwrap().unwrap().into_text().unwrap().to_string();
        let session = "8d3b1a52-6e05-4a4c-9a51-1c1c3f7f1a55";
        let welcome =
            format!(r#"{{"data":[{{"taskType":"authentication","connectionSessionUUID":"{session}"}}]}}"#);
        socket.send(Message::text(welcome)).await.unwrap();
        let sent = socket.next().await.unwrap().unwrap().into_text().unwrap().to_string();
        for answer in answers {
            socket.send(answer).await.unwrap();
        }
        (greeting, sent)
    });
    let settings = || quick("http://127.0.0.1:1/v1").socket_url(&url);
    let trusting = settings().trust(authority.as_bytes()).unwrap();
    let mut socket = Client::new(KEY, trusting).unwrap().socket::<Request>().await.unwrap();
    socket.send(&task).await.unwrap();
    assert_eq!(images(&mut socket).await.len(), 2);
    let (greeting, sent) = serving.await.unwrap();
    assert_eq!(greeting, format!(r#"[{{"apiKey":"{KEY}","taskType":"authentication"}}]"#));
    assert_eq!(sent, serde_json::to_string(&[&task]).unwrap());
}

#[tokio::test]
async fn a_budget_holds_over_a_connection_too() {
    let mock = mock(MockSettings::default()).await;
    let budget = Budget::usd(0.1);
    let client = Client::new(KEY, quick(&mock.url()).budget(&budget)).unwrap();
    let mut socket = client.socket().await.unwrap();
    // 64x32 pixels of the most expensive quality, by the pixels of its example: 0.000412 US dollars for each.
    socket.send(&tasks(1)).await.unwrap();
    let error = socket.send(&tasks(1)).await.unwrap_err();
    assert!(matches!(error, Error::OverBudget { .. }), "{error}");
    assert_eq!(images(&mut socket).await.len(), 1);
    assert_eq!((budget.reserved(), budget.spent()), (0.0, 0.000_412));
    socket.send(&tasks(1)).await.unwrap();
    assert_eq!(images(&mut socket).await.len(), 1);
}
