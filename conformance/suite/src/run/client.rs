//! HTTP with a bound on everything: time, bytes, redirects, repetitions.

use super::exchange::{self, Exchange, Log, Traffic};
use super::guard::Guard;
use super::links::Links;
use super::pace::Pace;
use super::room::{self, NoRoom};
use super::route::Route;
use super::target::Target;
use super::{Redactor, RunError, Settings};
use crate::oracle::file::{Content, File};
use crate::oracle::observation::{Answer, Loss, MAX_VALUES, Outcome};
use crate::oracle::protocol::Form;
use airspec_models::client::retry_after;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue, LOCATION, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{RequestBuilder, Url};
use serde_json::Value;
use std::borrow::Cow;
use std::error::Error as _;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant, SystemTime};

/// How often a file may be moved.
const MAX_REDIRECTS: usize = 3;
/// The longest address of a file, in bytes; no server takes a longer one.
const LONGEST_ADDRESS: usize = 8192;
/// How much of an answer is looked at that is no JSON, in bytes.
const MAX_UNREADABLE: usize = 64 << 10;
/// What a JSON value takes in memory beside its text, in bytes: an object with one member, which is the worst.
const NODE: usize = 704;

/// Sends requests to one target.
#[derive(Debug)]
pub(super) struct Client {
    target: Target,
    settings: Settings,
    authorization: HeaderValue,
    redactor: Redactor,
    links: Links,
    /// For the target's own address.
    endpoint: Agent,
    /// For files that are elsewhere.
    files: Agent,
    guard: Guard,
    posts: AtomicUsize,
    pace: Pace,
    /// The exchanges, where somebody wants to see them.
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
        let guard = Guard::new(target.url(), target.is_loopback(), settings.allow_private);
        let (endpoint, files) = (Agent::new(None, route)?, Agent::new(Some(guard.clone()), route)?);
        let redactor =
            Redactor::hiding(&settings.secrets.clone().and(&target.secrets()).and(route.secrets()));
        let (posts, pace) = (AtomicUsize::new(0), Pace::new(settings.rate));
        let log = settings.keep_traffic.then(Log::default);
        let links = Links::default();
        Ok(Self {
            target,
            settings,
            authorization,
            redactor,
            links,
            endpoint,
            files,
            guard,
            posts,
            pace,
            log,
        })
    }

    /// The exchanges so far; none unless they are kept.
    pub(super) fn traffic(&self) -> Traffic {
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

    /// Waits until the pace lets a request to the endpoint go.
    pub(super) async fn turn(&self) {
        self.pace.turn().await;
    }

    /// Posts a body once, when it has its turn. Where the target says that requests come too fast, or that it will be
    /// back, this tells the pause after which it can be sent again.
    pub(super) async fn post(&self, body: &Value) -> (Outcome, Option<Duration>) {
        self.posts.fetch_add(1, Ordering::Relaxed);
        let (outcome, asked) = self.exchange(body).await;
        let pause = self.pause(&outcome, asked);
        (outcome, pause)
    }

    /// Puts the next turns off, whoever asks.
    pub(super) fn hold(&self, pause: Duration) {
        self.pace.hold(pause);
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
        self.turn().await;
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
        let start = (SystemTime::now(), Instant::now());
        let limits =
            Limits { time: self.settings.timeout, bytes: self.settings.body_limit, kind: Kind::Answer };
        let got = fetch(request, limits).await;
        self.note(start, "POST", &self.target.shown(), Some(&text), &got);
        match got {
            Ok(got) => {
                let asked = header(&got.headers, RETRY_AFTER);
                let asked = asked.and_then(|text| retry_after(&text, SystemTime::now()));
                let content_type = self.header(&got.headers, CONTENT_TYPE);
                (Outcome::Answer(self.read(got.status, content_type, got.body)), asked)
            }
            Err(loss) => (Outcome::Lost(self.lost(loss)), None),
        }
    }

    /// A loss without the secrets that its reason may tell.
    fn lost(&self, loss: Loss) -> Loss {
        match loss {
            Loss::Unreachable(reason) => Loss::Unreachable(self.redactor.clean(&reason)),
            Loss::Broken(reason) => Loss::Broken(self.redactor.clean(&reason)),
            other => other,
        }
    }

    /// Reads an answer without its secrets: nothing that looks at it later can tell them, whatever it decodes or cuts.
    fn read(&self, status: u16, content_type: Option<String>, body: Vec<u8>) -> Answer {
        let raw = Answer::read(status, content_type, body);
        if let Err(reason) = &raw.json {
            // Nothing but the beginning of it is ever shown.
            let text = self.redactor.beginning(&raw.text, MAX_UNREADABLE);
            return Answer { text, json: Err(self.redactor.clean(reason)), ..raw };
        }
        let Cow::Owned(text) = self.redactor.cleaned(&raw.text) else { return raw };
        let Answer { status, content_type, json, .. } = raw;
        let clean = Answer::read(status, content_type, text.into_bytes());
        if let (Ok(value), Ok(shown)) = (&json, &clean.json) {
            self.links.keep(value, shown);
        }
        clean
    }

    /// A header for people.
    fn header(&self, headers: &HeaderMap, name: reqwest::header::HeaderName) -> Option<String> {
        header(headers, name).map(|value| self.redactor.clean(&value))
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
        let is_own = Url::parse(url).is_ok_and(|url| self.guard.is_own(&url));
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
                Ok(got) if is_own => Ok(exchange::Got::new(got.status, &got.headers, &got.body, redactor)),
                Ok(got) => Ok(exchange::Got::of_others(got.status, got.body.len())),
                Err(loss) => Err(redactor.clean(&loss.to_string())),
            },
        });
    }

    /// Downloads a file that the target points to. The key stays at home: the address can be anyone's.
    pub(super) async fn download(&self, address: &str) -> File {
        let raw = self.links.raw(address);
        let (media, content) = match self.follow(raw.as_deref().unwrap_or(address)).await {
            Ok((media, content)) => (media, Ok(content)),
            Err(reason) => (None, Err(self.redactor.clean(&reason))),
        };
        let address = (address.len() <= LONGEST_ADDRESS).then(|| address.to_owned());
        File { form: Form::Link, address, media, content }
    }

    /// The file at an address or wherever it was moved, with its media type; else why not, to stand after "the file".
    async fn follow(&self, address: &str) -> Result<(Option<String>, Content), String> {
        if address.len() > LONGEST_ADDRESS {
            return Err(format!("has an address of {} bytes, which no server takes", address.len()));
        }
        let no_link = || "has an address that is no link".to_owned();
        let mut url = Url::parse(address).map_err(|_| no_link())?;
        for _ in 0..=MAX_REDIRECTS {
            if !matches!(url.scheme(), "http" | "https") {
                return Err(no_link());
            }
            let got = self.get(&url).await?;
            let moved = matches!(got.status, 301 | 302 | 303 | 307 | 308);
            let location = got.headers.get(LOCATION).filter(|_| moved).and_then(|place| place.to_str().ok());
            let next = location.and_then(|place| url.join(place).ok());
            let content = (next.is_none() && got.status == 200).then(|| Content::of(&got.body));
            room::give_back(got.body.len());
            match (next, content) {
                (Some(next), _) => url = next,
                (None, Some(content)) => {
                    let media = media_type(&got.headers).map(|media| self.redactor.clean(&media));
                    return Ok((media, content));
                }
                (None, None) => return Err(format!("cannot be downloaded: HTTP {}", got.status)),
            }
        }
        Err(format!("cannot be downloaded: moved more than {MAX_REDIRECTS} times"))
    }

    /// One step of a download.
    async fn get(&self, url: &Url) -> Result<Got, String> {
        if let Some(reason) = self.guard.refuses(url) {
            return Err(reason);
        }
        let agent = if self.guard.is_own(url) { &self.endpoint } else { &self.files };
        let failed = |reason: String| format!("cannot be downloaded: {reason}");
        let client = agent.client(url, &self.settings.route).map_err(failed)?;
        let start = (SystemTime::now(), Instant::now());
        let limits =
            Limits { time: self.settings.timeout, bytes: self.settings.file_limit, kind: Kind::File };
        let got = fetch(client.get(url.clone()), limits).await;
        self.note(start, "GET", url.as_str(), None, &got);
        got.map_err(|loss| failed(loss.to_string()))
    }
}

