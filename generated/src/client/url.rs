//! URLs without their secrets, and hosts that are local or private. The conformance suite uses the same functions.

use crate::shown::beginning;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A URL without user, password, query and fragment, any of which may be secret. The text need not be a URL.
pub fn bare(text: &str) -> String {
    let text = text.split(['?', '#']).next().unwrap_or_default();
    let text = beginning(text, 200);
    match (text.find("://"), text.rfind('@')) {
        (Some(scheme), Some(at)) if at > scheme => format!("{}{}", &text[..scheme + 3], &text[at + 1..]),
        _ => text,
    }
}

/// Whether a host is `127.0.0.0/8`, `[::1]` or `localhost`. A name server cannot change these.
pub fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    address.is_ok_and(|address| address.is_loopback()) || host == "localhost"
}

/// Whether an IP address is public, so that URLs of others may lead there.
pub fn is_public(address: IpAddr) -> bool {
    inner(address).is_none()
}

/// The kind of an IP address that is not public, such as `a loopback address`. For an IPv6 address that contains an
/// IPv4 address, the kind of that one.
pub fn inner(address: IpAddr) -> Option<&'static str> {
    match address {
        IpAddr::V4(address) => inner_v4(address),
        IpAddr::V6(address) => inner_v6(address),
    }
}

/// The same for the host of a URL. A name is not public if no public name server knows it: the name of this machine, a
/// name without a dot, and the endings that are reserved for private networks. Any other name must be resolved first.
pub fn inner_host(host: &str) -> Option<&'static str> {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    if let Ok(address) = host.parse::<IpAddr>() {
        return inner(address);
    }
    let name = host.trim_end_matches('.').to_ascii_lowercase();
    let last = name.rsplit('.').next().unwrap_or_default();
    match last {
        "localhost" | "localdomain" => Some("a name of this machine"),
        "local" | "internal" | "lan" | "intranet" => Some("a name of a private network"),
        _ if name.ends_with(".home.arpa") || !name.contains('.') => Some("a name of a private network"),
        _ => None,
    }
}

fn inner_v4(address: Ipv4Addr) -> Option<&'static str> {
    match address.octets() {
        [0, ..] => Some("an unspecified address"),
        [127, ..] => Some("a loopback address"),
        [10, ..] | [172, 16..=31, ..] | [192, 168, ..] => Some("a private address"),
        [169, 254, ..] => Some("a link-local address"),
        [100, 64..=127, ..] => Some("an address of a provider's own network"),
        [192, 0, 0, _] | [198, 18..=19, ..] => Some("an address that is set aside for networks themselves"),
        [224..=239, ..] => Some("a multicast address"),
        [255, 255, 255, 255] => Some("the broadcast address"),
        [240..=255, ..] => Some("a reserved address"),
        _ => None,
    }
}

fn inner_v6(address: Ipv6Addr) -> Option<&'static str> {
    if address.is_unspecified() {
        return Some("an unspecified address");
    }
    if address.is_loopback() {
        return Some("a loopback address");
    }
    let carried = |high: u16, low: u16| inner_v4(Ipv4Addr::from(u32::from(high) << 16 | u32::from(low)));
    match address.segments() {
        // Mapped, compatible, translated.
        [0, 0, 0, 0, 0, 0 | 0xFFFF, high, low]
        | [0, 0, 0, 0, 0xFFFF, 0, high, low]
        // NAT64.
        | [0x64, 0xFF9B, 0, 0, 0, 0, high, low]
        // 6to4.
        | [0x2002, high, low, ..]
        // ISATAP.
        | [0x2000..=0x3FFF, _, _, _, 0 | 0x200, 0x5EFE, high, low] => carried(high, low),
        // Teredo: the server, and the client with all bits turned.
        [0x2001, 0, high, low, _, _, other_high, other_low] => {
            carried(high, low).or_else(|| carried(!other_high, !other_low))
        }
        [0x2000..=0x3FFF, ..] => None,
        [0xFC00..=0xFDFF, ..] => Some("a private address"),
        [0xFE80..=0xFEBF, ..] => Some("a link-local address"),
        [0xFF00..=0xFFFF, ..] => Some("a multicast address"),
        _ => Some("a reserved address"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_ip_addresses_are_distinguished_from_all_others() {
        for (kind, addresses) in [
            ("unspecified", "0.0.0.0 0.1.2.3 :: ::ffff:0.0.0.0"),
            (
                "loopback",
                "127.0.0.1 127.255.0.9 ::1 ::ffff:127.0.0.1 ::127.0.0.1 64:ff9b::7f00:1 2002:7f00:1::",
            ),
            ("private", "10.0.0.1 172.16.0.1 172.31.255.255 192.168.1.1 fc00::1 fdff::1 2002:a00:1::1"),
            ("link-local", "169.254.169.254 fe80::1 febf::1 ::ffff:169.254.169.254 2002:a9fe:a9fe::"),
            ("link-local", "64:ff9b::a9fe:a9fe 2001:0:a9fe:a9fe:: 2001:0:808:808:0:0:5601:5601"),
            (
                "link-local",
                "::ffff:0:169.254.169.254 2a00::5efe:169.254.169.254 2a00::200:5efe:169.254.169.254",
            ),
            ("provider", "100.64.0.1 100.100.100.200 100.127.255.255"),
            ("multicast", "224.0.0.1 239.255.255.250 ff02::1 ::ffff:224.0.0.1"),
            ("broadcast", "255.255.255.255"),
            ("reserved", "240.0.0.1 fec0::1 64:ff9b:1::1 4000::1 100::1"),
            ("set aside", "192.0.0.192 198.18.0.1"),
        ] {
            for address in addresses.split(' ') {
                let parsed: IpAddr = address.parse().expect(address);
                assert!(
                    inner(parsed).is_some_and(|found| found.contains(kind)),
                    "{address} {:?}",
                    inner(parsed)
                );
                assert!(!is_public(parsed), "{address}");
            }
        }
        let public = "1.1.1.1 8.8.8.8 172.15.0.1 172.32.0.1 100.63.0.1 100.128.0.1 169.253.0.1 192.167.0.1 223.1.1.1 \
                      2606:4700::1111 ::ffff:8.8.8.8 64:ff9b::808:808 2002:808:808::1 2001:0:808:808:0:0:f7f7:f7f7";
        for address in public.split_whitespace() {
            assert!(is_public(address.parse().expect(address)), "{address}");
        }
    }

    #[test]
    fn hosts_that_no_name_server_of_the_internet_knows_are_inner() {
        for host in "localhost LOCALHOST localhost. a.localhost localhost.localdomain intranet printer.local db.internal \
                     metadata.google.internal nas.home.arpa [::1] 127.0.0.1 169.254.169.254 [::ffff:10.0.0.1]"
            .split_whitespace()
        {
            assert!(inner_host(host).is_some(), "{host}");
        }
        for host in ["im.runware.ai", "localhost.example.com", "8.8.8.8", "[2606:4700::1111]", "example.com."]
        {
            assert_eq!(inner_host(host), None, "{host}");
        }
    }
}
