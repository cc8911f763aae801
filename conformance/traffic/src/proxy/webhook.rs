//! The listener for calls of webhooks: it hands each to the application, or answers it itself, and judges it beside the path.

use super::copy::{self, End, SharedCopy, Tee};
use super::flight::text;
use super::forward::{end_to_end, own_error, to_target};
use super::judge::{Job, Judge, Sender};
use super::upstream::{self, Target, TargetError, Upstream};
use super::{ProxyError, Settings};
use crate::exchange::Body as Copied;
use crate::piece::{Piece, WebhookCall, called};
use airspec_mock::serving::{self, Budget, ServingLimits};
use airspec_suite::run::{cause, decompressed};
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use futures_util::StreamExt as _;
use hyper::StatusCode;
use hyper::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderValue};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};
use tokio::net::TcpListener;

/// Where calls of webhooks are taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Webhook {
    /// The address that is listened on.
    pub listen: SocketAddr,
    /// The application that gets the calls, such as `http://127.0.0.1:3000`; without one, each is answered with HTTP 200.
    pub application: Option<String>,
}

/// The application cannot be called.
#[derive(Debug, thiserror::Error)]
pub enum WebhookError {
    /// The address is none.
    #[error("--webhook: {0}; give the origin of your application, such as http://127.0.0.1:3000")]
    Url(String),
    /// The path of a call is that of the webhook URL.
    #[error(
        "--webhook: the URL of your application has the path `{0}`: calls have the path of the webhookURL; leave it out"
    )]
    Path(String),
}

/// A listener for calls.
#[derive(Debug)]
pub(super) struct Listener {
    socket: TcpListener,
    address: SocketAddr,
    hook: Arc<Hook>,
}

/// What every call needs.
#[derive(Debug)]
struct Hook {
    application: Option<(Target, Upstream)>,
    judge: Sender,
    room: Budget,
    timeout: Duration,
    upload_time: Duration,
}

impl Listener {
    pub(super) async fn bind(
        webhook: &Webhook,
        settings: &Settings,
        judge: &Judge,
    ) -> Result<Self, ProxyError> {
        let application = match webhook.application.as_deref() {
            Some(url) => {
                let target = target(url)?;
                let client = upstream::client(&target, settings)?;
                Some((target, client))
            }
            None => None,
        };
        let address = webhook.listen;
        let taken = |error| ProxyError::Listen { address, error };
        let socket = TcpListener::bind(address).await.map_err(taken)?;
        let address = socket.local_addr().map_err(taken)?;
        let room = Budget::new(settings.held_bytes / super::FILES);
        let (timeout, upload_time) = (settings.timeout, settings.upload_time);
        let hook = Hook { application, judge: judge.sender(), room, timeout, upload_time };
        Ok(Self { socket, address, hook: Arc::new(hook) })
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(super) async fn run(self, limits: ServingLimits, stop: impl Future<Output = ()>) {
        let hook = self.hook;
        let handler = move |_, request| take(Arc::clone(&hook), request);
        serving::serve(self.socket, limits, stop, handler).await;
    }
}

/// The origin of an application.
fn target(url: &str) -> Result<Target, WebhookError> {
    let target = Target::new(url).map_err(|error| match error {
        TargetError::Url(reason) | TargetError::Certificates { reason, .. } | TargetError::Tls(reason) => {
            WebhookError::Url(reason)
        }
    })?;
    match target.path() {
        "" | "/" => Ok(target),
        path => Err(WebhookError::Path(path.to_owned())),
    }
}

/// Takes a call.
async fn take(hook: Arc<Hook>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let copy: SharedCopy = Arc::default();
    let received = Received {
        judge: hook.judge.clone(),
        started: Instant::now(),
        call: Some(WebhookCall {
            method: parts.method.to_string(),
            place: called(&parts.uri).to_owned(),
            content_type: text(&parts.headers, CONTENT_TYPE),
            body: Copied::Unknown("did not come to its end"),
            status: None,
            is_masked: false,
        }),
        encoding: text(&parts.headers, CONTENT_ENCODING),
        copy: Arc::clone(&copy),
    };
    let body = Body::new(Tee::new(body, copy, hook.room.clone(), hook.upload_time, |_: End| ()));
    let Some((target, client)) = &hook.application else { return swallow(received, body).await };
    let Some(uri) = target.at(&parts.uri) else {
        return own_error(StatusCode::BAD_REQUEST, "invalidRequest", "the address of the call is not valid");
    };
    let request = to_target(Request::from_parts(parts, body), uri);
    match tokio::time::timeout(hook.timeout, client.request(request)).await {
        Ok(Ok(response)) => {
            let (mut parts, body) = response.into_parts();
            received.answered(parts.status.as_u16());
            end_to_end(&mut parts.headers);
            Response::from_parts(parts, Body::new(body))
        }
        Ok(Err(error)) => {
            let reason = format!("no answer from the application at {}: {}", target.shown(), cause(&error));
            own_error(StatusCode::BAD_GATEWAY, "serviceUnavailable", &reason)
        }
        Err(_) => {
            let reason = format!("no answer from the application at {}", target.shown());
            own_error(StatusCode::GATEWAY_TIMEOUT, "serviceUnavailable", &reason)
        }
    }
}

/// Reads a call to its end and answers it.
async fn swallow(received: Received, body: Body) -> Response {
    let mut pieces = body.into_data_stream();
    while let Some(piece) = pieces.next().await {
        if piece.is_err() {
            let reason = "the body of the call did not come to its end";
            return own_error(StatusCode::REQUEST_TIMEOUT, "timeout", reason);
        }
    }
    drop(pieces);
    received.answered(StatusCode::OK.as_u16());
    let mut response = Response::new(Body::from("{}"));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// A call under way: whatever becomes of it, it is handed to the judge once.
struct Received {
    judge: Sender,
    started: Instant,
    call: Option<WebhookCall>,
    encoding: Option<String>,
    copy: SharedCopy,
}

impl Received {
    /// It was answered.
    fn answered(mut self, status: u16) {
        if let Some(call) = &mut self.call {
            call.status = Some(status);
        }
    }
}

impl Drop for Received {
    fn drop(&mut self) {
        let Some(mut call) = self.call.take() else { return };
        let (body, held) = copy::take(&self.copy);
        call.body = match (body, &self.encoding) {
            (Copied::Whole(bytes), Some(encoding)) => match decompressed(encoding, bytes, super::MAX_BODY) {
                Some(bytes) => Copied::Whole(bytes),
                None => Copied::Unknown("is compressed in a way that is not read"),
            },
            (body, _) => body,
        };
        self.judge.send(Job {
            piece: Piece::Call(call),
            at: SystemTime::now(),
            duration: self.started.elapsed(),
            held: held.into_iter().collect(),
        });
    }
}
