//! The hosts that files may be downloaded from. The service sends the URLs, and a service on another machine must not
//! reach hosts that only this machine can reach: local programs, routers, the metadata service of a cloud.

use super::url::{inner, inner_host, is_loopback};
use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::net::SocketAddr;
use tokio::net::lookup_host;

/// Which hosts downloads may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    Everywhere,
    Public,
}

/// A URL of a host that is not allowed.
#[derive(Debug, thiserror::Error)]
#[error(
    "{host} is {kind}, which is allowed only for an endpoint on this machine, or with `Settings::allow_private`"
)]
pub(super) struct NotPublic {
    host: String,
    kind: &'static str,
}

impl Reach {
    /// Which hosts the URLs of the service at this endpoint may use.
    pub(super) fn of(endpoint: &Url, allow_private: bool) -> Self {
        let is_here = is_loopback(endpoint.host_str().unwrap_or_default());
        if allow_private || is_here { Self::Everywhere } else { Self::Public }
    }

    /// Checks the host of a URL. A name is checked again when it is resolved.
    pub(super) fn check(self, url: &Url) -> Result<(), NotPublic> {
        let host = url.host_str().unwrap_or_default();
        match inner_host(host).filter(|_| self == Self::Public) {
            Some(kind) => Err(NotPublic { host: host.to_owned(), kind }),
            None => Ok(()),
        }
    }
}

/// Resolves names to public addresses only, so that a name cannot change between the check and the connection. Proxies
/// may have private addresses.
#[derive(Debug)]
pub(super) struct PublicNames {
    proxies: Vec<String>,
}

impl PublicNames {
    /// Public names, and those of these proxies.
    pub(super) fn and(proxies: Vec<String>) -> Self {
        Self { proxies }
    }
}

impl Resolve for PublicNames {
    fn resolve(&self, name: Name) -> Resolving {
        let is_proxy = self.proxies.contains(&name.as_str().to_ascii_lowercase());
        Box::pin(async move {
            let found: Vec<SocketAddr> = lookup_host((name.as_str(), 0)).await?.collect();
            if is_proxy {
                return Ok(Box::new(found.into_iter()) as Addrs);
            }
            let public: Vec<SocketAddr> =
                found.iter().copied().filter(|address| inner(address.ip()).is_none()).collect();
            match found.first().and_then(|first| inner(first.ip())) {
                Some(kind) if public.is_empty() => {
                    Err(NotPublic { host: name.as_str().to_owned(), kind }.into())
                }
                _ => Ok(Box::new(public.into_iter()) as Addrs),
            }
        })
    }
}
