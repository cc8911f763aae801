//! Forwards requests to the target and answers to the client, piece by piece.

use super::copy::{End, SharedCopy, Tee};
use super::flight::{Flight, Head};
use super::guard::Guard;
use super::held;
use super::judge::Sender;
use super::tunnel;
use super::upstream::{Target, Upstream};
use airspec_mock::serving::{Budget, Connection};
use airspec_suite::oracle::observation::Loss;
use airspec_suite::protocol::{CODE, ERRORS, MESSAGE};
use airspec_suite::run::cause;
use axum::body::Body;
use axum::extract::Request;
use axum::http::request::Parts;
use axum::response::Response;
use hyper::header::{
    ACCEPT_ENCODING, CONNECTION, CONTENT_TYPE, EXPECT, HOST, HeaderMap, HeaderName, HeaderValue, TE, TRAILER,
    TRANSFER_ENCODING, UPGRADE,
};
use hyper::{Method, StatusCode, Uri};
use serde_json::json;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// What the judge can read of compressed answers.
const ENCODINGS: [&str; 4] = ["gzip", "x-gzip", "deflate", "identity"];

/// What every request needs.
#[derive(Debug)]
pub(super) struct App {
    pub(super) target: Target,
    pub(super) client: Upstream,
    pub(super) judge: Sender,
    /// For copies of bodies, and of files, which must not take the room of others.
    pub(super) room: Budget,
    pub(super) file_room: Budget,
    pub(super) timeout: Duration,
    pub(super) upload_time: Duration,
    /// WebSockets, which are no requests any more.
    pub(super) tunnels: Mutex<JoinSet<()>>,
    /// Turns true when the proxy is to stop.
    pub(super) ending: watch::Receiver<bool>,
    /// Holds requests until they are judged.
    pub(super) guard: Option<Arc<Guard>>,
}

/// Forwards a request.
pub(super) async fn forward(app: Arc<App>, connection: Connection, request: Request) -> Response {
    if request.uri().authority().is_some() || request.method() == Method::CONNECT {
        let text =
            format!("this proxy forwards to {} alone: use its address as base URL", app.target.shown());
        return own_error(StatusCode::MISDIRECTED_REQUEST, "misdirectedRequest", &text);
    }
    let Some(uri) = app.target.at(request.uri()) else {
        return own_error(
            StatusCode::BAD_REQUEST,
            "invalidRequest",
            "the address of the request is not valid",
        );
    };
    let is_judged = app.target.is_endpoint(request.uri().path()) && request.method() == Method::POST;
    let is_handshake = tunnel::is_handshake(request.method(), request.headers());
    if let Some(guard) = &app.guard {
        if is_judged {
            return held::forward(&app, guard, request, uri).await;
        }
        if guard.is_strict() && (is_handshake || !request.method().is_safe()) {
            return held::not_checked(is_handshake);
        }
    }
    let mut request = request;
    if is_handshake {
        let client = hyper::upgrade::on(&mut request);
        let response = tunnel::open(&app, client, to_target(request, uri)).await;
        if response.status() == StatusCode::SWITCHING_PROTOCOLS {
            connection.keep();
        }
        return response;
    }
    if is_judged {
        return stream(&app, request, uri).await;
    }
    let is_file = request.method() == Method::GET && !app.target.is_endpoint(request.uri().path());
    if !is_file {
        return send(&app, None, to_target(request, uri)).await;
    }
    let (parts, body) = request.into_parts();
    let flight = app.flight(&parts, &SharedCopy::default()).of_file(uri.to_string());
    send(&app, Some(flight), to_target(Request::from_parts(parts, body), uri)).await
}

/// Forwards a request that is judged, piece by piece.
pub(super) async fn stream(app: &App, request: Request, uri: Uri) -> Response {
    let (parts, body) = request.into_parts();
    let copy: SharedCopy = Arc::default();
    let flight = app.flight(&parts, &copy);
    let body = Body::new(Tee::new(body, copy, app.room.clone(), app.upload_time, |_| ()));
    send(app, Some(flight), to_target(Request::from_parts(parts, body), uri)).await
}

impl App {
    /// A request under way.
    pub(super) fn flight(&self, parts: &Parts, copy: &SharedCopy) -> Flight {
        let head = (parts.method.as_str(), parts.uri.path(), &parts.headers);
        Flight::new(self.judge.clone(), head, Arc::clone(copy), self.timeout)
    }
}

/// The request as it is sent to the target.
pub(super) fn to_target(request: Request, uri: Uri) -> Request {
    let (mut parts, body) = request.into_parts();
    parts.uri = uri;
    end_to_end(&mut parts.headers);
    parts.headers.remove(HOST);
    limit_encodings(&mut parts.headers);
    parts.version = hyper::Version::HTTP_11;
    Request::from_parts(parts, body)
}

