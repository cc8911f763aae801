//! The runner's own address on this machine, which servers are asked to call.
//!
//! Whoever calls decides nothing about memory: connections are counted, one large body is read at a time, of a body is
//! kept what it is, and its bytes only as long as there is room for them.

use super::RunError;
use crate::oracle::behaviour::CALL_QUERY;
use crate::oracle::observation::{Call, Payload};
use airspec_mock::serving::{self, ServingLimits};
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse as _;
use futures_util::StreamExt as _;
use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout, timeout_at};

/// Why a case cannot be tried without a listener.
pub(super) const NO_URL: &str =
    "needs a URL that the target can call, and this machine has none that is known";
/// How much of a call's body is read, in bytes.
const LIMIT: usize = 48 << 20;
/// Of a body that is larger than this only one is read at a time, in bytes.
const LARGE: usize = 64 << 10;
/// How long the body of a call may take, waiting for its turn not counted.
const TIME: Duration = Duration::from_secs(30);
/// How much of the bodies is kept as it came, over all calls that are not judged yet, in KiB.
const KEPT_KIB: usize = 16 << 10;
/// How many calls are kept for one address; of more, how many they are.
const MAX_CALLS: usize = 100;
/// What a server that calls may take: what it does not use is taken back.
const LIMITS: ServingLimits = ServingLimits {
    connections: 64,
    head_time: Duration::from_secs(30),
    write_time: Duration::from_secs(10),
};

/// Records calls by the path that they go to; stops when dropped.
#[derive(Debug)]
pub(super) struct Listener {
    address: SocketAddr,
    calls: Arc<Calls>,
    server: JoinHandle<()>,
}

#[derive(Debug)]
struct Calls {
    /// By path. Only paths that were handed out are listened to.
    received: Mutex<HashMap<String, Received>>,
    news: Notify,
    /// The one turn for reading a large body.
    turn: Semaphore,
    /// Room for bodies that are kept, in KiB.
    room: Arc<Semaphore>,
}

/// The calls of one address.
#[derive(Debug, Default)]
struct Received {
    calls: Vec<Call>,
    more: usize,
    /// So many calls more are answered with a failure.
    failures: usize,
}

impl Default for Calls {
    fn default() -> Self {
        let (turn, room) = (Semaphore::new(1), Arc::new(Semaphore::new(KEPT_KIB)));
        Self { received: Mutex::default(), news: Notify::new(), turn, room }
    }
}

impl Listener {
    pub(super) async fn start() -> Result<Self, RunError> {
        let refused = |error: std::io::Error| RunError::Start(format!("no address to listen on: {error}"));
        let socket = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(refused)?;
        let address = socket.local_addr().map_err(refused)?;
        let calls = Arc::new(Calls::default());
        let server = tokio::spawn(serve(socket, Arc::clone(&calls)));
        Ok(Self { address, calls, server })
    }

    /// An address of its own for one case.
    pub(super) fn hand_out(&self, id: &str, failures: usize) -> Mailbox<'_> {
        // In letters of both cases: an address is called as it is written.
        let path = format!("/Airspec/{id}");
        self.calls.lock().insert(path.clone(), Received { failures, ..Received::default() });
        Mailbox { listener: self, path }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// The address of one case.
#[derive(Debug)]
pub(super) struct Mailbox<'a> {
    listener: &'a Listener,
    path: String,
}

impl Mailbox<'_> {
    pub(super) fn url(&self) -> String {
        format!("http://{}{}?{CALL_QUERY}", self.listener.address, self.path)
    }

    /// The calls, and how many there were beyond those: waits for as many as are wanted, then a moment longer for one
    /// too many.
    pub(super) async fn collect(self, wanted: usize, wait: Duration) -> (Vec<Call>, usize) {
        self.wait_for(wanted, Instant::now() + wait).await;
        self.wait_for(wanted + 1, Instant::now() + (wait / 20).min(Duration::from_millis(100))).await;
        let received = self.listener.calls.lock().remove(&self.path).unwrap_or_default();
        (received.calls, received.more)
    }

    /// Waits until there are as many calls, or the time is up.
    pub(super) async fn wait_for(&self, wanted: usize, until: Instant) {
        loop {
            let news = self.listener.calls.news.notified();
            let mut news = std::pin::pin!(news);
            // Registered before looking, or a call in between would be missed.
            news.as_mut().enable();
            let received =
                self.listener.calls.lock().get(&self.path).map_or(0, |received| received.calls.len());
            if received >= wanted || timeout_at(until, news).await.is_err() {
                return;
            }
        }
    }
}

