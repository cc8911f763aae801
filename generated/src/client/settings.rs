//! The settings of a client: endpoint, time limits, retries and size limits.

use super::url::{bare, is_loopback};
use super::{Budget, SetupError};
use reqwest::{Proxy, Url};
use std::fmt;
use std::time::Duration;

/// The endpoint of the API.
const ENDPOINT: &str = "https://api.runware.ai/v1";
#[cfg(feature = "websocket")]
const SOCKET_ENDPOINT: &str = "wss://ws-api.runware.ai/v1";

/// The longest time that is accepted, so that times can be added.
const LONGEST: Duration = Duration::from_secs(365 * 24 * 3600);

/// The settings of a [`Client`](super::Client). Every setting has a default.
///
/// ```
/// use airspec_models::client::{Client, Settings};
/// use std::time::Duration;
///
/// let settings = Settings::default()
///     .base_url("http://127.0.0.1:8080/v1")
///     .timeout(Duration::from_secs(30))
///     .retries(1);
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
    pub(super) environment_proxy: bool,
    #[cfg(feature = "client")]
    pub(super) certificates: Vec<rustls::pki_types::CertificateDer<'static>>,
    pub(super) http_client: Option<reqwest::Client>,
    pub(super) budget: Option<Budget>,
    socket_url: Option<String>,
    pub(super) connect_timeout: Duration,
    pub(super) timeout: Duration,
    pub(super) retries: u32,
    pub(super) longest_pause: Duration,
    pub(super) polling: Duration,
    pub(super) pace: f64,
    pub(super) answer_limit: u64,
    pub(super) file_limit: u64,
}

