//! A target over WebSocket: a connection begins with an authentication task, a frame is a batch, and results come back in
//! frames as they finish.
//!
//! One exchange at a time has a connection, so that every frame belongs to it. Its answer is put together into the form
//! that HTTP has: all data and all errors in one envelope, with the status that the code of the first error has over
//! HTTP. An exchange is at its end when each task has its results or an error, and a `ping` that is sent then is
//! answered: what the target had ready before has come by then.

mod answer;

use super::fetch::{self, Got, Limits};
use crate::case::Credential;
use crate::oracle::observation::Loss;
use crate::oracle::{Oracle, excerpt};
use crate::protocol::{AUTHENTICATION, DATA, ERRORS, PING, PONG, TASK_TYPE};
use answer::{Awaited, Frame};
pub use answer::{envelope, status};
use futures_util::{SinkExt as _, StreamExt as _};
use reqwest::header::{CONNECTION, HeaderMap, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, UPGRADE};
use reqwest::{RequestBuilder, StatusCode, Upgraded};
use serde_json::{Value, json};
use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::{Instant, timeout_at};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::client::generate_key;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::{Message, Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Bytes, Error};

/// The member of an authentication task, and of its answer, that names a session.
const SESSION: &str = "connectionSessionUUID";
/// A connection that was unused for longer may be closed by now: the platform closes it after 120 s.
const MAX_IDLE: Duration = Duration::from_secs(30);
/// How long the answer to a `ping` is waited for.
const BARRIER: Duration = Duration::from_secs(2);

/// The connections that wait for their next exchange.
#[derive(Debug)]
pub(super) struct Sockets {
    oracle: Arc<Oracle>,
    idle: Mutex<Vec<Socket>>,
}

/// A connection.
#[derive(Debug)]
struct Socket {
    stream: WebSocketStream<Upgraded>,
    /// Its session, once it is authenticated.
    session: Option<String>,
    /// The identifiers of the tasks that were sent before: their results can still come.
    earlier: HashSet<String>,
    used: Instant,
}

/// Why there is no connection.
enum Refused {
    /// The target answers as over HTTP.
    Answer(Got),
    Lost(Loss),
}

impl From<Loss> for Refused {
    fn from(loss: Loss) -> Self {
        Self::Lost(loss)
    }
}

/// A batch to be sent.
pub(super) struct Batch<'a> {
    /// Its tasks; no list where the bytes are none.
    pub(super) body: &'a Value,
    pub(super) bytes: Vec<u8>,
    pub(super) credential: Credential,
}

impl Sockets {
    pub(super) fn new(oracle: Arc<Oracle>) -> Self {
        Self { oracle, idle: Mutex::default() }
    }

    /// Sends a batch and waits for its results. `open` makes the request that opens a connection.
    pub(super) async fn exchange(
        &self,
        open: impl Fn() -> RequestBuilder,
        key: &Value,
        batch: Batch<'_>,
        limits: Limits,
    ) -> Result<Got, Loss> {
        let deadline = Instant::now() + limits.time;
        let has_session = batch.credential == Credential::Key;
        let idle = if has_session { self.idle() } else { None };
        let opened = match idle {
            Some(socket) => Ok(socket),
            None if has_session => Socket::authenticated(&open, key, None, deadline, limits).await,
            None => Socket::open(&open, deadline, limits).await,
        };
        let mut socket = match opened {
            Ok(socket) => socket,
            Err(Refused::Answer(got)) => return Ok(got),
            Err(Refused::Lost(loss)) => return Err(loss),
        };
        let mut awaited = Awaited::new(&self.oracle, batch.body, std::mem::take(&mut socket.earlier));
        let mut ended = socket.answers(batch.bytes, &mut awaited, deadline, limits).await;
        // What was not delivered is sent again to whoever takes the session up.
        if let Err(Loss::Broken(_)) = &ended
            && let Some(session) = socket.session.take()
            && let Ok(next) = Socket::authenticated(&open, key, Some(&session), deadline, limits).await
        {
            socket = next;
            let again = socket.collect(&mut awaited, deadline, limits).await;
            ended = ended.or(again);
        }
        if ended? && has_session {
            socket.earlier = awaited.ids();
            socket.used = Instant::now();
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(socket);
        }
        Ok(awaited.got())
    }

    /// A connection that was used a short time ago.
    fn idle(&self) -> Option<Socket> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.retain(|socket| socket.used.elapsed() < MAX_IDLE);
        idle.pop()
    }
}

impl Socket {
    /// Opens a connection, which has no key yet.
    async fn open(
        open: &impl Fn() -> RequestBuilder,
        deadline: Instant,
        limits: Limits,
    ) -> Result<Self, Refused> {
        let late = |_| Loss::TimedOut(limits.time);
        let key = generate_key();
        let request = open()
            .header(CONNECTION, "Upgrade")
            .header(UPGRADE, "websocket")
            .header("Sec-WebSocket-Version", "13")
            .header(SEC_WEBSOCKET_KEY, &key);
        let response = timeout_at(deadline, request.send()).await.map_err(late)?.map_err(fetch::loss)?;
        if response.status() != StatusCode::SWITCHING_PROTOCOLS {
            return Err(Refused::Answer(fetch::read(response, deadline, limits).await?));
        }
        let accept = response.headers().get(SEC_WEBSOCKET_ACCEPT);
        if accept.is_none_or(|accept| accept != &derive_accept_key(key.as_bytes())) {
            return Err(Loss::Broken(
                "the answer to the handshake of WebSocket is not that of this one".into(),
            )
            .into());
        }
        let upgraded = timeout_at(deadline, response.upgrade()).await.map_err(late)?.map_err(fetch::loss)?;
        let config = WebSocketConfig::default()
            .max_message_size(Some(limits.bytes))
            .max_frame_size(Some(limits.bytes));
        let stream = WebSocketStream::from_raw_socket(upgraded, Role::Client, Some(config)).await;
        Ok(Self { stream, session: None, earlier: HashSet::new(), used: Instant::now() })
    }

