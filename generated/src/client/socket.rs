//! Tasks over a WebSocket: every result arrives as soon as it is finished.

mod connection;

use super::envelope::{Envelope, Ticket};
use super::error::{self, Error};
use super::http::Reply;
use super::{Client, ticket};
use crate::result::ResultItem as _;
use crate::task::Task;
use crate::{Uuid, Valid};
use connection::{Connection, Heard, is_control};
use std::collections::{HashSet, VecDeque};
use std::fmt;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// The pause between polls for deferred tasks.
const POLL: Duration = Duration::from_secs(2);
/// A connection that is silent for so long is checked with a ping. The service closes it after 120 seconds.
const SILENCE: Duration = Duration::from_secs(30);
/// Shorter pauses are of no use.
const SHORTEST: Duration = Duration::from_millis(20);

/// A connection over WebSocket, for tasks of one model.
///
/// ```no_run
/// # async fn example(client: airspec_models::client::Client) -> Result<(), Box<dyn std::error::Error>> {
/// use airspec_models::openai_gpt_image_2::{Request, Required};
///
/// let positive_prompt = "a lighthouse".into();
/// let task = Request::builder(Required { positive_prompt, width: 1024, height: 1024 })
///     .number_results(4)
///     .build()?;
/// let mut socket = client.socket::<Request>().await?;
/// socket.send(&task).await?;
/// while let Some(arrival) = socket.next().await {
///     let image = arrival.result?;
///     image.save(&client, format!("{}.jpg", image.image_uuid)).await?;
/// }
/// # Ok(())
/// # }
/// ```
///
/// If the connection is lost, [`next`](Self::next) connects again and resumes the session: the service sends the
/// results that it could not deliver. A task is never sent twice. Call `next` while tasks are open: it also answers and
/// sends pings. It may be cancelled, for example in `tokio::select!`, and called again.
///
/// The connection does not use a proxy.
pub struct Socket<T: Task> {
    client: Client,
    connection: Option<Connection>,
    session: Option<String>,
    open: Vec<Open>,
    arrivals: VecDeque<Arrival<T::Answer>>,
    heard_at: Instant,
    pinged: bool,
    poll_at: Instant,
}

/// A result of a task, or the error after which no more results of the task arrive.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Arrival<A> {
    /// The `taskUUID` of the task.
    pub task: String,
    /// The result, or the error that ended the task.
    pub result: Result<A, Error>,
}

/// A task with results to come.
struct Open {
    ticket: Ticket,
    got: u64,
    /// The results that have arrived, since a resumed session can repeat them.
    seen: HashSet<u64>,
    /// Whether the service has said that the results come later.
    is_deferred: bool,
    deadline: Instant,
    cost: Option<f64>,
}

impl<T: Task> fmt::Debug for Socket<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a socket with {} open tasks", self.open.len())
    }
}

impl Client {
    /// Connects over WebSocket.
    ///
    /// # Errors
    /// The service cannot be reached, or refuses the key.
    pub async fn socket<T: Task>(&self) -> Result<Socket<T>, Error> {
        Socket::connect(self, None).await
    }

    /// Connects over WebSocket and resumes a session, for example after a restart: [`Socket::session`] returned its
    /// identifier. Call [`Socket::expect`] for each task whose results are to come.
    ///
    /// # Errors
    /// The same as [`socket`](Self::socket).
    pub async fn resume_socket<T: Task>(&self, session: &str) -> Result<Socket<T>, Error> {
        Socket::connect(self, Some(session.to_owned())).await
    }
}

impl<T: Task> Socket<T> {
    async fn connect(client: &Client, session: Option<String>) -> Result<Self, Error> {
        let (connection, session) = Connection::open(client, session.as_deref()).await?;
        let now = Instant::now();
        Ok(Self {
            client: client.clone(),
            connection: Some(connection),
            session,
            open: Vec::new(),
            arrivals: VecDeque::new(),
            heard_at: now,
            pinged: false,
            poll_at: now,
        })
    }

    /// The identifier of the session, with which another connection of the same key can resume it.
    #[must_use]
    pub fn session(&self) -> Option<&str> {
        self.session.as_deref()
    }

