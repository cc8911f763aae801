//! A mock for tests and examples: one line to start, gone when it is dropped.

use super::engine::Engine;
use super::front_axum::Server;
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

    /// What answers.
    #[must_use]
    pub fn engine(&self) -> &Arc<Engine> {
        &self.engine
    }
}
