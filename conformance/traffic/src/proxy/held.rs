//! A request that is held until it is judged, and then forwarded or answered.

use super::MAX_BODY;
use super::copy::{self, SharedCopy};
use super::forward::{App, own_error, send, stream, to_target};
use super::guard::{Decision, Guard, WARNING};
use airspec_mock::serving::Held;
use airspec_suite::oracle::observation::Loss;
use axum::body::{Body, BodyDataStream, Bytes};
use axum::extract::Request;
use axum::response::Response;
use futures_util::StreamExt as _;
use futures_util::stream::once;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::{StatusCode, Uri};
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;

/// How long a request waits for room that others hold.
const ROOM_TIME: Duration = Duration::from_secs(5);
/// Larger bodies are checked where no other request waits behind them.
const LARGE: usize = 32 << 10;

/// A body that was read as far as it can be held.
enum Read {
    Whole(Vec<u8>, Option<Held>),
    /// It is too large, or there is no room; with what follows.
    Part(Vec<u8>, BodyDataStream, &'static str),
    /// Nothing more comes.
    Broken,
}

/// Forwards a request to the endpoint, or answers it.
pub(super) async fn forward(app: &App, guard: &Arc<Guard>, request: Request, uri: Uri) -> Response {
    let (parts, body) = request.into_parts();
    let (bytes, held) = match read(app, body).await {
        Read::Whole(bytes, held) => (bytes, held),
        Read::Part(start, rest, _) if !guard.is_strict() => {
            // It only lacks its header.
            let body = Body::from_stream(once(async { Ok(Bytes::from(start)) }).chain(rest));
            return stream(app, Request::from_parts(parts, body), uri).await;
        }
        Read::Part(_, _, reason) => {
            app.flight(&parts, &SharedCopy::default()).lost(Loss::Refused(reason.to_owned()));
            return own_error(StatusCode::PAYLOAD_TOO_LARGE, "requestTooLarge", reason);
        }
        Read::Broken => {
            let reason = "the body did not come to its end";
            app.flight(&parts, &SharedCopy::default()).lost(Loss::Refused(reason.to_owned()));
            return own_error(StatusCode::REQUEST_TIMEOUT, "timeout", reason);
        }
    };
    let Some((bytes, decision)) = decide(Arc::clone(guard), bytes).await else {
        let text = "the proxy failed to check the request; it was not forwarded";
        return own_error(StatusCode::INTERNAL_SERVER_ERROR, "internalServerError", text);
    };
    let copy = copy::whole(&bytes, &app.room);
    let flight = app.flight(&parts, &copy);
    let (mut response, warning) = match decision {
        Decision::Answer { status, body, reason, warning } => {
            flight.lost(Loss::Refused(reason.to_owned()));
            (answer(status, &body), warning)
        }
        Decision::Forward { warning, reservation } => {
            let request = to_target(Request::from_parts(parts, Body::from(bytes)), uri);
            drop(held);
            (send(app, Some(flight.paid(reservation)), request).await, warning)
        }
    };
    if let Some(warning) = warning {
        response.headers_mut().insert(WARNING, warning);
    }
    response
}

/// The answer to what cannot be checked, where nothing else may be forwarded.
pub(super) fn not_checked(is_handshake: bool) -> Response {
    let (status, text) = if is_handshake {
        (StatusCode::NOT_IMPLEMENTED, "with --enforce or --budget, the proxy forwards no WebSocket: use HTTP")
    } else {
        (StatusCode::FORBIDDEN, "with --enforce or --budget, the proxy forwards tasks to the endpoint alone")
    };
    own_error(status, "notForwarded", text)
}

async fn read(app: &App, body: Body) -> Read {
    let mut pieces = body.into_data_stream();
    let (mut bytes, mut held): (Vec<u8>, Option<Held>) = (Vec::new(), None);
    loop {
        let piece = match timeout(app.upload_time, pieces.next()).await {
            Ok(Some(Ok(piece))) => piece,
            Ok(None) => return Read::Whole(bytes, held),
            Ok(Some(Err(_))) | Err(_) => return Read::Broken,
        };
        bytes.extend_from_slice(&piece);
        if bytes.len() > MAX_BODY {
            return Read::Part(bytes, pieces, "the body is larger than what the proxy can check");
        }
        let Some(more) = app.room.take(piece.len(), ROOM_TIME).await else {
            return Read::Part(bytes, pieces, "the proxy has no room for the body: others take all of it");
        };
        match &mut held {
            Some(held) => held.add(more),
            None => held = Some(more),
        }
    }
}

/// Checks a body; on a thread of its own where others would wait. Nothing where that fails.
async fn decide(guard: Arc<Guard>, bytes: Vec<u8>) -> Option<(Vec<u8>, Decision)> {
    if bytes.len() <= LARGE {
        let decision = guard.decide(&bytes);
        return Some((bytes, decision));
    }
    let decided = tokio::task::spawn_blocking(move || {
        let decision = guard.decide(&bytes);
        (bytes, decision)
    });
    decided.await.ok()
}

fn answer(status: StatusCode, body: &Value) -> Response {
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
