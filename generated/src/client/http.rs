//! HTTP with limits for time, bytes and redirects.

use super::backoff::retry_after;
use super::encoding::{ACCEPTED, Encoding};
use super::error::Error;
use super::reach::{NotPublic, Reach};
use super::settings::Settings;
use super::transport::Transport;
use super::{Key, SetupError};
use reqwest::header::{ACCEPT_ENCODING, AUTHORIZATION, CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use reqwest::{RequestBuilder, Response, Url};
use std::error::Error as _;
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

/// A complete answer.
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) retry_after: Option<Duration>,
    pub(super) body: Vec<u8>,
}

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
        let url = Url::parse(url).map_err(|error| refused(format!("not a URL: {error}")))?;
        self.reach.check(&url).map_err(|error| refused(error.to_string()))?;
        let client = self.transport.file(&url, settings)?;
        // A file is saved as it is sent.
        Ok(client.get(url).header(ACCEPT_ENCODING, "identity"))
    }
}

/// Reads the complete answer.
async fn whole(request: RequestBuilder, limit: u64) -> Result<Reply, Error> {
    let mut response = request.send().await.map_err(lost)?;
    let status = response.status().as_u16();
    let retry_after = asked(&response);
    let encoding = Encoding::of(response.headers());
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(lost)? {
        if body.len() as u64 + chunk.len() as u64 > limit {
            return Err(Error::TooLarge { limit });
        }
        if body.capacity() - body.len() < chunk.len() {
            // By a quarter and not to the double, which could be far over the limit.
            body.reserve_exact(chunk.len().max(body.len() / 4));
        }
        body.extend_from_slice(&chunk);
    }
    let undecoded = |_| Error::Unreadable { status, reason: "a compressed answer that is cut".to_owned() };
    let body = encoding.decode(body, limit).map_err(undecoded)?;
    if body.len() as u64 > limit {
        return Err(Error::TooLarge { limit });
    }
    Ok(Reply { status, retry_after, body })
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
        Error::File { status: None, reason: refused.to_string() }
    } else if error.is_connect() {
        Error::Unreachable(cause(&error))
    } else if error.is_redirect() {
        Error::File { status: None, reason: cause(&error) }
    } else {
        Error::ConnectionLost(cause(&error))
    }
}

/// The innermost reason of an error: the outer ones repeat the URL, which can contain a secret.
pub(super) fn cause(error: &reqwest::Error) -> String {
    let mut reason = error.source();
    while let Some(inner) = reason.and_then(std::error::Error::source) {
        reason = Some(inner);
    }
    reason.map_or_else(|| "the request cannot be sent".to_owned(), ToString::to_string)
}
