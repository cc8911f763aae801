//! What the mock sends by itself: a call of the webhook per finished result, and the upload of each file.
//!
//! The engine only puts a delivery into a queue; [`Courier::run`], which a front keeps going, sends it when it is due
//! and tries again on failure. Every delivery is recorded. None is ever needed for a result to be had in other ways.

use super::access::Secrets;
use super::answer::Item;
use super::clock::Clock;
use super::fault::How;
use super::files::Recipe;
use super::protocol::{self, Form};
use super::settings::{Reach, Wrapping};
use crate::address::is_loopback;
use reqwest::{Client, Method, Url};
use serde::Serialize;
use serde_json::Value;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::task::JoinSet;

/// How many deliveries may wait; more are given up at once.
const WAITING: usize = 4096;
/// How many deliveries are under way at a time.
const AT_ONCE: usize = 256;
/// How many deliveries are recorded; the oldest are forgotten first.
const RECORDED: usize = 1000;

/// A delivery as it is recorded, without query and credentials of its address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Delivery {
    /// Counts deliveries.
    pub id: u64,
    /// What kind.
    pub kind: DeliveryKind,
    /// The task whose result it is about, in lower case.
    #[serde(rename = "taskUUID")]
    pub task_uuid: Option<String>,
    /// Scheme, host, port and path.
    pub address: String,
    /// How each attempt ended: an HTTP status in digits, or why there was none.
    pub attempts: Vec<String>,
    /// What became of it.
    pub state: DeliveryState,
}

/// What is delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum DeliveryKind {
    /// A result, posted as JSON.
    Webhook,
    /// A file, put as it is.
    Upload,
}

/// What became of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum DeliveryState {
    /// Not yet sent, or to be tried again.
    Pending,
    /// Answered with a status from 200 to 299.
    Delivered,
    /// Given up.
    Failed,
}

/// Something to deliver.
#[derive(Debug)]
pub(super) struct Parcel {
    pub(super) due: Duration,
    pub(super) address: String,
    pub(super) task: Option<String>,
    pub(super) load: Load,
    /// The fault to make.
    pub(super) defect: Option<How>,
    /// What must not be recorded.
    pub(super) secrets: Secrets,
}

#[derive(Clone, Debug)]
pub(super) enum Load {
    Notice(Item),
    Upload(Arc<Recipe>),
}

/// Delivers, and remembers how it went.
#[derive(Debug)]
pub(super) struct Courier {
    queue: mpsc::Sender<(u64, Parcel)>,
    arriving: Mutex<Option<mpsc::Receiver<(u64, Parcel)>>>,
    records: Mutex<Records>,
    open: watch::Sender<usize>,
    policy: Policy,
}

/// How to deliver.
#[derive(Clone, Debug)]
pub(super) struct Policy {
    pub(super) reach: Reach,
    pub(super) wrapping: Wrapping,
    /// Whether uploads say their media type.
    pub(super) typed: bool,
    pub(super) retries: Vec<Duration>,
    pub(super) timeout: Duration,
}

#[derive(Debug, Default)]
struct Records {
    next: u64,
    kept: VecDeque<Delivery>,
}

impl Courier {
    pub(super) fn new(policy: Policy) -> Self {
        let (queue, arriving) = mpsc::channel(WAITING);
        Self {
            queue,
            arriving: Mutex::new(Some(arriving)),
            records: Mutex::default(),
            open: watch::Sender::new(0),
            policy,
        }
    }

    /// Takes a delivery over.
    pub(super) fn take(&self, parcel: Parcel) {
        let id = self.record(&parcel);
        self.open.send_modify(|open| *open += 1);
        if self.queue.try_send((id, parcel)).is_err() {
            self.note(id, "too many deliveries are waiting", DeliveryState::Failed);
            self.close();
        }
    }

    pub(super) fn records(&self) -> Vec<Delivery> {
        super::lock(&self.records).kept.iter().cloned().collect()
    }

