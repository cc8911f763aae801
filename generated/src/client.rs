//! A client for the API: it sends validated requests and returns typed results.
//!
//! With the feature `client`:
//!
//! ```no_run
//! use airspec_models::client::Client;
//! use airspec_models::openai_gpt_image_2::{DeliveryMethod, Request, Required};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let client = Client::from_env()?; // reads RUNWARE_API_KEY
//! let positive_prompt = "a lighthouse".into();
//! let task = Request::builder(Required { positive_prompt, width: 1024, height: 1024 })
//!     .delivery_method(DeliveryMethod::Async)
//!     .build()?;
//! client.run(&task).await?.results[0].save(&client, "lighthouse.jpg").await?;
//! # Ok(())
//! # }
//! ```
//!
//! # Delivery and batches
//!
//! [`Client::run`] works for immediate (`sync`) and deferred (`async`) tasks. It polls for the results of a deferred
//! task, with the pauses of the provider's own clients. To stop, drop the future. To continue later, call
//! [`Client::collect`].
//!
//! [`Client::run_batch`] returns one [`Outcome`] for each task. A task with fewer results than it asks for returns
//! these results, and [`Finished::shortfall`] has the error.
//!
//! To call `collect` after a restart, save `serde_json::to_string(&task)` before you send the task, and read it with
//! `Request::from_json`; the `taskUUID` stays the same. [`Client::collect_by_id`] needs only the `taskUUID` and the
//! number of results. With the feature `websocket`, `Client::socket` returns each result as soon as it is finished.
//!
//! # Results
//!
//! `result.bytes(&client)` and `result.save(&client, path)` return and save the file of a result, whether the result has
//! a URL, Base64 text or a `data:` URI. [`Finished::cost`] is the price of all results of a task, if it was built with
//! `include_cost(true)`.
//!
//! # Budget
//!
//! A client with a [`Budget`] sends no task that could exceed it.
//!
//! # Connections
//!
//! TLS is rustls with the root certificates of the system, or those of Mozilla with the feature `webpki-roots`. The
//! client installs no crypto provider for the process: it uses the one that your program has installed, or `ring` for
//! its own connections. For another TLS library, use the feature `client-base` in place of `client`, and pass your own
//! `reqwest::Client` to [`Settings::http_client`].
//!
//! The client uses the proxies of the environment (`HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY`), except for connections to
//! this machine. It reads compressed answers.
//!
//! With the feature `tracing`, each call is a span with the `taskUUID`, and attempts and errors are events with the
//! [`Class`]. They contain no key, no prompt, no URL and no text of the service.
//!
//! # Errors and billing
//!
//! [`Error::class`], [`Error::parameters`], [`Error::documentation`] and [`Error::retry_after`] describe an error.
//! [`Error::is_download`], [`Error::may_be_billed`] and [`Error::is_retryable`] say what to do.
//!
//! [`Error::may_be_billed`] is false only if the service clearly refused the task or did not receive it. It is true
//! after HTTP 408 and 5xx, a lost connection, a time-out, and an answer that is invalid or is about another task. An
//! error of a task that may be billed is never retryable.
//!
//! If you must not pay twice, build the task with `DeliveryMethod::Async`: after a lost answer, this client and
//! [`Client::collect`] return its results, which costs nothing. The service keeps no results of an immediate (`sync`)
//! task. If its answer is lost, they may be gone.
//!
//! Whatever can be read of an answer is handed on. [`Answer::odd`](crate::Answer::odd) lists the fields of a result that
//! are not as documented, [`Answer::raw`](crate::Answer::raw) has the JSON text. [`Error::raw`] has the items that
//! nothing identifies as results.
//!
//! # Retries and time limits
//!
//! | call | tried again after | longest time with the defaults |
//! |---|---|---|
//! | sending tasks | no connection, and errors that say that the task was not started, such as HTTP 429 | 23 minutes |
//! | polling | HTTP 408, 429 and 5xx, errors of these classes, a lost connection, a time-out, an invalid answer | 20 minutes ([`Settings::polling`]) |
//! | [`Client::download`], [`Client::save`] | the same, and HTTP 404 or an empty file, which a fresh link can have | 23 minutes |
//!
//! 23 minutes are 4 attempts of at most 5 minutes each ([`Settings::retries`], [`Settings::timeout`]) and 3 pauses of
//! at most one minute each ([`Settings::longest_pause`]). [`Client::run`] sends and then polls: at most 43 minutes.
//! Pauses start at one second, double, and have a random part. A `Retry-After` of the service replaces them.
//!
//! If a task may have been accepted (a lost connection, a time-out, an invalid answer, HTTP 5xx), the client does not
//! send it again. It polls for the task instead. If the service says nothing about it in five polls (ten for a deferred
//! task), the call ends with the first error, or with [`Error::Taken`] if the service said that the `taskUUID` is in use. Only if the service
//! answered with an error such as HTTP 503, and then says that it does not know the deferred (`async`) task, is the task
//! sent again. [`Settings::retries`] with 0 turns all of this off.
//!
//! If `run` returns [`Class::Conflict`], an earlier call sent the task: call [`Client::collect`].
//!
//! # Limits
//!
//! - **Memory**: one call uses less than 300 MB, whatever the service sends, unless you set
//!   [`Settings::answer_limit`]. The client keeps at most twice as many results as a task asks for.
//! - **Network**: if the service is on another machine, its URLs and redirects to loopback, private, link-local and
//!   multicast addresses are refused, unless you set [`Settings::allow_private`].
//! - **Key**: only the endpoint receives it. Redirects, downloads, errors and `Debug` output do not contain it.
//!
//! The client works with every generated module. If the macro generated the module from a JSON Schema, results are
//! maps of fields.

