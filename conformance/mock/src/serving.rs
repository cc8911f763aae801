//! HTTP/1 over connections that no client can hold without using them: the mock and the runner's listener share it.
//!
//! A head that does not arrive, a reader that stalls and a connection without a request all end by a time limit. The
//! number of connections is limited; where all are taken, the one that has waited longest for a request makes room.
//! Bodies are for the handler to read and to limit; [`Budget`] counts bytes that many connections hold together.

use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::io;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{Sleep, sleep, timeout};

/// The longest head of a request in bytes, and how much of an answer hyper buffers before it asks for more.
const HEAD: usize = 32 << 10;
/// How long to wait after a connection could not be accepted, such as for want of file handles.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// How long a connection that was asked to make room may take before the next one is asked.
const ROOM_PAUSE: Duration = Duration::from_millis(50);
/// How long a connection may be without a request before it has to make room: its first one may be on its way.
const GRACE: Duration = Duration::from_millis(500);
/// Bytes that one connection may hold uncounted: small requests never wait for large ones.
pub const UNCOUNTED: usize = 16 << 10;

/// What a client may take.
#[derive(Clone, Copy, Debug)]
pub struct ServingLimits {
    /// Connections at a time.
    pub connections: usize,
    /// From the start of a connection, or the end of an answer, to the end of the next head.
    pub head_time: Duration,
    /// How long a reader may take nothing of an answer.
    pub write_time: Duration,
}

/// Answers requests by `handler` until `stop` is ready; then lets open requests end. Ends all connections when dropped.
pub async fn serve<H, F>(
    listener: TcpListener,
    limits: ServingLimits,
    stop: impl Future<Output = ()>,
    handler: H,
) where
    H: Fn(Connection, Request) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Response> + Send + 'static,
{
    let crowd = Crowd { slots: Arc::new(Semaphore::new(limits.connections)), known: Mutex::default() };
    let (end, ending) = watch::channel(false);
    let mut open = JoinSet::new();
    let mut stop = pin!(stop);
    loop {
        let (stream, slot) = tokio::select! {
            accepted = crowd.accept(&listener) => accepted,
            () = &mut stop => break,
        };
        while open.try_join_next().is_some() {}
        let connection = crowd.add();
        let guarded = GuardedStream {
            stream,
            connection: connection.clone(),
            write_time: limits.write_time,
            stalled: None,
            _slot: slot,
        };
        open.spawn(converse(guarded, connection, limits, handler.clone(), ending.clone()));
    }
    drop(listener);
    end.send_replace(true);
    while open.join_next().await.is_some() {}
}

async fn converse<H, F>(
    stream: GuardedStream,
    connection: Connection,
    limits: ServingLimits,
    handler: H,
    mut ending: watch::Receiver<bool>,
) where
    H: Fn(Connection, Request) -> F + Send + Sync + 'static,
    F: Future<Output = Response> + Send + 'static,
{
    let served = connection.clone();
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let busy = served.begin();
        let answer = handler(served.clone(), request.map(Body::new));
        async move {
            let answer = answer.await;
            drop(busy);
            Ok::<_, Infallible>(answer)
        }
    });
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(limits.head_time).max_buf_size(HEAD);
    let mut serving = pin!(builder.serve_connection(TokioIo::new(stream), service).with_upgrades());
    let (mut asked, mut stopping) = (false, false);
    loop {
        tokio::select! {
            // An error is the end of the connection as well, and nobody is left to hear of it.
            _ = serving.as_mut() => return,
            () = connection.0.closing.notified(), if !asked => {
                asked = true;
                if connection.state().is_fresh {
                    return;
                }
                serving.as_mut().graceful_shutdown();
            }
            _ = ending.wait_for(|ending| *ending), if !stopping => {
                stopping = true;
                serving.as_mut().graceful_shutdown();
            }
        }
    }
}

/// The connections that are open.
struct Crowd {
    slots: Arc<Semaphore>,
    known: Mutex<Vec<Weak<Shared>>>,
}

