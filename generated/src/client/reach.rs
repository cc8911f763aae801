//! Where files may be fetched from. Links come from the service, and a service elsewhere has no business with what only
//! this machine can reach: other programs on it, routers, the metadata of a cloud.

use super::address::{inner, inner_host, is_loopback};
use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::net::SocketAddr;
use tokio::net::lookup_host;

/// Whether links may lead anywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    Everywhere,
    Public,
}

/// A link that leads where it must not.
#[derive(Debug, thiserror::Error)]
#[error(
    "{host} is {kind}, where only a service on this machine may send you; `Settings::allow_private` lifts that"
)]
pub(super) struct NotPublic {
    host: String,
    kind: &'static str,
}

impl Reach {
    /// How far the links of the service at that endpoint may lead.
    pub(super) fn of(endpoint: &Url, allow_private: bool) -> Self {
        let is_here = is_loopback(endpoint.host_str().unwrap_or_default());
        if allow_private || is_here { Self::Everywhere } else { Self::Public }
    }

    /// Whether a link may be followed, as far as its text tells. A name is looked at again when it is resolved.
    pub(super) fn check(self, url: &Url) -> Result<(), NotPublic> {
        let host = url.host_str().unwrap_or_default();
        match inner_host(host).filter(|_| self == Self::Public) {
            Some(kind) => Err(NotPublic { host: host.to_owned(), kind }),
            None => Ok(()),
        }
    }
}

/// Resolves names to public addresses and no others, so that a name cannot be made to lead elsewhere between a check and
/// a connection.
#[derive(Debug)]
pub(super) struct PublicNames;

impl Resolve for PublicNames {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found: Vec<SocketAddr> = lookup_host((name.as_str(), 0)).await?.collect();
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
