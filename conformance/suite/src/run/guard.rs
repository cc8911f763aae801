//! Where a link of the target may lead: to the target itself, and to the open internet.
//!
//! A target decides what its results point to, and so where the machine that runs the suite sends requests. It must not
//! have them sent into the network around that machine. Addresses are checked in links and in redirects, and names once
//! they are resolved, at the moment of connecting: what a name server says a second time is checked a second time. Behind
//! a proxy names are resolved there, and only what stands in the link can be checked.

use airspec_models::client::url::{inner, inner_host, is_loopback};
use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::net::SocketAddr;
use std::sync::Arc;

/// What is told with a refusal.
const HINT: &str = "--allow-private to follow";

/// Which links are followed.
#[derive(Clone, Debug)]
pub(super) struct Guard {
    target: Url,
    /// Whether the target is on this machine, which it may then send the suite to.
    is_local: bool,
    allow_private: bool,
    /// The hosts of proxies, which the user has named and which may be anywhere.
    proxies: Arc<[String]>,
}

impl Guard {
    pub(super) fn new(target: &Url, is_local: bool, allow_private: bool) -> Self {
        Self { target: target.clone(), is_local, allow_private, proxies: Arc::default() }
    }

    /// The same with the hosts of proxies, whose names are resolved like those of links.
    pub(super) fn reaching(self, proxies: &[String]) -> Self {
        Self { proxies: proxies.into(), ..self }
    }

    /// Whether an address is of the target itself.
    pub(super) fn is_own(&self, url: &Url) -> bool {
        let place = |url: &Url| (url.host_str().map(str::to_owned), url.port_or_known_default());
        place(url) == place(&self.target)
    }

    /// Says why a link is not followed, to stand after "the file".
    pub(super) fn refuses(&self, url: &Url) -> Option<String> {
        let host = url.host_str().unwrap_or_default();
        if self.allow_private || self.is_own(url) || self.is_local && is_loopback(host) {
            return None;
        }
        let kind = inner_host(host)?;
        Some(format!("is not downloaded: it links to {}, {kind}; {HINT}", crate::oracle::excerpt(host)))
    }

    /// Resolves names for connections to others than the target.
    pub(super) fn resolver(&self) -> Checked {
        let proxies = Arc::clone(&self.proxies);
        Checked { allow_loopback: self.is_local, allow_all: self.allow_private, proxies }
    }
}

/// Resolves names to addresses that may be connected to.
#[derive(Clone, Debug)]
pub(super) struct Checked {
    allow_loopback: bool,
    allow_all: bool,
    proxies: Arc<[String]>,
}

/// A name that leads nowhere else than to addresses that are refused.
#[derive(Debug, thiserror::Error)]
#[error("{name} is {address}, {kind}; {HINT}")]
struct Refused {
    name: String,
    address: std::net::IpAddr,
    kind: &'static str,
}

impl Checked {
    /// The addresses that may be connected to.
    fn keep(&self, name: &str, found: &[SocketAddr]) -> Result<Vec<SocketAddr>, Refused> {
        let is_proxy = self.proxies.iter().any(|proxy| proxy.eq_ignore_ascii_case(name));
        let is_allowed = |address: &&SocketAddr| {
            self.allow_all
                || is_proxy
                || inner(address.ip()).is_none()
                || self.allow_loopback && address.ip().is_loopback()
        };
        let kept: Vec<SocketAddr> = found.iter().filter(is_allowed).copied().collect();
        let first = found.first().map(SocketAddr::ip);
        match first.and_then(|address| Some((address, inner(address)?))) {
            Some((address, kind)) if kept.is_empty() => {
                Err(Refused { name: crate::oracle::excerpt(name), address, kind })
            }
            _ => Ok(kept),
        }
    }
}

