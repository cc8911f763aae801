//! HTTP with a bound on everything: time, bytes, redirects, repetitions.

use super::exchange::{self, Exchange, Log};
use super::pace::Pace;
use super::route::Route;
use super::target::Target;
use super::{Redactor, RunError, Settings};
use crate::oracle::file::File;
use crate::oracle::observation::{Answer, Loss, Outcome};
use crate::oracle::protocol::Form;
use airspec_models::client::retry_after;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{RequestBuilder, Url};
use serde_json::Value;
use std::error::Error as _;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant, SystemTime};

/// Sends requests to one target.
#[derive(Debug)]
pub(super) struct Client {
    target: Target,
    settings: Settings,
    authorization: HeaderValue,
    redactor: Redactor,
    /// For the endpoint: no redirect takes a request elsewhere.
    endpoint: Agent,
    /// For files, which may be moved.
    files: Agent,
    posts: AtomicUsize,
    pace: Pace,
    /// Every exchange, where somebody wants to see them.
    log: Option<Log>,
}

impl Client {
    pub(super) fn new(target: Target, settings: Settings) -> Result<Self, RunError> {
        // Fails where a provider is installed already, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut authorization = HeaderValue::try_from(format!("Bearer {}", target.key().expose()))
            .map_err(|_| RunError::BadKey)?;
        authorization.set_sensitive(true);
        let route = &settings.route;
        let (endpoint, files) = (Agent::new(Policy::none, route)?, Agent::new(|| Policy::limited(3), route)?);
        let redactor = Redactor::of(target.key().expose(), route.secrets());
        let (posts, pace) = (AtomicUsize::new(0), Pace::new(settings.rate));
        let log = settings.keep_traffic.then(Log::default);
        Ok(Self { target, settings, authorization, redactor, endpoint, files, posts, pace, log })
    }

    /// Every exchange so far; none unless they are kept.
    pub(super) fn traffic(&self) -> Vec<Exchange> {
        self.log.as_ref().map(Log::take).unwrap_or_default()
    }

    pub(super) fn settings(&self) -> &Settings {
        &self.settings
    }

    pub(super) fn redactor(&self) -> &Redactor {
        &self.redactor
    }

    /// How many requests were posted, polls not counted.
    pub(super) fn posts(&self) -> usize {
        self.posts.load(Ordering::Relaxed)
    }

    /// Posts a body; again after a pause where the target says that requests come too fast, or that it will be back.
    pub(super) async fn post(&self, body: &Value) -> Outcome {
        let mut left = self.settings.retries;
        loop {
            self.posts.fetch_add(1, Ordering::Relaxed);
            let (outcome, asked) = self.exchange(body).await;
            match self.pause(&outcome, asked) {
                // No turn is handed out before the pause is over, whoever asks.
                Some(pause) if left > 0 => self.pace.hold(pause),
                Some(_) | None => return outcome,
            }
            left -= 1;
        }
    }

    /// How long to wait before the same is sent again; none where that is of no use.
    fn pause(&self, outcome: &Outcome, asked: Option<Duration>) -> Option<Duration> {
        let default = Duration::from_secs_f64(self.settings.pace.clamp(0.0, 1.0));
        let pause = match outcome.answer()?.status {
            429 => asked.unwrap_or(default),
            503 => asked?,
            _ => return None,
        };
        // Whoever wants more time than an exchange may take is not waited for.
        (pause <= self.settings.timeout).then_some(pause)
    }

    /// Posts a body that asks for deferred results.
    pub(super) async fn poll(&self, body: &Value) -> Outcome {
        self.exchange(body).await.0
    }

    async fn exchange(&self, body: &Value) -> (Outcome, Option<Duration>) {
        let client = match self.endpoint.client(self.target.url(), &self.settings.route) {
            Ok(client) => client,
            Err(reason) => return (Outcome::Lost(Loss::Unreachable(reason)), None),
        };
        let text = body.to_string();
        let request = client
            .post(self.target.url().clone())
            .headers(self.settings.route.headers().clone())
            .header(AUTHORIZATION, self.authorization.clone())
            .header(CONTENT_TYPE, "application/json")
            .body(text.clone());
        self.pace.turn().await;
        let start = (SystemTime::now(), Instant::now());
        let got = self.bounded(request, self.settings.body_limit).await;
        self.note(start, "POST", &self.target.shown(), Some(&text), &got);
        match got {
            Ok(got) => {
                let asked = header(&got.headers, RETRY_AFTER);
                let asked = asked.and_then(|text| retry_after(&text, SystemTime::now()));
                let content_type = header(&got.headers, CONTENT_TYPE);
                let answer = Answer::read(got.status, content_type, got.body);
                (Outcome::Answer(answer), asked)
            }
            Err(loss) => (Outcome::Lost(loss), None),
        }
    }

