//! A WebSocket: its bytes pass unchanged in both directions, and its messages are read beside the path.
//!
//! Compression of messages is not offered to the target, as the judge cannot read it.

use super::forward::{App, own_error};
use super::link::{Event, Link};
use super::sniffer::Sniffer;
use airspec_suite::run::{Secret, cause};
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use hyper::header::{
    AUTHORIZATION, CONNECTION, HeaderMap, HeaderValue, SEC_WEBSOCKET_EXTENSIONS, UPGRADE, USER_AGENT,
};
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper::{Method, StatusCode};
use hyper_util::rt::TokioIo;
use std::sync::{Arc, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, ReadHalf, WriteHalf};
use tokio::sync::watch;
use tokio::time::{Instant, timeout};
use tokio_tungstenite::tungstenite::protocol::Role;

/// So much passes at a time.
const PIECE: usize = 16 << 10;

/// What is known of a connection from its handshake.
#[derive(Debug)]
pub(super) struct Handshake {
    pub(super) client: String,
    pub(super) path: String,
    pub(super) key: Option<Secret>,
}

impl Handshake {
    fn of(path: &str, headers: &HeaderMap) -> Self {
        let text =
            |name| headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
        Self {
            client: text(USER_AGENT).unwrap_or_default(),
            path: path.to_owned(),
            key: text(AUTHORIZATION).map(Secret::new),
        }
    }
}

/// Whether a request opens a WebSocket.
pub(super) fn is_handshake(method: &Method, headers: &HeaderMap) -> bool {
    let is_named = |value: &HeaderValue| value.as_bytes().eq_ignore_ascii_case(b"websocket");
    method == Method::GET && headers.get(UPGRADE).is_some_and(is_named)
}

/// Asks the target for a WebSocket. `request` is as it goes to the target but for its headers about the connection.
pub(super) async fn open(app: &Arc<App>, client: OnUpgrade, mut request: Request) -> Response {
    let is_judged = app.target.is_endpoint(request.uri().path());
    let handshake = Handshake::of(request.uri().path(), request.headers());
    for (name, value) in [(CONNECTION, "Upgrade"), (UPGRADE, "websocket")] {
        request.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    request.headers_mut().remove(SEC_WEBSOCKET_EXTENSIONS);
    let response = match timeout(app.timeout, app.client.request(request)).await {
        Ok(Ok(response)) => response,
        Ok(Err(error)) => {
            let text = format!("no answer from {}: {}", app.target.shown(), cause(&error));
            return own_error(StatusCode::BAD_GATEWAY, "serviceUnavailable", &text);
        }
        Err(_) => {
            let text = format!("no answer from {} within {} s", app.target.shown(), app.timeout.as_secs());
            return own_error(StatusCode::GATEWAY_TIMEOUT, "serviceUnavailable", &text);
        }
    };
    let mut response = response.map(Body::new);
    if response.status() != StatusCode::SWITCHING_PROTOCOLS {
        super::forward::end_to_end(response.headers_mut());
        return response;
    }
    let target = hyper::upgrade::on(&mut response);
    let link = is_judged.then(|| app.judge.link(handshake));
    let tunnel = tunnel(Arc::clone(app), client, target, link);
    let mut tunnels = app.tunnels.lock().unwrap_or_else(PoisonError::into_inner);
    while tunnels.try_join_next().is_some() {}
    tunnels.spawn(tunnel);
    response
}

/// Passes bytes until both ends have ended, one of them breaks off, nothing comes for too long, or the proxy stops.
async fn tunnel(app: Arc<App>, client: OnUpgrade, target: OnUpgrade, link: Option<Link>) {
    let link = link.map(Arc::new);
    // An error is the end of a connection that nobody uses yet.
    if let (Ok(client), Ok(target)) = tokio::join!(client, target) {
        let (from_client, to_client) = tokio::io::split(TokioIo::new(client));
        let (from_target, to_target) = tokio::io::split(TokioIo::new(target));
        let (alive, last) = watch::channel(Instant::now());
        let direction = |role, event| Direction {
            sniffer: link.clone().map(|link| (Sniffer::new(role, app.room.clone()), link)),
            event,
            alive: alive.clone(),
        };
        let up = direction(Role::Server, Event::Sent).pass(from_client, to_target);
        let down = direction(Role::Client, Event::Received).pass(from_target, to_client);
        let mut ending = app.ending.clone();
        tokio::select! {
            // One direction that breaks off ends both; one that ends as it should leaves the other its time.
            _ = async { tokio::try_join!(up, down) } => {}
            () = idle(last, app.timeout) => {}
            _ = ending.wait_for(|ending| *ending) => {}
        }
    }
    if let Some(link) = link {
        link.send(Event::Closed, Vec::new(), None);
    }
}

/// Ready once nothing has passed for too long.
async fn idle(last: watch::Receiver<Instant>, time: Duration) {
    loop {
        let until = *last.borrow() + time;
        if until <= Instant::now() {
            return;
        }
        tokio::time::sleep_until(until).await;
    }
}

/// One direction.
struct Direction {
    /// None where nothing is judged, or no longer.
    sniffer: Option<(Sniffer, Arc<Link>)>,
    event: Event,
    alive: watch::Sender<Instant>,
}

impl Direction {
    async fn pass(
        mut self,
        mut from: ReadHalf<TokioIo<Upgraded>>,
        mut to: WriteHalf<TokioIo<Upgraded>>,
    ) -> std::io::Result<()> {
        let mut piece = vec![0; PIECE];
        loop {
            let read = from.read(&mut piece).await?;
            if read == 0 {
                return to.shutdown().await;
            }
            self.alive.send_replace(Instant::now());
            // A request is known before its answer can be.
            self.read(&piece[..read]);
            to.write_all(&piece[..read]).await?;
            to.flush().await?;
        }
    }

    fn read(&mut self, bytes: &[u8]) {
        let Some((sniffer, link)) = &mut self.sniffer else { return };
        let event = self.event;
        let read = sniffer.feed(bytes, |(message, held)| link.send(event, message, held));
        if let Err(reason) = read {
            link.send(Event::Blind(reason), Vec::new(), None);
            self.sniffer = None;
        }
    }
}