/// Sends a request and passes its answer on.
pub(super) async fn send(app: &App, flight: Option<Flight>, request: Request) -> Response {
    let sent = tokio::time::timeout(app.timeout, app.client.request(request)).await;
    let (loss, status, text) = match sent {
        Ok(Ok(response)) => return pass_on(app, flight, response.map(Body::new)),
        Ok(Err(error)) => {
            let text = format!("no answer from {}: {}", app.target.shown(), cause(&error));
            (loss(&error), StatusCode::BAD_GATEWAY, text)
        }
        Err(_) => {
            let text = format!("no answer from {} within {} s", app.target.shown(), app.timeout.as_secs());
            (Loss::TimedOut(app.timeout), StatusCode::GATEWAY_TIMEOUT, text)
        }
    };
    if let Some(flight) = flight {
        flight.lost(loss);
    }
    own_error(status, "serviceUnavailable", &text)
}

/// Why the target gave no answer.
pub(super) fn loss(error: &hyper_util::client::legacy::Error) -> Loss {
    let reason = cause(error);
    if error.is_connect() { Loss::Unreachable(reason) } else { Loss::Broken(reason) }
}

fn pass_on(app: &App, flight: Option<Flight>, response: hyper::Response<Body>) -> Response {
    let (mut parts, body) = response.into_parts();
    end_to_end(&mut parts.headers);
    let body = match flight {
        None => body,
        Some(flight) => {
            let copy: SharedCopy = Arc::new(Mutex::default());
            let (own, head) = (Arc::clone(&copy), Head::new(parts.status.as_u16(), &parts.headers));
            let room = if flight.is_file() { &app.file_room } else { &app.room };
            let at_end = move |end: End| flight.answered(head, &own, end);
            Body::new(Tee::new(body, copy, room.clone(), app.timeout, at_end))
        }
    };
    Response::from_parts(parts, body)
}

/// Leaves only headers that are about the message: the others belong to one connection.
pub(super) fn end_to_end(headers: &mut HeaderMap) {
    let named: Vec<HeaderName> = headers
        .get_all(CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| HeaderName::try_from(name.trim()).ok())
        .collect();
    for name in named {
        headers.remove(name);
    }
    for name in [CONNECTION, TE, TRAILER, TRANSFER_ENCODING, UPGRADE, EXPECT] {
        headers.remove(name);
    }
    for name in ["keep-alive", "proxy-connection", "proxy-authorization", "proxy-authenticate"] {
        headers.remove(name);
    }
}

/// Asks for no compression that the judge cannot read.
fn limit_encodings(headers: &mut HeaderMap) {
    let asked: Vec<&str> = headers
        .get_all(ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .collect();
    if asked.is_empty() {
        return;
    }
    let is_read = |part: &&&str| {
        let name = part.split(';').next().unwrap_or_default().trim();
        ENCODINGS.iter().any(|known| known.eq_ignore_ascii_case(name))
    };
    let kept: Vec<&str> = asked.iter().filter(is_read).copied().collect();
    let kept = if kept.is_empty() { "identity".to_owned() } else { kept.join(", ") };
    if let Ok(value) = HeaderValue::try_from(kept) {
        headers.insert(ACCEPT_ENCODING, value);
    }
}

/// An answer of the proxy itself, in the form of the API's errors.
pub(super) fn own_error(status: StatusCode, code: &str, text: &str) -> Response {
    let body = json!({ERRORS: [{CODE: code, MESSAGE: text}]}).to_string();
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response.headers_mut().insert("x-airspec-proxy", HeaderValue::from_static("answered"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(list: &[(&'static str, &'static str)]) -> HeaderMap {
        list.iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect()
    }

    #[test]
    fn headers_of_a_connection_stay_with_it() {
        let mut all = headers(&[
            ("connection", "close, X-Own"),
            ("x-own", "1"),
            ("transfer-encoding", "chunked"),
            ("keep-alive", "5"),
            ("authorization", "Bearer k"),
            ("x-other", "2"),
        ]);
        end_to_end(&mut all);
        let names: Vec<&str> = all.keys().map(HeaderName::as_str).collect();
        assert_eq!(names, ["authorization", "x-other"]);
    }

    #[test]
    fn no_compression_is_asked_for_that_cannot_be_read() {
        for (asked, kept) in [
            ("gzip, deflate, br, zstd", "gzip, deflate"),
            ("br;q=1.0, GZIP;q=0.5", "GZIP;q=0.5"),
            ("br", "identity"),
        ] {
            let mut all = headers(&[("accept-encoding", asked)]);
            limit_encodings(&mut all);
            assert_eq!(all[ACCEPT_ENCODING], kept);
        }
        let mut none = HeaderMap::new();
        limit_encodings(&mut none);
        assert!(none.is_empty());
    }
}