mod backoff;
mod billing;
#[cfg(feature = "blocking")]
pub mod blocking;
mod budget;
mod class;
mod download;
mod encoding;
mod envelope;
mod error;
mod http;
mod key;
mod poll;
mod progress;
mod reach;
mod refusal;
mod save;
mod send;
mod settings;
mod share;
mod shorten;
#[cfg(feature = "websocket")]
mod socket;
#[cfg(feature = "client")]
mod tls;
mod trace;
mod transport;
#[doc(hidden)]
pub mod url;

#[doc(hidden)]
pub use backoff::retry_after;
pub use budget::Budget;
pub use class::Class;
#[doc(hidden)]
pub use class::of_code;
pub use download::Download;
pub use error::{Connection, Error, SetupError};
pub use progress::Progress;
pub use refusal::Refusal;
pub use settings::Settings;
#[cfg(feature = "websocket")]
pub use socket::{Arrival, Socket};

use crate::items::TASK_UUID;
use crate::node::Node;
use crate::task::{Task, count};
use crate::{Batch, Uuid, Valid};
use envelope::Ticket;
use http::Http;
use key::Key;
use poll::{Open, Why};
use progress::OnProgress;
use send::TaskOutcome;
use share::{Share, Size};
use std::fmt;
use std::sync::Arc;

/// Sends requests. Clones share their connections, so cloning is cheap.
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
}

struct Inner {
    key: Key,
    http: Http,
    settings: Settings,
}

/// The results of a task.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Finished<A> {
    /// At least one, and at most twice as many as the task asks for.
    pub results: Vec<A>,
    /// How many further results the answer contains. They are not kept.
    pub omitted: u64,
    /// The error, if there are fewer results than the task asks for.
    pub shortfall: Option<Error>,
}

/// The outcome of one task of a batch.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Outcome<A> {
    /// The `taskUUID` of the task.
    pub task: String,
    /// Its results, or the error if it has none.
    pub result: Result<Finished<A>, Error>,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a client of {}", url::bare(self.inner.http.endpoint.as_str()))
    }
}

impl Client {
    /// Creates a client with the key in `RUNWARE_API_KEY`.
    ///
    /// # Errors
    /// There is no key, or it contains characters that an HTTP header cannot contain.
    pub fn from_env() -> Result<Self, SetupError> {
        Self::from_env_with(Settings::default())
    }

    /// Creates a client with the key in `RUNWARE_API_KEY` and your settings.
    ///
    /// # Errors
    /// There is no valid key, or the settings are not valid.
    pub fn from_env_with(settings: Settings) -> Result<Self, SetupError> {
        Self::around(Key::from_env()?, settings)
    }

