//! What the mock sends by itself: a call of the webhook per finished result, and the upload of each file.
//!
//! The engine only puts a delivery into a queue; [`DeliveryWorker::run`], which a front keeps going, sends it when it is due
//! and tries again on failure. A destination has few deliveries under way at a time and none while one waits to be
//! tried again, so that one that hangs holds up its own alone. Every delivery is recorded. None is ever needed for a
//! result to be had in other ways.

mod schedule;

use super::address::is_loopback;
use super::caller::Secrets;
use super::capacity::{Capacity, drawing_work};
use super::clock::Clock;
use super::file_spec::FileSpec;
use super::item::Item;
use super::protocol;
use super::settings::{Reach, Settings, Wrapping};
use reqwest::{Client, Method, Url};
use schedule::{Destination, Job, Schedule};
use serde::Serialize;
use serde_json::Value;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

/// How many deliveries may wait, and how many bytes they may have; more are given up at once.
const WAITING: usize = 4096;
const WAITING_BYTES: usize = 8 << 20;
/// The longest URL that is called, in bytes.
const MAX_URL: usize = 8 << 10;
/// The longest identifier of a task that is recorded, in characters.
const LONGEST_TASK: usize = 80;
/// How many deliveries are recorded; the oldest are forgotten first.
const RECORDED: usize = 1000;

/// A delivery as it is recorded, without query and credentials of its URL.
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
#[derive(Clone, Debug)]
pub(crate) struct QueuedDelivery {
    pub(crate) due: Duration,
    pub(crate) url: String,
    pub(crate) task: Option<String>,
    pub(crate) load: Load,
    /// Changes the request just before it is sent.
    pub(crate) edit: Option<fn(&mut OutboundRequest)>,
    /// What must not be recorded.
    pub(crate) secrets: Secrets,
}

impl QueuedDelivery {
    /// About how many bytes it takes in memory while it waits.
    pub(crate) fn weight(&self) -> usize {
        let load = match &self.load {
            Load::Notice(item) => item.weight(),
            Load::Upload(image) => image.weight(),
        };
        300 + self.url.len() + self.task.as_ref().map_or(0, String::len) + load
    }
}

#[derive(Clone, Debug)]
pub(crate) enum Load {
    Notice(Item),
    Upload(Arc<FileSpec>),
}

/// Delivers, and records the outcome.
#[derive(Debug)]
pub(crate) struct DeliveryWorker {
    queue: mpsc::UnboundedSender<Job>,
    arriving: Mutex<Option<mpsc::UnboundedReceiver<Job>>>,
    records: Mutex<Records>,
    /// The deliveries that have not ended, which bounds the queue.
    open: watch::Sender<Open>,
    policy: Policy,
    capacity: Arc<Capacity>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Open {
    count: usize,
    bytes: usize,
}

/// How to deliver.
#[derive(Clone, Debug)]
pub(crate) struct Policy {
    pub(crate) reach: Reach,
    pub(crate) wrapping: Wrapping,
    /// Whether uploads say their media type.
    pub(crate) typed: bool,
    pub(crate) retries: Vec<Duration>,
    pub(crate) timeout: Duration,
}

impl Policy {
    pub(crate) fn of(settings: &Settings) -> Self {
        Self {
            reach: settings.reach,
            wrapping: settings.webhook_body,
            typed: settings.upload_type,
            retries: settings.retries.clone(),
            timeout: settings.delivery_timeout,
        }
    }
}

#[derive(Debug, Default)]
struct Records {
    next: u64,
    kept: VecDeque<Delivery>,
}

impl DeliveryWorker {
    pub(crate) fn new(capacity: Arc<Capacity>, policy: Policy) -> Self {
        let (queue, arriving) = mpsc::unbounded_channel();
        Self {
            queue,
            arriving: Mutex::new(Some(arriving)),
            records: Mutex::default(),
            open: watch::Sender::default(),
            policy,
            capacity,
        }
    }

    /// Takes a delivery over.
    pub(crate) fn take(&self, queued: QueuedDelivery) {
        let id = self.record(&queued);
        if queued.url.len() > MAX_URL {
            return self.note(id, "the URL is too long", DeliveryState::Failed);
        }
        let bytes = queued.weight();
        let mut fits = false;
        self.open.send_if_modified(|open| {
            fits = open.count < WAITING && open.bytes + bytes <= WAITING_BYTES;
            if fits {
                *open = Open { count: open.count + 1, bytes: open.bytes + bytes };
            }
            fits
        });
        if !fits || self.queue.send(Job::new(id, queued)).is_err() {
            self.note(id, "too many deliveries are waiting", DeliveryState::Failed);
        }
    }

    pub(crate) fn records(&self) -> Vec<Delivery> {
        super::lock(&self.records).kept.iter().cloned().collect()
    }

