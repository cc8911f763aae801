//! Requests to the endpoint: how they are sent, what is read of their answers, and when they can be sent again.

mod download;

use super::exchange::{self, Exchange, Log, Traffic};
use super::fetch::{Agent, Got, Kind, Limits, fetch, header};
use super::guard::Guard;
use super::links::Links;
use super::pace::{Pace, Throttled};
use super::socket::{self, Sockets};
use super::target::{LOCAL_KEY, Target};
use super::{Redactor, RunError, Settings};
use crate::case::wire::WRONG_KEY;
use crate::case::{Credential, Wire};
use crate::oracle::Oracle;
use crate::oracle::observation::{Answer, Loss, Outcome};
use crate::protocol::{API_KEY, AUTHENTICATION, TASK_TYPE};
use airspec_models::client::retry_after;
use airspec_models::client::url::bare;
use reqwest::header::{
    ACCEPT_ENCODING, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue, LOCATION, RETRY_AFTER,
};
use reqwest::{Method, RequestBuilder, Url};
use serde_json::{Value, json};
use std::borrow::Cow;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant, SystemTime};

/// How much of an answer is looked at that is no JSON, in bytes.
const MAX_UNREADABLE: usize = 64 << 10;

/// The media type of requests.
const JSON: &str = "application/json";

/// Why and after which pause a request can be sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Again {
    /// The target asks for a pause: requests come too fast, or it will be back.
    Throttled(Duration),
    /// No answer came, or a gateway's in its place: the request may have been carried out.
    Lost(Duration),
}

impl Again {
    pub(super) fn pause(self) -> Duration {
        match self {
            Self::Throttled(pause) | Self::Lost(pause) => pause,
        }
    }
}

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
    /// For a target over WebSocket.
    sockets: Option<Sockets>,
    posts: AtomicUsize,
    pace: Pace,
    /// Where the endpoint redirects to, as it is shown. It is not followed: the key is for the target alone.
    moved: Arc<OnceLock<String>>,
    /// The exchanges, where somebody wants to see them.
    log: Option<Log>,
}

