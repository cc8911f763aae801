//! Tasks, clients and servers for all tests of the client.

use crate::gpt_image::{DeliveryMethod, Request, Required};
use airspec_mock::{Engine, Mock, Settings as MockSettings};
use airspec_models::Valid;
use airspec_models::client::{Client, Settings};
use std::path::Path;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

pub(crate) const KEY: &str = "sk-0123456789abcdef";

pub(crate) async fn mock(settings: MockSettings) -> Mock {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec/tests/specs/gpt-image.json");
    Mock::start(Engine::new(airspec_spec::read_file(&path).unwrap(), settings).unwrap()).await.unwrap()
}

pub(crate) async fn under(network: &str) -> Mock {
    mock(MockSettings { network: network.parse().unwrap(), ..MockSettings::default() }).await
}

/// Settings for a server on this machine: no time is wasted on pauses.
pub(crate) fn quick(address: &str) -> Settings {
    Settings::default().base_url(address).pace(0.01)
}

pub(crate) fn client(address: &str) -> Client {
    Client::new(KEY, quick(address)).unwrap()
}

pub(crate) fn required() -> Required {
    Required { positive_prompt: "a red barn under a wide sky".into(), width: 64, height: 32 }
}

pub(crate) fn task() -> Valid<Request> {
    Request::builder(required()).build().unwrap()
}

/// A task with so many images, delivered later.
pub(crate) fn deferred(results: u32) -> Valid<Request> {
    let task = Request::builder(required()).delivery_method(DeliveryMethod::Async).number_results(results);
    task.build().unwrap()
}

/// A server that gives one answer to each connection, word for word, and then the last one for ever.
pub(crate) struct Script {
    pub(crate) url: String,
    heard: Arc<Mutex<Vec<String>>>,
    serving: JoinHandle<()>,
}

impl Drop for Script {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Script {
    /// An empty answer is a connection that is cut without one.
    pub(crate) async fn start(answers: Vec<Vec<u8>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/v1", listener.local_addr().unwrap());
        let heard: Arc<Mutex<Vec<String>>> = Arc::default();
        let log = Arc::clone(&heard);
        let serving = tokio::spawn(async move {
            let mut number = 0;
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                // A connection that is closed unused asks for nothing.
                let Some(request) = read(&mut stream).await else { continue };
                log.lock().unwrap().push(request);
                let answer = &answers[number.min(answers.len() - 1)];
                number += 1;
                let _ = stream.write_all(answer).await;
                let _ = stream.shutdown().await;
            }
        });
        Self { url, heard, serving }
    }

    /// Heads and bodies of the requests so far.
    pub(crate) fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().clone()
    }
}

/// A request, head and body.
pub(crate) async fn read(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    loop {
        let mut piece = [0; 4096];
        let count = stream.read(&mut piece).await.ok().filter(|count| *count > 0)?;
        bytes.extend_from_slice(&piece[..count]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        if body.len() >= length.map_or(0, |length| length.parse().unwrap()) {
            return Some(text);
        }
    }
}

/// An answer with headers of its own, each ending a line.
pub(crate) fn answer_with(status: u16, headers: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 {status} X\r\ncontent-length: {length}\r\nconnection: close\r\n{headers}\r\n{body}")
        .into()
}

pub(crate) fn answer(status: u16, body: &str) -> Vec<u8> {
    answer_with(status, "", body)
}

/// A connection that is cut.
pub(crate) fn cut() -> Vec<u8> {
    Vec::new()
}

/// The identifier that a result or an error must carry.
pub(crate) fn result(task: &Valid<Request>, number: u32) -> String {
    let uuid = task.task_uuid;
    format!(
        r#"{{"taskType":"imageInference","taskUUID":"{uuid}","imageUUID":"7f4e4a6e-9a3c-4d6c-8a64-{number:012}","imageURL":"http://127.0.0.1:1/{number}.jpg"}}"#
    )
}

pub(crate) fn error(task: &Valid<Request>, code: &str) -> String {
    let uuid = task.task_uuid;
    format!(r#"{{"code":"{code}","message":"No.","taskUUID":"{uuid}"}}"#)
}
