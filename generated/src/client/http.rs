//! HTTP with limits for time, bytes and redirects.

use super::backoff::retry_after;
use super::encoding::{ACCEPTED, Encoding};
use super::error::{Connection, Error};
use super::reach::{NotPublic, Reach};
use super::settings::Settings;
use super::transport::Transport;
use super::url::bare;
use super::{Key, SetupError};
use reqwest::header::{ACCEPT_ENCODING, AUTHORIZATION, CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use reqwest::{RequestBuilder, Response, Url};
use std::error::Error as _;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tokio::time::timeout;

/// Sends requests to one endpoint, with the key, and fetches files from anywhere, without it.
#[derive(Debug)]
pub(super) struct Http {
    pub(super) endpoint: Url,
    authorization: HeaderValue,
    /// Which hosts downloads may use.
    reach: Reach,
    transport: Transport,
}

/// An answer.
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) retry_after: Option<Duration>,
    pub(super) request_id: Option<String>,
    pub(super) body: Vec<u8>,
    /// Why the body is not complete.
    pub(super) lost: Option<Error>,
}

/// Where the identifier of a request stands.
const REQUEST_ID: [&str; 4] = ["x-request-id", "request-id", "x-amzn-requestid", "cf-ray"];

impl Http {
    pub(super) fn new(key: &Key, settings: &Settings) -> Result<Self, SetupError> {
        let endpoint = settings.endpoint()?;
        let reach = Reach::of(&endpoint, settings.allow_private);
        let transport = Transport::new(settings, &endpoint, reach)?;
        Ok(Self { endpoint, authorization: key.header()?, reach, transport })
    }

    /// Posts a body to the endpoint and reads the answer.
    pub(super) async fn post(&self, body: String, settings: &Settings) -> Result<Reply, Error> {
        let request = self
            .transport
            .api
            .post(self.endpoint.clone())
            .header(AUTHORIZATION, self.authorization.clone())
            .header(ACCEPT_ENCODING, ACCEPTED)
            .header(CONTENT_TYPE, "application/json")
            .body(body);
        let exchange = whole(request, settings.answer_limit);
        timeout(settings.timeout, exchange).await.unwrap_or(Err(Error::TimedOut(settings.timeout)))
    }

    /// A request for a file, without the key.
    pub(super) fn get(&self, url: &str, settings: &Settings) -> Result<RequestBuilder, Error> {
        let refused = |reason: String| Error::File { status: None, reason };
        // A URL can leave out the scheme.
        let whole = if url.starts_with("//") { format!("https:{url}") } else { url.to_owned() };
        let url = Url::parse(&whole).map_err(|error| refused(format!("not a URL: {error}")))?;
        self.reach.check(&url).map_err(|error| refused(error.to_string()))?;
        let client = self.transport.file(&url, settings)?;
        // A file is saved as it is sent.
        Ok(client.get(url).header(ACCEPT_ENCODING, "identity"))
    }
}

impl Reply {
    /// A frame of a WebSocket.
    #[cfg(feature = "websocket")]
    pub(super) fn frame(status: u16, body: Vec<u8>) -> Self {
        Self { status, retry_after: None, request_id: None, body, lost: None }
    }

    /// The answer before it was compressed. Of the beginning of one, what can be read.
    fn decoded(self, encoding: Encoding, limit: u64) -> Result<Self, Error> {
        let Self { body, lost, .. } = self;
        let (body, is_whole) = encoding.decode(body, limit);
        if body.len() as u64 > limit {
            return Err(Error::TooLarge { limit });
        }
        if !is_whole && lost.is_none() {
            let reason = "a compressed answer that is cut".to_owned();
            let (status, request_id) = (self.status, self.request_id);
            return Err(Error::Unreadable { status, reason, request_id, raw: Vec::new() });
        }
        Ok(Self { body, lost, ..self })
    }
}

/// Reads the answer. Of one with status 2xx, the part that arrived before the connection was lost is kept.
async fn whole(request: RequestBuilder, limit: u64) -> Result<Reply, Error> {
    let mut response = request.send().await.map_err(lost)?;
    let status = response.status();
    let header =
        |name: &&str| response.headers().get(*name)?.to_str().ok().map(|id| id.chars().take(200).collect());
    let request_id = REQUEST_ID.iter().find_map(header);
    let retry_after = asked(&response);
    let encoding = Encoding::of(response.headers());
    let url = response.url().clone();
    let mut reply = Reply { status: status.as_u16(), retry_after, request_id, body: Vec::new(), lost: None };
    loop {
        let chunk = match response.chunk().await.map_err(|error| lost(error.with_url(url.clone()))) {
            Ok(Some(chunk)) => chunk,
            Ok(None) => return reply.decoded(encoding, limit),
            Err(error) if status.is_success() => {
                return Reply { lost: Some(error), ..reply }.decoded(encoding, limit);
            }
            Err(error) => return Err(error),
        };
        let body = &mut reply.body;
        if body.len() as u64 + chunk.len() as u64 > limit {
            return Err(Error::TooLarge { limit });
        }
        if body.capacity() - body.len() < chunk.len() {
            // By a quarter and not to the double, which could be far over the limit.
            body.reserve_exact(chunk.len().max(body.len() / 4));
        }
        body.extend_from_slice(&chunk);
    }
}

/// The `Retry-After` of an answer.
pub(super) fn asked(response: &Response) -> Option<Duration> {
    let text = response.headers().get(RETRY_AFTER)?.to_str().ok()?;
    retry_after(text, SystemTime::now())
}

#[allow(clippy::needless_pass_by_value)] // the shape of `map_err`
pub(super) fn lost(error: reqwest::Error) -> Error {
    let mut reasons = std::iter::successors(error.source(), |reason| (*reason).source());
    if let Some(refused) = reasons.find_map(|reason| reason.downcast_ref::<NotPublic>()) {
        return Error::File { status: None, reason: refused.to_string() };
    }
    let reason = cause(&error);
    if error.is_redirect() {
        return Error::File { status: None, reason };
    }
    let (url, is_connect) =
        (error.url().map(|url| bare(url.as_str())).unwrap_or_default(), error.is_connect());
    let connection = Connection { url, reason, source: Some(Arc::new(error.without_url())) };
    if is_connect { Error::Unreachable(connection) } else { Error::ConnectionLost(connection) }
}

/// The innermost reason of an error: the outer ones repeat the URL, which can contain a secret.
pub(super) fn cause(error: &reqwest::Error) -> String {
    let mut reason = error.source();
    while let Some(inner) = reason.and_then(std::error::Error::source) {
        reason = Some(inner);
    }
    reason.map_or_else(|| "the request cannot be sent".to_owned(), ToString::to_string)
}
