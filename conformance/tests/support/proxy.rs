//! A gateway for tests: a server that stands before another one and changes requests and answers on their way.
//!
//! It writes to bare sockets, because no HTTP library sends all that HTTP allows: HTTP/1.0, answers without a reason,
//! chunks with extensions.

use reqwest::Method;
use serde_json::Value;
use std::collections::HashMap;
use std::fmt::Write as _;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// What a gateway changes.
#[derive(Clone, Copy)]
pub(crate) struct Change {
    /// Changes a request before it is forwarded, or decides that it is not.
    pub(crate) request: fn(&mut Request) -> Step,
    /// Changes the answer to a request.
    pub(crate) answer: fn(&Request, &mut Answer),
    /// How answers are written.
    pub(crate) framing: Framing,
    /// How long each answer waits.
    pub(crate) delay: Duration,
    /// Whether webhooks and uploads pass through the gateway, too.
    pub(crate) hooks: bool,
}

/// No change at all.
pub(crate) const PLAIN: Change = Change {
    request: |_| Step::Forward,
    answer: |_, _| {},
    framing: Framing::Length,
    delay: Duration::ZERO,
    hooks: false,
};

/// What becomes of a request.
#[allow(dead_code, reason = "not every test has a use for each")]
pub(crate) enum Step {
    Forward,
    /// It is forwarded again after it was answered.
    Twice,
    /// It is not forwarded.
    Answer(Answer),
    /// It is never answered.
    Hang,
}

/// How an answer is written.
#[allow(dead_code, reason = "not every test has a use for each")]
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Framing {
    /// With its length, on a connection that stays open.
    Length,
    /// In chunks of 1,000 bytes.
    Chunked,
    /// In chunks with extensions, and with a field behind the last one.
    Trailer,
    /// With its length, on a connection that is closed.
    Closing,
    /// Until the connection is closed.
    UntilClose,
    /// HTTP/1.0, until the connection is closed.
    Http10,
    /// Behind two interim answers.
    EarlyHints,
    /// With a status line that has no reason.
    NoReason,
}

/// What a request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    /// Tasks.
    Post,
    /// Results of deferred tasks.
    Poll,
    /// The file of a link.
    File,
    /// A webhook or an upload.
    Hook,
}

/// A request.
pub(crate) struct Request {
    method: String,
    /// Path and query.
    pub(crate) target: String,
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    pub(crate) kind: Kind,
    /// Its number among those of its kind, from 1.
    pub(crate) number: usize,
    /// How often the same was requested, this time included.
    pub(crate) times: usize,
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    #[allow(dead_code, reason = "not every test has a use for it")]
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        self.headers.push((name.to_owned(), value.to_owned()));
    }

    /// Changes each task of the body.
    pub(crate) fn each_task(&mut self, change: impl Fn(&mut Value)) {
        let Ok(Value::Array(mut tasks)) = serde_json::from_slice(&self.body) else { return };
        tasks.iter_mut().for_each(change);
        self.body = Value::Array(tasks).to_string().into_bytes();
    }
}

/// An answer.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// How the names of its headers are spelt.
    pub(crate) spelling: fn(&str) -> String,
}

impl Answer {
    pub(crate) fn new(status: u16, headers: &[(&str, &str)], body: &str) -> Self {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Self { status, headers, body: body.as_bytes().to_vec(), spelling: str::to_owned }
    }