    /// Waits until no delivery is open.
    pub(crate) async fn wait_until_idle(&self) {
        let mut open = self.open.subscribe();
        // The sender lives in `self`, so waiting cannot fail.
        let _ = open.wait_for(|open| open.count == 0).await;
    }

    fn record(&self, queued: &QueuedDelivery) -> u64 {
        let mut records = super::lock(&self.records);
        let id = records.next;
        records.next += 1;
        let kind = match queued.load {
            Load::Notice(_) => DeliveryKind::Webhook,
            Load::Upload(_) => DeliveryKind::Upload,
        };
        records.kept.push_back(Delivery {
            id,
            kind,
            task_uuid: queued.task.as_deref().map(|id| airspec_spec::text::shorten(id, LONGEST_TASK)),
            address: queued.secrets.mask(shown(&queued.url)),
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

    /// A delivery has ended.
    fn close(&self, job: &Job) {
        self.open.send_modify(|open| {
            open.count = open.count.saturating_sub(1);
            open.bytes = open.bytes.saturating_sub(job.queued.weight());
        });
    }

    /// Delivers for as long as it is polled. Only the first call does; a second one returns at once.
    pub(crate) async fn run(self: Arc<Self>, clock: Arc<Clock>) {
        let Some(mut arriving) = super::lock(&self.arriving).take() else { return };
        let client = client(self.policy.timeout);
        let (mut schedule, mut under_way) = (Schedule::default(), JoinSet::new());
        loop {
            while let Some(job) = schedule.next(clock.now()) {
                let (worker, client, clock) = (Arc::clone(&self), client.clone(), Arc::clone(&clock));
                under_way.spawn(async move { worker.attempt(job, client.as_ref(), &clock).await });
            }
            let due = schedule.due();
            tokio::select! {
                job = arriving.recv() => match job {
                    Some(job) => schedule.add(job),
                    None => return,
                },
                Some(ended) = under_way.join_next(), if !under_way.is_empty() => {
                    let Ok((destination, again)) = ended else { continue };
                    schedule.ended(&destination);
                    if let Some(job) = again {
                        schedule.add(job);
                    }
                }
                () = clock.reach(due.unwrap_or_default()), if due.is_some() => {}
            }
        }
    }

    /// One attempt; gives the destination, and the job back if it is to be tried again.
    async fn attempt(
        &self,
        mut job: Job,
        client: Option<&Client>,
        clock: &Clock,
    ) -> (Destination, Option<Job>) {
        let destination = job.destination.clone();
        let outcome = self.send(&job, client).await;
        let pause = self.policy.retries.get(job.attempts).filter(|_| outcome.state == DeliveryState::Pending);
        let state = match (outcome.state, pause) {
            (DeliveryState::Pending, None) => DeliveryState::Failed,
            (state, _) => state,
        };
        self.note(job.id, &outcome.text, state);
        let Some(pause) = pause else {
            self.close(&job);
            return (destination, None);
        };
        job.attempts += 1;
        job.due = clock.now().saturating_add(*pause);
        (destination, Some(job))
    }

    async fn send(&self, job: &Job, client: Option<&Client>) -> Attempt {
        let failed = |text: &str| Attempt { state: DeliveryState::Failed, text: text.to_owned() };
        let QueuedDelivery { url: text, load, edit, .. } = &job.queued;
        let (client, url) = match (client, self.policy.reach.admit(text)) {
            (Some(client), Ok(url)) => (client, url),
            (None, _) => return failed("no HTTP client"),
            (_, Err(reason)) => return failed(reason),
        };
        // Others give their bytes back when their attempts time out, so the wait ends.
        let bytes = load.drawn_bytes();
        let Some(_held) = self.capacity.uploads.take(bytes, Duration::MAX).await else {
            return failed("the file could not be made");
        };
        match self.outbound(load.clone(), *edit).await {
            Some(request) => request.send(client, url).await,
            None => failed("the file could not be made"),
        }
    }

    /// The request, with everything drawn that has to be drawn.
    async fn outbound(&self, load: Load, edit: Option<fn(&mut OutboundRequest)>) -> Option<OutboundRequest> {
        let Policy { wrapping, typed, .. } = self.policy;
        let work = match load.pixels() {
            0 => None,
            pixels => self.capacity.work.take(drawing_work(pixels), Duration::MAX).await,
        };
        let made = tokio::task::spawn_blocking(move || {
            let mut request = load.into_request(wrapping, typed);
            if let Some(edit) = edit {
                edit(&mut request);
            }
            drop(work);
            request
        });
        made.await.ok()
    }
}

impl Load {
    /// The pixels to draw.
    fn pixels(&self) -> u64 {
        match self {
            Self::Notice(item) => item.inline_pixels(),
            Self::Upload(image) => image.pixels(),
        }
    }

    /// More bytes than it has once it is drawn.
    pub(crate) fn drawn_bytes(&self) -> usize {
        match self {
            // What is not drawn waits in the queue as it is, and is counted there.
            Self::Notice(item) => item.inline_bytes(),
            Self::Upload(image) => image.file_bytes(),
        }
    }
}

impl Load {
    fn into_request(self, wrapping: Wrapping, typed: bool) -> OutboundRequest {
        match self {
            Self::Notice(item) => OutboundRequest {
                method: Method::POST,
                media: Some(protocol::JSON),
                body: notice(item.finish(), wrapping),
            },
            Self::Upload(image) => OutboundRequest {
                method: Method::PUT,
                media: typed.then_some(image.media),
                body: image.draw(),
            },
        }
    }
}

fn notice(item: Value, wrapping: Wrapping) -> Vec<u8> {
    let body = match wrapping {
        Wrapping::Data => protocol::envelope(vec![item], Vec::new(), true),
        Wrapping::Bare => item,
    };
    body.to_string().into_bytes()
}

/// A request to a webhook or an upload URL.
#[derive(Debug)]
pub(crate) struct OutboundRequest {
    pub(crate) method: Method,
    /// The media type that it says.
    pub(crate) media: Option<&'static str>,
    pub(crate) body: Vec<u8>,
}

/// How an attempt ended; `Pending` where another one may succeed.
struct Attempt {
    state: DeliveryState,
    text: String,
}

impl OutboundRequest {
    async fn send(self, client: &Client, url: Url) -> Attempt {
        let again = |text: &str| Attempt { state: DeliveryState::Pending, text: text.to_owned() };
        let mut request = client.request(self.method, url);
        if let Some(media) = self.media {
            request = request.header("content-type", media);
        }
        match request.body(self.body).send().await {
            Ok(answer) => {
                let status = answer.status();
                let is_success = status.is_success();
                let state = if is_success { DeliveryState::Delivered } else { DeliveryState::Pending };
                Attempt { state, text: status.as_u16().to_string() }
            }
            // The text of the error has the URL in it, query included.
            Err(error) if error.is_timeout() => again("no answer in time"),
            Err(error) if error.is_connect() => again("no connection"),
            Err(_) => again("the connection broke"),
        }
    }
}

fn client(timeout: Duration) -> Option<Client> {
    // Fails only if there is a provider already, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let builder = || {
        let redirect = reqwest::redirect::Policy::none();
        Client::builder().timeout(timeout).redirect(redirect).no_proxy().user_agent("airspec-mock")
    };
    // A machine without root certificates, such as an empty container, delivers by HTTP alone.
    builder().build().or_else(|_| builder().tls_certs_only(Vec::new()).build()).ok()
}

impl Reach {
    /// The URL, if it may be called, or why it may not.
    fn admit(self, text: &str) -> Result<Url, &'static str> {
        let url = Url::parse(text).map_err(|_| "not a URL that can be called")?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err("neither http nor https");
        }
        let host = url.host_str().unwrap_or_default();
        match self {
            Self::Anywhere => Ok(url),
            Self::Loopback if is_loopback(host) => Ok(url),
            Self::Loopback => {
                Err("not sent: only URLs of this machine are called, unless the settings allow others")
            }
        }
    }
}

/// The URL without what may be secret.
fn shown(text: &str) -> String {
    let Ok(mut url) = Url::parse(text) else { return "(no URL)".to_owned() };
    url.set_query(None);
    url.set_fragment(None);
    // Both fail only for URLs that cannot have credentials.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    airspec_spec::text::shorten(url.as_str(), 200)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_shown_without_query_fragment_and_credentials() {
        assert_eq!(shown("http://me:secret@localhost:1/a?token=secret#secret"), "http://localhost:1/a");
        assert_eq!(shown("not a url ?secret"), "(no URL)");
    }

    #[test]
    fn only_this_machine_is_called_unless_told_otherwise() {
        let near = ["http://localhost:9/x", "http://127.1.2.3/", "https://[::1]:8/"];
        let far =
            ["http://example.com/", "http://localhost.example.com/", "http://10.0.0.1/", "http://[::2]/"];
        assert!(near.iter().all(|url| Reach::Loopback.admit(url).is_ok()));
        assert!(far.iter().all(|url| Reach::Loopback.admit(url).is_err()));
        assert!(far.iter().all(|url| Reach::Anywhere.admit(url).is_ok()));
        for url in ["ftp://localhost/", "data:,x", "x:", ""] {
            assert!(Reach::Anywhere.admit(url).is_err(), "{url}");
        }
    }
}
