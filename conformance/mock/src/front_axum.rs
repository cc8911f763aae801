//! The engine behind `axum`, for a mock that runs for a long time: HTTP and WebSocket on one port, bodies over the
//! limit refused unread, memory that stays flat.

use super::engine::Engine;
use super::log::{self, Served};
use super::protocol::{Answer, Body, ENDPOINT, Incoming, Passage, is_endpoint};
use super::socket;
use super::switch::{Switch, Switchboard};
use axum::Router;
use axum::body::{Body as WebBody, Bytes, HttpBody as _};
use axum::extract::ws::{WebSocketUpgrade, rejection::WebSocketUpgradeRejection};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use std::convert::Infallible;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};

/// How many pictures are drawn at a time: each holds its raw pixels in memory.
const DRAWING: usize = 2;
/// How long the body of a request may take to arrive.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long open connections may take to end once the server is to stop.
const FAREWELL: Duration = Duration::from_secs(5);
/// Bodies of more bytes are not read and judged where other requests wait behind them.
const LARGE: usize = 256 << 10;
/// Into how many pieces a slow body is cut.
const PIECES: usize = 20;

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

/// What a line is told to.
pub(super) type Log = Arc<dyn Fn(&Served) + Send + Sync>;

/// What every request needs.
#[derive(Clone)]
pub(super) struct Desk {
    pub(super) engine: Arc<Engine>,
    pub(super) log: Log,
    pub(super) drawing: Arc<Semaphore>,
    /// Turns true when the server is to stop.
    pub(super) ending: watch::Receiver<bool>,
}

impl Server {
    /// Listens on an address; port 0 takes a free one.
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

    /// Answers until `stop` is ready; then lets open requests end, for five seconds at the most. `log` is told of
    /// every request.
    ///
    /// # Errors
    /// Listening that fails for good.
    pub async fn run(
        self,
        stop: impl Future<Output = ()> + Send + 'static,
        log: impl Fn(&Served) + Send + Sync + 'static,
    ) -> io::Result<()> {
        let (end, ending) = watch::channel(false);
        let courier = tokio::spawn(self.engine.run_deliveries());
        let desk = Desk {
            engine: self.engine,
            log: Arc::new(log),
            drawing: Arc::new(Semaphore::new(DRAWING)),
            ending: ending.clone(),
        };
        let service =
            Router::new().fallback(serve).with_state(desk).into_make_service_with_connect_info::<Switch>();
        let stopped = async move {
            stop.await;
            end.send_replace(true);
        };
        let serving = axum::serve(Switchboard(self.listener), service).with_graceful_shutdown(stopped);
        let ended = tokio::select! {
            ended = async { serving.await } => ended,
            () = overtime(ending) => Ok(()),
        };
        courier.abort();
        ended
    }
}

/// Ends some time after the server was to stop.
async fn overtime(mut ending: watch::Receiver<bool>) {
    // An error says that serving has ended, which the other branch sees.
    if ending.wait_for(|ending| *ending).await.is_err() {
        std::future::pending::<()>().await;
    }
    tokio::time::sleep(FAREWELL).await;
}

async fn serve(
    State(desk): State<Desk>,
    ConnectInfo(switch): ConnectInfo<Switch>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
    request: Request,
) -> Response {
    if let Ok(upgrade) = upgrade
        && is_endpoint(request.uri().path())
    {
        let limit = desk.engine.settings().max_body;
        let greeting = incoming(request.headers(), "WS", ENDPOINT, Vec::new());
        let upgrade = upgrade.max_message_size(limit).max_frame_size(limit);
        return upgrade.on_upgrade(move |socket| socket::run(desk, socket, greeting, switch));
    }
    let started = Instant::now();
    let method = log::usual(request.method().as_str());
    let answer = answer(&desk, request).await;
    let dropped = answer.passage == Passage::Dropped;
    let mut served = Served {
        method,
        status: Some(answer.status).filter(|_| !dropped),
        note: answer.note.clone(),
        took: Duration::ZERO,
        passage: answer.passage,
    };
    let response = respond(&desk, answer).await;
    served.took = started.elapsed();
    (desk.log)(&served);
    if dropped {
        switch.cut();
    }
    response
}

async fn answer(desk: &Desk, request: Request) -> Answer {
    let limit = desk.engine.settings().max_body;
    let (parts, body) = request.into_parts();
    if body.size_hint().lower() > limit as u64 {
        return desk.engine.too_large().with("connection", "close");
    }
    let body = match tokio::time::timeout(PATIENCE, axum::body::to_bytes(body, limit)).await {
        Ok(Ok(bytes)) => Vec::from(bytes),
        Ok(Err(_)) => return desk.engine.too_large().with("connection", "close"),
        Err(_) => return desk.engine.too_slow().with("connection", "close"),
    };
    let request = incoming(&parts.headers, parts.method.as_str(), parts.uri.path(), body);
    if request.body.len() <= LARGE {
        return desk.engine.answer(&request);
    }
    let engine = Arc::clone(&desk.engine);
    let answered = tokio::task::spawn_blocking(move || engine.answer(&request)).await;
    answered.unwrap_or_else(|_| desk.engine.broken())
}

/// A request as the engine sees it.
fn incoming(headers: &HeaderMap, method: &str, path: &str, body: Vec<u8>) -> Incoming {
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    Incoming {
        method: method.to_owned(),
        path: path.to_owned(),
        headers: headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect(),
        body,
    }
}

async fn respond(desk: &Desk, answer: Answer) -> Response {
    let Answer { status, headers, body, delay, passage, note: _ } = answer;
    if !delay.is_zero() {
        let clock = desk.engine.clock();
        clock.reach(clock.now().saturating_add(delay)).await;
    }
    let (status, bytes) = match draw(desk, body).await {
        Some(bytes) => (status, bytes),
        None => (500, Vec::new()),
    };
    let body = match passage {
        Passage::Slow(time) => trickle(bytes, time),
        Passage::Normal | Passage::Dropped => WebBody::from(bytes),
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

/// The bytes of a body; `None` where drawing came to grief.
async fn draw(desk: &Desk, body: Body) -> Option<Vec<u8>> {
    match body {
        Body::Ready(bytes) => Some(bytes),
        Body::Later(make) => {
            let permit = Arc::clone(&desk.drawing).acquire_owned().await.ok()?;
            let drawn = tokio::task::spawn_blocking(make).await.ok();
            drop(permit);
            drawn
        }
    }
}

/// A body that takes its time.
fn trickle(bytes: Vec<u8>, time: Duration) -> WebBody {
    let pause = time / u32::try_from(PIECES).unwrap_or(u32::MAX);
    let size = bytes.len().div_ceil(PIECES).max(1);
    WebBody::from_stream(futures_util::stream::unfold(Bytes::from(bytes), move |mut rest| async move {
        if rest.is_empty() {
            return None;
        }
        tokio::time::sleep(pause).await;
        let piece = rest.split_to(size.min(rest.len()));
        Some((Ok::<_, Infallible>(piece), rest))
    }))
}