impl Resolve for Checked {
    fn resolve(&self, name: Name) -> Resolving {
        let checked = self.clone();
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let kept = checked.keep(name.as_str(), &found)?;
            let addresses: Addrs = Box::new(kept.into_iter());
            Ok(addresses)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guard(target: &str, allow_private: bool) -> Guard {
        let is_local = is_loopback(Url::parse(target).unwrap().host_str().unwrap());
        Guard::new(&Url::parse(target).unwrap(), is_local, allow_private)
    }

    fn refused(guard: &Guard, link: &str) -> bool {
        guard.refuses(&Url::parse(link).unwrap()).is_some()
    }

    const INNER: [&str; 14] = [
        "http://169.254.169.254/latest/meta-data/",
        "http://10.0.0.1/",
        "http://192.168.1.1:8080/x",
        "http://172.20.0.1/",
        "http://100.64.1.1/",
        "http://0.0.0.0/",
        "http://224.0.0.1/",
        "http://[fe80::1]/",
        "http://[fd00::1]/",
        "http://[::ffff:169.254.169.254]/",
        "http://[64:ff9b::a9fe:a9fe]/",
        "http://2852039166/",
        "http://metadata.google.internal/",
        "http://intranet/",
    ];
    const LOOPBACK: [&str; 5] =
        ["http://127.0.0.1:9/", "http://localhost/", "http://[::1]/", "http://0x7f.1/", "http://127.1/"];

    #[test]
    fn a_target_elsewhere_leads_to_the_internet_and_to_itself_only() {
        let far = guard("https://api.example.com/v1", false);
        for link in INNER.iter().chain(&LOOPBACK) {
            assert!(refused(&far, link), "{link}");
            assert!(!refused(&guard("https://api.example.com/v1", true), link), "{link}");
        }
        for link in ["https://im.runware.ai/a.jpg", "http://8.8.8.8/", "http://[2606:4700::1111]/a"] {
            assert!(!refused(&far, link), "{link}");
        }
        let inside = guard("http://10.0.0.5:8080/v1", false);
        assert!(!refused(&inside, "http://10.0.0.5:8080/files/a.jpg"));
        assert!(refused(&inside, "http://10.0.0.5:8081/files/a.jpg"));
        assert!(refused(&inside, "http://127.0.0.1:8080/"));
        let words = far.refuses(&Url::parse(INNER[0]).unwrap()).unwrap();
        assert_eq!(
            words,
            "is not downloaded: it links to 169.254.169.254, a link-local address; --allow-private to follow"
        );
    }

    #[test]
    fn a_target_on_this_machine_leads_to_this_machine_too() {
        let near = guard("http://127.0.0.1:8080/v1", false);
        for link in LOOPBACK {
            assert!(!refused(&near, link), "{link}");
        }
        for link in INNER {
            assert!(refused(&near, link), "{link}");
        }
    }

    #[tokio::test]
    async fn names_are_checked_once_they_are_resolved() {
        let found = |texts: &[&str]| -> Vec<SocketAddr> {
            texts.iter().map(|text| SocketAddr::new(text.parse().unwrap(), 0)).collect()
        };
        let far = guard("https://api.example.com/v1", false).resolver();
        for address in ["10.0.0.1", "127.0.0.1", "::1", "169.254.169.254", "::ffff:192.168.0.1", "fe80::1"] {
            let error = far.keep("evil.example", &found(&[address])).unwrap_err().to_string();
            assert!(error.starts_with(&format!("evil.example is {address}, ")), "{error}");
            let everywhere = guard("https://api.example.com/v1", true).resolver();
            assert_eq!(everywhere.keep("x.example", &found(&[address])).unwrap().len(), 1);
        }
        let mixed = found(&["10.0.0.1", "8.8.8.8", "::1"]);
        assert_eq!(far.keep("mixed.example", &mixed).unwrap(), found(&["8.8.8.8"]));
        assert!(far.keep("none.example", &[]).unwrap().is_empty());
        let behind =
            guard("https://api.example.com/v1", false).reaching(&["proxy.example".to_owned()]).resolver();
        assert!(behind.keep("proxy.example", &found(&["10.0.0.1"])).is_ok(), "the user has named it");
        assert!(behind.keep("evil.example", &found(&["10.0.0.1"])).is_err());
        let near = guard("http://127.0.0.1:1/", false).resolver();
        assert!(near.keep("me.example", &found(&["127.0.0.1"])).is_ok());
        assert!(near.keep("me.example", &found(&["10.0.0.1"])).is_err());
        // The same by way of reqwest: this name is of this machine everywhere.
        let name = || "localhost".parse::<Name>().unwrap();
        assert!(far.resolve(name()).await.is_err());
        assert!(near.resolve(name()).await.is_ok());
    }
}