    /// Opens a connection with the key, of a new session or of one that was left.
    async fn authenticated(
        open: &impl Fn() -> RequestBuilder,
        key: &Value,
        session: Option<&str>,
        deadline: Instant,
        limits: Limits,
    ) -> Result<Self, Refused> {
        let mut socket = Self::open(open, deadline, limits).await?;
        let mut task = key.clone();
        if let Some(session) = session {
            task[SESSION] = Value::from(session);
        }
        socket.send(json!([task]).to_string().into_bytes(), deadline, limits).await?;
        let frame = socket.next(deadline, limits).await?.ok_or_else(closed)?;
        match frame.items(DATA).iter().find(|item| item[TASK_TYPE] == AUTHENTICATION) {
            Some(welcome) if welcome[SESSION].is_string() => {
                socket.session = welcome[SESSION].as_str().map(str::to_owned);
                Ok(socket)
            }
            _ if !frame.items(ERRORS).is_empty() => Err(Refused::Answer(answer::refusal(frame))),
            _ => Err(Loss::Refused(format!(
                "the answer to the authentication task has no `{SESSION}`: {}",
                excerpt(&frame.text())
            ))
            .into()),
        }
    }

    /// Sends a batch and takes its answer. Tells whether the connection can be used again.
    async fn answers(
        &mut self,
        bytes: Vec<u8>,
        awaited: &mut Awaited,
        deadline: Instant,
        limits: Limits,
    ) -> Result<bool, Loss> {
        self.send(bytes, deadline, limits).await?;
        self.collect(awaited, deadline, limits).await
    }

    /// Takes frames until nothing more is awaited. A connection that is lost behind the first of them leaves an answer
    /// that is not whole.
    async fn collect(
        &mut self,
        awaited: &mut Awaited,
        deadline: Instant,
        limits: Limits,
    ) -> Result<bool, Loss> {
        let mut until = deadline;
        let mut has_pinged = false;
        loop {
            let frame = match self.next(until, limits).await {
                Ok(Some(frame)) => frame,
                Ok(None) | Err(Loss::TimedOut(_) | Loss::Broken(_)) if awaited.is_begun() => {
                    return Ok(false);
                }
                Ok(None) => return Err(closed()),
                Err(loss) => return Err(loss),
            };
            let is_pong = has_pinged && frame.items(DATA).iter().any(|item| !item[PONG].is_null());
            if is_pong {
                return Ok(true);
            }
            awaited.take(frame, limits)?;
            if awaited.is_done() && !has_pinged {
                has_pinged = true;
                until = deadline.min(Instant::now() + BARRIER);
                let ping = json!([{TASK_TYPE: PING, PING: true}]).to_string().into_bytes();
                if self.send(ping, until, limits).await.is_err() {
                    return Ok(false);
                }
            }
        }
    }

    async fn send(&mut self, bytes: Vec<u8>, deadline: Instant, limits: Limits) -> Result<(), Loss> {
        let message = match String::from_utf8(bytes) {
            Ok(text) => Message::text(text),
            Err(error) => Message::Binary(Bytes::from(error.into_bytes())),
        };
        let sent = timeout_at(deadline, self.stream.send(message)).await;
        sent.map_err(|_| Loss::TimedOut(limits.time))?.map_err(|error| Loss::Broken(error.to_string()))
    }

    /// The next frame that says something; none at the end of the connection.
    async fn next(&mut self, deadline: Instant, limits: Limits) -> Result<Option<Frame>, Loss> {
        loop {
            let next = timeout_at(deadline, self.stream.next()).await;
            let message = match next.map_err(|_| Loss::TimedOut(limits.time))? {
                None => return Ok(None),
                Some(Ok(message)) => message,
                Some(Err(Error::Capacity(_))) => {
                    return Err(Loss::TooLarge { status: answer::OK, limit: limits.bytes });
                }
                Some(Err(error)) => return Err(Loss::Broken(error.to_string())),
            };
            let bytes = match message {
                Message::Text(text) => Bytes::from(text),
                Message::Binary(bytes) => bytes,
                Message::Close(_) => return Ok(None),
                Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => continue,
            };
            let bytes = fetch::held(&bytes, answer::OK, limits).await?;
            return Ok(Some(Frame::read(bytes)));
        }
    }
}

fn closed() -> Loss {
    Loss::Broken("the connection was closed without an answer".to_owned())
}

/// The headers of an answer that came in frames.
fn headers() -> HeaderMap {
    HeaderMap::from_iter([(
        reqwest::header::CONTENT_TYPE,
        reqwest::header::HeaderValue::from_static("application/json"),
    )])
}
