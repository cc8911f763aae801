//! HTTP with limits for time, bytes and redirects.

use super::backoff::retry_after;
use super::error::{Connection, Error};
use super::reach::{NotPublic, PublicNames, Reach};
use super::settings::Settings;
use super::url::bare;
use super::{Key, SetupError};
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use reqwest::redirect::{Attempt, Policy};
use reqwest::{RequestBuilder, Response, Url};
use std::error::Error as _;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime};
use tokio::time::timeout;

/// The number of redirects that are followed for a file.
const MOVES: usize = 5;

/// Sends requests to one endpoint, with the key, and fetches files from anywhere, without it.
#[derive(Debug)]
pub(super) struct Http {
    pub(super) endpoint: Url,
    authorization: HeaderValue,
    /// Which hosts downloads may use.
    reach: Reach,
    /// For the endpoint: redirects are not followed, so the key is sent nowhere else.
    api: reqwest::Client,
    /// For files by `http` only. It needs no certificates, so it works on systems without any.
    plain: reqwest::Client,
    /// For all files, created for the first download by `https`.
    secure: OnceLock<Result<reqwest::Client, SetupError>>,
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
        // Fails if a provider is already installed, which is fine.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let endpoint = settings.endpoint()?;
        let is_secure = endpoint.scheme() == "https";
        let reach = Reach::of(&endpoint, settings.allow_private);
        // The endpoint is the caller's choice, wherever it is.
        let api = made(settings, is_secure, None)?;
        let plain = made(settings, false, Some(reach))?;
        Ok(Self { endpoint, authorization: key.header()?, reach, api, plain, secure: OnceLock::new() })
    }

    /// Posts a body to the endpoint and reads the answer.
    pub(super) async fn post(&self, body: String, settings: &Settings) -> Result<Reply, Error> {
        let request = self
            .api
            .post(self.endpoint.clone())
            .header(AUTHORIZATION, self.authorization.clone())
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
        let client = match url.scheme() {
            "http" => &self.plain,
            "https" => {
                let secure = self.secure.get_or_init(|| made(settings, true, Some(self.reach)));
                secure.as_ref().map_err(|error| refused(error.to_string()))?
            }
            other => return Err(refused(format!("its URL is neither http nor https, but {other:.20}"))),
        };
        Ok(client.get(url))
    }
}

/// An HTTP client for files, with redirects within `links`, or for the endpoint, without redirects.
fn made(settings: &Settings, is_secure: bool, links: Option<Reach>) -> Result<reqwest::Client, SetupError> {
    let policy = links.map_or(Policy::none(), |reach| Policy::custom(move |attempt| moved(attempt, reach)));
    let name = concat!("airspec-models/", env!("CARGO_PKG_VERSION"));
    let mut builder = reqwest::Client::builder()
        .redirect(policy)
        // The URL of a file can contain a secret, which the next host must not get.
        .referer(false)
        .connect_timeout(settings.connect_timeout)
        .retry(reqwest::retry::never())
        .user_agent(name);
    builder = match settings.proxied()? {
        // The proxy resolves the names of hosts itself; its own address may be private.
        Some(proxy) => builder.proxy(proxy),
        None if links == Some(Reach::Public) => builder.no_proxy().dns_resolver(PublicNames),
        None => builder.no_proxy(),
    };
    builder = match (is_secure, settings.certificates.is_empty()) {
        (false, _) => builder.tls_certs_only(Vec::new()),
        (true, true) => builder,
        (true, false) => builder.tls_certs_merge(settings.certificates.clone()),
    };
    builder.build().map_err(|error| SetupError::Http(cause(&error)))
}

/// Follows redirects of files, but not from https to http.
fn moved(attempt: Attempt<'_>, reach: Reach) -> reqwest::redirect::Action {
    if let Err(error) = reach.check(attempt.url()) {
        return attempt.error(error);
    }
    let from = attempt.previous().last().map_or("", Url::scheme);
    let (to, count) = (attempt.url().scheme(), attempt.previous().len());
    match (from, to) {
        _ if count > MOVES => attempt.error("too many redirects"),
        // The client for http has no certificates.
        ("http", "https") => attempt.stop(),
        ("https", "https") | ("http", "http") => attempt.follow(),
        _ => attempt.error("a redirect to a URL that is not https"),
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
    let url = response.url().clone();
    let mut reply = Reply { status: status.as_u16(), retry_after, request_id, body: Vec::new(), lost: None };
    loop {
        let chunk = match response.chunk().await.map_err(|error| lost(error.with_url(url.clone()))) {
            Ok(Some(chunk)) => chunk,
            Ok(None) => return Ok(reply),
            Err(error) if status.is_success() => return Ok(Reply { lost: Some(error), ..reply }),
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
fn cause(error: &reqwest::Error) -> String {
    let mut reason = error.source();
    while let Some(inner) = reason.and_then(std::error::Error::source) {
        reason = Some(inner);
    }
    reason.map_or_else(|| "the request cannot be sent".to_owned(), ToString::to_string)
}
