//! Sends requests of this program's own to a target: for replays.

use super::forward::loss;
use super::upstream::{self, Target, Upstream};
use super::{MAX_BODY, ProxyError, Settings};
use crate::exchange::{Body as Copied, Reply};
use airspec_suite::oracle::observation::Loss;
use airspec_suite::run::{Secret, cause};
use axum::body::Body;
use futures_util::StreamExt as _;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue, USER_AGENT};
use hyper::{Method, Request};
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// A server and the connections to it.
#[derive(Debug)]
pub struct Caller {
    target: Target,
    client: Upstream,
    timeout: Duration,
    is_loopback: bool,
}

impl Caller {
    /// Sends to a target. `is_loopback` where it is on this machine, and need not be spared.
    ///
    /// # Errors
    /// Certificates that cannot be used.
    pub fn new(target: Target, settings: &Settings, is_loopback: bool) -> Result<Self, ProxyError> {
        let client = upstream::client(&target, settings)?;
        Ok(Self { target, client, timeout: settings.timeout, is_loopback })
    }

    pub(crate) fn is_loopback(&self) -> bool {
        self.is_loopback
    }

    pub(crate) fn timeout(&self) -> Duration {
        self.timeout
    }

    pub(crate) fn path(&self) -> &str {
        self.target.path()
    }

    /// Posts a body and reads the whole answer.
    pub(crate) async fn post(&self, body: Vec<u8>, key: Option<&Secret>) -> Result<Reply, Loss> {
        let until = Instant::now() + self.timeout;
        let late = |_| Loss::TimedOut(self.timeout);
        let request = self.request(body, key)?;
        let answer = timeout_at(until, self.client.request(request)).await.map_err(late)?;
        let (parts, body) = answer.map_err(|error| loss(&error))?.into_parts();
        let content_type = parts.headers.get(CONTENT_TYPE);
        let content_type = content_type.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
        let status = parts.status.as_u16();
        let (mut pieces, mut bytes) = (Body::new(body).into_data_stream(), Vec::new());
        while let Some(piece) = timeout_at(until, pieces.next()).await.map_err(late)? {
            bytes.extend_from_slice(&piece.map_err(|error| Loss::Broken(cause(&error)))?);
            if bytes.len() > MAX_BODY {
                return Err(Loss::TooLarge { status, limit: MAX_BODY });
            }
        }
        Ok(Reply { status, content_type, body: Copied::Whole(bytes) })
    }

    fn request(&self, body: Vec<u8>, key: Option<&Secret>) -> Result<Request<Body>, Loss> {
        let uri = self.target.shown();
        let request =
            Request::builder().method(Method::POST).uri(uri).header(CONTENT_TYPE, "application/json");
        let mut request = request.header(USER_AGENT, concat!("airspec/", env!("CARGO_PKG_VERSION")));
        if let Some(key) = key {
            let value = HeaderValue::try_from(format!("Bearer {}", key.expose()));
            let mut value = value.map_err(|_| Loss::Refused("the key is no text of a header".to_owned()))?;
            value.set_sensitive(true);
            request = request.header(AUTHORIZATION, value);
        }
        request.body(Body::from(body)).map_err(|error| Loss::Refused(error.to_string()))
    }
}
