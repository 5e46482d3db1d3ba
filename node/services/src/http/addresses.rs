//! The addresses of a host, without those of private networks.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use wasmtime_wasi_http::Error;

/// The addresses of a host. Without `is_private_allowed`, only those that are reached through the public internet.
///
/// # Errors
///
/// The host has no address, or private ones only.
pub(super) async fn of(host: &str, port: u16, is_private_allowed: bool) -> Result<Vec<SocketAddr>, Error> {
    let name = host.trim_start_matches('[').trim_end_matches(']');
    let found = tokio::net::lookup_host((name, port)).await;
    let found = found.map_err(|error| Error::DnsError {
        rcode: Some(error.to_string()),
        info_code: None,
    })?;
    let found: Vec<SocketAddr> = found.collect();
    if found.is_empty() {
        return Err(Error::DestinationNotFound);
    }
    let allowed = found
        .into_iter()
        .filter(|address| is_private_allowed || is_public(address.ip()));
    let allowed: Vec<SocketAddr> = allowed.collect();
    match allowed.is_empty() {
        true => Err(Error::DestinationIpProhibited),
        false => Ok(allowed),
    }
}

/// Whether an address is one of the public internet: neither this machine's, nor that of a local network, nor one with a purpose of its
/// own (RFC 6890).
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => match embedded(address) {
            Some(embedded) => is_public_v4(embedded),
            None => is_public_v6(address),
        },
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [first, second, third, _] = address.octets();
    let is_special = address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_documentation()
        || matches!(
            (first, second, third),
            // This network, shared addresses of carriers, protocol assignments, benchmarks, reserved and broadcast.
            (0, ..) | (100, 64..=127, _) | (192, 0, 0) | (192, 88, 99) | (198, 18..=19, _) | (240..=255, ..)
        );
    !is_special
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let [first, second, ..] = address.segments();
    // Global unicast addresses, without those of documentation, Teredo, benchmarks and other protocols (2001::/23).
    matches!(first, 0x2000..=0x3fff)
        && !matches!((first, second), (0x2001, 0..=0x1ff | 0xdb8))
        && !matches!((first, second), (0x3fff, 0..=0xfff))
}

/// The address of version 4 that an address of version 6 leads to: mapped, translated (RFC 6052) or 6to4 (RFC 3056).
fn embedded(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let octets = address.octets();
    let four = |at: usize| {
        Some(Ipv4Addr::new(
            octets[at],
            octets[at + 1],
            octets[at + 2],
            octets[at + 3],
        ))
    };
    match address.segments() {
        [0, 0, 0, 0, 0, 0 | 0xffff, ..] | [0, 0, 0, 0, 0xffff, 0, ..] | [0x64, 0xff9b, 0, 0, 0, 0, ..] => four(12),
        [0x2002, ..] => four(2),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_private_networks_are_not_public() {
        let private = [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "0.0.0.0",
            "0.1.2.3",
            "100.64.0.1",
            "192.0.0.8",
            "198.18.0.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::7f00:1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b:1::1",
            "2002:7f00:1::",
            "2002:a9fe:a9fe::1",
            "fe80::1",
            "fc00::1",
            "fd12:3456::1",
            "ff02::1",
            "2001:db8::1",
            "2001::1",
            "100::1",
            "3fff::1",
            "fec0::1",
        ];
        for address in private {
            assert!(!is_public(address.parse().expect("an address")), "{address}");
        }
        let public = [
            "1.1.1.1",
            "8.8.8.8",
            "172.32.0.1",
            "100.128.0.1",
            "198.20.0.1",
            "2606:4700::1111",
            "::ffff:8.8.8.8",
            "2a00::1",
        ];
        for address in public {
            assert!(is_public(address.parse().expect("an address")), "{address}");
        }
    }

    #[tokio::test]
    async fn a_name_that_leads_to_this_machine_is_refused() {
        for name in ["localhost", "127.1", "[::1]", "127.0.0.1"] {
            let refused = of(name, 80, false).await;
            assert!(
                matches!(refused, Err(Error::DestinationIpProhibited | Error::DnsError { .. })),
                "{name}: {refused:?}"
            );
        }
        let allowed = of("127.0.0.1", 80, true).await.expect("an address");
        assert_eq!(allowed, ["127.0.0.1:80".parse().expect("an address")]);
    }
}
