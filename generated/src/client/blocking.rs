//! The client for synchronous programs.
//!
//! ```no_run
//! use airspec_models::client::blocking::Client;
//! use airspec_models::openai_gpt_image_2::{Request, Required};
//!
//! let client = Client::from_env()?;
//! let task = Request::builder(Required { positive_prompt: "a lighthouse".into(), width: 1024, height: 1024 }).build()?;
//! let image = client.run(&task)?.results.remove(0);
//! let url = image.image_url.as_deref().ok_or("the result has no imageURL")?;
//! client.save(url, "lighthouse.jpg")?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use super::{Error, Finished, Outcome, Progress, Settings, SetupError};
use crate::task::Task;
use crate::{Batch, Valid};
use std::fmt;
use std::path::Path;
use tokio::runtime::{Builder, Runtime};

/// The same methods as [`client::Client`](super::Client), except `download`, `save_with` and `run_batch_with`. Each
/// call blocks. Do not call it in async code: it panics.
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
    /// The same as [`client::Client::from_env`](super::Client::from_env).
    ///
    /// # Errors
    /// There is no key, or it contains characters that an HTTP header cannot contain.
    pub fn from_env() -> Result<Self, SetupError> {
        super::Client::from_env().and_then(Self::around)
    }

    /// The same as [`client::Client::from_env_with`](super::Client::from_env_with).
    ///
    /// # Errors
    /// There is no valid key, or the settings are not valid.
    pub fn from_env_with(settings: Settings) -> Result<Self, SetupError> {
        super::Client::from_env_with(settings).and_then(Self::around)
    }

    /// The same as [`client::Client::new`](super::Client::new).
    ///
    /// # Errors
    /// The key or the settings are not valid.
    pub fn new(key: &str, settings: Settings) -> Result<Self, SetupError> {
        super::Client::new(key, settings).and_then(Self::around)
    }

    fn around(client: super::Client) -> Result<Self, SetupError> {
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| SetupError::Http(error.to_string()))?;
        Ok(Self { client, runtime })
    }

    /// The same as [`client::Client::run`](super::Client::run).
    ///
    /// # Errors
    /// The task has no result.
    pub fn run<T: Task>(&self, task: &Valid<T>) -> Result<Finished<T::Answer>, Error> {
        self.runtime.block_on(self.client.run(task))
    }

    /// The same as [`client::Client::run_with`](super::Client::run_with).
    ///
    /// # Errors
    /// The task has no result.
    pub fn run_with<T: Task>(
        &self,
        task: &Valid<T>,
        on_progress: impl FnMut(Progress<'_>) + Send,
    ) -> Result<Finished<T::Answer>, Error> {
        self.runtime.block_on(self.client.run_with(task, on_progress))
    }

    /// The same as [`client::Client::run_batch`](super::Client::run_batch).
    pub fn run_batch<T: Task>(&self, batch: &Batch<T>) -> Vec<Outcome<T::Answer>> {
        self.runtime.block_on(self.client.run_batch(batch))
    }

    /// The same as [`client::Client::submit`](super::Client::submit).
    ///
    /// # Errors
    /// The task was not accepted, or its outcome is not known.
    pub fn submit<T: Task>(&self, task: &Valid<T>) -> Result<Option<Finished<T::Answer>>, Error> {
        self.runtime.block_on(self.client.submit(task))
    }

    /// The same as [`client::Client::collect`](super::Client::collect).
    ///
    /// # Errors
    /// The task has no result.
    pub fn collect<T: Task>(&self, task: &Valid<T>) -> Result<Finished<T::Answer>, Error> {
        self.runtime.block_on(self.client.collect(task))
    }

    /// The same as [`client::Client::save`](super::Client::save).
    ///
    /// # Errors
    /// The file could not be downloaded or written.
    pub fn save(&self, url: &str, path: impl AsRef<Path> + Send) -> Result<u64, Error> {
        self.runtime.block_on(self.client.save(url, path))
    }
}
