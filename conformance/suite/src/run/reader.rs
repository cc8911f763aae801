//! Documents from a server that a user names: one `GET` at a time, with a bound on time and bytes, by `https` alone unless
//! the server is this machine. Guarded, also what others name: then no address leads into the network around this machine.

use super::RunError;
use super::fetch::{Agent, Kind, Limits, fetch, header};
use super::guard::Guard;
use super::route::Route;
use crate::oracle::observation::Loss;
use airspec_models::client::retry_after;
use airspec_models::client::url::{bare, is_loopback};
use reqwest::Url;
use reqwest::header::{
    CONTENT_TYPE, ETAG, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED, LOCATION, RETRY_AFTER,
};
use std::time::{Duration, SystemTime};
use tokio::time::Instant;

/// How often a document may be moved.
const MAX_REDIRECTS: usize = 5;

/// Reads documents from servers.
#[derive(Debug)]
pub struct Reader {
    agent: Agent,
    route: Route,
    /// For a document, from the first connection to the last byte, redirects and all.
    time: Duration,
    /// Where addresses may lead that the user has not named.
    guard: Option<Guard>,
}

/// What identifies the version of a document that a reader has already.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Version {
    /// The header `ETag`.
    pub etag: Option<String>,
    /// The header `Last-Modified`.
    pub modified: Option<String>,
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Page {
    /// The HTTP status; 304 where the version that the reader has is current.
    pub status: u16,
    /// The media type, in lower case, without its parameters.
    pub media: Option<String>,
    /// What identifies this version.
    pub version: Version,
    /// The pause that the server asks for.
    pub retry_after: Option<Duration>,
    /// The content, decoded.
    pub body: Vec<u8>,
}

impl Reader {
    /// A reader that takes this way, and as long for each document.
    ///
    /// # Errors
    /// The connections cannot be set up.
    pub fn new(route: Route, time: Duration) -> Result<Self, RunError> {
        // Fails where a provider is installed already, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        Ok(Self { agent: Agent::new(None, &route)?, route, time, guard: None })
    }

    /// The same for addresses that a server names, which is `target` where it is known: they lead to the open internet, to
    /// the server itself, and to this machine where the server is on it; elsewhere only if that is allowed.
    ///
    /// # Errors
    /// A target that is no URL; connections that cannot be set up.
    pub fn guarded(self, target: Option<&str>, allow_private: bool) -> Result<Self, RunError> {
        // The name is nobody's (RFC 2606).
        let url = target.unwrap_or("https://unknown.invalid/");
        let url = Url::parse(url)
            .map_err(|error| RunError::Target { target: bare(url), reason: error.to_string() })?;
        let guard = Guard::new(&url, is_local(&url), allow_private).reaching(self.route.proxy_hosts());
        Ok(Self { agent: Agent::new(Some(guard.clone()), &self.route)?, guard: Some(guard), ..self })
    }

    /// The document at an address, or wherever that leads; at most so many bytes.
    ///
    /// # Errors
    /// An address that is not read from, and everything that keeps an answer from coming whole and in time.
    pub async fn get(&self, address: &str, known: &Version, bytes: usize) -> Result<Page, Loss> {
        let deadline = Instant::now() + self.time;
        let mut url = Url::parse(address).map_err(|error| Loss::Refused(format!("no URL: {error}")))?;
        let is_local = is_local(&url);
        for _ in 0..=MAX_REDIRECTS {
            self.check(&url, is_local)?;
            let limits = Limits { time: self.time, bytes, kind: Kind::File };
            let step = tokio::time::timeout_at(deadline, self.step(&url, known, limits));
            let (page, next) = step.await.map_err(|_| Loss::TimedOut(self.time))??;
            match next {
                Some(next) => url = next,
                None => return Ok(page),
            }
        }
        Err(Loss::Refused(format!("redirected more than {MAX_REDIRECTS} times")))
    }

    /// Whether an address is read from.
    fn check(&self, url: &Url, may_be_local: bool) -> Result<(), Loss> {
        let Some(guard) = &self.guard else { return safe(url, may_be_local) };
        match guard.refuses(url) {
            Some(reason) => Err(Loss::Refused(reason)),
            None if guard.is_own(url) && matches!(url.scheme(), "http" | "https") => Ok(()),
            None => safe(url, true),
        }
    }

    /// One request, and where its answer leads.
    async fn step(&self, url: &Url, known: &Version, limits: Limits) -> Result<(Page, Option<Url>), Loss> {
        let client = self.agent.client(url, &self.route).map_err(Loss::Refused)?;
        let mut request = client.get(url.clone()).headers(self.route.headers().clone());
        for (name, value) in [(IF_NONE_MATCH, &known.etag), (IF_MODIFIED_SINCE, &known.modified)] {
            if let Some(value) = value {
                request = request.header(name, value);
            }
        }
        let got = fetch(request, limits).await?;
        let moved = matches!(got.status, 301 | 302 | 303 | 307 | 308);
        let next = header(&got.headers, LOCATION).filter(|_| moved);
        let next = next.map(|place| {
            url.join(&place).map_err(|error| Loss::Refused(format!("redirected to no URL: {error}")))
        });
        let media = header(&got.headers, CONTENT_TYPE)
            .and_then(|media| media.split(';').next().map(|media| media.trim().to_ascii_lowercase()));
        let asked = header(&got.headers, RETRY_AFTER);
        // What cannot be sent back identifies nothing.
        let word = |name| {
            header(&got.headers, name).filter(|word| word.bytes().all(|byte| matches!(byte, b' '..=b'~')))
        };
        let page = Page {
            status: got.status,
            media,
            version: Version { etag: word(ETAG), modified: word(LAST_MODIFIED) },
            retry_after: asked.and_then(|text| retry_after(&text, SystemTime::now())),
            body: got.body,
        };
        Ok((page, next.transpose()?))
    }
}

fn is_local(url: &Url) -> bool {
    url.host_str().is_some_and(is_loopback)
}

/// Whether an address is read from: what travels over a network is encrypted, and no server elsewhere sends a reader to
/// this machine.
fn safe(url: &Url, may_be_local: bool) -> Result<(), Loss> {
    let shown = bare(url.as_str());
    match url.scheme() {
        _ if is_local(url) && !may_be_local => {
            Err(Loss::Refused(format!("redirected to this machine ({shown}), which is not followed")))
        }
        "https" => Ok(()),
        "http" if is_local(url) => Ok(()),
        _ => Err(Loss::Refused(format!("`{shown}` is not read: use https, or http on this machine"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_read_from_without_encryption() {
        let is_safe = |address: &str, local| safe(&Url::parse(address).unwrap(), local).is_ok();
        assert!(is_safe("https://example.org/a", false) && is_safe("http://127.0.0.1:1/a", true));
        assert!(is_safe("http://[::1]/a", true) && is_safe("https://example.org/a", true));
        for (address, local) in [
            ("http://example.org/a", false),
            ("http://example.org/a", true),
            ("http://127.0.0.1/a", false),
            ("https://localhost/a", false),
            ("ftp://127.0.0.1/a", true),
            ("file:///etc/passwd", true),
        ] {
            assert!(!is_safe(address, local), "{address}");
        }
    }
}
