//! The WebSocket: the official clients use it by default.

use crate::support::{KEY, Running, engine, is_taken, serve, still, task, uuid};
use airspec_mock::{Key, Settings};
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

pub(crate) struct Client(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Client {
    pub(crate) async fn open(running: &Running, network: Option<&'static str>) -> Self {
        let mut request = running.socket_url.as_str().into_client_request().unwrap();
        if let Some(network) = network {
            request.headers_mut().insert("x-mock-network", network.parse().unwrap());
        }
        Self(tokio_tungstenite::connect_async(request).await.unwrap().0)
    }

    pub(crate) async fn say(&mut self, value: &Value) {
        self.0.send(Message::text(value.to_string())).await.unwrap();
    }

    /// The next frame with text; `None` once the socket is closed.
    pub(crate) async fn hear(&mut self) -> Option<Value> {
        let next = async {
            loop {
                match self.0.next().await?.ok()? {
                    Message::Text(text) => return Some(serde_json::from_str(&text).unwrap()),
                    Message::Close(_) => return None,
                    _ => {}
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(10), next).await.expect("a frame or the end")
    }

    pub(crate) async fn authenticated(running: &Running, session: Option<&str>) -> (Self, String) {
        let mut client = Self::open(running, None).await;
        let session = client.authenticate(session).await;
        (client, session)
    }

    async fn authenticate(&mut self, session: Option<&str>) -> String {
        let mut auth = json!({"taskType": "authentication", "apiKey": KEY});
        if let Some(session) = session {
            auth["connectionSessionUUID"] = json!(session);
        }
        self.say(&json!([auth])).await;
        let welcome = self.hear().await.unwrap();
        assert_eq!(welcome["data"][0]["taskType"], "authentication");
        welcome["data"][0]["connectionSessionUUID"].as_str().unwrap().to_owned()
    }
}

#[tokio::test]
async fn frames_are_batches_and_every_result_has_a_frame_of_its_own() {
    let running = serve(engine(Settings::default())).await;
    let (mut client, _) = Client::authenticated(&running, None).await;
    client.say(&json!([{"taskType": "ping", "ping": true}])).await;
    assert_eq!(client.hear().await.unwrap(), json!({"data": [{"taskType": "ping", "pong": true}]}));

    client.say(&json!([task(1, &json!({"numberResults": 2})), task(2, &json!({"width": 17}))])).await;
    for _ in 0..2 {
        let frame = client.hear().await.unwrap();
        assert_eq!(frame["data"].as_array().unwrap().len(), 1);
        assert!(frame["data"][0]["imageURL"].as_str().unwrap().starts_with("http://127.0.0.1:"));
    }
    let refusal = client.hear().await.unwrap();
    assert_eq!(
        (&refusal["errors"][0]["code"], &refusal["errors"][0]["taskUUID"]),
        (&json!("invalidWidth"), &json!(uuid(2)))
    );

    client.say(&json!([task(3, &json!({"outputType": "base64Data"}))])).await;
    assert!(client.hear().await.unwrap()["data"][0]["imageBase64Data"].as_str().unwrap().len() > 100);
    client.say(&json!({})).await;
    assert_eq!(client.hear().await.unwrap()["errors"][0]["code"], "invalidRequestBody");
    assert!(
        running.log.lock().unwrap().iter().all(|line| line.starts_with("WS /v1, 1 task")
            || line.starts_with("WS /v1, 2 tasks, 2 results, 1 error (invalidWidth)")
            || line.starts_with("WS /v1, 1 error")),
        "{:?}",
        running.log
    );
}

#[tokio::test]
async fn without_a_good_key_a_socket_is_refused_and_closed() {
    let running = serve(engine(Settings { key: Some(Key::new(KEY)), ..Settings::default() })).await;
    for (first, code) in [
        (json!([{"taskType": "authentication", "apiKey": "wrong"}]), "invalidApiKey"),
        (json!([task(1, &json!({}))]), "missingApiKey"),
        (json!({}), "invalidRequestBody"),
    ] {
        let mut client = Client::open(&running, None).await;
        client.say(&first).await;
        assert_eq!(client.hear().await.unwrap()["errors"][0]["code"], code);
        assert_eq!(client.hear().await, None);
    }
}

#[tokio::test]
async fn a_deferred_task_is_acknowledged_and_polled_over_the_socket() {
    let running = serve(still(Settings { pace: Duration::from_secs(1), ..Settings::default() })).await;
    let (mut client, _) = Client::authenticated(&running, None).await;
    client.say(&json!([task(1, &json!({"deliveryMethod": "async", "numberResults": 2}))])).await;
    assert_eq!(
        client.hear().await.unwrap(),
        json!({"data": [{"taskType": "imageInference", "taskUUID": uuid(1)}]})
    );
    running.engine.clock().advance(Duration::from_secs(1));
    client.say(&json!([{"taskType": "getResponse", "taskUUID": uuid(1)}])).await;
    let polled = client.hear().await.unwrap();
    let states: Vec<&Value> = polled["data"].as_array().unwrap().iter().map(|item| &item["status"]).collect();
    assert_eq!(states, ["success", "processing"]);
}

#[tokio::test]
async fn what_finishes_while_a_client_is_away_is_sent_when_it_is_back() {
    let running =
        serve(still(Settings { network: "latency=5s".parse().unwrap(), ..Settings::default() })).await;
    let (mut client, session) = Client::authenticated(&running, None).await;
    client.say(&json!([task(1, &json!({"numberResults": 2}))])).await;
    while !is_taken(&running.engine, &json!([task(1, &json!({}))])) {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    drop(client);
    tokio::time::sleep(Duration::from_millis(20)).await;
    running.engine.clock().advance(Duration::from_secs(6));

    let (_stranger, other) = Client::authenticated(&running, Some(&uuid(5))).await;
    assert_ne!(other, session);
    let (mut client, again) = Client::authenticated(&running, Some(&session)).await;
    assert_eq!(again, session);
    for _ in 0..2 {
        assert_eq!(client.hear().await.unwrap()["data"][0]["taskUUID"], uuid(1));
    }
}

#[tokio::test]
async fn results_that_are_still_to_come_are_sent_to_the_connection_that_takes_over() {
    let running =
        serve(still(Settings { network: "apart=1s".parse().unwrap(), ..Settings::default() })).await;
    let (mut client, session) = Client::authenticated(&running, None).await;
    client.say(&json!([task(1, &json!({"numberResults": 3})), {"taskType": "ping", "ping": true}])).await;
    let first = client.hear().await.unwrap()["data"][0]["imageUUID"].clone();
    assert_eq!(client.hear().await.unwrap()["data"][0]["pong"], true);
    let early = tokio::time::timeout(Duration::from_millis(50), client.0.next()).await;
    assert!(early.is_err(), "the next result is not due");

    drop(client);
    let (mut client, _) = Client::authenticated(&running, Some(&session)).await;
    let mut images = vec![first];
    for _ in 0..2 {
        running.engine.clock().advance(Duration::from_secs(1));
        images.push(client.hear().await.unwrap()["data"][0]["imageUUID"].clone());
    }
    images.dedup();
    assert_eq!(images.len(), 3);
}

#[tokio::test]
async fn a_session_has_one_connection_the_latest() {
    let running = serve(engine(Settings::default())).await;
    let (mut first, session) = Client::authenticated(&running, None).await;
    let (mut second, again) = Client::authenticated(&running, Some(&session)).await;
    assert_eq!(session, again);
    assert_eq!(first.hear().await, None);
    second.say(&json!([{"taskType": "ping", "ping": true}])).await;
    assert!(second.hear().await.is_some());
}

#[tokio::test]
async fn network_conditions_reach_sockets_too() {
    let running = serve(engine(Settings::default())).await;
    let mut failing = Client::open(&running, Some("status=503")).await;
    failing.authenticate(None).await;
    failing.say(&json!([task(1, &json!({}))])).await;
    let refusal = failing.hear().await.unwrap();
    assert_eq!(
        (&refusal["errors"][0]["code"], &refusal["errors"][0]["taskUUID"]),
        (&json!("serviceUnavailable"), &json!(uuid(1)))
    );
    let mut dropping = Client::open(&running, Some("drop")).await;
    dropping.authenticate(None).await;
    dropping.say(&json!([task(1, &json!({}))])).await;
    assert_eq!(dropping.hear().await, None);
}

#[tokio::test]
async fn a_silent_socket_is_closed_and_a_stopping_server_closes_all() {
    let running = serve(engine(Settings { idle: Duration::from_millis(60), ..Settings::default() })).await;
    let (mut client, _) = Client::authenticated(&running, None).await;
    assert_eq!(client.hear().await, None);

    let mut running = serve(engine(Settings::default())).await;
    let (mut client, _) = Client::authenticated(&running, None).await;
    running.stop.take().unwrap().send(()).unwrap();
    assert_eq!(client.hear().await, None);
    tokio::time::timeout(Duration::from_secs(10), running.ended).await.unwrap().unwrap();
}
