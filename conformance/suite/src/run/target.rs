//! Where cases are sent, and what may be sent there.

use super::RunError;
use crate::redact::Secrets;
use airspec_models::client::url::{bare, is_loopback};
use reqwest::Url;
use std::fmt;

/// A key: never shown, not even by `Debug`.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// A key.
    #[must_use]
    pub fn new(key: impl Into<String>) -> Self {
        Self(key.into())
    }

    /// The key itself, for a header.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// What keeps a run from costing more than it may.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Limit {
    /// The target is this machine.
    Loopback,
    /// An amount of money.
    Usd(f64),
    /// Nothing is sent once a request that must be refused was accepted.
    Free,
}

/// The endpoint of a server, and the key for it.
#[derive(Clone, Debug)]
pub struct Target {
    url: Url,
    key: Secret,
    loopback: bool,
    limit: Limit,
}

/// Sent to servers on this machine where no key is set: they have no use for a real one.
pub const LOCAL_KEY: &str = "airspec-local";

impl Target {
    /// Reads an address.
    ///
    /// # Errors
    /// What is no address of an endpoint, and a host other than this machine without a key or a limit on cost.
    pub fn new(text: &str, key: Option<Secret>, limit: Limit) -> Result<Self, RunError> {
        let refused = |reason: String| RunError::Target { target: bare(text), reason };
        let url = Url::parse(text).map_err(|error| refused(error.to_string()))?;
        if !matches!(url.scheme(), "http" | "https" | "ws" | "wss") {
            return Err(refused("none of http, https, ws and wss".to_owned()));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(refused("has a user name or a password; keys go into RUNWARE_API_KEY".to_owned()));
        }
        let host = url.host_str().unwrap_or_default().to_owned();
        let loopback = is_loopback(&host);
        if !loopback && key.is_none() {
            return Err(RunError::NoKey { host });
        }
        if !loopback && limit == Limit::Loopback {
            return Err(RunError::NotLoopback { host });
        }
        let key = key.unwrap_or_else(|| Secret::new(LOCAL_KEY));
        if !key.expose().bytes().all(|byte| (0x20..0x7F).contains(&byte)) {
            return Err(RunError::BadKey);
        }
        Ok(Self { url, key, loopback, limit })
    }

    /// The address.
    #[must_use]
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// Whether it takes requests over WebSocket.
    #[must_use]
    pub fn is_socket(&self) -> bool {
        matches!(self.url.scheme(), "ws" | "wss")
    }

    /// Where requests go; those that open a WebSocket are of HTTP, too.
    pub(super) fn request_url(&self) -> Url {
        let scheme = match self.url.scheme() {
            "ws" => "http",
            "wss" => "https",
            other => other,
        };
        let text = format!("{scheme}{}", &self.url.as_str()[self.url.scheme().len()..]);
        Url::parse(&text).unwrap_or_else(|_| self.url.clone())
    }

    /// The address for people and reports: without its query, which could hold a secret.
    #[must_use]
    pub fn shown(&self) -> String {
        bare(self.url.as_str())
    }

    /// What must not be told: the key, unless it is the one that everybody knows, and the values of the query.
    #[must_use]
    pub fn secrets(&self) -> Secrets {
        let secrets = Secrets::default().with_query(&self.url);
        if self.key.expose() == LOCAL_KEY { secrets } else { secrets.with_key(self.key.expose()) }
    }

    /// The key; one that everybody knows where none was given.
    #[must_use]
    pub fn key(&self) -> &Secret {
        &self.key
    }

    /// What keeps a run from costing more than it may.
    #[must_use]
    pub fn limit(&self) -> Limit {
        self.limit
    }

    /// Whether it is on this machine.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        self.loopback
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_a_target() {
        for good in [
            "http://127.0.0.1:8080/v1",
            "http://127.9.9.9/v1",
            "https://[::1]:1/v1",
            "http://LOCALHOST:80/v1",
            "http://2130706433/",
        ] {
            assert!(Target::new(good, None, Limit::Loopback).is_ok(), "{good}");
        }
        for bad in [
            "https://api.runware.ai/v1",
            "http://localhost.example.com/",
            "http://127.0.0.1.example.com/",
            "http://0.0.0.0:8080/v1",
            "http://[::ffff:127.0.0.1]/",
            "http://169.254.169.254/",
        ] {
            let error = Target::new(bad, Some(Secret::new("k")), Limit::Loopback).unwrap_err();
            assert!(matches!(error, RunError::NotLoopback { .. }), "{bad}: {error}");
            let error = Target::new(bad, None, Limit::Loopback).unwrap_err();
            assert!(matches!(error, RunError::NoKey { .. }), "{bad}: {error}");
        }
        for bad in ["", "127.0.0.1:8080", "ftp://127.0.0.1/", "http://user:pw@127.0.0.1/", "http://"] {
            assert!(matches!(Target::new(bad, None, Limit::Loopback), Err(RunError::Target { .. })), "{bad}");
        }
    }

    #[test]
    fn a_limit_on_cost_opens_the_way_to_other_machines() {
        let key = || Some(Secret::new("k"));
        for limit in [Limit::Usd(1.0), Limit::Free] {
            assert!(!Target::new("https://api.runware.ai/v1", key(), limit).unwrap().is_loopback());
            let error = Target::new("https://api.runware.ai/v1", None, limit).unwrap_err();
            assert!(matches!(error, RunError::NoKey { .. }), "{error}");
        }
    }

    #[test]
    fn an_address_is_shown_without_what_may_be_secret() {
        let target = Target::new("http://127.0.0.1:8080/v1?key=hunter2#x", None, Limit::Loopback).unwrap();
        assert_eq!(target.shown(), "http://127.0.0.1:8080/v1");
        let error = Target::new("http://user:hunter2@127.0.0.1/", None, Limit::Loopback).unwrap_err();
        assert!(!error.to_string().contains("hunter2"), "{error}");
        assert!(!format!("{:?}", Secret::new("hunter2")).contains("hunter2"));
    }
}