    /// Keeps an exchange where somebody wants to see it.
    fn note(
        &self,
        (started, start): (SystemTime, Instant),
        method: &'static str,
        url: &str,
        sent: Option<&str>,
        got: &Result<Got, Loss>,
    ) {
        let Some(log) = &self.log else { return };
        let redactor = &self.redactor;
        let names = self.settings.route.header_names().map(str::to_owned);
        log.add(Exchange {
            started,
            duration: start.elapsed(),
            method,
            url: redactor.clean(url),
            sent: sent.map(|text| redactor.clean(text)),
            headers: if sent.is_some() { names.collect() } else { Vec::new() },
            got: match got {
                Ok(got) => Ok(exchange::Got::new(got.status, &got.headers, &got.body, redactor)),
                Err(loss) => Err(redactor.clean(&loss.to_string())),
            },
        });
    }

    /// Downloads a file that the target points to. The key stays at home: the address can be anyone's.
    pub(super) async fn download(&self, address: &str) -> File {
        let file = |media: Option<String>, bytes: Result<Vec<u8>, String>| File {
            form: Form::Link,
            address: Some(address.to_owned()),
            media,
            bytes,
        };
        let url = match Url::parse(address) {
            Ok(url) if matches!(url.scheme(), "http" | "https") => url,
            Ok(_) | Err(_) => return file(None, Err("has an address that is no link".to_owned())),
        };
        let client = match self.files.client(&url, &self.settings.route) {
            Ok(client) => client,
            Err(reason) => return file(None, Err(format!("cannot be downloaded: {reason}"))),
        };
        let start = (SystemTime::now(), Instant::now());
        let got = self.bounded(client.get(url), self.settings.file_limit).await;
        self.note(start, "GET", address, None, &got);
        match got {
            Ok(got) if got.status == 200 => file(header(&got.headers, CONTENT_TYPE), Ok(got.body)),
            Ok(got) => file(None, Err(format!("cannot be downloaded: HTTP {}", got.status))),
            Err(loss) => file(None, Err(format!("cannot be downloaded: {loss}"))),
        }
    }

    /// An exchange from connection to last byte, within the time and the limit.
    async fn bounded(&self, request: RequestBuilder, limit: usize) -> Result<Got, Loss> {
        let time = self.settings.timeout;
        let exchange = tokio::time::timeout(time, fetch(request, limit)).await;
        exchange.unwrap_or(Err(Loss::TimedOut(time)))
    }
}

/// An HTTP client for each scheme.
#[derive(Debug)]
struct Agent {
    policy: fn() -> Policy,
    /// For `http`: needs no certificates, and so works where there are none.
    plain: reqwest::Client,
    /// For `https`.
    secure: OnceLock<Result<reqwest::Client, String>>,
}

impl Agent {
    fn new(policy: fn() -> Policy, route: &Route) -> Result<Self, RunError> {
        let plain = route.applied(Self::builder(policy).tls_certs_only(Vec::new()), false).build();
        let plain = plain.map_err(|error| RunError::Start(cause(&error)))?;
        Ok(Self { policy, plain, secure: OnceLock::new() })
    }

    /// No proxy of the environment stands between the runner and its target: only one that was asked for.
    fn builder(policy: fn() -> Policy) -> reqwest::ClientBuilder {
        let name = concat!("airspec/", env!("CARGO_PKG_VERSION"));
        reqwest::Client::builder().no_proxy().redirect(policy()).user_agent(name)
    }

    fn client(&self, url: &Url, route: &Route) -> Result<&reqwest::Client, String> {
        if url.scheme() == "http" {
            return Ok(&self.plain);
        }
        let build = || route.applied(Self::builder(self.policy), true).build().map_err(|error| cause(&error));
        self.secure.get_or_init(build).as_ref().map_err(Clone::clone)
    }
}

/// An answer before it is read.
struct Got {
    status: u16,
    headers: HeaderMap,
    body: Vec<u8>,
}

async fn fetch(request: RequestBuilder, limit: usize) -> Result<Got, Loss> {
    let mut response = request.send().await.map_err(loss)?;
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(loss)? {
        if body.len() + chunk.len() > limit {
            return Err(Loss::TooLarge { status, limit });
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Got { status, headers, body })
}

fn header(headers: &HeaderMap, name: reqwest::header::HeaderName) -> Option<String> {
    headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
}

#[allow(clippy::needless_pass_by_value)] // the shape of `map_err`
fn loss(error: reqwest::Error) -> Loss {
    if error.is_connect() { Loss::Unreachable(cause(&error)) } else { Loss::Broken(cause(&error)) }
}

/// The innermost reason of an error: the outer ones repeat the address, which can hold a secret.
fn cause(error: &reqwest::Error) -> String {
    let mut reason = error.source();
    while let Some(inner) = reason.and_then(std::error::Error::source) {
        reason = Some(inner);
    }
    reason.map_or_else(|| error.to_string(), ToString::to_string)
}