    #[allow(dead_code, reason = "not every test has a use for it")]
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.headers.retain(|(known, _)| known != name);
        self.headers.push((name.to_owned(), value.to_owned()));
    }

    async fn write(&self, stream: &mut TcpStream, framing: Framing) -> io::Result<()> {
        let mut head = String::new();
        if framing == Framing::EarlyHints {
            head += "HTTP/1.1 102 Processing\r\n\r\n";
            head += "HTTP/1.1 103 Early Hints\r\nlink: </logo.svg>; rel=preload\r\n\r\n";
        }
        let version = if framing == Framing::Http10 { "HTTP/1.0" } else { "HTTP/1.1" };
        let reason = if framing == Framing::NoReason { "" } else { "As The Gateway Says" };
        let _ = write!(head, "{version} {} {reason}\r\n", self.status);
        let length = self.body.len().to_string();
        let own: &[(&str, &str)] = match framing {
            Framing::Chunked => &[("transfer-encoding", "chunked")],
            Framing::Trailer => &[("transfer-encoding", "chunked"), ("trailer", "x-checksum")],
            Framing::Closing => &[("content-length", &length), ("connection", "close")],
            Framing::UntilClose | Framing::Http10 => &[("connection", "close")],
            Framing::Length | Framing::EarlyHints | Framing::NoReason => &[("content-length", &length)],
        };
        let headers = self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        for (name, value) in headers.chain(own.iter().copied()) {
            let _ = write!(head, "{}: {value}\r\n", (self.spelling)(name));
        }
        let mut bytes = (head + "\r\n").into_bytes();
        match framing {
            Framing::Chunked => chunks(&mut bytes, &self.body, "", ""),
            Framing::Trailer => chunks(&mut bytes, &self.body, ";part=\"a b\"", "x-checksum: none\r\n"),
            _ => bytes.extend_from_slice(&self.body),
        }
        stream.write_all(&bytes).await
    }
}

fn chunks(bytes: &mut Vec<u8>, body: &[u8], extension: &str, trailer: &str) {
    for chunk in body.chunks(1000) {
        bytes.extend_from_slice(format!("{:X}{extension}\r\n", chunk.len()).as_bytes());
        bytes.extend_from_slice(chunk);
        bytes.extend_from_slice(b"\r\n");
    }
    bytes.extend_from_slice(format!("0\r\n{trailer}\r\n").as_bytes());
}

/// A gateway that runs until it is dropped.
pub(crate) struct Gateway {
    /// The full endpoint.
    pub(crate) url: String,
    _running: JoinSet<()>,
}

impl Gateway {
    /// A gateway before an endpoint, in the runtime that this is called in.
    pub(crate) async fn before(endpoint: &str, change: Change) -> Self {
        let (host, path) = endpoint.strip_prefix("http://").unwrap().split_once('/').unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let own = listener.local_addr().unwrap().to_string();
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder().no_proxy().tls_certs_only(Vec::new());
        let client = client.redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let url = format!("http://{own}/{path}");
        let shared = Shared { host: host.to_owned(), own, change, client, seen: Mutex::default() };
        let mut running = JoinSet::new();
        running.spawn(accept(listener, Arc::new(shared)));
        Self { url, _running: running }
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let shared = Arc::clone(&shared);
        connections.spawn(async move {
            // A client that has gone is no failure of the gateway.
            let _ = shared.serve(stream).await;
        });
        while connections.try_join_next().is_some() {}
    }
}

/// What the connections of a gateway have in common.
struct Shared {
    /// Host and port of the server behind it.
    host: String,
    /// Host and port of its own.
    own: String,
    change: Change,
    client: reqwest::Client,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    of_kind: HashMap<Kind, usize>,
    same: HashMap<(String, Vec<u8>), usize>,
}

impl Shared {
    async fn serve(&self, mut stream: TcpStream) -> io::Result<()> {
        stream.set_nodelay(true)?;
        let mut buffer = Vec::new();
        while let Some(mut request) = read(&mut stream, &mut buffer).await? {
            self.count(&mut request);
            if self.change.hooks && request.kind == Kind::Post {
                request.each_task(|task| self.detour(task));
            }
            let mut answer = match (self.change.request)(&mut request) {
                Step::Forward => self.forward(&request).await,
                Step::Twice => {
                    self.forward(&request).await;
                    self.forward(&request).await
                }
                Step::Answer(answer) => answer,
                Step::Hang => {
                    stream.read_to_end(&mut Vec::new()).await?;
                    return Ok(());
                }
            };
            if request.kind != Kind::Hook {
                (self.change.answer)(&request, &mut answer);
            }
            tokio::time::sleep(self.change.delay).await;
            let framing = self.change.framing;
            answer.write(&mut stream, framing).await?;
            if matches!(framing, Framing::Closing | Framing::UntilClose | Framing::Http10) {
                return stream.shutdown().await;
            }
        }
        Ok(())
    }

