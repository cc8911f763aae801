//! The engine behind `hyper`, for a mock that runs for a long time: HTTP and WebSocket on one port, bodies over the
//! limit refused unread, and memory that stays below a bound whatever clients send, and do not read; see
//! [`capacity`](super::capacity).

mod socket;

use super::answer::{Answer, Body, Piece};
use super::capacity::{self, AT_ONCE_PIXELS};
use super::engine::Engine;
use super::log::{self, Served};
use super::protocol::{ENDPOINT, Incoming, NETWORK_HEADERS, Passage, is_endpoint};
use crate::serving::{self, Connection, Held, ServingLimits, UNCOUNTED};
use crate::steps::sites::Page;
use axum::body::{Body as WebBody, Bytes, HttpBody as _};
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{FromRequestParts as _, Request};
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use futures_util::StreamExt as _;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// How long open connections may take to end once the server is to stop.
const SHUTDOWN_GRACE: Duration = Duration::from_secs(5);
/// How long a request waits for memory that others hold.
pub(crate) const CAPACITY_WAIT: Duration = Duration::from_secs(5);
/// Bodies of more bytes are not read and judged where other requests wait behind them.
pub(crate) const LARGE: usize = 32 << 10;
/// Into how many pieces a slow body is cut.
const PIECES: usize = 20;
/// What a WebSocket reads at a time.
const SOCKET_BUFFER: usize = 16 << 10;

/// A server that listens, and answers once it is [run](Server::run).
pub struct Server {
    engine: Arc<Engine>,
    listener: TcpListener,
    address: SocketAddr,
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a mock at {}", self.address)
    }
}

/// The receiver of a line for each request.
pub(crate) type Log = Arc<dyn Fn(&Served) + Send + Sync>;

/// What every request needs.
#[derive(Clone)]
pub(crate) struct AppState {
    pub(crate) engine: Arc<Engine>,
    pub(crate) log: Log,
    /// Turns true when the server is to stop.
    pub(crate) ending: watch::Receiver<bool>,
}

impl Server {
    /// Listens on an address; port 0 takes a free one. Requests must name this machine in their `Host` header, or a
    /// name of [`Settings::allow_origins`](super::Settings::allow_origins).
    ///
    /// # Errors
    /// An address that is taken, or not of this machine.
    pub async fn bind(engine: impl Into<Arc<Engine>>, address: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        Ok(Self { engine: engine.into(), listener, address })
    }

    /// The full endpoint, such as `http://127.0.0.1:8080/v1`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}{ENDPOINT}", self.address)
    }

    /// The endpoint for WebSocket, such as `ws://127.0.0.1:8080/v1`.
    #[must_use]
    pub fn socket_url(&self) -> String {
        format!("ws://{}{ENDPOINT}", self.address)
    }

    /// What answers.
    #[must_use]
    pub fn engine(&self) -> &Arc<Engine> {
        &self.engine
    }

    /// Answers until `stop` is ready; then lets open requests end, for five seconds at the most. `log` is called for
    /// every request.
    ///
    /// # Errors
    /// None at present: a connection that cannot be accepted is waited for.
    pub async fn run(
        self,
        stop: impl Future<Output = ()> + Send + 'static,
        log: impl Fn(&Served) + Send + Sync + 'static,
    ) -> io::Result<()> {
        let (end, ending) = watch::channel(false);
        let mut worker = JoinSet::new();
        worker.spawn(self.engine.run_deliveries());
        let settings = self.engine.settings();
        let limits = ServingLimits {
            connections: settings.max_connections,
            head_time: settings.header_timeout,
            write_time: settings.write_timeout,
        };
        let app = AppState { engine: self.engine, log: Arc::new(log), ending: ending.clone() };
        let stopped = async move {
            stop.await;
            end.send_replace(true);
        };
        let handler = move |connection, request| serve(app.clone(), connection, request);
        tokio::select! {
            () = serving::serve(self.listener, limits, stopped, handler) => {}
            () = overtime(ending) => {}
        }
        Ok(())
    }
}

/// Ends some time after the server was to stop.
async fn overtime(mut ending: watch::Receiver<bool>) {
    // An error says that serving has ended, which the other branch sees.
    if ending.wait_for(|ending| *ending).await.is_err() {
        std::future::pending::<()>().await;
    }
    tokio::time::sleep(SHUTDOWN_GRACE).await;
}

async fn serve(app: AppState, connection: Connection, request: Request) -> Response {
    let started = Instant::now();
    let (mut parts, body) = request.into_parts();
    let method = log::usual(parts.method.as_str());
    let head = incoming(&parts);
    let answer = match app.engine.page(&head) {
        Err(answer) => *answer,
        Ok(page) => {
            if is_endpoint(parts.uri.path())
                && let Ok(upgrade) = WebSocketUpgrade::from_request_parts(&mut parts, &()).await
            {
                return open_socket(app, connection, upgrade, head);
            }
            let (answer, held) = answer(&app, head, body, &page).await;
            return finish(&app, &connection, answer, held, (method, started)).await;
        }
    };
    finish(&app, &connection, answer, None, (method, started)).await
}

