//! The client for programs that are not asynchronous.
//!
//! ```no_run
//! use airspec_models::client::blocking::Client;
//! use airspec_models::openai_gpt_image_2::{Request, Required};
//!
//! let client = Client::from_env()?;
//! let task = Request::builder(Required { positive_prompt: "a lighthouse".into(), width: 1024, height: 1024 }).build()?;
//! for image in client.run(&task)?.results {
//!     client.save(&image.image_url.unwrap_or_default(), "lighthouse.jpg")?;
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use super::{Error, Finished, Outcome, Progress, Settings, SetupError};
use crate::task::Task;
use crate::{Batch, Valid};
use std::fmt;
use std::path::Path;
use tokio::runtime::{Builder, Runtime};

/// As [`client::Client`](super::Client), but each call returns when it is done. Not for use within asynchronous code,
/// where a call panics.
pub struct Client {
    client: super::Client,
    runtime: Runtime,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.client.fmt(f)
    }
}

impl Client {
    /// As [`client::Client::from_env`](super::Client::from_env).
    ///
    /// # Errors
    /// No key, or one that no header can carry.
    pub fn from_env() -> Result<Self, SetupError> {
        super::Client::from_env().and_then(Self::around)
    }

    /// As [`client::Client::from_env_with`](super::Client::from_env_with).
    ///
    /// # Errors
    /// No key, or settings that cannot be used.
    pub fn from_env_with(settings: Settings) -> Result<Self, SetupError> {
        super::Client::from_env_with(settings).and_then(Self::around)
    }

    /// As [`client::Client::new`](super::Client::new).
    ///
    /// # Errors
    /// A key that no header can carry, or settings that cannot be used.
    pub fn new(key: &str, settings: Settings) -> Result<Self, SetupError> {
        super::Client::new(key, settings).and_then(Self::around)
    }

    fn around(client: super::Client) -> Result<Self, SetupError> {
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| SetupError::Http(error.to_string()))?;
        Ok(Self { client, runtime })
    }

    /// As [`client::Client::run`](super::Client::run).
    ///
    /// # Errors
    /// Why there is no result.
    pub fn run<T: Task>(&self, task: &Valid<T>) -> Result<Finished<T::Answer>, Error> {
        self.runtime.block_on(self.client.run(task))
    }

    /// As [`client::Client::run_with`](super::Client::run_with).
    ///
    /// # Errors
    /// Why there is no result.
    pub fn run_with<T: Task>(
        &self,
        task: &Valid<T>,
        tell: impl FnMut(Progress<'_>) + Send,
    ) -> Result<Finished<T::Answer>, Error> {
        self.runtime.block_on(self.client.run_with(task, tell))
    }

    /// As [`client::Client::run_batch`](super::Client::run_batch).
    pub fn run_batch<T: Task>(&self, batch: &Batch<T>) -> Vec<Outcome<T::Answer>> {
        self.runtime.block_on(self.client.run_batch(batch))
    }

    /// As [`client::Client::submit`](super::Client::submit).
    ///
    /// # Errors
    /// Why the task was not accepted.
    pub fn submit<T: Task>(&self, task: &Valid<T>) -> Result<Option<Finished<T::Answer>>, Error> {
        self.runtime.block_on(self.client.submit(task))
    }

    /// As [`client::Client::collect`](super::Client::collect).
    ///
    /// # Errors
    /// Why there is no result.
    pub fn collect<T: Task>(&self, task: &Valid<T>) -> Result<Finished<T::Answer>, Error> {
        self.runtime.block_on(self.client.collect(task))
    }

    /// As [`client::Client::save`](super::Client::save).
    ///
    /// # Errors
    /// Why there is no file.
    pub fn save(&self, address: &str, path: impl AsRef<Path> + Send) -> Result<u64, Error> {
        self.runtime.block_on(self.client.save(address, path))
    }
}
