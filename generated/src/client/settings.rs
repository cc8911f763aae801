//! How a client behaves: where it sends, how long it waits, how often it tries, how much it reads.

use super::SetupError;
use super::address::{bare, is_loopback};
use reqwest::{Certificate, Proxy, Url};
use std::fmt;
use std::time::Duration;

/// The endpoint of the API.
const ENDPOINT: &str = "https://api.runware.ai/v1";

/// No time is longer, so that it can be added to any other.
const LONGEST: Duration = Duration::from_secs(365 * 24 * 3600);

/// The settings of a [`Client`](super::Client). Everything has a default; each method sets one thing.
///
/// ```
/// use airspec_models::client::{Client, Settings};
/// use std::time::Duration;
///
/// let settings = Settings::default().base_url("http://127.0.0.1:8080/v1").timeout(Duration::from_secs(30)).retries(1);
/// let client = Client::new("my-key", settings)?;
/// assert_eq!(format!("{client:?}"), "a client of http://127.0.0.1:8080/v1");
/// # Ok::<(), airspec_models::client::SetupError>(())
/// ```
#[derive(Clone)]
pub struct Settings {
    base_url: String,
    plain_http: bool,
    pub(super) allow_private: bool,
    proxy: Option<String>,
    pub(super) certificates: Vec<Certificate>,
    pub(super) connect_timeout: Duration,
    pub(super) timeout: Duration,
    pub(super) retries: u32,
    pub(super) longest_pause: Duration,
    pub(super) polling: Duration,
    pub(super) pace: f64,
    pub(super) answer_limit: u64,
    pub(super) file_limit: u64,
}

/// The addresses without what may be secret in them.
impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("base_url", &bare(&self.base_url))
            .field("plain_http", &self.plain_http)
            .field("allow_private", &self.allow_private)
            .field("proxy", &self.proxy.as_deref().map(bare))
            .field("certificates", &self.certificates.len())
            .field("connect_timeout", &self.connect_timeout)
            .field("timeout", &self.timeout)
            .field("retries", &self.retries)
            .field("longest_pause", &self.longest_pause)
            .field("polling", &self.polling)
            .field("pace", &self.pace)
            .field("answer_limit", &self.answer_limit)
            .field("file_limit", &self.file_limit)
            .finish()
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            base_url: ENDPOINT.to_owned(),
            plain_http: false,
            allow_private: false,
            proxy: None,
            certificates: Vec::new(),
            connect_timeout: Duration::from_secs(10),
            timeout: Duration::from_secs(300),
            retries: 3,
            longest_pause: Duration::from_secs(60),
            polling: Duration::from_secs(20 * 60),
            pace: 1.0,
            answer_limit: 72 << 20,
            file_limit: 128 << 20,
        }
    }
}

impl Settings {
    /// The full endpoint, such as that of a gateway or a mock server; `https://api.runware.ai/v1` unless it is set.
    #[must_use]
    pub fn base_url(mut self, address: impl Into<String>) -> Self {
        self.base_url = address.into();
        self
    }

    /// Allows `http` to other machines, which anybody in between can read, key included. To this machine it is always
    /// allowed.
    #[must_use]
    pub fn plain_http(mut self, allowed: bool) -> Self {
        self.plain_http = allowed;
        self
    }

    /// Allows links of a service on another machine to lead to loopback, private, link-local and multicast addresses,
    /// such as those of a gateway's own store. Without it, [`download`](super::Client::download) and
    /// [`save`](super::Client::save) refuse them, also after a redirect and for names that resolve to them. The links of a
    /// service on this machine may lead anywhere.
    #[must_use]
    pub fn allow_private(mut self, allowed: bool) -> Self {
        self.allow_private = allowed;
        self
    }

    /// All connections go through this HTTP proxy. Without it there is none, whatever the environment says. The proxy
    /// resolves the names of files, so that it must know itself which addresses they may not lead to.
    #[must_use]
    pub fn proxy(mut self, address: impl Into<String>) -> Self {
        self.proxy = Some(address.into());
        self
    }

    /// Trusts the certificates of a PEM file, beside those of the system.
    ///
    /// # Errors
    /// Bytes in which there is no certificate.
    pub fn trust(mut self, pem: &[u8]) -> Result<Self, SetupError> {
        let found = Certificate::from_pem_bundle(pem).unwrap_or_default();
        if found.is_empty() {
            return Err(SetupError::NoCertificate);
        }
        self.certificates.extend(found);
        Ok(self)
    }