fn open_socket(
    app: AppState,
    connection: Connection,
    upgrade: WebSocketUpgrade,
    mut greeting: Incoming,
) -> Response {
    // The socket lives long, and these are all that it needs.
    greeting.headers.retain(|(name, _)| name == "host" || NETWORK_HEADERS.contains(&name.as_str()));
    greeting.headers.shrink_to_fit();
    let limit = app.engine.settings().max_body;
    upgrade
        .max_message_size(limit)
        .max_frame_size(limit)
        .read_buffer_size(SOCKET_BUFFER)
        .write_buffer_size(0)
        .on_upgrade(move |socket| socket::run(app, socket, greeting, connection))
}

/// The answer, and what it holds of the bytes of all answers.
async fn answer(app: &AppState, mut request: Incoming, body: WebBody, page: &Page) -> (Answer, Option<Held>) {
    let mut answer = match read(app, body).await {
        Ok((body, held)) => {
            request.body = body;
            let answer = compute(app, request).await;
            drop(held);
            answer
        }
        Err(answer) => answer.with("connection", "close"),
    };
    page.admit(&mut answer);
    let weight = weight(&answer.body);
    if weight <= UNCOUNTED {
        return (answer, None);
    }
    match app.engine.capacity.answers.take(weight, CAPACITY_WAIT).await {
        Some(held) => (answer, Some(held)),
        None => {
            let mut refusal = app.engine.overloaded();
            page.admit(&mut refusal);
            (refusal, None)
        }
    }
}

/// The whole body, and what it holds of the bytes of all requests; or why it was not read.
async fn read(app: &AppState, body: WebBody) -> Result<(Vec<u8>, Option<Held>), Answer> {
    let settings = app.engine.settings();
    if body.size_hint().lower() > settings.max_body as u64 {
        return Err(app.engine.too_large());
    }
    match tokio::time::timeout(settings.body_timeout, collect(app, body)).await {
        Ok(read) => read,
        Err(_) => Err(app.engine.too_slow()),
    }
}

async fn collect(app: &AppState, body: WebBody) -> Result<(Vec<u8>, Option<Held>), Answer> {
    let limit = app.engine.settings().max_body;
    let (mut bytes, mut held): (Vec<u8>, Option<Held>) = (Vec::new(), None);
    let mut pieces = body.into_data_stream();
    while let Some(piece) = pieces.next().await {
        // A body that breaks off has nobody who waits for an answer.
        let piece = piece.map_err(|_| app.engine.too_slow())?;
        let length = bytes.len() + piece.len();
        if length > limit {
            return Err(app.engine.too_large());
        }
        let counted = length.saturating_sub(UNCOUNTED.max(bytes.len()));
        if counted > 0 {
            let more = app.engine.capacity.bodies.take(counted, CAPACITY_WAIT).await;
            let more = more.ok_or_else(|| app.engine.overloaded())?;
            match &mut held {
                Some(held) => held.add(more),
                None => held = Some(more),
            }
        }
        bytes.extend_from_slice(&piece);
    }
    Ok((bytes, held))
}

async fn compute(app: &AppState, request: Incoming) -> Answer {
    if request.body.len() <= LARGE {
        return app.engine.answer(&request);
    }
    let work = capacity::reading_work(request.body.len());
    let work = app.engine.capacity.work.take(work, app.engine.settings().body_timeout).await;
    let Some(work) = work else { return app.engine.overloaded() };
    let engine = Arc::clone(&app.engine);
    let answered = tokio::task::spawn_blocking(move || {
        let answer = engine.answer(&request);
        drop(request);
        drop(work);
        answer
    });
    answered.await.unwrap_or_else(|_| app.engine.failed())
}

/// A request as the engine sees it, still without its body.
fn incoming(parts: &Parts) -> Incoming {
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let mut headers: Vec<(String, String)> =
        parts.headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect();
    // A request may name the host in its first line instead.
    headers.extend(parts.uri.authority().map(|authority| ("host".to_owned(), authority.to_string())));
    Incoming {
        method: parts.method.as_str().to_owned(),
        path: parts.uri.path().to_owned(),
        headers,
        body: Vec::new(),
    }
}

/// About how many bytes an answer takes in memory, its images not yet drawn.
fn weight(body: &Body) -> usize {
    match body {
        Body::Ready(bytes) => bytes.len(),
        Body::Pieces(pieces) => pieces.iter().map(Piece::weight).sum(),
    }
}

