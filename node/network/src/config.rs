//! Configuration of a network.

use aqua_keys::KeyPair;
use aqua_particle::frame;
use libp2p::{Multiaddr, StreamProtocol};
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// Configuration of a [`crate::Network`].
#[derive(Debug, Clone)]
pub struct Config {
    /// The key pair of this peer.
    pub key: KeyPair,
    /// Whether this peer takes part in Kademlia.
    pub role: Role,
    /// The network that this peer belongs to.
    pub network: NetworkName,
    /// Addresses to listen on; port 0 stands for any free port.
    pub listen: Vec<Multiaddr>,
    /// Addresses to announce besides those listened on, such as that of a reverse proxy.
    pub external: Vec<Multiaddr>,
    /// Peers that a connection is kept with.
    pub bootstrap: Vec<Multiaddr>,
    /// Bounds on resources and timeouts.
    pub limits: Limits,
}

impl Config {
    /// A peer with the default limits that neither listens nor connects.
    pub fn new(key: KeyPair) -> Self {
        Self {
            key,
            role: Role::Peer,
            network: NetworkName::default(),
            listen: Vec::new(),
            external: Vec::new(),
            bootstrap: Vec::new(),
            limits: Limits::default(),
        }
    }
}

/// The part that a peer plays in its network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Takes part in Kademlia: other peers find it, and find others through it.
    Peer,
    /// Reachable only over connections that it opened.
    Client,
}

/// The name of a network. Peers of different networks don't discover each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NetworkName(String);

/// The text is neither the name of a public network nor 64 lower-case hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a network is `dar`, `stage`, `kras` or 64 hexadecimal digits")]
pub struct ParseNetworkNameError;

impl NetworkName {
    pub(crate) fn kademlia_protocol(&self) -> StreamProtocol {
        StreamProtocol::try_from_owned(format!("/fluence/kad/{}/1.0.0", self.0)).expect("it starts with a slash")
    }
}

impl Default for NetworkName {
    fn default() -> Self {
        Self("dar".to_owned())
    }
}

impl FromStr for NetworkName {
    type Err = ParseNetworkNameError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let own = text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        match own || ["dar", "stage", "kras"].contains(&text) {
            true => Ok(Self(text.to_owned())),
            false => Err(ParseNetworkNameError),
        }
    }
}

impl fmt::Display for NetworkName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// Bounds on the resources that other peers can occupy, and timeouts.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Events in the queue. While it is full, nothing is read from peers.
    pub event_queue: usize,
    /// The largest frame body that is read or sent, in bytes.
    pub frame_body: usize,
    /// Bytes of the frames that one connection may have offered and not delivered; at least `frame_body`.
    pub connection_frames: usize,
    /// Inbound particle substreams of one connection.
    pub inbound_substreams: usize,
    /// Established connections, and as many more whose handshake is in progress.
    pub connections: u32,
    /// Established connections with one other peer.
    pub connections_per_peer: u32,
    /// Peers that are looked up at a time.
    pub searches: usize,
    /// Entries of a bucket of the routing table.
    pub bucket_size: usize,
    /// How long a connection without substreams is kept.
    pub idle_connection: Duration,
    /// Timeout of a connection's handshake.
    pub handshake: Duration,
    /// Timeout of a substream's negotiation, and of each read in the middle of a frame. Writes have twice as long.
    pub substream: Duration,
    /// Timeout of a Kademlia query.
    pub query: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            event_queue: 128,
            frame_body: frame::MAX_BODY,
            connection_frames: 128 * 1024 * 1024,
            inbound_substreams: 1024,
            connections: 4096,
            connections_per_peer: 5,
            searches: 1024,
            bucket_size: 20,
            idle_connection: Duration::from_secs(180),
            handshake: Duration::from_secs(20),
            substream: Duration::from_secs(10),
            query: Duration::from_secs(3),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn network_names_become_protocol_ids() {
        let protocol = |text: &str| {
            text.parse()
                .map(|name: NetworkName| name.kademlia_protocol().to_string())
        };
        assert_eq!(protocol("kras"), Ok("/fluence/kad/kras/1.0.0".to_owned()));
        let own = "ab".repeat(32);
        assert_eq!(protocol(&own), Ok(format!("/fluence/kad/{own}/1.0.0")));
        assert_eq!(protocol("AB"), Err(ParseNetworkNameError));
    }
}