    /// Sends a task. Its results arrive in [`next`](Self::next).
    ///
    /// # Errors
    /// There is no connection, or the budget does not cover the task. It was not sent.
    pub async fn send(&mut self, task: &Valid<T>) -> Result<(), Error> {
        let ticket = ticket::<T>(task);
        self.client.reserve(&[(ticket.uuid.clone(), &**task)])?;
        let connected = if self.is_stale() { self.check().await } else { Ok(()) };
        if let Err(error) = connected {
            self.client.charge_cost(&ticket.uuid, Some(0.0));
            return Err(error);
        }
        self.wait_for(ticket);
        self.say(&super::body(std::slice::from_ref(task))).await;
        Ok(())
    }

    /// Waits for the results of a task that was sent before, in the session that this connection resumes.
    pub fn expect(&mut self, task: &Uuid, results: u64) {
        self.wait_for(Ticket { is_deferred: false, ..Ticket::deferred(task, results) });
    }

    /// The next result, or the error that ends a task. `None` if no results are to come.
    pub async fn next(&mut self) -> Option<Arrival<T::Answer>> {
        loop {
            if let Some(arrival) = self.arrivals.pop_front() {
                return Some(arrival);
            }
            if self.open.is_empty() {
                return None;
            }
            let wait = self.wait();
            let heard = match &mut self.connection {
                Some(connection) => connection.hear(wait).await,
                None => {
                    self.reconnect().await;
                    continue;
                }
            };
            match heard {
                Heard::Text(text) => self.take(text),
                Heard::Other => self.heard(),
                Heard::Nothing => self.tick().await,
                Heard::End => self.connection = None,
            }
        }
    }

    fn wait_for(&mut self, ticket: Ticket) {
        let deadline = Instant::now() + self.client.inner.settings.timeout;
        let seen = HashSet::new();
        self.open.push(Open { ticket, got: 0, seen, is_deferred: false, deadline, cost: Some(0.0) });
    }

    fn paced(&self, time: Duration) -> Duration {
        time.mul_f64(self.client.inner.settings.pace).max(SHORTEST)
    }

    fn heard(&mut self) {
        (self.heard_at, self.pinged) = (Instant::now(), false);
    }

    fn is_stale(&self) -> bool {
        self.connection.is_none() || self.heard_at.elapsed() > self.paced(SILENCE)
    }

    /// The time until something is to be done.
    fn wait(&self) -> Duration {
        let deadlines = self.open.iter().map(|task| task.deadline);
        let polls = self.open.iter().any(|task| task.is_deferred).then_some(self.poll_at);
        let ping = self.heard_at + self.paced(SILENCE) * if self.pinged { 2 } else { 1 };
        let next = deadlines.chain(polls).chain([ping]).min().unwrap_or(ping);
        next.saturating_duration_since(Instant::now())
    }

    /// Sends a frame. If that fails, the connection is given up, and the next call connects again.
    async fn say(&mut self, text: &str) {
        if let Some(connection) = &mut self.connection
            && connection.say(text).await.is_err()
        {
            self.connection = None;
        }
    }

    /// Makes sure that there is a connection that answers, before a task is entrusted to it.
    async fn check(&mut self) -> Result<(), Error> {
        if self.connection.is_some() {
            self.say(connection::PING).await;
        }
        let limit = self.client.inner.settings.connect_timeout;
        let heard = match &mut self.connection {
            Some(connection) => connection.hear(limit).await,
            None => Heard::End,
        };
        match heard {
            Heard::Text(text) => self.take(text),
            Heard::Other => self.heard(),
            Heard::Nothing | Heard::End => {
                let session = self.session.clone();
                let (connection, session) = Connection::open(&self.client, session.as_deref()).await?;
                self.resume(connection, session);
            }
        }
        Ok(())
    }

    /// What is due: time limits, polls and pings.
    async fn tick(&mut self) {
        let now = Instant::now();
        while let Some(index) = self.open.iter().position(|task| task.deadline <= now) {
            let settings = &self.client.inner.settings;
            let error = if self.open[index].is_deferred {
                Error::Unfinished { polling: settings.polling, raw: Vec::new() }
            } else {
                Error::TimedOut(settings.timeout)
            };
            self.fail(index, error);
        }
        if self.poll_at <= now {
            self.poll_at = now + self.paced(POLL);
            let deferred = self.open.iter().filter(|task| task.is_deferred);
            let tickets: Vec<Ticket> = deferred.map(|task| task.ticket.clone()).collect();
            if !tickets.is_empty() {
                self.say(&super::poll::body(&tickets)).await;
            }
        }
        let silent = now.saturating_duration_since(self.heard_at);
        let limit = self.paced(SILENCE);
        if silent >= limit * 2 && self.pinged {
            self.connection = None;
        } else if silent >= limit && !self.pinged {
            self.pinged = true;
            self.say(connection::PING).await;
        }
    }