async fn finish(
    app: &AppState,
    connection: &Connection,
    answer: Answer,
    held: Option<Held>,
    (method, started): (&'static str, Instant),
) -> Response {
    let dropped = answer.passage == Passage::Dropped;
    let mut served = Served {
        method,
        status: Some(answer.status).filter(|_| !dropped),
        note: answer.note.clone(),
        took: Duration::ZERO,
        passage: answer.passage,
    };
    let response = respond(app, answer, held).await;
    served.took = started.elapsed();
    (app.log)(&served);
    if dropped {
        connection.cut();
    }
    response
}

async fn respond(app: &AppState, answer: Answer, held: Option<Held>) -> Response {
    let Answer { status, headers, body, delay, passage, note: _ } = answer;
    if !delay.is_zero() {
        let clock = app.engine.clock();
        clock.reach(clock.now().saturating_add(delay)).await;
    }
    let slow = match passage {
        Passage::Slow(time) => Some(time),
        Passage::Normal | Passage::Dropped => None,
    };
    let (status, body) = match body {
        Body::Ready(bytes) => (status, whole(Bytes::from_owner(Owned { bytes, _held: held }), slow)),
        Body::Pieces(pieces) => match draw_first(app, pieces).await {
            Ok(First::All(owned)) => (status, whole(Bytes::from_owner(owned), slow)),
            Ok(First::Later(pieces)) => (status, in_pieces(app, pieces, held, slow)),
            Err(refused) => (refused, WebBody::empty()),
        },
    };
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(HeaderName::from_static(name), value);
        }
    }
    response
}

/// Bytes that hold a part of a budget until they are written.
struct Owned {
    bytes: Vec<u8>,
    _held: Option<Held>,
}

impl AsRef<[u8]> for Owned {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

/// What is drawn of an answer before its first byte is sent.
enum First {
    All(Owned),
    Later(Vec<Piece>),
}

/// Draws all of an answer, unless that is much. Fails with a status where it cannot be drawn.
async fn draw_first(app: &AppState, pieces: Vec<Piece>) -> Result<First, u16> {
    let pixels: u64 = pieces.iter().map(Piece::pixels).sum();
    if pixels > AT_ONCE_PIXELS && pieces.len() > 1 {
        return Ok(First::Later(pieces));
    }
    let bytes = pieces.iter().map(Piece::drawn_bytes).sum();
    let held = app.engine.capacity.answers.take(bytes, app.engine.settings().write_timeout);
    let held = held.await.ok_or(503_u16)?;
    let bytes = draw(&app.engine, pixels, move || Body::Pieces(pieces).into_bytes()).await;
    Ok(First::All(Owned { bytes: bytes.ok_or(500_u16)?, _held: Some(held) }))
}

/// Draws where that hurts nobody, when there is memory to draw in; `None` where it fails.
pub(crate) async fn draw<T: Send + 'static>(
    engine: &Engine,
    pixels: u64,
    make: impl FnOnce() -> T + Send + 'static,
) -> Option<T> {
    // Whatever others do ends, so the wait does.
    let work = engine.capacity.work.take(capacity::drawing_work(pixels), Duration::MAX).await?;
    let drawn = tokio::task::spawn_blocking(move || {
        let drawn = make();
        drop(work);
        drawn
    });
    drawn.await.ok()
}

/// A body whose images are drawn one after the other, each once the one before it was read.
fn in_pieces(app: &AppState, pieces: Vec<Piece>, held: Option<Held>, slow: Option<Duration>) -> WebBody {
    let pause = slow.unwrap_or_default() / u32::try_from(pieces.len().max(1)).unwrap_or(u32::MAX);
    let (engine, pieces) = (Arc::clone(&app.engine), pieces.into_iter());
    let stream = futures_util::stream::unfold((pieces, engine, held), move |state| async move {
        let (mut pieces, engine, held) = state;
        let piece = pieces.next()?;
        if !pause.is_zero() {
            tokio::time::sleep(pause).await;
        }
        let time_limit = engine.settings().write_timeout;
        let room = engine.capacity.answers.take(piece.drawn_bytes(), time_limit).await;
        let drawn = match room {
            None => None,
            Some(room) => {
                let bytes = draw(&engine, piece.pixels(), move || piece.into_bytes()).await;
                bytes.map(|bytes| Bytes::from_owner(Owned { bytes, _held: Some(room) }))
            }
        };
        // The rest cannot be had: the connection is closed, so that nobody takes the part for the whole.
        Some((drawn.ok_or(io::ErrorKind::OutOfMemory), (pieces, engine, held)))
    });
    WebBody::from_stream(stream.map(|piece| piece.map_err(io::Error::from)))
}

/// A body that is there, and may take its time.
fn whole(bytes: Bytes, slow: Option<Duration>) -> WebBody {
    let Some(time) = slow else { return WebBody::from(bytes) };
    let pause = time / u32::try_from(PIECES).unwrap_or(u32::MAX);
    let size = bytes.len().div_ceil(PIECES).max(1);
    WebBody::from_stream(futures_util::stream::unfold(bytes, move |mut rest| async move {
        if rest.is_empty() {
            return None;
        }
        tokio::time::sleep(pause).await;
        let piece = rest.split_to(size.min(rest.len()));
        Some((Ok::<_, io::Error>(piece), rest))
    }))
}