    fn count(&self, request: &mut Request) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let of_kind = seen.of_kind.entry(request.kind).or_default();
        *of_kind += 1;
        request.number = *of_kind;
        let same = seen.same.entry((request.target.clone(), request.body.clone())).or_default();
        *same += 1;
        request.times = *same;
    }

    /// Has the server behind the gateway call it where a task names an address of this machine.
    fn detour(&self, task: &mut Value) {
        for name in ["webhookURL", "uploadEndpoint"] {
            let Some(Value::String(url)) = task.get_mut(name) else { continue };
            // Port 9 is where nothing listens.
            let is_port = |rest: &&str| rest.starts_with(|first: char| first.is_ascii_digit());
            let own = url.strip_prefix("http://127.0.0.1:").filter(|rest| !rest.starts_with("9/"));
            let Some(rest) = own.filter(is_port) else {
                continue;
            };
            *url = format!("http://{}/hook/{rest}", self.own);
        }
    }

    async fn forward(&self, request: &Request) -> Answer {
        let url = match request.target.strip_prefix("/hook/") {
            Some(rest) => format!("http://127.0.0.1:{rest}"),
            None => format!("http://{}{}", self.host, request.target),
        };
        let method = Method::from_bytes(request.method.as_bytes()).unwrap();
        let mut forwarded = self.client.request(method, url).body(request.body.clone());
        for (name, value) in request.headers.iter().filter(|(name, _)| passes(name)) {
            forwarded = forwarded.header(name, value);
        }
        let Ok(response) = forwarded.send().await else { return Answer::new(502, &[], "") };
        let status = response.status().as_u16();
        let text =
            |value: &reqwest::header::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let headers: Vec<(String, String)> = response
            .headers()
            .iter()
            .filter(|(name, _)| passes(name.as_str()))
            .map(|(name, value)| (name.as_str().to_owned(), text(value)))
            .collect();
        let Ok(body) = response.bytes().await else { return Answer::new(502, &[], "") };
        Answer { headers, body: body.to_vec(), ..Answer::new(status, &[], "") }
    }
}

/// Whether a header is about more than one connection.
fn passes(name: &str) -> bool {
    let own = ["connection", "content-length", "transfer-encoding", "keep-alive"];
    !own.iter().any(|known| name.eq_ignore_ascii_case(known))
}

/// The next request of a connection; `buffer` holds what was read beyond the one before.
async fn read(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> io::Result<Option<Request>> {
    let end = loop {
        if let Some(end) = buffer.windows(4).position(|window| window == b"\r\n\r\n") {
            break end + 4;
        }
        if stream.read_buf(buffer).await? == 0 {
            return Ok(None);
        }
    };
    let head = String::from_utf8_lossy(&buffer[..end]).into_owned();
    let mut lines = head.lines();
    let mut words = lines.next().unwrap_or_default().split(' ').map(str::to_owned);
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let header =
        |line: &str| line.split_once(':').map(|(name, value)| (name.to_owned(), value.trim().to_owned()));
    let headers = lines.filter_map(header).collect();
    let (kind, number, times) = (Kind::File, 0, 0);
    let mut request = Request { method, target, headers, body: Vec::new(), kind, number, times };
    let length = request.header("content-length").and_then(|text| text.parse().ok()).unwrap_or(0);
    while buffer.len() < end + length {
        if stream.read_buf(buffer).await? == 0 {
            return Ok(None);
        }
    }
    request.body = buffer[end..end + length].to_vec();
    buffer.drain(..end + length);
    let asks = |word: &[u8]| request.body.windows(word.len()).any(|window| window == word);
    request.kind = match () {
        () if request.target.starts_with("/hook/") => Kind::Hook,
        () if request.method != "POST" => Kind::File,
        () if asks(br#""getResponse""#) => Kind::Poll,
        () => Kind::Post,
    };
    Ok(Some(request))
}