    /// How long making a connection may take; 10 seconds unless it is set.
    #[must_use]
    pub fn connect_timeout(mut self, time: Duration) -> Self {
        self.connect_timeout = time.min(LONGEST);
        self
    }

    /// How long one attempt may take, from the connection to the last byte of the answer or the file; 5 minutes unless
    /// it is set. An immediate answer comes when its images are finished, so leave it time.
    #[must_use]
    pub fn timeout(mut self, time: Duration) -> Self {
        self.timeout = time.min(LONGEST);
        self
    }

    /// How often a request is sent again after HTTP 408, 429 or 5xx and after a lost connection; 3 times unless it is
    /// set.
    #[must_use]
    pub fn retries(mut self, retries: u32) -> Self {
        self.retries = retries;
        self
    }

    /// The longest pause that a `Retry-After` may ask for; 60 seconds unless it is set. Who asks for more is not waited
    /// for: the error says for how long to wait.
    #[must_use]
    pub fn longest_pause(mut self, pause: Duration) -> Self {
        self.longest_pause = pause.min(LONGEST);
        self
    }

    /// How long deferred results are polled for; 20 minutes unless it is set.
    #[must_use]
    pub fn polling(mut self, time: Duration) -> Self {
        self.polling = time.min(LONGEST);
        self
    }

    /// The client's own pauses, between polls and before it tries again, are multiplied by this: something small for a
    /// mock server, which need not be spared. What a `Retry-After` asks for stays as it is.
    #[must_use]
    pub fn pace(mut self, factor: f64) -> Self {
        self.pace = if factor.is_finite() { factor.clamp(0.0, 100.0) } else { 1.0 };
        self
    }

    /// The largest answer that is read, in bytes, and the largest sum of results that are kept while others are polled
    /// for; 72 MiB unless it is set. A call takes about three times as much memory at worst, under 300 MB unless this is
    /// set. Raise it for tasks with many large images as Base64 text; links are short.
    #[must_use]
    pub fn answer_limit(mut self, bytes: u64) -> Self {
        self.answer_limit = bytes;
        self
    }

    /// The largest file that is downloaded, in bytes; 128 MiB unless it is set.
    #[must_use]
    pub fn file_limit(mut self, bytes: u64) -> Self {
        self.file_limit = bytes;
        self
    }

    /// The endpoint, if the key may go there.
    pub(super) fn endpoint(&self) -> Result<Url, SetupError> {
        let refused =
            |reason: &str| SetupError::Address { address: bare(&self.base_url), reason: reason.to_owned() };
        let url = Url::parse(&self.base_url).map_err(|error| refused(&error.to_string()))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(refused("has a user name or a password in it"));
        }
        match url.scheme() {
            "https" => Ok(url),
            "http" if self.plain_http || is_loopback(url.host_str().unwrap_or_default()) => Ok(url),
            "http" => Err(refused("would send the key in the clear; use https, or allow `plain_http`")),
            _ => Err(refused("is neither http nor https")),
        }
    }

    pub(super) fn proxied(&self) -> Result<Option<Proxy>, SetupError> {
        let refused = |_| SetupError::Proxy;
        self.proxy.as_deref().map(|address| Proxy::all(address).map_err(refused)).transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_goes_in_the_clear_to_this_machine_alone() {
        let endpoint = |address: &str| Settings::default().base_url(address).endpoint();
        for good in
            ["https://api.runware.ai/v1", "http://127.0.0.1:8080/v1", "http://[::1]/v1", "http://localhost/"]
        {
            assert!(endpoint(good).is_ok(), "{good}");
        }
        for bad in [
            "http://gateway.example/v1",
            "ftp://127.0.0.1/",
            "127.0.0.1:80",
            "",
            "https://me:hunter2@x/?hunter2",
        ] {
            let error = endpoint(bad).unwrap_err().to_string();
            assert!(error.starts_with("the address") && !error.contains("hunter2"), "{error}");
        }
        assert!(Settings::default().base_url("http://gateway.example/").plain_http(true).endpoint().is_ok());
    }

    #[test]
    fn settings_are_shown_without_what_may_be_secret() {
        let settings =
            Settings::default().base_url("https://x/?key=hunter2").proxy("http://me:hunter2@127.0.0.1:1");
        assert!(!format!("{settings:?}").contains("hunter2"), "{settings:?}");
    }

    #[test]
    fn what_holds_no_certificate_is_told() {
        assert!(matches!(Settings::default().trust(b"hello"), Err(SetupError::NoCertificate)));
    }
}
