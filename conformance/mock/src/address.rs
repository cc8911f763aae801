//! Addresses: whether a host is this machine, and what is the origin of a web page.

use reqwest::Url;
use std::net::IpAddr;

/// 127.0.0.0/8, `[::1]` and `localhost`; nothing that a name server could point elsewhere.
pub(crate) fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    address.is_ok_and(|address| address.is_loopback()) || host == "localhost"
}

/// An origin as browsers write it; `None` for what is none, such as `null` and addresses with a path.
pub(crate) fn origin(origin: &str) -> Option<String> {
    let url = Url::parse(origin).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    let normal = url.origin().ascii_serialization();
    let is_bare = url.path() == "/"
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    is_bare.then_some(normal)
}