impl Crowd {
    async fn accept(&self, listener: &TcpListener) -> (TcpStream, OwnedSemaphorePermit) {
        loop {
            match listener.accept().await {
                Ok((stream, _)) => {
                    // Without it the answer is only slower.
                    let _ = stream.set_nodelay(true);
                    return (stream, self.slot().await);
                }
                Err(_) => sleep(ACCEPT_PAUSE).await,
            }
        }
    }

    async fn slot(&self) -> OwnedSemaphorePermit {
        loop {
            if let Ok(slot) = Arc::clone(&self.slots).try_acquire_owned() {
                return slot;
            }
            self.make_room();
            if let Ok(Ok(slot)) = timeout(ROOM_PAUSE, Arc::clone(&self.slots).acquire_owned()).await {
                return slot;
            }
        }
    }

    /// Asks the connection to end that has waited longest for a request.
    fn make_room(&self) {
        let known = locked(&self.known);
        let open = known.iter().filter_map(Weak::upgrade).map(Connection);
        let waiting = open.filter(|connection| connection.state().is_waiting());
        if let Some(oldest) = waiting.min_by_key(|connection| connection.state().since) {
            oldest.state().is_asked_to_end = true;
            oldest.0.closing.notify_one();
        }
    }

    fn add(&self) -> Connection {
        let connection = Connection(Arc::new(Shared {
            cut: AtomicBool::new(false),
            closing: Notify::new(),
            state: Mutex::new(ConnectionState {
                is_fresh: true,
                is_asked_to_end: false,
                is_kept: false,
                requests: 0,
                since: Instant::now(),
            }),
            meter: Mutex::default(),
        }));
        let mut known = locked(&self.known);
        known.retain(|known| known.strong_count() > 0);
        known.push(Arc::downgrade(&connection.0));
        connection
    }
}

/// What a handler can do to the connection that a request came with.
#[derive(Clone, Debug)]
pub struct Connection(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    cut: AtomicBool,
    /// Rings when the connection is asked to make room.
    closing: Notify,
    state: Mutex<ConnectionState>,
    meter: Mutex<Option<Meter>>,
}

#[derive(Debug)]
struct ConnectionState {
    /// No request has come yet.
    is_fresh: bool,
    is_asked_to_end: bool,
    /// It is not to make room, since it has become something else than HTTP.
    is_kept: bool,
    /// Requests under way: one at the most in HTTP/1.
    requests: usize,
    /// When the last request ended, or the connection began.
    since: Instant,
}

impl ConnectionState {
    fn is_waiting(&self) -> bool {
        !self.is_asked_to_end && !self.is_kept && self.requests == 0 && self.since.elapsed() >= GRACE
    }
}

impl Connection {
    /// From now on nothing goes through, in either direction.
    pub fn cut(&self) {
        self.0.cut.store(true, Ordering::Relaxed);
    }

    /// The connection does not make room for others from now on.
    pub fn keep(&self) {
        self.state().is_kept = true;
    }

    /// Ready once the connection is asked to make room.
    pub async fn asked_to_end(&self) {
        self.0.closing.notified().await;
    }

    /// From now on bytes that are read count until [`Connection::taken`]; those that the budget does not have end the
    /// connection.
    pub fn meter(&self, budget: &Budget) {
        *locked(&self.0.meter) = Some(Meter { budget: budget.clone(), uncounted: 0, held: None });
    }

    /// What was read so far is dealt with.
    pub fn taken(&self) {
        if let Some(meter) = locked(&self.0.meter).as_mut() {
            meter.uncounted = 0;
            meter.held = None;
        }
    }

    fn state(&self) -> MutexGuard<'_, ConnectionState> {
        locked(&self.0.state)
    }

    fn begin(&self) -> Busy {
        let mut state = self.state();
        state.is_fresh = false;
        state.requests += 1;
        drop(state);
        Busy(self.clone())
    }

    fn check(&self) -> io::Result<()> {
        if self.0.cut.load(Ordering::Relaxed) { Err(io::ErrorKind::ConnectionReset.into()) } else { Ok(()) }
    }

    fn count(&self, bytes: usize) -> io::Result<()> {
        locked(&self.0.meter).as_mut().map_or(Ok(()), |meter| meter.count(bytes))
    }
}

