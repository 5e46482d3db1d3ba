//! Which addresses can be reached from any network.

use libp2p::Multiaddr;
use libp2p::multiaddr::Protocol;
use std::net::IpAddr;

/// Whether an address contains no private or local part. DNS names count as global.
pub(crate) fn is_global(address: &Multiaddr) -> bool {
    address.iter().all(|part| match part {
        Protocol::Ip4(ip) => is_global_ip(ip.into()),
        Protocol::Ip6(ip) => is_global_ip(ip.into()),
        Protocol::Memory(_) => false,
        _ => true,
    })
}

fn is_global_ip(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(ip) => {
            let [first, second, ..] = ip.octets();
            let shared = first == 100 && (64..128).contains(&second);
            !(ip.is_private()
                || ip.is_loopback()
                || ip.is_link_local()
                || ip.is_broadcast()
                || ip.is_documentation()
                || first == 0
                || shared)
        }
        IpAddr::V6(ip) => {
            !(ip.is_loopback() || ip.is_unspecified() || ip.is_unique_local() || ip.is_unicast_link_local())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_and_local_addresses_are_not_global() {
        let global = |address: &str| is_global(&address.parse().expect("an address"));
        for address in [
            "/ip4/8.8.8.8/tcp/1",
            "/ip6/2606:4700::1111/tcp/1",
            "/dns4/example.org/tcp/1/ws",
        ] {
            assert!(global(address), "{address}");
        }
        for address in [
            "/ip4/10.0.0.1/tcp/1",
            "/ip4/100.64.0.1/tcp/1",
            "/ip4/127.0.0.1/tcp/1",
            "/ip6/::1/tcp/1",
            "/ip6/::ffff:192.168.0.1/tcp/1",
            "/memory/7",
        ] {
            assert!(!global(address), "{address}");
        }
    }
}
