//! A client for the API: valid requests in, typed results out.
//!
//! With the feature `client`:
//!
//! ```no_run
//! use airspec_models::client::Client;
//! use airspec_models::openai_gpt_image_2::{Request, Required};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let client = Client::from_env()?; // RUNWARE_API_KEY
//! let task = Request::builder(Required { positive_prompt: "a lighthouse".into(), width: 1024, height: 1024 }).build()?;
//! for image in client.run(&task).await?.results {
//!     client.save(&image.image_url.unwrap_or_default(), "lighthouse.jpg").await?;
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # What it does
//!
//! - **Immediate and deferred tasks are run alike.** A task whose results come later is polled for, at the pace of the
//!   provider's own clients. Drop the future to stop; [`Client::collect`] goes on where that left off.
//! - **A batch has an outcome for each task.** What was paid for is never thrown away: a task with fewer results than
//!   it asked for has those, and the error that says why.
//! - **Errors are typed**: [`Error::class`], [`Error::parameters`], [`Error::documentation`], [`Error::is_retryable`].
//! - **What may be billed is never called retryable.** [`Error::may_be_billed`] is false only where the service clearly
//!   refused a task or never got it. After a 5xx, an HTTP 408, a lost connection, a time-out, an answer that cannot be
//!   read or that is about another task, ask with [`Client::collect`], or send the same task with the same identifier.
//! - **It tries again** after HTTP 408, 429 and 5xx and after lost connections, with growing pauses of random length,
//!   and keeps a `Retry-After`. It does not after a time-out: the work may be under way.
//! - **It does not knowingly pay twice.** The same task with the same identifier is sent again. Where the service then
//!   says that the identifier is in use, the first attempt was taken: its results are polled for, and where they cannot
//!   be fetched the error is [`Error::Taken`]. A service that has finished and forgotten a task whose answer was lost
//!   cannot be told from one that never had it; who must rule that out sets [`Settings::retries`] to 0.
//! - **Everything is bounded**: time, bytes, attempts, redirects, and memory: a call takes less than 300 MB whatever the
//!   server answers, unless [`Settings::answer_limit`] allows more. Of results, twice as many as were asked for are kept.
//! - **A service elsewhere does not lead into your network**: its links and redirects to loopback, private, link-local and
//!   multicast addresses are refused, unless [`Settings::allow_private`] allows them.
//! - **The key goes to the endpoint and nowhere else**: not to other hosts by a redirect, not with downloads, not into
//!   errors, not into `Debug`.
//!
//! It works for every module that is made from a spec. Where it was made by the macro from a spec alone, results are
//! maps of fields.

#[doc(hidden)]
pub mod address;
mod backoff;
mod billing;
#[cfg(feature = "blocking")]
pub mod blocking;
mod download;
mod envelope;
mod error;
mod http;
mod items;
mod key;
mod poll;
mod progress;
mod reach;
mod send;
mod settings;

#[doc(hidden)]
pub use backoff::retry_after;
pub use download::Download;
#[doc(hidden)]
pub use error::of_code;
pub use error::{Class, Error, Refusal, SetupError};
pub use progress::Progress;
pub use settings::Settings;

use crate::decimal::Number;
use crate::node::Node;
use crate::task::Task;
use crate::{Batch, Valid};
use envelope::{Size, TASK_UUID, Ticket};
use http::Http;
use key::Key;
use poll::{Open, Why};
use progress::Tell;
use send::TaskOutcome;
use std::fmt;
use std::sync::Arc;

/// Sends requests. Cloning is cheap, and all clones share their connections.
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
    /// At least one, and no more than twice as many as were asked for.
    pub results: Vec<A>,
    /// How many further results the answer has, which are not kept.
    pub omitted: u64,
    /// Why there are fewer than were asked for, if there are.
    pub shortfall: Option<Error>,
}

/// What became of one task of a batch.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Outcome<A> {
    /// The identifier of the task.
    pub task: String,
    /// Its results, or why there is none.
    pub result: Result<Finished<A>, Error>,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a client of {}", address::bare(self.inner.http.endpoint.as_str()))
    }
}

impl Client {
    /// A client with the key in `RUNWARE_API_KEY`.
    ///
    /// # Errors
    /// No key, or one that no header can carry.
    pub fn from_env() -> Result<Self, SetupError> {
        Self::from_env_with(Settings::default())
    }

    /// A client with the key in `RUNWARE_API_KEY` and settings of your own.
    ///
    /// # Errors
    /// No key, or settings that cannot be used.
    pub fn from_env_with(settings: Settings) -> Result<Self, SetupError> {
        Self::around(Key::from_env()?, settings)
    }

    /// A client with a key from elsewhere.
    ///
    /// # Errors
    /// A key that no header can carry, or settings that cannot be used.
    pub fn new(key: &str, settings: Settings) -> Result<Self, SetupError> {
        Self::around(Key::new(key)?, settings)
    }

