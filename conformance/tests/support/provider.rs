//! A server for tests that publishes as the provider does: the schema service, the pages of models, and the lists of
//! releases. Any answer can be replaced by one that is wrong.
//!
//! It writes to bare sockets, because no HTTP library sends half of an answer.

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What an address answers.
#[derive(Clone)]
pub(crate) enum Answer {
    /// A media type and a text, whose version is asked for by `ETag`.
    Text(&'static str, String),
    /// A status, headers, and a body.
    Status(u16, &'static str, String),
    /// These bytes, and the connection ends.
    Bytes(Vec<u8>),
    /// The same, after a pause.
    Late(Duration, Vec<u8>),
}

/// The server; it ends with the process.
pub(crate) struct Provider {
    pub(crate) url: String,
    answers: Arc<Mutex<HashMap<String, Answer>>>,
    log: Arc<Mutex<Vec<String>>>,
}

impl Provider {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (answers, log) =
            (Arc::<Mutex<HashMap<String, Answer>>>::default(), Arc::<Mutex<Vec<String>>>::default());
        let provider = Self { url, answers: Arc::clone(&answers), log: Arc::clone(&log) };
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (answers, log) = (Arc::clone(&answers), Arc::clone(&log));
                std::thread::spawn(move || answer(stream, &answers, &log));
            }
        });
        provider
    }

    /// What a path answers from now on.
    pub(crate) fn publish(&self, path: &str, answer: Answer) {
        self.answers.lock().unwrap().insert(path.to_owned(), answer);
    }

    pub(crate) fn json(&self, path: &str, text: impl Into<String>) {
        self.publish(path, Answer::Text("application/json", text.into()));
    }

    /// The requests since the last call, each with the status of its answer.
    pub(crate) fn requests(&self) -> Vec<String> {
        std::mem::take(&mut *self.log.lock().unwrap())
    }

    /// The flags that lead a command here, to keep what it reads in a folder.
    pub(crate) fn flags(&self) -> [String; 4] {
        let pages = format!("{}/docs/models", self.url);
        ["--service".to_owned(), self.url.clone(), "--pages".to_owned(), pages]
    }
}

/// Answers one request, and closes the connection.
fn answer(mut stream: TcpStream, answers: &Mutex<HashMap<String, Answer>>, log: &Mutex<Vec<String>>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut head = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or_default() == 0 || line == "\r\n" {
            break;
        }
        head.push(line.trim().to_owned());
    }
    let path = head.first().and_then(|line| line.split(' ').nth(1)).unwrap_or_default().to_owned();
    let known = head
        .iter()
        .find_map(|line| line.to_ascii_lowercase().strip_prefix("if-none-match: ").map(str::to_owned));
    let found = answers.lock().unwrap().get(&path).cloned();
    let (status, bytes) = match found {
        Some(Answer::Text(media, text)) => {
            let etag = format!(
                "\"{:x}\"",
                text.bytes().fold(5381_u64, |sum, byte| sum.wrapping_mul(33) ^ u64::from(byte))
            );
            if known.as_deref() == Some(&etag) {
                (
                    304,
                    format!("HTTP/1.1 304 Not Modified\r\netag: {etag}\r\nconnection: close\r\n\r\n")
                        .into_bytes(),
                )
            } else {
                let headers = format!(
                    "content-type: {media}\r\netag: {etag}\r\ncache-control: public, max-age=300\r\n"
                );
                (200, whole(200, &headers, &text))
            }
        }
        Some(Answer::Status(status, headers, text)) => (status, whole(status, headers, &text)),
        Some(Answer::Bytes(bytes)) => (200, bytes),
        Some(Answer::Late(pause, bytes)) => {
            std::thread::sleep(pause);
            (200, bytes)
        }
        None => (404, whole(404, "content-type: application/json\r\n", r#"{"error":"Not found"}"#)),
    };
    log.lock().unwrap().push(format!("{status} {path}"));
    let _ = stream.write_all(&bytes);
    let _ = stream.shutdown(Shutdown::Write);
}

fn whole(status: u16, headers: &str, text: &str) -> Vec<u8> {
    format!(
        "HTTP/1.1 {status} -\r\n{headers}content-length: {}\r\nconnection: close\r\n\r\n{text}",
        text.len()
    )
    .into_bytes()
}
