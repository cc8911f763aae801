//! Whether a host is this machine.

use std::net::IpAddr;

/// 127.0.0.0/8, `[::1]` and `localhost`; nothing that a name server could point elsewhere.
pub(crate) fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    address.is_ok_and(|address| address.is_loopback()) || host == "localhost"
}