/// A request under way.
struct Busy(Connection);

impl Drop for Busy {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.requests = state.requests.saturating_sub(1);
        state.since = Instant::now();
    }
}

/// Counts what a connection that is no longer HTTP reads.
#[derive(Debug)]
struct Meter {
    budget: Budget,
    uncounted: usize,
    held: Option<Held>,
}

impl Meter {
    fn count(&mut self, bytes: usize) -> io::Result<()> {
        let free = bytes.min(UNCOUNTED - self.uncounted);
        self.uncounted += free;
        if free == bytes {
            return Ok(());
        }
        let more = self.budget.take_now(bytes - free).ok_or(io::ErrorKind::OutOfMemory)?;
        match &mut self.held {
            Some(held) => held.add(more),
            None => self.held = Some(more),
        }
        Ok(())
    }
}

/// Bytes that may be held at a time by all connections together.
#[derive(Clone, Debug)]
pub struct Budget {
    room: Arc<Semaphore>,
    bytes: usize,
}

/// A part of a [`Budget`], given back when dropped.
#[derive(Debug)]
pub struct Held(OwnedSemaphorePermit);

impl Budget {
    /// A budget of so many bytes.
    pub fn new(bytes: usize) -> Self {
        let bytes = bytes.min(u32::MAX as usize);
        Self { room: Arc::new(Semaphore::new(bytes)), bytes }
    }

    /// So many bytes, or as many as there are at all; `None` where others hold them for too long.
    pub async fn take(&self, bytes: usize, patience: Duration) -> Option<Held> {
        let permit = Arc::clone(&self.room).acquire_many_owned(self.permits(bytes));
        timeout(patience, permit).await.ok()?.ok().map(Held)
    }

    /// The same without waiting.
    pub fn take_now(&self, bytes: usize) -> Option<Held> {
        Arc::clone(&self.room).try_acquire_many_owned(self.permits(bytes)).ok().map(Held)
    }

    fn permits(&self, bytes: usize) -> u32 {
        u32::try_from(bytes.min(self.bytes)).unwrap_or(u32::MAX)
    }
}

impl Held {
    /// Gives a part of it back.
    pub fn give_back(&mut self, bytes: usize) {
        drop(self.0.split(bytes.min(self.0.num_permits())));
    }

    /// Joins what was taken of the same budget.
    pub fn add(&mut self, other: Self) {
        self.0.merge(other.0);
    }
}

/// The lock, also after a panic of another holder: what is stored is whole after every statement.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A stream that can be cut, and whose reader may not stall.
struct GuardedStream {
    stream: TcpStream,
    connection: Connection,
    write_time: Duration,
    /// Runs while nothing can be written.
    stalled: Option<Pin<Box<Sleep>>>,
    /// The place among all connections.
    _slot: OwnedSemaphorePermit,
}

impl GuardedStream {
    /// What a write came to, unless it waits for too long.
    fn written(
        &mut self,
        context: &mut Context<'_>,
        poll: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        if poll.is_ready() {
            self.stalled = None;
            return poll;
        }
        let write_time = self.write_time;
        let stalled = self.stalled.get_or_insert_with(|| Box::pin(sleep(write_time)));
        stalled.as_mut().poll(context).map(|()| Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for GuardedStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.connection.check()?;
        let before = buffer.filled().len();
        let poll = Pin::new(&mut self.stream).poll_read(context, buffer);
        self.connection.count(buffer.filled().len() - before)?;
        poll
    }
}

impl AsyncWrite for GuardedStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.connection.check()?;
        let poll = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.written(context, poll)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.connection.check()?;
        let poll = Pin::new(&mut self.stream).poll_write_vectored(context, buffers);
        self.written(context, poll)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
