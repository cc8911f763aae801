//! A proxy in front of one server: requests and answers pass unchanged, and copies of them are judged beside the path.
//!
//! Bodies pass piece by piece. Of each a copy is kept, within [`MAX_BODY`], and of all together within
//! [`Settings::held_bytes`]; what does not fit is not judged. Copies go to the judge, which has a thread of its own, by a
//! channel of [`MAX_WAITING`] exchanges: when it is full, the exchange is not judged, and counted.
//!
//! With [`Guarding`], requests are held until they are judged, and the proxy answers some of them itself.
//!
//! Three headers differ from those of the client: `Host` names the target, headers about the connection belong to each
//! connection, and `Accept-Encoding` asks for no compression that the judge cannot read.

mod caller;
mod copy;
mod dialogue;
mod flight;
mod forward;
mod guard;
mod held;
mod judge;
mod ledger;
mod link;
mod record;
mod sniffer;
mod tunnel;
mod upstream;
mod webhook;

pub use crate::exchange::MAX_BODY;
pub use caller::Caller;
pub use judge::{Judge, Judged};
pub(crate) use ledger::Reservation;
pub use ledger::{Ledger, Spending};
pub use record::{RecordError, Recorder};
pub use upstream::{Target, TargetError};

use airspec_mock::EngineError;
use airspec_mock::serving::{self, Budget, ServingLimits};
use airspec_suite::run::Usd;
use forward::App;
use guard::Guard;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;
use webhook::Listener;
pub use webhook::{Webhook, WebhookError};

/// So many exchanges, and messages of a WebSocket, wait for the judge at a time.
pub const MAX_WAITING: usize = 4_000;
/// How long open requests may take to end once the proxy is to stop.
const SHUTDOWN_GRACE: Duration = Duration::from_secs(5);

/// How the proxy forwards.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How long a connection to the target may take, and how long nothing may come of an answer.
    pub timeout: Duration,
    /// How long a client may send nothing of a body.
    pub upload_time: Duration,
    /// Connections of clients at a time.
    pub connections: usize,
    /// How many bytes of all bodies are kept at a time, to be judged.
    pub held_bytes: usize,
    /// Certificates to trust, beside those of the system: a PEM file.
    pub ca_file: Option<PathBuf>,
    /// Which requests are held until they are judged.
    pub guarding: Guarding,
    /// Takes the calls of webhooks, too.
    pub webhook: Option<Webhook>,
}

/// Which requests the proxy holds until they are judged. By default none: the judge is beside the path.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Guarding {
    /// Requests that break the spec are answered as the API does, and not forwarded.
    pub enforce: bool,
    /// The most that all forwarded requests may cost together.
    pub budget: Option<Usd>,
    /// Answers get a header with the findings about their request.
    pub warn_header: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(600),
            upload_time: Duration::from_secs(30),
            connections: 1_024,
            held_bytes: 256 << 20,
            ca_file: None,
            guarding: Guarding::default(),
            webhook: None,
        }
    }
}

/// A proxy that listens, and forwards once it is [run](Proxy::run).
#[derive(Debug)]
pub struct Proxy {
    listener: TcpListener,
    address: SocketAddr,
    app: Arc<App>,
    end: watch::Sender<bool>,
    connections: usize,
    webhook: Option<Listener>,
}

/// A part of the room for copies that those of files may take: one in so many.
const FILES: usize = 4;

/// Why there is no proxy.
#[derive(Debug, thiserror::Error)]
pub enum ProxyError {
    /// The target cannot be used.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// The application cannot be called.
    #[error(transparent)]
    Webhook(#[from] WebhookError),
    /// The specs cannot judge requests in the path.
    #[error(transparent)]
    Specs(#[from] EngineError),
    /// The address is taken, or not of this machine.
    #[error("cannot listen on {address}: {error}; port 0 selects a free port")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// The system's reason.
        error: io::Error,
    },
}

impl Proxy {
    /// Listens on an address; port 0 takes a free one. Exchanges go to the judge.
    ///
    /// # Errors
    /// An address that cannot be listened on, certificates that cannot be read.
    pub async fn bind(
        address: SocketAddr,
        target: Target,
        settings: &Settings,
        judge: &Judge,
    ) -> Result<Self, ProxyError> {
        let taken = |error| ProxyError::Listen { address, error };
        let client = upstream::client(&target, settings)?;
        let guard = Guard::new(judge.specs(), settings.guarding)?;
        let listener = TcpListener::bind(address).await.map_err(taken)?;
        let bound = listener.local_addr().map_err(taken)?;
        let webhook = match &settings.webhook {
            Some(webhook) => Some(Listener::bind(webhook, settings, judge).await?),
            None => None,
        };
        let (end, ending) = watch::channel(false);
        let of_files = settings.held_bytes / FILES;
        let app = App {
            target,
            client,
            judge: judge.sender(),
            room: Budget::new(settings.held_bytes - of_files),
            file_room: Budget::new(of_files),
            timeout: settings.timeout,
            upload_time: settings.upload_time,
            tunnels: Mutex::default(),
            ending,
            guard: guard.map(Arc::new),
        };
        let connections = settings.connections;
        Ok(Self { listener, address: bound, app: Arc::new(app), end, connections, webhook })
    }

    /// The URL that takes the calls of webhooks, where there is one.
    #[must_use]
    pub fn webhook_url(&self) -> Option<String> {
        self.webhook.as_ref().map(Listener::url)
    }

    /// What forwarded requests have cost, where there is a limit.
    #[must_use]
    pub fn ledger(&self) -> Option<Arc<Ledger>> {
        self.app.guard.as_ref()?.ledger.clone()
    }

    /// The URL that clients use in the place of the target's.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}{}", self.address, self.app.target.path())
    }

    /// Forwards until `stop` is ready; then lets open requests end, for five seconds at the most.
    pub async fn run(self, stop: impl Future<Output = ()> + Send + 'static) {
        let limits = ServingLimits {
            connections: self.connections,
            head_time: Duration::from_secs(30),
            write_time: self.app.timeout,
        };
        let Self { listener, app, end, webhook, .. } = self;
        let mut ending = app.ending.clone();
        let stopped = async move {
            stop.await;
            end.send_replace(true);
        };
        let overtime = async {
            // An error says that nobody waits any more: serving has ended.
            if ending.wait_for(|ending| *ending).await.is_err() {
                std::future::pending::<()>().await;
            }
            tokio::time::sleep(SHUTDOWN_GRACE).await;
        };
        let served = Arc::clone(&app);
        let handler = move |connection, request| forward::forward(Arc::clone(&served), connection, request);
        let mut ending_calls = app.ending.clone();
        let calls = async move {
            let Some(webhook) = webhook else { return };
            webhook
                .run(limits, async move {
                    // An error says the same: the proxy has ended.
                    let _ = ending_calls.wait_for(|ending| *ending).await;
                })
                .await;
        };
        tokio::select! {
            _ = async { tokio::join!(serving::serve(listener, limits, stopped, handler), calls) } => {}
            () = overtime => {}
        }
        // They end at once, and what they have seen is known to the judge then.
        let mut tunnels = std::mem::take(&mut *app.tunnels.lock().unwrap_or_else(PoisonError::into_inner));
        while tunnels.join_next().await.is_some() {}
    }
}