    /// Waits until no delivery is open.
    pub(super) async fn settle(&self) {
        let mut open = self.open.subscribe();
        // The sender lives in `self`, so waiting cannot fail.
        let _ = open.wait_for(|open| *open == 0).await;
    }

    fn record(&self, parcel: &Parcel) -> u64 {
        let mut records = super::lock(&self.records);
        let id = records.next;
        records.next += 1;
        let kind = match parcel.load {
            Load::Notice(_) => DeliveryKind::Webhook,
            Load::Upload(_) => DeliveryKind::Upload,
        };
        records.kept.push_back(Delivery {
            id,
            kind,
            task_uuid: parcel.task.clone(),
            address: parcel.secrets.mask(shown(&parcel.address)),
            attempts: Vec::new(),
            state: DeliveryState::Pending,
        });
        while records.kept.len() > RECORDED {
            records.kept.pop_front();
        }
        id
    }

    fn note(&self, id: u64, attempt: &str, state: DeliveryState) {
        let mut records = super::lock(&self.records);
        if let Some(delivery) = records.kept.iter_mut().find(|delivery| delivery.id == id) {
            delivery.attempts.push(attempt.to_owned());
            delivery.state = state;
        }
    }

    fn close(&self) {
        self.open.send_modify(|open| *open = open.saturating_sub(1));
    }

    /// Delivers for as long as it is polled. Only the first call does; a second one returns at once.
    pub(super) async fn run(self: Arc<Self>, clock: Arc<Clock>) {
        let Some(mut arriving) = super::lock(&self.arriving).take() else { return };
        let client = client(self.policy.timeout);
        let room = Arc::new(Semaphore::new(AT_ONCE));
        let mut under_way = JoinSet::new();
        while let Some((id, parcel)) = arriving.recv().await {
            while under_way.try_join_next().is_some() {}
            // Never closed, so there is always a permit in the end.
            let permit = Arc::clone(&room).acquire_owned().await.ok();
            let (courier, clock, client) = (Arc::clone(&self), Arc::clone(&clock), client.clone());
            under_way.spawn(async move {
                courier.deliver(id, parcel, client.as_ref(), &clock).await;
                courier.close();
                drop(permit);
            });
        }
    }

    async fn deliver(&self, id: u64, parcel: Parcel, client: Option<&Client>, clock: &Clock) {
        let Parcel { due, address, load, defect, .. } = parcel;
        clock.reach(due).await;
        let (client, url) = match (client, self.policy.reach.admit(&address)) {
            (Some(client), Ok(url)) => (client, url),
            (None, _) => return self.note(id, "no HTTP client", DeliveryState::Failed),
            (_, Err(reason)) => return self.note(id, reason, DeliveryState::Failed),
        };
        let Some(letter) = self.letter(load, defect).await else {
            return self.note(id, "the file could not be made", DeliveryState::Failed);
        };
        let mut pauses = self.policy.retries.iter();
        loop {
            let outcome = letter.send(client, url.clone()).await;
            let pause = pauses.next().filter(|_| !outcome.good);
            let state = match (outcome.good, pause) {
                (true, _) => DeliveryState::Delivered,
                (false, Some(_)) => DeliveryState::Pending,
                (false, None) => DeliveryState::Failed,
            };
            self.note(id, &outcome.said, state);
            let Some(pause) = pause else { return };
            clock.reach(clock.now().saturating_add(*pause)).await;
        }
    }