    fn around(key: Key, settings: Settings) -> Result<Self, SetupError> {
        let http = Http::new(&key, &settings)?;
        Ok(Self { inner: Arc::new(Inner { key, http, settings }) })
    }

    /// Runs a task and waits for its results, however they are delivered.
    ///
    /// # Errors
    /// Why there is no result at all; where there are some, [`Finished::shortfall`] says why there are no more.
    pub async fn run<T: Task>(&self, task: &Valid<T>) -> Result<Finished<T::Answer>, Error> {
        self.run_with(task, |_| {}).await
    }

    /// As [`run`](Self::run); `tell` hears of every step.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub async fn run_with<T: Task>(
        &self,
        task: &Valid<T>,
        mut tell: impl FnMut(Progress<'_>) + Send,
    ) -> Result<Finished<T::Answer>, Error> {
        let tasks = std::slice::from_ref(task);
        let ticket = ticket::<T>(task);
        let wanted = ticket.wanted;
        let mut outcomes = self.send(body(tasks), vec![ticket], &mut tell).await;
        outcomes.pop().unwrap_or(Err(Error::Missing { wanted, got: 0, foreign: 0 }))
    }

    /// Runs several tasks in one request; what became of each, in the order of the batch.
    pub async fn run_batch<T: Task>(&self, batch: &Batch<T>) -> Vec<Outcome<T::Answer>> {
        self.run_batch_with(batch, |_| {}).await
    }

    /// As [`run_batch`](Self::run_batch); `tell` hears of every step.
    pub async fn run_batch_with<T: Task>(
        &self,
        batch: &Batch<T>,
        mut tell: impl FnMut(Progress<'_>) + Send,
    ) -> Vec<Outcome<T::Answer>> {
        let tickets: Vec<Ticket> = batch.iter().map(|task| ticket::<T>(task)).collect();
        let names: Vec<String> = tickets.iter().map(|ticket| ticket.uuid.clone()).collect();
        let results = self.send(body(batch), tickets, &mut tell).await;
        names.into_iter().zip(results).map(|(task, result)| Outcome { task, result }).collect()
    }

    /// Sends a task and does not wait for results that come later: a webhook may bring them, or
    /// [`collect`](Self::collect). `None` says that the task was accepted; an immediate one is finished.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub async fn submit<T: Task>(&self, task: &Valid<T>) -> Result<Option<Finished<T::Answer>>, Error> {
        let ticket = ticket::<T>(task);
        let wanted = ticket.wanted;
        let mut shares = self.deliver(body(std::slice::from_ref(task)), &[ticket], &mut |_| {}).await?;
        match shares.pop() {
            Some(TaskOutcome::Answered(share)) => share.finish(wanted, &self.inner.key).map(Some),
            Some(TaskOutcome::Deferred | TaskOutcome::Repeated) => Ok(None),
            None => Err(Error::Missing { wanted, got: 0, foreign: 0 }),
        }
    }

    /// Polls for the results of a deferred task that was sent before, by this client or another one with the same key.
    ///
    /// # Errors
    /// As [`run`](Self::run); a task that the service does not know is [`Class::NotFound`].
    pub async fn collect<T: Task>(&self, task: &Valid<T>) -> Result<Finished<T::Answer>, Error> {
        let ticket = ticket::<T>(task);
        let wanted = ticket.wanted;
        let tell: Tell<'_> = &mut |_| {};
        let mut outcomes = self.poll(vec![Open::new(0, ticket, Why::Accepted)], Size::default(), tell).await;
        match outcomes.pop() {
            Some((_, outcome)) => outcome?.finish(wanted, &self.inner.key),
            None => Err(Error::Missing { wanted, got: 0, foreign: 0 }),
        }
    }
}

/// The identifier of a task, and how many results it asks for.
fn ticket<T: Task>(task: &T) -> Ticket {
    let (unique, _) = T::UNIQUE;
    let uuid = match at(task.as_node(), if unique.is_empty() { TASK_UUID } else { unique }) {
        Some(Node::Uuid(uuid)) => uuid.as_str().to_owned(),
        Some(Node::Text(text)) => text.to_owned(),
        _ => String::new(),
    };
    let (parameter, default) = T::COUNT;
    let wanted = match at(task.as_node(), parameter) {
        Some(Node::Number(Number::Integer(count))) => u64::try_from(count).unwrap_or(default),
        _ => default,
    };
    Ticket { uuid, wanted }
}

/// The value at a dotted path.
fn at<'a>(node: Node<'a>, path: &'static str) -> Option<Node<'a>> {
    path.split('.').try_fold(node, Node::member)
}

/// The body of a request: always an array.
fn body<T: Task>(tasks: &[Valid<T>]) -> String {
    serde_json::to_string(tasks).expect("the names of a request are texts, which is all that JSON asks for")
}
