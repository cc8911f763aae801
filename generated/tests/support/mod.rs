//! A server on this machine that gives the answers of a script, and tasks for it.

use airspec_models::client::Settings;
use airspec_models::client::blocking::Client;
use airspec_models::openai_gpt_image_2::{DeliveryMethod, Request, Required};
use airspec_models::{Uuid, Valid};
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

pub(crate) const KEY: &str = "sk-0123456789abcdef";
pub(crate) const TASK: &str = "3f2b8c1e-90ad-4e57-b6f1-0c9d5a7e2b48";

/// The bytes of one answer, after a pause. None closes the connection.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) pause: Duration,
    pub(crate) bytes: Option<Vec<u8>>,
}

impl Reply {
    pub(crate) fn at_once(bytes: Vec<u8>) -> Self {
        Self { pause: Duration::ZERO, bytes: Some(bytes) }
    }
}

/// An answer with headers of its own, each ending a line.
pub(crate) fn answer(status: u16, headers: &str, body: &[u8], length: usize) -> Vec<u8> {
    let head =
        format!("HTTP/1.1 {status} X\r\ncontent-length: {length}\r\nconnection: close\r\n{headers}\r\n");
    [head.as_bytes(), body].concat()
}

/// A server; the requests that it has read so far.
pub(crate) struct Server {
    pub(crate) port: u16,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Calls `reply` with the number of each request, the port and the request, and writes what it returns.
    pub(crate) fn start(mut reply: impl FnMut(usize, u16, &str) -> Reply + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let heard: Arc<Mutex<Vec<String>>> = Arc::default();
        let log = Arc::clone(&heard);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(mut stream) = stream else { return };
                // A connection that is closed unused asks for nothing.
                let Some(request) = read(&mut stream) else { continue };
                let number = log.lock().unwrap().len();
                log.lock().unwrap().push(request.clone());
                let reply = reply(number, port, &request);
                thread::sleep(reply.pause);
                if let Some(bytes) = reply.bytes {
                    let _ = stream.write_all(&bytes);
                }
            }
        });
        Self { port, heard }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/v1", self.port)
    }

    pub(crate) fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().clone()
    }
}

/// A request, head and body.
pub(crate) fn read(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    loop {
        let mut piece = [0; 4096];
        let count = stream.read(&mut piece).ok().filter(|count| *count > 0)?;
        bytes.extend_from_slice(&piece[..count]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if !text.contains("\r\n\r\n") {
            continue;
        }
        let (head, body) = head_and_body(&text);
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        if body.len() >= length.map_or(0, |length| length.parse().unwrap()) {
            return Some(text);
        }
    }
}

pub(crate) fn head_and_body(request: &str) -> (&str, &str) {
    request.split_once("\r\n\r\n").unwrap()
}

/// Settings for a server on this machine: no time is wasted on pauses.
pub(crate) fn quick(url: &str) -> Settings {
    Settings::default().base_url(url).pace(0.01).polling(Duration::from_millis(1500))
}

pub(crate) fn client(settings: Settings) -> Client {
    Client::new(KEY, settings).unwrap()
}

/// The task of the scripts.
pub(crate) fn task(is_deferred: bool, results: u32) -> Valid<Request> {
    task_of(TASK.parse().unwrap(), is_deferred, results)
}

pub(crate) fn task_of(id: Uuid, is_deferred: bool, results: u32) -> Valid<Request> {
    let required = Required { positive_prompt: "a red barn".into(), width: 64, height: 32 };
    let method = if is_deferred { DeliveryMethod::Async } else { DeliveryMethod::Sync };
    let task = Request::builder(required).delivery_method(method).number_results(results);
    task.task_uuid(id).build().unwrap()
}
