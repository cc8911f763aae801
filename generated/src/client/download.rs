//! Files that results point to: streamed, within a limit of bytes and of time, and never half in place.

use super::Client;
use super::address::bare;
use super::backoff::{is_passing, pause};
use super::error::Error;
use super::http::{asked, lost};
use crate::Uuid;
use reqwest::Response;
use reqwest::header::{CONTENT_TYPE, LOCATION};
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::fs::File;
use tokio::io::{AsyncWrite, AsyncWriteExt as _};
use tokio::time::{Instant, sleep, timeout_at};

/// The status of an answer that is the file.
const GOOD: u16 = 200;

/// A file on its way.
///
/// ```no_run
/// # async fn example(client: airspec_models::client::Client, address: &str) -> Result<(), airspec_models::client::Error> {
/// let mut download = client.download(address).await?;
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
    /// Opens a file. The key is not sent: the address can be anyone's.
    ///
    /// # Errors
    /// An address that is no link, a status other than 200, no answer in time.
    pub async fn download(&self, address: &str) -> Result<Download, Error> {
        let mut attempt = 0;
        loop {
            match self.open(address).await {
                Ok(download) => return Ok(download),
                Err((error, asked)) => self.pause_before(attempt, error, asked).await?,
            }
            attempt += 1;
        }
    }

    /// Downloads a file to a path, in place of what is there. Until all of it has arrived it has another name in the
    /// same folder, which is removed when it does not arrive, or is no longer waited for. An empty file is none.
    ///
    /// # Errors
    /// As [`download`](Self::download), a connection that keeps breaking, an empty file, one that cannot be written.
    pub async fn save(&self, address: &str, path: impl AsRef<Path> + Send) -> Result<u64, Error> {
        self.save_with(address, path, |_, _| {}).await
    }

    /// As [`save`](Self::save); `tell` hears of the bytes so far, and of all that there are where that is known.
    ///
    /// # Errors
    /// As [`save`](Self::save).
    pub async fn save_with(
        &self,
        address: &str,
        path: impl AsRef<Path> + Send,
        mut tell: impl FnMut(u64, Option<u64>) + Send,
    ) -> Result<u64, Error> {
        let path = path.as_ref().to_owned();
        let mut attempt = 0;
        loop {
            let failure = match self.open(address).await {
                Ok(download) => match download.into_place(&path, &mut tell).await {
                    Ok(size) => return Ok(size),
                    Err(error) => (error, None),
                },
                Err(failure) => failure,
            };
            self.pause_before(attempt, failure.0, failure.1).await?;
            attempt += 1;
        }
    }

    /// Waits for the next attempt, or tells that there is none.
    async fn pause_before(&self, attempt: u32, error: Error, asked: Option<Duration>) -> Result<(), Error> {
        let may_pass = match &error {
            // A good status of an empty file, which may be being written.
            Error::File { status: Some(status), .. } => is_passing(*status) || *status == GOOD,
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

    /// One attempt to open a file, with the pause that the server asks for.
    async fn open(&self, address: &str) -> Result<Download, (Error, Option<Duration>)> {
        let settings = &self.inner.settings;
        let (time, limit) = (settings.timeout, settings.file_limit);
        let deadline = Instant::now() + time;
        let response = match timeout_at(deadline, self.follow(address)).await {
            Ok(response) => response.map_err(|error| (error.of_download(), None))?,
            Err(_) => return Err((Error::TimedOut(time).of_download(), None)),
        };
        let status = response.status().as_u16();
        if status != GOOD {
            let reason = format!("{} answers HTTP {status}", bare(address));
            return Err((Error::File { status: Some(status), reason }, asked(&response)));
        }
        if response.content_length().is_some_and(|size| size > limit) {
            return Err((Error::TooLarge { limit }.of_download(), None));
        }
        Ok(Download { response, limit, read: 0, deadline, time })
    }

    /// The answer for a file, wherever it is. Only the step from http to https is taken here: the HTTP client for the
    /// one knows no certificates.
    async fn follow(&self, address: &str) -> Result<Response, Error> {
        let (http, settings) = (&self.inner.http, &self.inner.settings);
        let response = http.get(address, settings)?.send().await.map_err(lost)?;
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

/// Without the address, whose query may be secret.
impl fmt::Debug for Download {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a download of which {} bytes have arrived", self.read)
    }
}

impl Download {
    /// How many bytes there are in all, where the server says so.
    #[must_use]
    pub fn size(&self) -> Option<u64> {
        self.response.content_length()
    }

    /// The media type that the server says, such as `image/png`.
    #[must_use]
    pub fn media_type(&self) -> Option<&str> {
        self.response.headers().get(CONTENT_TYPE)?.to_str().ok()
    }

    /// The next bytes; `None` when all have arrived.
    ///
    /// # Errors
    /// A connection that breaks, more bytes than the limit, more time than the time-out.
    pub async fn chunk(&mut self) -> Result<Option<Vec<u8>>, Error> {
        let chunk = match timeout_at(self.deadline, self.response.chunk()).await {
            Ok(chunk) => chunk.map_err(|error| lost(error).of_download())?,
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

    /// Writes all bytes; how many there were.
    ///
    /// # Errors
    /// As [`chunk`](Self::chunk), and a writer that fails. What is written until then stays written.
    pub async fn write_to(mut self, writer: &mut (impl AsyncWrite + Unpin + Send)) -> Result<u64, Error> {
        self.copy(writer, "", &mut |_, _| {}).await
    }

    async fn copy(
        &mut self,
        writer: &mut (impl AsyncWrite + Unpin + Send),
        path: &str,
        tell: &mut (impl FnMut(u64, Option<u64>) + Send),
    ) -> Result<u64, Error> {
        let size = self.size();
        while let Some(chunk) = self.chunk().await? {
            writer.write_all(&chunk).await.map_err(|error| unwritten(path, &error))?;
            tell(self.read, size);
        }
        if size.is_some_and(|size| size != self.read) {
            return Err(Error::Broken("less came than was announced".to_owned()).of_download());
        }
        writer.flush().await.map_err(|error| unwritten(path, &error))?;
        Ok(self.read)
    }

    /// Writes all bytes under another name, then gives the file its own.
    async fn into_place(
        mut self,
        path: &Path,
        tell: &mut (impl FnMut(u64, Option<u64>) + Send),
    ) -> Result<u64, Error> {
        let shown = path.display().to_string();
        let fail = |error: std::io::Error| unwritten(&shown, &error);
        let part = Part::beside(path).ok_or_else(|| fail(std::io::ErrorKind::InvalidFilename.into()))?;
        // At once, and not on another thread, which could make it after `part` is dropped.
        let mut file = std::fs::File::create_new(&part.0).map(File::from_std).map_err(fail)?;
        let size = self.copy(&mut file, &shown, tell).await?;
        if size == 0 {
            // What is there already is worth more.
            return Err(Error::File { status: Some(GOOD), reason: "it is empty".to_owned() });
        }
        file.sync_all().await.map_err(fail)?;
        drop(file);
        tokio::fs::rename(&part.0, path).await.map_err(fail)?;
        Ok(size)
    }
}

/// A file that is not whole yet: removed when dropped, which does nothing once it has its own name.
struct Part(PathBuf);

impl Part {
    /// A name of its own in the same folder, so that renaming is one step.
    fn beside(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_string_lossy().into_owned();
        let start: String = name.chars().take(40).collect();
        Some(Self(path.with_file_name(format!(".{start}.{}.part", Uuid::new_v4()))))
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        // Not there once it was renamed.
        let _ = std::fs::remove_file(&self.0);
    }
}

fn unwritten(path: &str, error: &std::io::Error) -> Error {
    let path = if path.is_empty() { "the downloaded bytes".to_owned() } else { path.to_owned() };
    Error::Write { path, reason: error.to_string() }
}
