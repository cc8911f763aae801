//! A gateway in front of a mock server, as a thread of the test: it passes requests on, or does what a test wants.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Heard {
    /// The lines before the body.
    pub(crate) head: String,
    pub(crate) body: String,
    /// How many requests of its kind came before it.
    pub(crate) number: usize,
    /// Whether the same was never asked before.
    pub(crate) is_new: bool,
}

impl Heard {
    pub(crate) fn is_poll(&self) -> bool {
        self.body.contains("\"getResponse\"")
    }

    pub(crate) fn is_download(&self) -> bool {
        self.head.starts_with("GET ")
    }

    /// A task rather than a question for results or files.
    pub(crate) fn is_task(&self) -> bool {
        !self.is_poll() && !self.is_download()
    }

    pub(crate) fn header(&self, name: &str) -> String {
        let line = self.head.lines().find(|line| line.to_ascii_lowercase().starts_with(&format!("{name}:")));
        line.and_then(|line| line.split_once(':'))
            .map_or_else(String::new, |(_, value)| value.trim().to_owned())
    }
}

/// An answer as it goes out.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    /// Each with its line end.
    pub(crate) headers: String,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    pub(crate) fn of(status: u16, headers: &str) -> Self {
        Self { status, headers: headers.to_owned(), body: Vec::new() }
    }
}

/// What becomes of a request.
pub(crate) enum Act {
    /// The mock answers.
    Pass,
    /// The mock answers, and its answer is changed.
    Change(fn(&mut Reply)),
    /// The gateway answers by itself.
    Say(Reply),
    /// The connection is closed without an answer.
    Close,
    /// No answer for so long.
    Hang(Duration),
}

/// A gateway that runs, and what it heard.
pub(crate) struct Gateway {
    /// The endpoint behind it.
    pub(crate) url: String,
    heard: Arc<Mutex<Vec<Heard>>>,
}

impl Gateway {
    /// In front of the server whose endpoint this is.
    pub(crate) fn start(upstream: &str, act: impl Fn(&Heard) -> Act + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let own = listener.local_addr().unwrap().to_string();
        let upstream = upstream.trim_start_matches("http://").split('/').next().unwrap().to_owned();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let (url, all, act) = (format!("http://{own}/v1"), Arc::clone(&heard), Arc::new(act));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (all, act) = (Arc::clone(&all), Arc::clone(&act));
                let (own, upstream) = (own.clone(), upstream.clone());
                std::thread::spawn(move || serve(&stream, &all, &*act, &own, &upstream));
            }
        });
        Self { url, heard }
    }

    pub(crate) fn heard(&self) -> Vec<Heard> {
        self.heard.lock().unwrap().clone()
    }
}

fn serve(
    stream: &TcpStream,
    all: &Mutex<Vec<Heard>>,
    act: &(impl Fn(&Heard) -> Act + ?Sized),
    own: &str,
    upstream: &str,
) -> Option<()> {
    let (head, body) = message(stream)?;
    let mut heard =
        Heard { head, body: String::from_utf8_lossy(&body).into_owned(), number: 0, is_new: true };
    {
        let mut all = all.lock().unwrap();
        let kind = |heard: &Heard| (heard.is_poll(), heard.is_download());
        heard.number = all.iter().filter(|other| kind(other) == kind(&heard)).count();
        let line = |heard: &Heard| heard.head.lines().next().map(str::to_owned);
        heard.is_new = !all.iter().any(|other| line(other) == line(&heard) && other.body == heard.body);
        all.push(heard.clone());
    }
    let reply = match act(&heard) {
        Act::Pass => pass(&heard, own, upstream)?,
        Act::Change(change) => {
            let mut reply = pass(&heard, own, upstream)?;
            change(&mut reply);
            reply
        }
        Act::Say(reply) => reply,
        Act::Close => return None,
        Act::Hang(time) => {
            std::thread::sleep(time);
            return None;
        }
    };
    let head = format!(
        "HTTP/1.1 {} X\r\nconnection: close\r\ncontent-length: {}\r\n{}\r\n",
        reply.status,
        reply.body.len(),
        reply.headers
    );
    let mut stream = stream;
    stream.write_all(&[head.as_bytes(), &reply.body].concat()).ok()
}

/// The answer of the server behind; its links lead to the gateway.
fn pass(heard: &Heard, own: &str, upstream: &str) -> Option<Reply> {
    let mut words = heard.head.lines().next()?.split(' ');
    let (method, place) = (words.next()?, words.next()?);
    // A proxy is asked for a whole address.
    let path =
        place.strip_prefix("http://").map_or(place, |rest| rest.find('/').map_or("/", |at| &rest[at..]));
    let mut server = TcpStream::connect(upstream).ok()?;
    let head = format!(
        "{method} {path} HTTP/1.1\r\nhost: {upstream}\r\nconnection: close\r\nauthorization: {}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n",
        heard.header("authorization"),
        heard.body.len()
    );
    server.write_all(head.as_bytes()).ok()?;
    server.write_all(heard.body.as_bytes()).ok()?;
    let (head, body) = message(&server)?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    let kept = head.lines().filter(|line| {
        let line = line.to_ascii_lowercase();
        ["content-type:", "retry-after:"].iter().any(|name| line.starts_with(name))
    });
    let headers = kept.map(|line| format!("{line}\r\n")).collect();
    let body = match String::from_utf8(body) {
        Ok(text) => text.replace(upstream, own).into_bytes(),
        Err(error) => error.into_bytes(),
    };
    Some(Reply { status, headers, body })
}

/// A head and the body that it announces; without a length, all that comes.
fn message(stream: &TcpStream) -> Option<(String, Vec<u8>)> {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        (reader.read_line(&mut head).ok()? > 0).then_some(())?;
    }
    let lines = head.to_ascii_lowercase();
    let value = |name: &str| lines.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok());
    let mut body = Vec::new();
    match value("content-length:") {
        Some(length) => {
            body = vec![0; length];
            reader.read_exact(&mut body).ok()?;
        }
        None if head.starts_with("HTTP/") => {
            reader.read_to_end(&mut body).ok()?;
        }
        None => {}
    }
    Some((head, body))
}
