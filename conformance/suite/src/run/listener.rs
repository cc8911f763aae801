//! The runner's own address on this machine, which servers are asked to call.

use super::RunError;
use crate::oracle::behaviour::CALL_QUERY;
use crate::oracle::observation::Call;
use axum::Router;
use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::http::header::CONTENT_TYPE;
use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout_at};

/// How much of a call's body is read.
const LIMIT: usize = 64 << 20;
/// How many calls are kept for one address; more are counted by no rule.
const KEPT: usize = 100;

/// Records calls by the path that they go to; stops when dropped.
#[derive(Debug)]
pub(super) struct Listener {
    address: SocketAddr,
    calls: Arc<Calls>,
    server: JoinHandle<()>,
}

#[derive(Debug, Default)]
struct Calls {
    /// By path. Only paths that were handed out are listened to.
    received: Mutex<HashMap<String, Vec<Call>>>,
    news: Notify,
}

impl Listener {
    pub(super) async fn start() -> Result<Self, RunError> {
        let refused = |error: std::io::Error| RunError::Start(format!("no address to listen on: {error}"));
        let socket = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(refused)?;
        let address = socket.local_addr().map_err(refused)?;
        let calls = Arc::new(Calls::default());
        let server = tokio::spawn(serve(socket, Arc::clone(&calls)));
        Ok(Self { address, calls, server })
    }

    /// An address of its own for one case.
    pub(super) fn hand_out(&self, id: &str) -> Mailbox<'_> {
        let path = format!("/{id}");
        self.calls.lock().insert(path.clone(), Vec::new());
        Mailbox { listener: self, path }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// The address of one case.
#[derive(Debug)]
pub(super) struct Mailbox<'a> {
    listener: &'a Listener,
    path: String,
}

impl Mailbox<'_> {
    pub(super) fn address(&self) -> String {
        format!("http://{}{}?{CALL_QUERY}", self.listener.address, self.path)
    }

    /// The calls: waits for as many as are wanted, then a moment longer for one too many.
    pub(super) async fn collect(self, wanted: usize, wait: Duration) -> Vec<Call> {
        self.wait_for(wanted, Instant::now() + wait).await;
        self.wait_for(wanted + 1, Instant::now() + (wait / 20).min(Duration::from_millis(100))).await;
        self.listener.calls.lock().remove(&self.path).unwrap_or_default()
    }

    async fn wait_for(&self, wanted: usize, until: Instant) {
        loop {
            let news = self.listener.calls.news.notified();
            let mut news = std::pin::pin!(news);
            // Registered before looking, or a call in between would be missed.
            news.as_mut().enable();
            let received = self.listener.calls.lock().get(&self.path).map_or(0, Vec::len);
            if received >= wanted || timeout_at(until, news).await.is_err() {
                return;
            }
        }
    }
}

impl Calls {
    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Vec<Call>>> {
        self.received.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, path: &str, call: Call) {
        if let Some(calls) = self.lock().get_mut(path)
            && calls.len() < KEPT
        {
            calls.push(call);
        }
        self.news.notify_waiters();
    }
}

async fn serve(socket: TcpListener, calls: Arc<Calls>) {
    let service = Router::new().fallback(answer).with_state(calls);
    // Never ends by itself, and is aborted with its run.
    let _ = axum::serve(socket, service).await;
}

async fn answer(State(calls): State<Arc<Calls>>, request: Request) -> &'static str {
    let (head, body) = request.into_parts();
    let content_type =
        head.headers.get(CONTENT_TYPE).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    let body = to_bytes(body, LIMIT).await.map(|body| body.to_vec()).map_err(|error| error.to_string());
    let query = head.uri.query().map(str::to_owned);
    calls.add(head.uri.path(), Call { method: head.method.to_string(), query, content_type, body });
    "{}"
}