    /// Connects again, with pauses; if that is impossible, no result can arrive any more.
    async fn reconnect(&mut self) {
        let mut attempt = 0;
        loop {
            let session = self.session.clone();
            let error = match Connection::open(&self.client, session.as_deref()).await {
                Ok((connection, session)) => return self.resume(connection, session),
                Err(error) => error,
            };
            let is_refused = matches!(error, Error::Refused(_));
            let pause = super::backoff::pause(&self.client.inner.settings, attempt, error.retry_after());
            let Some(pause) = pause.filter(|_| !is_refused) else {
                while !self.open.is_empty() {
                    let lost = self.lost(0, &error.to_string());
                    self.fail(0, lost);
                }
                return;
            };
            sleep(pause).await;
            attempt += 1;
        }
    }

    /// Goes on with a new connection. Another session does not have the results of this one.
    fn resume(&mut self, connection: Connection, session: Option<String>) {
        let is_resumed = session.is_some() && session == self.session;
        (self.connection, self.session) = (Some(connection), session);
        self.heard();
        if is_resumed {
            return;
        }
        // Deferred tasks are polled, in any session.
        while let Some(index) = self.open.iter().position(|task| !task.is_deferred) {
            let lost = self.lost(index, "the service did not resume the session");
            self.fail(index, lost);
        }
    }

    fn lost(&self, index: usize, reason: &str) -> Error {
        let url = self.client.inner.settings.socket_name();
        let lost = Error::ConnectionLost(error::Connection::new(url, reason));
        if self.open[index].is_deferred { Error::Uncollected(Box::new(lost)) } else { lost }
    }

    /// Reads a frame.
    fn take(&mut self, body: Vec<u8>) {
        self.heard();
        if is_control(&body) {
            return;
        }
        let tickets: Vec<Ticket> = self.open.iter().map(|task| task.ticket.clone()).collect();
        let reply = Reply::frame(200, body);
        // A frame that cannot be read names no task.
        let Ok(envelope) = Envelope::read(reply, &self.client.inner.key, &tickets, false) else { return };
        for (ticket, mut share) in tickets.iter().zip(envelope.shares()) {
            let Some(index) = self.open.iter().position(|task| task.ticket.uuid == ticket.uuid) else {
                continue;
            };
            if !share.under_way.is_empty() {
                self.defer(index);
            }
            let seen = &mut self.open[index].seen;
            share.keep(|identity| seen.insert(identity));
            // Nothing is missing yet: further results have frames of their own.
            match share.finish::<T::Answer>(0, &self.client.inner.key) {
                Ok(finished) => self.deliver(index, finished.results, finished.shortfall),
                Err(error) => self.fail(index, error),
            }
        }
    }

    fn defer(&mut self, index: usize) {
        let task = &mut self.open[index];
        if !task.is_deferred {
            task.is_deferred = true;
            task.deadline = Instant::now() + self.client.inner.settings.polling;
            self.poll_at = Instant::now() + self.paced(POLL);
        }
    }

    fn deliver(&mut self, index: usize, results: Vec<T::Answer>, shortfall: Option<Error>) {
        let task = &mut self.open[index];
        for result in results {
            task.got += 1;
            let cost = result.cost().filter(|cost| *cost >= 0.0);
            task.cost = task.cost.zip(cost).map(|(sum, cost)| sum + cost);
            self.arrivals.push_back(Arrival { task: task.ticket.uuid.clone(), result: Ok(result) });
        }
        match shortfall {
            Some(error) => self.fail(index, error),
            None if task.got >= task.ticket.wanted => {
                let task = self.open.swap_remove(index);
                self.client.charge_cost(&task.ticket.uuid, task.cost);
            }
            None => {}
        }
    }

    fn fail(&mut self, index: usize, error: Error) {
        let task = self.open.swap_remove(index);
        if !error.may_be_billed() && task.got == 0 {
            self.client.charge_cost(&task.ticket.uuid, Some(0.0));
        }
        self.arrivals.push_back(Arrival { task: task.ticket.uuid, result: Err(error) });
    }
}