/// An HTTP client for each scheme.
#[derive(Debug)]
struct Agent {
    /// Checks the addresses of names; without it all are as good.
    guard: Option<Guard>,
    /// For `http`: needs no certificates, and so works where there are none.
    plain: reqwest::Client,
    /// For `https`.
    secure: OnceLock<Result<reqwest::Client, String>>,
}

impl Agent {
    fn new(guard: Option<Guard>, route: &Route) -> Result<Self, RunError> {
        // A proxy has a name, too, and it resolves all others.
        let guard = guard.filter(|_| !route.has_proxy());
        let plain = route.applied(Self::builder(guard.as_ref()).tls_certs_only(Vec::new()), false).build();
        let plain = plain.map_err(|error| RunError::Start(cause(&error)))?;
        Ok(Self { guard, plain, secure: OnceLock::new() })
    }

    /// No proxy of the environment stands between the runner and its target, only one that was asked for; and no
    /// redirect is followed unseen.
    fn builder(guard: Option<&Guard>) -> reqwest::ClientBuilder {
        let name = concat!("airspec/", env!("CARGO_PKG_VERSION"));
        let builder = reqwest::Client::builder().no_proxy().redirect(Policy::none()).user_agent(name);
        match guard {
            Some(guard) => builder.dns_resolver(guard.resolver()),
            None => builder,
        }
    }

