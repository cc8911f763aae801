//! A mock for tests and examples: one line to start, gone when it is dropped.

use super::engine::Engine;
use super::front_axum::Server;
use super::state::violations::RequestViolation;
use std::io;
use std::net::Ipv4Addr;
use std::sync::Arc;
use tokio::task::JoinSet;

/// A [`Server`] that runs in the background while this is held. Each has a free port of its own.
#[derive(Debug)]
pub struct Mock {
    url: String,
    socket_url: String,
    engine: Arc<Engine>,
    /// Ends what runs in it when dropped.
    _running: JoinSet<io::Result<()>>,
}

impl Mock {
    /// Starts a server on a free port of the loopback interface.
    ///
    /// # Errors
    /// No port is free.
    pub async fn start(engine: impl Into<Arc<Engine>>) -> io::Result<Self> {
        let server = Server::bind(engine, (Ipv4Addr::LOCALHOST, 0).into()).await?;
        let (url, socket_url, engine) = (server.url(), server.socket_url(), Arc::clone(server.engine()));
        let mut running = JoinSet::new();
        running.spawn(server.run(std::future::pending(), |_| ()));
        Ok(Self { url, socket_url, engine, _running: running })
    }

    /// The full endpoint, such as `http://127.0.0.1:41234/v1`.
    #[must_use]
    pub fn url(&self) -> String {
        self.url.clone()
    }

    /// The endpoint for WebSocket, such as `ws://127.0.0.1:41234/v1`.
    #[must_use]
    pub fn socket_url(&self) -> String {
        self.socket_url.clone()
    }

    /// What requests broke so far; see [`Engine::violations`].
    #[must_use]
    pub fn violations(&self) -> Vec<RequestViolation> {
        self.engine.violations()
    }

    /// Makes sure that no request broke the spec: the last line of a test.
    ///
    /// ```
    /// # use airspec_mock::{Engine, Mock, Settings};
    /// # let (_, text) = airspec_spec::documents()[0];
    /// # let model = airspec_spec::read(&airspec_spec::Source::new("spec", text)).unwrap();
    /// # let _ = rustls::crypto::ring::default_provider().install_default();
    /// # tokio::runtime::Runtime::new()?.block_on(async {
    /// let mock = Mock::start(Engine::new(model, Settings::default())?).await?;
    /// // The application under test uses `mock.url()`. This one sends a poll.
    /// let request = reqwest::Client::new().post(mock.url()).bearer_auth("any key");
    /// let request = request.header("content-type", "application/json");
    /// request.body(r#"[{"taskType": "getResponse", "taskUUID": "1b4e28ba-2fa1-41d2-883f-0016d3cca427"}]"#).send().await?;
    /// mock.assert_no_violations();
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// # })?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Panics
    /// A request did; the message lists the violations.
    #[track_caller]
    pub fn assert_no_violations(&self) {
        self.engine.assert_no_violations();
    }

    /// What answers.
    #[must_use]
    pub fn engine(&self) -> &Arc<Engine> {
        &self.engine
    }
}
