//! Downloads of result files: streamed, with limits for size and time, and never left incomplete.

use super::Client;
use super::backoff::{is_passing, pause};
use super::error::{Connection, Error};
use super::http::{asked, lost};
use super::url::bare;
use crate::Uuid;
use reqwest::Response;
use reqwest::header::{CONTENT_RANGE, CONTENT_TYPE, LOCATION};
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::fs::File;
use tokio::io::{AsyncWrite, AsyncWriteExt as _};
use tokio::time::{Instant, sleep, timeout_at};

/// The status of an answer with the file.
const GOOD: u16 = 200;
/// The status of an answer with a part of the file, or with all of it.
const PARTIAL: u16 = 206;
/// The status of a file that is not there, or not there yet.
const MISSING: u16 = 404;

/// A download in progress.
///
/// ```no_run
/// # async fn example(client: airspec_models::client::Client, url: &str) -> Result<(), airspec_models::client::Error> {
/// let mut download = client.download(url).await?;
/// println!("{:?} bytes of {:?}", download.size(), download.media_type());
/// while let Some(bytes) = download.chunk().await? {
///     println!("{} more", bytes.len());
/// }
/// # Ok(())
/// # }
/// ```
pub struct Download {
    response: Response,
    limit: u64,
    read: u64,
    deadline: Instant,
    time: Duration,
}

impl Client {
    /// Starts the download of a file. The key is not sent.
    ///
    /// # Errors
    /// The URL is not valid or not allowed, the status is not 200, or there is no answer in time. A file that is not there
    /// (404) is asked for again, since a fresh link can be early. To try again,
    /// download the same URL: the image is already paid for. Do not send the task again.
    pub async fn download(&self, url: &str) -> Result<Download, Error> {
        let mut attempt = 0;
        loop {
            match self.open(url).await {
                Ok(download) => return Ok(download),
                Err((error, asked)) => self.pause_before(attempt, error, asked).await?,
            }
            attempt += 1;
        }
    }

    /// Downloads a file to a path and returns its size in bytes. It replaces an existing file only when the download is
    /// complete: until then, the data is in a temporary file in the same folder, which is removed if the download
    /// fails or the future is dropped. An empty file is an error.
    ///
    /// # Errors
    /// The same as [`download`](Self::download); also if the connection is lost on every attempt, if the file is
    /// empty, or if it cannot be written. To try again, download the same URL: the image is already paid for.
    pub async fn save(&self, url: &str, path: impl AsRef<Path> + Send) -> Result<u64, Error> {
        self.save_with(url, path, |_, _| {}).await
    }

    /// The same as [`save`](Self::save). `on_progress` is called with the number of bytes so far and the total, if
    /// known.
    ///
    /// # Errors
    /// The same as [`save`](Self::save).
    pub async fn save_with(
        &self,
        url: &str,
        path: impl AsRef<Path> + Send,
        mut on_progress: impl FnMut(u64, Option<u64>) + Send,
    ) -> Result<u64, Error> {
        let path = path.as_ref().to_owned();
        let mut attempt = 0;
        loop {
            let failure = match self.open(url).await {
                Ok(download) => match download.into_place(&path, &mut on_progress).await {
                    Ok(size) => return Ok(size),
                    Err(error) => (error, None),
                },
                Err(failure) => failure,
            };
            self.pause_before(attempt, failure.0, failure.1).await?;
            attempt += 1;
        }
    }

    /// Waits before the next attempt, or returns the error if there is none.
    pub(super) async fn pause_before(
        &self,
        attempt: u32,
        error: Error,
        asked: Option<Duration>,
    ) -> Result<(), Error> {
        let may_pass = match &error {
            // An empty file with status 200, or no file: the service may not have stored it yet.
            Error::File { status: Some(status), .. } => {
                is_passing(*status) || matches!(*status, GOOD | PARTIAL | MISSING)
            }
            Error::Download(cause) => !matches!(**cause, Error::TooLarge { .. }),
            _ => false,
        };
        match pause(&self.inner.settings, attempt, asked).filter(|_| may_pass) {
            Some(pause) => {
                sleep(pause).await;
                Ok(())
            }
            None => Err(error),
        }
    }

    /// One attempt to start a download. An error comes with the `Retry-After` of the server.
    pub(super) async fn open(&self, url: &str) -> Result<Download, (Error, Option<Duration>)> {
        let settings = &self.inner.settings;
        let (time, limit) = (settings.timeout, settings.file_limit);
        let deadline = Instant::now() + time;
        let response = match timeout_at(deadline, self.follow(url)).await {
            Ok(response) => response.map_err(|error| (error.of_download(), None))?,
            Err(_) => return Err((Error::TimedOut(time).of_download(), None)),
        };
        let status = response.status().as_u16();
        if status != GOOD && !(status == PARTIAL && is_whole(&response)) {
            let reason = format!("{} answers HTTP {status}", bare(url));
            return Err((Error::File { status: Some(status), reason }, asked(&response)));
        }
        if response.content_length().is_some_and(|size| size > limit) {
            return Err((Error::TooLarge { limit }.of_download(), None));
        }
        Ok(Download { response, limit, read: 0, deadline, time })
    }