    fn client(&self, url: &Url, route: &Route) -> Result<&reqwest::Client, String> {
        if url.scheme() == "http" {
            return Ok(&self.plain);
        }
        let build =
            || route.applied(Self::builder(self.guard.as_ref()), true).build().map_err(|error| cause(&error));
        self.secure.get_or_init(build).as_ref().map_err(Clone::clone)
    }
}

/// An answer before it is read.
struct Got {
    status: u16,
    headers: HeaderMap,
    body: Vec<u8>,
}

/// The media type of a file, in the words of its server only where it is one: the server can be anyone's, and a report
/// tells the target what it says.
fn media_type(headers: &HeaderMap) -> Option<String> {
    let text = header(headers, CONTENT_TYPE)?;
    let is_mark = |byte: u8| byte.is_ascii_alphanumeric() || b"/+-.".contains(&byte);
    let essence = text.split(';').next().unwrap_or_default().trim();
    let is_type = essence.len() <= 80 && essence.matches('/').count() == 1 && essence.bytes().all(is_mark);
    Some(if is_type { essence.to_owned() } else { "something that is no media type".to_owned() })
}

/// What is read, which decides what it takes in memory and what is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// A text, which is kept beside the JSON values that are made of it.
    Answer,
    /// Bytes, which are looked at and dropped.
    File,
}

/// The bounds of an exchange, from connection to last byte.
#[derive(Clone, Copy, Debug)]
struct Limits {
    time: Duration,
    bytes: usize,
    kind: Kind,
}

/// One exchange. Waiting for room does not count as time of the exchange.
async fn fetch(request: RequestBuilder, limits: Limits) -> Result<Got, Loss> {
    let late = |_| Loss::TimedOut(limits.time);
    let mut deadline = tokio::time::Instant::now() + limits.time;
    let sent = tokio::time::timeout_at(deadline, request.send()).await.map_err(late)?;
    let mut response = sent.map_err(loss)?;
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let no_room = |reason| match reason {
        NoRoom::Exhausted => Loss::Exhausted { status, limit: room::HALL },
        NoRoom::Crowded => Loss::Crowded(status),
    };
    let mut body = Vec::new();
    // The values of an answer hold its texts once more.
    let copies = if limits.kind == Kind::Answer { 2 } else { 1 };
    let read = async {
        while let Some(chunk) =
            tokio::time::timeout_at(deadline, response.chunk()).await.map_err(late)?.map_err(loss)?
        {
            if body.len() + chunk.len() > limits.bytes {
                return Err(Loss::TooLarge { status, limit: limits.bytes });
            }
            if limits.kind == Kind::File {
                room::fetch(chunk.len()).map_err(Loss::Refused)?;
            }
            deadline += room::take(copies * chunk.len()).await.map_err(no_room)?;
            grow(&mut body, chunk.len());
            body.extend_from_slice(&chunk);
        }
        if limits.kind == Kind::Answer {
            room::take(NODE * values(&body)).await.map_err(no_room)?;
        }
        Ok(())
    };
    match read.await {
        Ok(()) => Ok(Got { status, headers, body }),
        Err(loss) => {
            room::give_back(copies * body.len());
            Err(loss)
        }
    }
}

/// Makes room for more bytes, without the doubling that would take twice what is needed.
fn grow(body: &mut Vec<u8>, more: usize) {
    const LEAST: usize = 16 << 10;
    const MAX_GROWTH: usize = 4 << 20;
    if body.capacity() - body.len() < more {
        body.reserve_exact(more.max((body.len() / 4).clamp(LEAST, MAX_GROWTH)));
    }
}

/// How many values a text can have, if it is JSON: each but the first is behind a comma or an opening bracket.
fn values(text: &[u8]) -> usize {
    // A loop, because a dev build takes the iterator's parts from crates that are not optimised.
    let (mut count, mut at) = (0, 0);
    while at < text.len() && count < MAX_VALUES {
        count += usize::from(matches!(text[at], b',' | b'[' | b'{'));
        at += 1;
    }
    count
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