impl Client {
    pub(super) fn new(oracle: &Arc<Oracle>, target: Target, settings: Settings) -> Result<Self, RunError> {
        // Fails where a provider is installed already, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut authorization = HeaderValue::try_from(format!("Bearer {}", target.key().expose()))
            .map_err(|_| RunError::BadKey)?;
        authorization.set_sensitive(true);
        let route = &settings.route;
        let guard = Guard::new(target.url(), target.is_loopback(), settings.allow_private)
            .reaching(route.proxy_hosts());
        let (endpoint, files) = (Agent::new(None, route)?, Agent::new(Some(guard.clone()), route)?);
        let redactor =
            Redactor::hiding(&settings.secrets.clone().and(&target.secrets()).and(route.secrets()));
        let (posts, pace) = (AtomicUsize::new(0), Pace::new(settings.rate));
        let log = settings.keep_traffic.then(Log::default);
        let sockets = target.is_socket().then(|| Sockets::new(Arc::clone(oracle)));
        let (links, moved) = (Links::default(), Arc::default());
        Ok(Self {
            target,
            settings,
            authorization,
            redactor,
            links,
            endpoint,
            files,
            guard,
            sockets,
            posts,
            pace,
            moved,
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

    /// Posts a body once, when it has its turn, and tells whether it can be sent again.
    pub(super) async fn post(&self, body: &Value, wire: &Wire) -> (Outcome, Option<Again>) {
        self.posts.fetch_add(1, Ordering::Relaxed);
        let (outcome, asked) = self.exchange(body, wire).await;
        let again = self.again(&outcome, asked);
        (outcome, again)
    }

    /// Posts a body that asks for deferred results.
    pub(super) async fn poll(&self, body: &Value) -> (Outcome, Option<Again>) {
        self.turn().await;
        let (outcome, asked) = self.exchange(body, &Wire::default()).await;
        let again = self.again(&outcome, asked);
        (outcome, again)
    }

    /// Keeps a pause that the target asks for. The next turns are put off, whoever asks, unless the pause is longer than
    /// an exchange may take.
    pub(super) async fn throttle(&self, pause: Duration) {
        self.pace.count(pause);
        if pause <= self.settings.timeout {
            self.pace.hold(pause);
        } else {
            tokio::time::sleep(pause).await;
        }
    }

    /// How often the target asked for a pause that was kept.
    pub(super) fn throttled(&self) -> Throttled {
        self.pace.throttled()
    }

    /// Where the endpoint redirects to, once that is known.
    pub(super) fn moved(&self) -> Arc<OnceLock<String>> {
        Arc::clone(&self.moved)
    }

    /// The pause where the target asks for none.
    fn default_pause(&self) -> Duration {
        Duration::from_secs_f64(self.settings.pace.clamp(0.0, 1.0))
    }

    /// Whether the same can be sent again, and after which pause; none where that is of no use.
    fn again(&self, outcome: &Outcome, asked: Option<Duration>) -> Option<Again> {
        let answer = match outcome {
            Outcome::Lost(Loss::TimedOut(_) | Loss::Unreachable(_) | Loss::Broken(_)) => {
                return Some(Again::Lost(self.default_pause()));
            }
            Outcome::Lost(_) => return None,
            Outcome::Answer(answer) => answer,
        };
        let pause = asked.unwrap_or_else(|| self.default_pause());
        match answer.status {
            429 => Some(Again::Throttled(pause)),
            503 if asked.is_some() => Some(Again::Throttled(pause)),
            502..=504 => Some(Again::Lost(pause)),
            _ => None,
        }
    }

    async fn exchange(&self, body: &Value, wire: &Wire) -> (Outcome, Option<Duration>) {
        let mut url = self.target.request_url();
        let client = match self.endpoint.client(&url, &self.settings.route) {
            Ok(client) => client,
            Err(reason) => return (Outcome::Lost(Loss::Unreachable(reason)), None),
        };
        if let Some(suffix) = wire.suffix {
            url.set_path(&format!("{}{suffix}", url.path().trim_end_matches('/')));
        }
        if wire.other_case {
            let path = other_case(url.path());
            // A path without letters has no other case: one that does not exist stands for it.
            url.set_path(if path == url.path() { "/airspec-no-such-path" } else { &path });
        }
        // As it is shown: the path is that of the request, which some cases change.
        let mut shown = self.target.url().clone();
        shown.set_path(url.path());
        let shown = bare(shown.as_str());
        let bytes = self.bytes(body, wire);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let media_type = wire.media_type.unwrap_or(JSON);
        let start = (SystemTime::now(), Instant::now());
        let limits =
            Limits { time: self.settings.timeout, bytes: self.settings.body_limit, kind: Kind::Answer };
        let (method, got) = if let Some(sockets) = &self.sockets {
            let open = || client.get(url.clone()).headers(self.settings.route.headers().clone());
            let batch = socket::Batch { body, bytes, credential: wire.credential };
            ("WEBSOCKET", sockets.exchange(open, &self.key_task(), batch, limits).await)
        } else {
            let method = wire.method.unwrap_or("POST");
            (method, fetch(self.request(client, method, url, wire, bytes), limits).await)
        };
        self.note(start, method, &shown, Some((&text, media_type)), &got);
        match got {
            Ok(got) => {
                self.note_move(&got);
                let asked = header(&got.headers, RETRY_AFTER);
                let asked = asked.and_then(|text| retry_after(&text, SystemTime::now()));
                let content_type = self.header(&got.headers, CONTENT_TYPE);
                (Outcome::Answer(self.read(got.status, content_type, got.body)), asked)
            }
            Err(loss) => (Outcome::Lost(self.lost(loss)), None),
        }
    }

    /// A request over HTTP.
    fn request(
        &self,
        client: &reqwest::Client,
        method: &str,
        url: Url,
        wire: &Wire,
        bytes: Vec<u8>,
    ) -> RequestBuilder {
        let request = client
            .request(Method::from_bytes(method.as_bytes()).unwrap_or(Method::POST), url)
            .headers(self.settings.route.headers().clone())
            .header(CONTENT_TYPE, wire.media_type.unwrap_or(JSON))
            .header(ACCEPT_ENCODING, "identity")
            .body(bytes);
        match self.authorization(wire.credential) {
            Some(authorization) => request.header(AUTHORIZATION, authorization),
            None => request,
        }
    }

    /// The task that holds the key.
    fn key_task(&self) -> Value {
        json!({TASK_TYPE: AUTHENTICATION, API_KEY: self.target.key().expose()})
    }

    /// Why a case cannot be sent over the transport of the target.
    pub(super) fn obstacle(&self, wire: &Wire) -> Option<String> {
        let what = if self.sockets.is_some() { wire.only_http() } else { wire.only_socket() }?;
        let transport = if self.sockets.is_some() { "HTTP" } else { "WebSocket" };
        Some(format!("only {transport} has {what}"))
    }

    /// The body of a request.
    fn bytes(&self, body: &Value, wire: &Wire) -> Vec<u8> {
        if let Some(bytes) = &wire.bytes {
            return bytes.clone();
        }
        let key = match wire.credential {
            Credential::Task | Credential::LastTask => self.key_task(),
            Credential::OpenTask => {
                let mut key = self.key_task();
                key["airspecNoSuchName"] = Value::from(1);
                key
            }
            Credential::WrongTask => json!({TASK_TYPE: AUTHENTICATION, API_KEY: WRONG_KEY}),
            Credential::EmptyTask => json!({TASK_TYPE: AUTHENTICATION}),
            Credential::Key
            | Credential::None
            | Credential::Empty
            | Credential::Wrong
            | Credential::Basic
            | Credential::Bare
            | Credential::OtherCase
            | Credential::Part
            | Credential::Longer => return body.to_string().into_bytes(),
        };
        let tasks = body.as_array().map(Vec::as_slice).unwrap_or_default();
        if wire.credential == Credential::LastTask {
            return Value::from([tasks, &[key]].concat()).to_string().into_bytes();
        }
        Value::from([&[key], tasks].concat()).to_string().into_bytes()
    }

    /// The header of a credential.
    fn authorization(&self, credential: Credential) -> Option<HeaderValue> {
        let key = self.target.key().expose();
        let text = match credential {
            Credential::Key => return Some(self.authorization.clone()),
            Credential::None
            | Credential::Task
            | Credential::LastTask
            | Credential::OpenTask
            | Credential::WrongTask
            | Credential::EmptyTask => return None,
            // A key without letters has no other case.
            Credential::OtherCase => match other_case(key) {
                other if other == key => format!("Bearer {WRONG_KEY}"),
                other => format!("Bearer {other}"),
            },
            Credential::Part => {
                let end = key.char_indices().next_back().map_or(0, |(place, _)| place);
                format!("Bearer {}", &key[..end])
            }
            Credential::Longer => format!("Bearer {key}x"),
            Credential::Empty => "Bearer ".to_owned(),
            Credential::Wrong => format!("Bearer {WRONG_KEY}"),
            Credential::Basic => format!("Basic {key}"),
            Credential::Bare => key.to_owned(),
        };
        let mut value = HeaderValue::try_from(text).ok()?;
        value.set_sensitive(true);
        Some(value)
    }

    /// Whether the key is one that the target must know, and no other.
    pub(super) fn has_real_key(&self) -> bool {
        self.target.key().expose() != LOCAL_KEY
    }

    /// Takes note of where a redirect leads.
    fn note_move(&self, got: &Got) {
        let location = header(&got.headers, LOCATION).filter(|_| (300..400).contains(&got.status));
        if let Some(url) = location.and_then(|place| self.target.url().join(&place).ok()) {
            let shown = crate::oracle::excerpt(&self.redactor.clean(&bare(url.as_str())));
            let _ = self.moved.set(shown);
        }
    }

    /// A loss without the secrets that its reason may tell.
    fn lost(&self, loss: Loss) -> Loss {
        match loss {
            Loss::Unreachable(reason) => Loss::Unreachable(self.redactor.clean(&reason)),
            Loss::Broken(reason) => Loss::Broken(self.redactor.clean(&reason)),
            Loss::Refused(reason) => Loss::Refused(self.redactor.clean(&reason)),
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
        sent: Option<(&str, &'static str)>,
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
            sent: sent.map(|(text, _)| redactor.clean(text)),
            media_type: sent.map_or(JSON, |(_, media_type)| media_type),
            headers: if sent.is_some() { names.collect() } else { Vec::new() },
            got: match got {
                Ok(got) if is_own => Ok(exchange::Got::new(got.status, &got.headers, &got.body, redactor)),
                Ok(got) => Ok(exchange::Got::of_others(got.status, got.body.len())),
                Err(loss) => Err(redactor.clean(&loss.to_string())),
            },
        });
    }
}

/// The letters of a text in the other case.
fn other_case(text: &str) -> String {
    let flip = |letter: char| {
        if letter.is_ascii_lowercase() { letter.to_ascii_uppercase() } else { letter.to_ascii_lowercase() }
    };
    text.chars().map(flip).collect()
}