impl Calls {
    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Received>> {
        self.received.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_awaited(&self, path: &str) -> bool {
        self.lock().contains_key(path)
    }

    /// Whether the next call of the path is answered with a failure.
    fn fails(&self, path: &str) -> bool {
        let mut received = self.lock();
        let Some(received) = received.get_mut(path).filter(|received| received.failures > 0) else {
            return false;
        };
        received.failures -= 1;
        true
    }

    fn add(&self, path: &str, call: Call) {
        if let Some(received) = self.lock().get_mut(path) {
            if received.calls.len() < MAX_CALLS {
                received.calls.push(call);
            } else {
                received.more += 1;
            }
        }
        self.news.notify_waiters();
    }

    /// Reads a body, or says why it cannot be read.
    async fn read(&self, body: Body) -> Result<Payload, String> {
        let (mut stream, mut bytes) = (body.into_data_stream(), Vec::new());
        let (mut turn, mut deadline) = (None, Instant::now() + TIME);
        loop {
            let next = timeout_at(deadline, stream.next()).await;
            let chunk = match next.map_err(|_| format!("took longer than {} s", TIME.as_secs()))? {
                Some(chunk) => chunk.map_err(|error| error.to_string())?,
                None => break,
            };
            if bytes.len() + chunk.len() > LIMIT {
                return Err(format!("is larger than {LIMIT} bytes"));
            }
            if turn.is_none() && bytes.len() + chunk.len() > LARGE {
                let waiting = Instant::now();
                let waited = timeout(10 * TIME, self.turn.acquire()).await.ok().and_then(Result::ok);
                turn = Some(waited.ok_or("had to wait too long for other large ones")?);
                deadline += waiting.elapsed();
            }
            bytes.extend_from_slice(&chunk);
        }
        let room = self.room(bytes.len());
        Ok(Payload::within(bytes, room))
    }

    /// Room for a body that is kept, where there is some.
    fn room(&self, bytes: usize) -> Option<OwnedSemaphorePermit> {
        let kib = u32::try_from(bytes / 1024 + 1).ok()?;
        Arc::clone(&self.room).try_acquire_many_owned(kib).ok()
    }
}

async fn serve(socket: TcpListener, calls: Arc<Calls>) {
    let handler = move |_, request| {
        let calls = Arc::clone(&calls);
        async move { answer(State(calls), request).await.into_response() }
    };
    // Never ends by itself, and is aborted with its run.
    serving::serve(socket, LIMITS, std::future::pending(), handler).await;
}

async fn answer(State(calls): State<Arc<Calls>>, request: Request) -> (StatusCode, &'static str) {
    let (at, (head, body)) = (std::time::Instant::now(), request.into_parts());
    let path = head.uri.path();
    if !calls.is_awaited(path) {
        return (StatusCode::OK, "{}");
    }
    let content_type =
        head.headers.get(CONTENT_TYPE).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    let body = calls.read(body).await;
    let query = head.uri.query().map(str::to_owned);
    let status = if calls.fails(path) { StatusCode::INTERNAL_SERVER_ERROR } else { StatusCode::OK };
    calls.add(path, Call { at, method: head.method.to_string(), query, content_type, body });
    (status, "{}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpStream;

    async fn call(address: SocketAddr, path: &str, body: &[u8]) -> std::io::Result<()> {
        let mut stream = TcpStream::connect(address).await?;
        let head = format!(
            "PUT {path} HTTP/1.1\r\nhost: h\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes()).await?;
        stream.write_all(body).await?;
        stream.read_to_end(&mut Vec::new()).await.map(|_| ())
    }

    #[tokio::test]
    async fn calls_are_counted_and_their_bytes_are_kept_as_long_as_there_is_room() {
        let listener = Listener::start().await.unwrap();
        let mailbox = listener.hand_out("a", 0);
        let body = vec![7; 6 << 20];
        for _ in 0..4 {
            call(listener.address, "/Airspec/a", &body).await.unwrap();
        }
        for _ in 0..MAX_CALLS {
            call(listener.address, "/Airspec/a", b"x").await.unwrap();
        }
        call(listener.address, "/nobody", b"x").await.unwrap();
        let (calls, more) = mailbox.collect(1, Duration::from_millis(10)).await;
        assert_eq!((calls.len(), more), (MAX_CALLS, 4));
        let read: Vec<&Payload> = calls.iter().map(|call| call.body.as_ref().unwrap()).collect();
        assert!(
            read[..4].iter().all(|body| body.content.length == 6 << 20),
            "of each it is known what it is"
        );
        assert_eq!(read.iter().take(4).filter(|body| body.bytes.is_some()).count(), 2);
        drop(calls);
        assert_eq!(listener.calls.room.available_permits(), KEPT_KIB, "the room is free again");
    }

    #[tokio::test]
    async fn a_body_without_end_is_not_kept() {
        let listener = Listener::start().await.unwrap();
        let mailbox = listener.hand_out("a", 0);
        let _ = call(listener.address, "/Airspec/a", &vec![0; LIMIT + 1]).await;
        let (calls, _) = mailbox.collect(1, Duration::from_secs(5)).await;
        assert_eq!(calls[0].body.as_ref().unwrap_err(), &format!("is larger than {LIMIT} bytes"));
    }
}