    /// Creates a client with this key and these settings.
    ///
    /// # Errors
    /// The key or the settings are not valid.
    pub fn new(key: &str, settings: Settings) -> Result<Self, SetupError> {
        Self::around(Key::new(key)?, settings)
    }

    fn around(key: Key, settings: Settings) -> Result<Self, SetupError> {
        let http = Http::new(&key, &settings)?;
        Ok(Self { inner: Arc::new(Inner { key, http, settings }) })
    }

    /// Runs a task and returns its results. Waits for them, whether the task is immediate or deferred.
    ///
    /// # Errors
    /// The task has no result. If it has some of its results, [`Finished::shortfall`] has the error.
    pub async fn run<T: Task>(&self, task: &Valid<T>) -> Result<Finished<T::Answer>, Error> {
        self.run_with(task, |_| {}).await
    }

    /// The same as [`run`](Self::run). `on_progress` is called for each step.
    ///
    /// # Errors
    /// The same as [`run`](Self::run).
    pub async fn run_with<T: Task>(
        &self,
        task: &Valid<T>,
        mut on_progress: impl FnMut(Progress<'_>) + Send,
    ) -> Result<Finished<T::Answer>, Error> {
        let ticket = ticket::<T>(task);
        let (id, wanted) = (ticket.uuid.clone(), ticket.wanted);
        self.reserve(&[(id.clone(), &**task)])?;
        let call = async {
            let body = body(std::slice::from_ref(task));
            let mut tell = |step: Progress<'_>| {
                trace::step(&step);
                on_progress(step);
            };
            let mut outcomes = self.send(body, vec![ticket], &mut tell).await;
            outcomes.pop().unwrap_or(Err(Error::nothing(wanted)))
        };
        let outcome = trace::run(&id, call).await;
        self.charge(&id, &outcome);
        outcome
    }

    /// Runs several tasks in one request. Returns one outcome for each task, in the order of the batch.
    pub async fn run_batch<T: Task>(&self, batch: &Batch<T>) -> Vec<Outcome<T::Answer>> {
        self.run_batch_with(batch, |_| {}).await
    }

    /// The same as [`run_batch`](Self::run_batch). `on_progress` is called for each step.
    pub async fn run_batch_with<T: Task>(
        &self,
        batch: &Batch<T>,
        mut on_progress: impl FnMut(Progress<'_>) + Send,
    ) -> Vec<Outcome<T::Answer>> {
        let tickets: Vec<Ticket> = batch.iter().map(|task| ticket::<T>(task)).collect();
        let names: Vec<String> = tickets.iter().map(|ticket| ticket.uuid.clone()).collect();
        let priced: Vec<(String, &T)> = names.iter().cloned().zip(batch.iter().map(|task| &**task)).collect();
        if let Err(error) = self.reserve(&priced) {
            let refused = |task| Outcome { task, result: Err(error.clone()) };
            return names.into_iter().map(refused).collect();
        }
        let mut tell = |step: Progress<'_>| {
            trace::step(&step);
            on_progress(step);
        };
        let results = trace::batch(names.len(), self.send(body(batch), tickets, &mut tell)).await;
        let outcomes = names.into_iter().zip(results).map(|(task, result)| {
            trace::outcome(&task, &result);
            self.charge(&task, &result);
            Outcome { task, result }
        });
        outcomes.collect()
    }

    /// Sends a task without waiting for deferred results. A webhook or [`collect`](Self::collect) returns them later.
    ///
    /// Returns `None` if the task was accepted (also by an earlier attempt of this call) and its results come later.
    /// Returns `Some` for a `sync` task, with its results.
    ///
    /// # Errors
    /// The same as [`run`](Self::run). After a lost answer, the task may have been accepted: call
    /// [`collect`](Self::collect).
    pub async fn submit<T: Task>(&self, task: &Valid<T>) -> Result<Option<Finished<T::Answer>>, Error> {
        let ticket = ticket::<T>(task);
        let (id, wanted) = (ticket.uuid.clone(), ticket.wanted);
        self.reserve(&[(id.clone(), &**task)])?;
        let call = async {
            let body = body(std::slice::from_ref(task));
            let mut shares = self.deliver(body, &[ticket], &mut |step| trace::step(&step)).await?;
            match shares.pop() {
                Some(TaskOutcome::Answered(share)) => share.finish(wanted, &self.inner.key).map(Some),
                Some(TaskOutcome::Open(Why::Lost(error), share)) if share.under_way.is_empty() => Err(*error),
                Some(TaskOutcome::Open(..)) => Ok(None),
                None => Err(Error::nothing(wanted)),
            }
        };
        // A deferred task keeps its reservation until it is collected.
        let outcome = match trace::run(&id, call).await {
            Ok(None) => return Ok(None),
            Ok(Some(finished)) => Ok(finished),
            Err(error) => Err(error),
        };
        self.charge(&id, &outcome);
        outcome.map(Some)
    }

