//! Addresses: how they are shown, and whether they are on this machine. Whoever sends a key asks the same questions, so
//! that the conformance suite asks here, too.

use crate::shown::beginning;
use std::net::IpAddr;

/// An address for people: without user, password, query and fragment, any of which may be secret. The text need not be
/// an address.
pub fn bare(text: &str) -> String {
    let text = text.split(['?', '#']).next().unwrap_or_default();
    let text = beginning(text, 200);
    match (text.find("://"), text.rfind('@')) {
        (Some(scheme), Some(at)) if at > scheme => format!("{}{}", &text[..scheme + 3], &text[at + 1..]),
        _ => text,
    }
}

/// 127.0.0.0/8, `[::1]` and `localhost`; nothing that a name server could point elsewhere.
pub fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    address.is_ok_and(|address| address.is_loopback()) || host == "localhost"
}