/// URLs are shown without the parts that may be secret.
impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Settings");
        #[cfg(feature = "client")]
        shown.field("certificates", &self.certificates.len());
        shown
            .field("base_url", &bare(&self.base_url))
            .field("plain_http", &self.plain_http)
            .field("allow_private", &self.allow_private)
            .field("proxy", &self.proxy.as_deref().map(bare))
            .field("environment_proxy", &self.environment_proxy)
            .field("http_client", &self.http_client.is_some())
            .field("budget", &self.budget)
            .field("socket_url", &self.socket_url.as_deref().map(bare))
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
            environment_proxy: true,
            #[cfg(feature = "client")]
            certificates: Vec::new(),
            http_client: None,
            budget: None,
            socket_url: None,
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
    /// The URL of the endpoint, for example of a gateway or a mock server. Default: `https://api.runware.ai/v1`.
    #[must_use]
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = url.into();
        self
    }

    /// Allows `http` to other machines. Others on the network can then read the requests, including the key. To this machine,
    /// `http` is always allowed.
    #[must_use]
    pub fn plain_http(mut self, allowed: bool) -> Self {
        self.plain_http = allowed;
        self
    }

    /// Allows downloads from loopback, private, link-local and multicast addresses, for example from the file store of
    /// a gateway. Without this setting, [`download`](super::Client::download) and [`save`](super::Client::save) refuse
    /// such URLs, redirects, and names that resolve to such addresses. If the endpoint is on this machine, they are
    /// allowed.
    #[must_use]
    pub fn allow_private(mut self, allowed: bool) -> Self {
        self.allow_private = allowed;
        self
    }

    /// The URL of an HTTP proxy for all connections. The proxy resolves the names of the hosts of downloads, so it must
    /// itself refuse private addresses.
    #[must_use]
    pub fn proxy(mut self, url: impl Into<String>) -> Self {
        self.proxy = Some(url.into());
        self
    }

    /// Whether the proxies of the environment are used (`HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`, `NO_PROXY`), as
    /// reqwest does. Default: yes. Connections to this machine never use them.
    #[must_use]
    pub fn environment_proxy(mut self, used: bool) -> Self {
        self.environment_proxy = used;
        self
    }

    /// Your own HTTP client, for example with another TLS library, a client certificate or a connection pool that you
    /// share. It replaces the settings for proxies, certificates and connecting.
    ///
    /// Your client then decides about redirects and about the addresses that names of hosts resolve to. Build it with
    /// `reqwest::redirect::Policy::none()` if the endpoint must not redirect your requests. If your client decompresses
    /// answers itself, that works too.
    #[must_use]
    pub fn http_client(mut self, client: reqwest::Client) -> Self {
        self.http_client = Some(client);
        self
    }

    /// The budget for the tasks of the client. Several clients can share one.
    #[must_use]
    pub fn budget(mut self, budget: &Budget) -> Self {
        self.budget = Some(budget.clone());
        self
    }

    /// The URL for connections over WebSocket. Default: `wss://ws-api.runware.ai/v1`, or [`base_url`](Self::base_url)
    /// with `ws` in place of `http` if you set that.
    #[must_use]
    pub fn socket_url(mut self, url: impl Into<String>) -> Self {
        self.socket_url = Some(url.into());
        self
    }

    /// Trusts the certificates of a PEM file, in addition to the root certificates.
    ///
    /// # Errors
    /// The bytes contain no certificate.
    #[cfg(feature = "client")]
    pub fn trust(mut self, pem: &[u8]) -> Result<Self, SetupError> {
        self.certificates.extend(super::tls::certificates(pem)?);
        Ok(self)
    }

    /// The time limit for connecting. Default: 10 seconds. A task is sent again after this time-out, since nothing was
    /// sent.
    #[must_use]
    pub fn connect_timeout(mut self, time: Duration) -> Self {
        self.connect_timeout = time.min(LONGEST);
        self
    }

    /// The time limit for one attempt, from the connection to the last byte of the answer or the file. Default: 5
    /// minutes. The answer to an immediate (`sync`) task comes when its images are finished, which can take minutes.
    ///
    /// After this time-out, a task is not sent again, since it may be running. Polls and downloads are.
    #[must_use]
    pub fn timeout(mut self, time: Duration) -> Self {
        self.timeout = time.min(LONGEST);
        self
    }

    /// How often a request is sent again. Default: 3 times.
    ///
    /// A task is sent again only if it was not accepted. If it may have been accepted, the client polls for it instead.
    /// With 0, it does neither. Polls and downloads are also sent again after other failures that may pass.
    #[must_use]
    pub fn retries(mut self, retries: u32) -> Self {
        self.retries = retries;
        self
    }

    /// The longest `Retry-After` that the client waits for. Default: 60 seconds. With a longer one, the call ends with
    /// the error, and [`Error::retry_after`](super::Error::retry_after) has the time.
    #[must_use]
    pub fn longest_pause(mut self, pause: Duration) -> Self {
        self.longest_pause = pause.min(LONGEST);
        self
    }

    /// The time limit for polling. Default: 20 minutes.
    #[must_use]
    pub fn polling(mut self, time: Duration) -> Self {
        self.polling = time.min(LONGEST);
        self
    }

    /// A factor for the pauses between polls and before retries. Default: 1. Use a small number for a mock server. A
    /// `Retry-After` is not changed.
    #[must_use]
    pub fn pace(mut self, factor: f64) -> Self {
        self.pace = if factor.is_finite() { factor.clamp(0.0, 100.0) } else { 1.0 };
        self
    }

    /// The size limit for one answer, and for all results of a call, in bytes. Default: 72 MiB. A call uses at most
    /// about three times as much memory: less than 300 MB with the default. Raise it for tasks with many large images
    /// as Base64 text. URLs are short.
    #[must_use]
    pub fn answer_limit(mut self, bytes: u64) -> Self {
        self.answer_limit = bytes;
        self
    }

    /// The size limit for a downloaded file, in bytes. Default: 128 MiB.
    #[must_use]
    pub fn file_limit(mut self, bytes: u64) -> Self {
        self.file_limit = bytes;
        self
    }

    /// The endpoint, if the key may be sent there.
    pub(super) fn endpoint(&self) -> Result<Url, SetupError> {
        self.address(&self.base_url, ["https", "http"])
    }

    /// The endpoint for WebSockets, if the key may be sent there.
    #[cfg(feature = "websocket")]
    pub(super) fn socket_endpoint(&self) -> Result<Url, SetupError> {
        let url = match &self.socket_url {
            Some(url) => url.clone(),
            None if self.base_url == ENDPOINT => SOCKET_ENDPOINT.to_owned(),
            None => self.base_url.replacen("http", "ws", 1),
        };
        self.address(&url, ["wss", "ws"])
    }

    /// The URL for WebSockets as it is set, for messages.
    #[cfg(feature = "websocket")]
    pub(super) fn socket_name(&self) -> &str {
        self.socket_url.as_deref().unwrap_or(&self.base_url)
    }

    /// A URL with the secure scheme, or with the plain one where that is allowed.
    fn address(&self, text: &str, [secure, plain]: [&str; 2]) -> Result<Url, SetupError> {
        let refused = |reason: String| SetupError::Url { url: bare(text), reason };
        let url = Url::parse(text).map_err(|error| refused(error.to_string()))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(refused("contains a user name or a password".to_owned()));
        }
        let is_here = is_loopback(url.host_str().unwrap_or_default());
        match url.scheme() {
            scheme if scheme == secure => Ok(url),
            scheme if scheme == plain && (self.plain_http || is_here) => Ok(url),
            scheme if scheme == plain => {
                let advice = format!("use {secure}, or set `Settings::plain_http`");
                Err(refused(format!("would send the key in the clear; {advice}")))
            }
            _ => Err(refused(format!("is neither {plain} nor {secure}"))),
        }
    }

    pub(super) fn proxied(&self) -> Result<Option<Proxy>, SetupError> {
        let refused = |_| SetupError::Proxy;
        self.proxy.as_deref().map(|url| Proxy::all(url).map_err(refused)).transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_sent_in_the_clear_to_this_machine_alone() {
        let endpoint = |url: &str| Settings::default().base_url(url).endpoint();
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
            assert!(error.starts_with("the URL") && !error.contains("hunter2"), "{error}");
        }
        assert!(Settings::default().base_url("http://gateway.example/").plain_http(true).endpoint().is_ok());
    }

    #[test]
    fn settings_are_shown_without_what_may_be_secret() {
        let settings =
            Settings::default().base_url("https://x/?key=hunter2").proxy("http://me:hunter2@127.0.0.1:1");
        assert!(!format!("{settings:?}").contains("hunter2"), "{settings:?}");
    }

    #[cfg(feature = "client")]
    #[test]
    fn data_without_a_certificate_is_refused() {
        assert!(matches!(Settings::default().trust(b"hello"), Err(SetupError::NoCertificate)));
    }
}