    /// Polls for the results of a deferred (`async`) task that this client, or another client with the same key, sent
    /// before. Costs nothing.
    ///
    /// # Errors
    /// The same as [`run`](Self::run). The class is [`Class::NotFound`] if the service does not know the task, or no
    /// longer has its results. If the service says nothing about a deferred task, the error is [`Error::Unfinished`]
    /// after [`Settings::polling`]; about an immediate one, it is [`Error::Taken`] after five polls.
    pub async fn collect<T: Task>(&self, task: &Valid<T>) -> Result<Finished<T::Answer>, Error> {
        self.collect_ticket::<T>(ticket::<T>(task)).await
    }

    /// The same as [`collect`](Self::collect) for a deferred (`async`) task of which you have saved only the `taskUUID`
    /// and the number of results that it asks for.
    ///
    /// ```no_run
    /// # async fn example(client: airspec_models::client::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// use airspec_models::openai_gpt_image_2::Request;
    ///
    /// let task = "5c2ff0ba-7a4b-4bd1-8b43-6d3a0c6a3c63".parse()?;
    /// let finished = client.collect_by_id::<Request>(&task, 2).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The same as [`collect`](Self::collect).
    pub async fn collect_by_id<T: Task>(
        &self,
        task: &Uuid,
        results: u64,
    ) -> Result<Finished<T::Answer>, Error> {
        self.collect_ticket::<T>(Ticket::deferred(task, results)).await
    }

    async fn collect_ticket<T: Task>(&self, ticket: Ticket) -> Result<Finished<T::Answer>, Error> {
        let (id, wanted) = (ticket.uuid.clone(), ticket.wanted);
        // Of an immediate task, the service keeps no results.
        let why = if ticket.is_deferred { Why::Accepted } else { Why::Taken };
        let call = async {
            let open = vec![Open::new(0, ticket, why, Share::default())];
            let on_progress: OnProgress<'_> = &mut |step| trace::step(&step);
            let mut outcomes = self.poll(open, Size::default(), on_progress).await;
            match outcomes.pop() {
                Some((_, outcome)) => outcome?.finish(wanted, &self.inner.key),
                None => Err(Error::nothing(wanted)),
            }
        };
        let outcome = trace::run(&id, call).await;
        self.charge_collected(&id, &outcome);
        outcome
    }
}

/// Names of the platform, the same for every model.
const DELIVERY_METHOD: &str = "deliveryMethod";
const DEFERRED: &str = "async";

/// The `taskUUID` of a task, the number of results that it asks for, and whether they come later.
fn ticket<T: Task>(task: &T) -> Ticket {
    let (unique, _) = T::UNIQUE;
    let uuid = match task.as_node().reach(if unique.is_empty() { TASK_UUID } else { unique }) {
        Some(Node::Uuid(uuid)) => uuid.as_str().to_owned(),
        Some(Node::Text(text)) => text.to_owned(),
        _ => String::new(),
    };
    let method = match task.as_node().reach(DELIVERY_METHOD) {
        Some(Node::Text(text)) => text,
        _ => T::DELIVERY,
    };
    Ticket { uuid, wanted: count::<T>(task.as_node()), is_deferred: method == DEFERRED }
}

/// The body of a request: always an array.
fn body<T: Task>(tasks: &[Valid<T>]) -> String {
    serde_json::to_string(tasks).expect("the names of a request are texts, which is all that JSON asks for")
}