    /// Draws what has to be drawn.
    async fn letter(&self, load: Load, defect: Option<How>) -> Option<Letter> {
        let Policy { wrapping, typed, .. } = self.policy;
        let make = move || match load {
            Load::Notice(item) => Letter {
                method: if defect == Some(How::Put) { Method::PUT } else { Method::POST },
                media: Some(protocol::JSON),
                body: match defect {
                    Some(How::Garbled) => b"{\"data\": [".to_vec(),
                    _ => notice(item.finish(), wrapping),
                },
            },
            Load::Upload(recipe) => {
                let mut body = match defect {
                    Some(How::Encoded) => recipe.text(Form::Base64).into_bytes(),
                    _ => recipe.draw(),
                };
                if defect == Some(How::Garbled) {
                    body.truncate(body.len() / 2);
                }
                let method = if defect == Some(How::Posted) { Method::POST } else { Method::PUT };
                Letter { method, media: typed.then_some(recipe.media), body }
            }
        };
        tokio::task::spawn_blocking(make).await.ok()
    }
}

fn notice(item: Value, wrapping: Wrapping) -> Vec<u8> {
    let body = match wrapping {
        Wrapping::Data => protocol::envelope(vec![item], Vec::new(), true),
        Wrapping::Bare => item,
    };
    body.to_string().into_bytes()
}

struct Letter {
    method: Method,
    media: Option<&'static str>,
    body: Vec<u8>,
}

/// How an attempt ended.
struct Attempt {
    good: bool,
    said: String,
}

impl Letter {
    async fn send(&self, client: &Client, url: Url) -> Attempt {
        let mut request = client.request(self.method.clone(), url);
        if let Some(media) = self.media {
            request = request.header("content-type", media);
        }
        match request.body(self.body.clone()).send().await {
            Ok(answer) => {
                let status = answer.status();
                Attempt { good: status.is_success(), said: status.as_u16().to_string() }
            }
            // The text of the error has the address in it, query included.
            Err(error) if error.is_timeout() => Attempt { good: false, said: "no answer in time".into() },
            Err(error) if error.is_connect() => Attempt { good: false, said: "no connection".into() },
            Err(_) => Attempt { good: false, said: "the connection broke".into() },
        }
    }
}

fn client(timeout: Duration) -> Option<Client> {
    // Fails only if there is a provider already, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder()
        .timeout(timeout)
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .user_agent("airspec-mock")
        .build()
        .ok()
}

impl Reach {
    /// The address as one that may be called, or why it may not.
    fn admit(self, address: &str) -> Result<Url, &'static str> {
        let url = Url::parse(address).map_err(|_| "not an address that can be called")?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err("neither http nor https");
        }
        let host = url.host_str().unwrap_or_default();
        match self {
            Self::Anywhere => Ok(url),
            Self::Loopback if is_loopback(host) => Ok(url),
            Self::Loopback => {
                Err("not sent: only addresses of this machine are called, unless the settings allow others")
            }
        }
    }
}

/// The address without what may be secret.
fn shown(address: &str) -> String {
    let Ok(mut url) = Url::parse(address) else { return "(no address)".to_owned() };
    url.set_query(None);
    url.set_fragment(None);
    // Both fail only for addresses that cannot have credentials.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    airspec_spec::text::shorten(url.as_str(), 200)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_shown_without_query_fragment_and_credentials() {
        assert_eq!(shown("http://me:secret@localhost:1/a?token=secret#secret"), "http://localhost:1/a");
        assert_eq!(shown("not an address ?secret"), "(no address)");
    }

    #[test]
    fn only_this_machine_is_called_unless_told_otherwise() {
        let near = ["http://localhost:9/x", "http://127.1.2.3/", "https://[::1]:8/"];
        let far =
            ["http://example.com/", "http://localhost.example.com/", "http://10.0.0.1/", "http://[::2]/"];
        assert!(near.iter().all(|address| Reach::Loopback.admit(address).is_ok()));
        assert!(far.iter().all(|address| Reach::Loopback.admit(address).is_err()));
        assert!(far.iter().all(|address| Reach::Anywhere.admit(address).is_ok()));
        for address in ["ftp://localhost/", "data:,x", "x:", ""] {
            assert!(Reach::Anywhere.admit(address).is_err(), "{address}");
        }
    }
}