    /// The answer for a file, after redirects. Only the redirect from http to https is followed here: the HTTP client for http
    /// has no certificates.
    async fn follow(&self, url: &str) -> Result<Response, Error> {
        let (http, settings) = (&self.inner.http, &self.inner.settings);
        let response = http.get(url, settings)?.send().await.map_err(lost)?;
        if !response.status().is_redirection() {
            return Ok(response);
        }
        let location = response.headers().get(LOCATION).and_then(|location| location.to_str().ok());
        match location.and_then(|location| response.url().join(location).ok()) {
            Some(next) if next.scheme() == "https" && response.url().scheme() == "http" => {
                http.get(next.as_str(), settings)?.send().await.map_err(lost)
            }
            _ => Ok(response),
        }
    }
}

/// Whether an answer with a part of a file has all of it, although nobody asked for a part.
fn is_whole(response: &Response) -> bool {
    let Some(range) = response.headers().get(CONTENT_RANGE) else { return true };
    let range = range.to_str().ok().and_then(|range| range.trim().strip_prefix("bytes 0-")?.split_once('/'));
    let last_and_size = range.and_then(|(last, size)| last.parse::<u64>().ok().zip(size.parse::<u64>().ok()));
    last_and_size.is_some_and(|(last, size)| last.checked_add(1) == Some(size))
}

/// Without the URL, whose query may be secret.
impl fmt::Debug for Download {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a download of which {} bytes have arrived", self.read)
    }
}

impl Download {
    /// The size of the file in bytes, if the server sends it.
    #[must_use]
    pub fn size(&self) -> Option<u64> {
        self.response.content_length()
    }

    /// The media type that the server sends, such as `image/png`.
    #[must_use]
    pub fn media_type(&self) -> Option<&str> {
        self.response.headers().get(CONTENT_TYPE)?.to_str().ok()
    }

    /// The next bytes; `None` at the end of the file.
    ///
    /// # Errors
    /// The connection is lost, or the file exceeds the size limit or the time limit.
    pub async fn chunk(&mut self) -> Result<Option<Vec<u8>>, Error> {
        let url = self.response.url().clone();
        let chunk = match timeout_at(self.deadline, self.response.chunk()).await {
            Ok(chunk) => chunk.map_err(|error| lost(error.with_url(url)).of_download())?,
            Err(_) => return Err(Error::TimedOut(self.time).of_download()),
        };
        if let Some(chunk) = &chunk {
            self.read += chunk.len() as u64;
            if self.read > self.limit {
                return Err(Error::TooLarge { limit: self.limit }.of_download());
            }
        }
        Ok(chunk.map(Vec::from))
    }

    /// Writes all bytes and returns their number.
    ///
    /// # Errors
    /// The same as [`chunk`](Self::chunk); also if the writer fails. The bytes written before stay written.
    pub async fn write_to(mut self, writer: &mut (impl AsyncWrite + Unpin + Send)) -> Result<u64, Error> {
        self.copy(writer, "", &mut |_, _| {}).await
    }

    async fn copy(
        &mut self,
        writer: &mut (impl AsyncWrite + Unpin + Send),
        path: &str,
        on_progress: &mut (impl FnMut(u64, Option<u64>) + Send),
    ) -> Result<u64, Error> {
        let size = self.size();
        while let Some(chunk) = self.chunk().await? {
            writer.write_all(&chunk).await.map_err(|error| unwritten(path, &error))?;
            on_progress(self.read, size);
        }
        if size.is_some_and(|size| size != self.read) {
            let url = bare(self.response.url().as_str());
            let reason = "the file is shorter than its content-length".to_owned();
            return Err(Error::ConnectionLost(Connection { url, reason, source: None }).of_download());
        }
        writer.flush().await.map_err(|error| unwritten(path, &error))?;
        Ok(self.read)
    }

    /// Writes all bytes to a temporary file, then renames it.
    async fn into_place(
        mut self,
        path: &Path,
        on_progress: &mut (impl FnMut(u64, Option<u64>) + Send),
    ) -> Result<u64, Error> {
        let shown = path.display().to_string();
        let fail = |error: std::io::Error| unwritten(&shown, &error);
        let part = Part::beside(path).ok_or_else(|| fail(std::io::ErrorKind::InvalidFilename.into()))?;
        // Synchronous: another thread could create it after `part` is dropped.
        let mut file = std::fs::File::create_new(&part.0).map(File::from_std).map_err(fail)?;
        let size = self.copy(&mut file, &shown, on_progress).await?;
        if size == 0 {
            // An existing file is not replaced by an empty one.
            return Err(Error::File { status: Some(GOOD), reason: "the file is empty".to_owned() });
        }
        file.sync_all().await.map_err(fail)?;
        drop(file);
        tokio::fs::rename(&part.0, path).await.map_err(fail)?;
        Ok(size)
    }
}

/// A temporary file, removed when dropped. After the rename this has no effect.
pub(super) struct Part(PathBuf);

impl Part {
    /// A random name in the same folder, so that the rename is atomic.
    pub(super) fn beside(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_string_lossy().into_owned();
        let start: String = name.chars().take(40).collect();
        Some(Self(path.with_file_name(format!(".{start}.{}.part", Uuid::new_v4()))))
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        // It does not exist after the rename.
        let _ = std::fs::remove_file(&self.0);
    }
}

pub(super) fn unwritten(path: &str, error: &std::io::Error) -> Error {
    let path = if path.is_empty() { "the downloaded bytes".to_owned() } else { path.to_owned() };
    Error::Write { path, reason: error.to_string() }
}
