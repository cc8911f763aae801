//! One WebSocket: connected, authenticated, and read frame by frame.

use crate::client::Client;
use crate::client::envelope::Envelope;
use crate::client::error::{self, Error};
use crate::client::http::Reply;
use crate::client::settings::Settings;
use futures_util::{SinkExt as _, StreamExt as _};
use serde::Deserialize;
use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error as SocketError, Message};

/// The frame that keeps a connection alive.
pub(super) const PING: &str = r#"[{"taskType":"ping","ping":true}]"#;

/// A stream with or without TLS.
trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

/// An authenticated connection.
pub(super) struct Connection(WebSocketStream<Box<dyn Stream>>);

/// What was read.
pub(super) enum Heard {
    /// A frame of the service.
    Text(Vec<u8>),
    /// A frame of the protocol.
    Other,
    /// Nothing in time.
    Nothing,
    /// The connection is lost or closed.
    End,
}

/// The members of a frame that say what it is.
#[derive(Deserialize)]
struct Frame<'a> {
    #[serde(borrow)]
    data: Option<Vec<Item<'a>>>,
}

#[derive(Deserialize)]
struct Item<'a> {
    #[serde(rename = "taskType", borrow)]
    task_type: Option<Cow<'a, str>>,
    #[serde(rename = "connectionSessionUUID", borrow)]
    session: Option<Cow<'a, str>>,
}

/// Whether a frame answers a ping or an authentication, and not a task.
pub(super) fn is_control(body: &[u8]) -> bool {
    let frame = serde_json::from_slice::<Frame<'_>>(body).ok().and_then(|frame| frame.data);
    let is_control = |item: &Item<'_>| matches!(item.task_type.as_deref(), Some("ping" | "authentication"));
    frame.is_some_and(|items| !items.is_empty() && items.iter().all(is_control))
}

impl Connection {
    /// Connects and authenticates. Returns the identifier of the session, too.
    pub(super) async fn open(
        client: &Client,
        session: Option<&str>,
    ) -> Result<(Self, Option<String>), Error> {
        let settings = &client.inner.settings;
        let limit = settings.connect_timeout;
        let unreachable = |reason| unreachable(settings, reason);
        let connect = async {
            let mut connection = Self::connect(settings).await?;
            let greeting = client.inner.key.authentication(session);
            connection.say(&greeting).await.map_err(|_| unreachable("the connection was closed"))?;
            let session = connection.welcome(client).await?;
            Ok((connection, session))
        };
        timeout(limit, connect).await.unwrap_or_else(|_| Err(unreachable("no answer in time")))
    }

    async fn connect(settings: &Settings) -> Result<Self, Error> {
        let failed = |error: &dyn std::error::Error| unreachable(settings, &error.to_string());
        let url = settings.socket_endpoint().map_err(|error| failed(&error))?;
        let host = url.host_str().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
        let port = url.port_or_known_default().unwrap_or(443);
        let stream = TcpStream::connect((host, port)).await.map_err(|error| failed(&error))?;
        let stream: Box<dyn Stream> = match url.scheme() {
            "wss" => Box::new(secured(settings, host, stream).await?),
            _ => Box::new(stream),
        };
        let limit = usize::try_from(settings.answer_limit).unwrap_or(usize::MAX);
        let config = WebSocketConfig::default().max_message_size(Some(limit)).max_frame_size(Some(limit));
        let socket = tokio_tungstenite::client_async_with_config(url.as_str(), stream, Some(config)).await;
        socket.map(|(socket, _)| Self(socket)).map_err(|error| refused(settings, error))
    }

    /// The session that the service names, or its refusal.
    async fn welcome(&mut self, client: &Client) -> Result<Option<String>, Error> {
        loop {
            let body = match self.read().await {
                Heard::Text(body) => body,
                Heard::Other | Heard::Nothing => continue,
                Heard::End => {
                    return Err(unreachable(&client.inner.settings, "the connection was closed"));
                }
            };
            let items = serde_json::from_slice::<Frame<'_>>(&body).ok().and_then(|frame| frame.data);
            let welcome = items.into_iter().flatten().find(|item| item.session.is_some());
            if let Some(item) = welcome {
                return Ok(item.session.map(Cow::into_owned));
            }
            if is_control(&body) {
                return Ok(None);
            }
            let reply = Reply::frame(401, body);
            return Err(Envelope::read(reply, &client.inner.key, &[], false)?.refusal());
        }
    }

    pub(super) async fn say(&mut self, text: &str) -> Result<(), SocketError> {
        self.0.send(Message::text(text)).await
    }

    /// Waits for a frame.
    pub(super) async fn hear(&mut self, limit: Duration) -> Heard {
        timeout(limit, self.read()).await.unwrap_or(Heard::Nothing)
    }

    async fn read(&mut self) -> Heard {
        match self.0.next().await {
            Some(Ok(Message::Text(text))) => Heard::Text(text.as_bytes().to_vec()),
            Some(Ok(Message::Binary(bytes))) => Heard::Text(bytes.to_vec()),
            Some(Ok(Message::Close(_)) | Err(_)) | None => Heard::End,
            Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => Heard::Other,
        }
    }
}

async fn secured(
    settings: &Settings,
    host: &str,
    stream: TcpStream,
) -> Result<tokio_rustls::client::TlsStream<TcpStream>, Error> {
    let failed = |error: String| unreachable(settings, &error);
    let config =
        crate::client::tls::trusting(&settings.certificates).map_err(|error| failed(error.to_string()))?;
    let name = ServerName::try_from(host.to_owned()).map_err(|error| failed(error.to_string()))?;
    let connector = TlsConnector::from(Arc::new(config));
    connector.connect(name, stream).await.map_err(|error| failed(error.to_string()))
}

/// Nothing was sent that could be billed.
fn unreachable(settings: &Settings, reason: &str) -> Error {
    Error::Unreachable(error::Connection::new(settings.socket_name(), reason))
}

/// The refusal of the request to open a WebSocket.
fn refused(settings: &Settings, error: SocketError) -> Error {
    match error {
        SocketError::Http(response) => {
            unreachable(settings, &format!("HTTP {}, and no WebSocket", response.status()))
        }
        error => unreachable(settings, &error.to_string()),
    }
}
