//! Requests, fronts and servers that listen, for all tests of the mock.

use airspec_mock::{Clock, Engine, Incoming, NETWORK_HEADER, Served, Server, Settings, WiremockServer};
use serde_json::{Value, json};
use std::path::Path;
use std::sync::{Arc, Mutex};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

pub(crate) const KEY: &str = "sk-0123456789abcdef";

pub(crate) fn model() -> airspec_spec::Model {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec/tests/specs/gpt-image.json");
    airspec_spec::read_file(&path).unwrap()
}

pub(crate) fn engine(settings: Settings) -> Arc<Engine> {
    Arc::new(Engine::new(model(), settings).unwrap())
}

/// An engine whose time stands still until it is moved.
pub(crate) fn still(settings: Settings) -> Arc<Engine> {
    Arc::new(Engine::with_clock(model(), settings, Clock::still()).unwrap())
}

pub(crate) fn uuid(number: u64) -> String {
    format!("7f4e4a6e-9a3c-4d6c-8a64-{number:012x}")
}

/// A valid task with some members set; `null` takes one out.
pub(crate) fn task(number: u64, changes: &Value) -> Value {
    let mut task = json!({
        "taskType": "imageInference",
        "taskUUID": uuid(number),
        "model": "openai:gpt-image@2",
        "positivePrompt": "a red barn under a wide sky",
        "width": 64,
        "height": 32,
    });
    for (name, value) in changes.as_object().unwrap() {
        match value {
            Value::Null => task.as_object_mut().unwrap().remove(name),
            value => task.as_object_mut().unwrap().insert(name.clone(), value.clone()),
        };
    }
    task
}

/// A server in front of an engine, and what it logged.
pub(crate) enum Front {
    Wiremock(WiremockServer),
    Axum(Running),
}

pub(crate) struct Running {
    pub(crate) url: String,
    pub(crate) socket_url: String,
    pub(crate) engine: Arc<Engine>,
    pub(crate) log: Arc<Mutex<Vec<String>>>,
    pub(crate) stop: Option<oneshot::Sender<()>>,
    pub(crate) ended: JoinHandle<()>,
}

pub(crate) async fn serve(engine: Arc<Engine>) -> Running {
    let server = Server::bind(Arc::clone(&engine), "127.0.0.1:0".parse().unwrap()).await.unwrap();
    let (url, socket_url) = (server.url(), server.socket_url());
    let (stop, stopped) = oneshot::channel();
    let log: Arc<Mutex<Vec<String>>> = Arc::default();
    let lines = Arc::clone(&log);
    let ended = tokio::spawn(async move {
        let until = async {
            let _ = stopped.await;
        };
        server
            .run(until, move |served: &Served| lines.lock().unwrap().push(served.to_string()))
            .await
            .unwrap();
    });
    Running { url, socket_url, engine, log, stop: Some(stop), ended }
}

impl Front {
    pub(crate) async fn both(make: impl Fn() -> Arc<Engine>) -> [Self; 2] {
        [Self::Wiremock(WiremockServer::start(make()).await), Self::Axum(serve(make()).await)]
    }

    pub(crate) fn url(&self) -> String {
        match self {
            Self::Wiremock(mock) => mock.url(),
            Self::Axum(running) => running.url.clone(),
        }
    }

    pub(crate) fn engine(&self) -> &Arc<Engine> {
        match self {
            Self::Wiremock(mock) => mock.engine(),
            Self::Axum(running) => &running.engine,
        }
    }
}

pub(crate) fn client() -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy().build().unwrap()
}

/// A request without headers of its own.
pub(crate) fn bare(url: &str, body: impl Into<reqwest::Body>) -> reqwest::RequestBuilder {
    client().post(url).body(body)
}

pub(crate) fn request(url: &str, body: &Value) -> reqwest::RequestBuilder {
    bare(url, body.to_string())
        .header("authorization", format!("Bearer {KEY}"))
        .header("content-type", "application/json")
}

pub(crate) async fn send(request: reqwest::RequestBuilder) -> (u16, Value) {
    let answer = request.send().await.unwrap();
    let status = answer.status().as_u16();
    let bytes = answer.bytes().await.unwrap();
    (status, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
}

pub(crate) async fn post(url: &str, body: &Value) -> (u16, Value) {
    send(request(url, body)).await
}

/// Asks an engine without a server.
pub(crate) fn ask(engine: &Engine, body: &Value) -> (u16, Value) {
    ask_as(engine, KEY, body)
}

/// Whether the identifier of a task is taken, found out without taking it.
pub(crate) fn is_taken(engine: &Engine, body: &Value) -> bool {
    let mut request = incoming("POST", "/v1", KEY, body.to_string().into_bytes());
    request.headers.push((NETWORK_HEADER.to_owned(), "latency=0".to_owned()));
    let answer = engine.answer(&request);
    answer.note.errors == ["conflictTaskUUID"]
}

pub(crate) fn ask_as(engine: &Engine, key: &str, body: &Value) -> (u16, Value) {
    let answer = engine.answer(&incoming("POST", "/v1", key, body.to_string().into_bytes()));
    (answer.status, serde_json::from_slice(&answer.body.into_bytes()).unwrap())
}

pub(crate) fn incoming(method: &str, path: &str, key: &str, body: Vec<u8>) -> Incoming {
    let headers = [
        ("authorization", format!("Bearer {key}")),
        ("content-type", "application/json".to_owned()),
        ("host", "mock".to_owned()),
    ];
    Incoming {
        method: method.to_owned(),
        path: path.to_owned(),
        headers: headers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
        body,
    }
}

/// The file behind a link, by the engine alone.
pub(crate) fn fetch(engine: &Engine, link: &str) -> (u16, String, Vec<u8>) {
    let path = link.strip_prefix("http://mock").unwrap();
    let answer = engine.answer(&incoming("GET", path, "", Vec::new()));
    let media = answer.headers.iter().find(|(name, _)| *name == "content-type").unwrap().1.clone();
    (answer.status, media, answer.body.into_bytes())
}

pub(crate) fn codes(answer: &Value) -> Vec<&str> {
    answer["errors"]
        .as_array()
        .map(|errors| errors.iter().map(|error| error["code"].as_str().unwrap()).collect())
        .unwrap_or_default()
}
