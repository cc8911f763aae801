//! The client for synchronous programs.
//!
//! ```no_run
//! use airspec_models::client::blocking::Client;
//! use airspec_models::openai_gpt_image_2::{Request, Required};
//!
//! let client = Client::from_env()?;
//! let positive_prompt = "a lighthouse".into();
//! let task = Request::builder(Required { positive_prompt, width: 1024, height: 1024 }).build()?;
//! let finished = client.run(&task)?;
//! client.save_result(&finished.results[0], "lighthouse.jpg")?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use super::{Error, Finished, Outcome, Progress, Settings, SetupError};
use crate::task::Task;
use crate::{Batch, ResultItem, Uuid, Valid};
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

    /// The same as [`client::Client::collect_by_id`](super::Client::collect_by_id).
    ///
    /// # Errors
    /// The task has no result.
    pub fn collect_by_id<T: Task>(&self, task: &Uuid, results: u64) -> Result<Finished<T::Answer>, Error> {
        self.runtime.block_on(self.client.collect_by_id::<T>(task, results))
    }

    /// The same as [`client::Client::bytes`](super::Client::bytes).
    ///
    /// # Errors
    /// The result has no file, or it could not be downloaded or decoded.
    pub fn bytes<R: ResultItem + Sync + ?Sized>(&self, result: &R) -> Result<Vec<u8>, Error> {
        self.runtime.block_on(self.client.bytes(result))
    }

    /// The same as [`client::Client::save_result`](super::Client::save_result).
    ///
    /// # Errors
    /// The file could not be downloaded, decoded or written.
    pub fn save_result<R: ResultItem + Sync + ?Sized>(
        &self,
        result: &R,
        path: impl AsRef<Path> + Send,
    ) -> Result<u64, Error> {
        self.runtime.block_on(self.client.save_result(result, path))
    }

    /// The same as [`client::Client::save`](super::Client::save).
    ///
    /// # Errors
    /// The file could not be downloaded or written.
    pub fn save(&self, url: &str, path: impl AsRef<Path> + Send) -> Result<u64, Error> {
        self.runtime.block_on(self.client.save(url, path))
    }
}
