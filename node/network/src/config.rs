//! What a network is started with.

use aqua_keys::KeyPair;
use aqua_particle::frame;
use libp2p::{Multiaddr, StreamProtocol};
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// What a [`crate::Network`] is started with.
#[derive(Debug, Clone)]
pub struct Config {
    /// Who this peer is.
    pub key: KeyPair,
    /// Whether others find and route through this peer.
    pub role: Role,
    /// Which network it belongs to.
    pub network: NetworkName,
    /// Where to listen; port 0 takes a free one.
    pub listen: Vec<Multiaddr>,
    /// Addresses to announce besides those listened on, such as that of a proxy in front.
    pub external: Vec<Multiaddr>,
    /// Peers to connect to, and to connect to again whenever that connection is lost.
    pub bootstrap: Vec<Multiaddr>,
    /// Bounds on what others can make this peer hold and wait for.
    pub limits: Limits,
}

impl Config {
    /// A peer that listens nowhere yet, knows nobody, and keeps the default limits.
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

/// What this peer is to others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Takes part in Kademlia: others find it and find others through it.
    Peer,
    /// Only reachable over the connections it opened itself.
    Client,
}

/// The name of a network; peers of different networks don't find each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NetworkName(String);

/// A network's name is neither one of the public networks nor 64 hexadecimal digits.
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

/// Bounds on what others can make this peer hold and wait for.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Events that wait for the node; beyond them substreams are not read.
    pub event_queue: usize,
    /// Commands that wait for the swarm, and particles that wait for one peer's substream.
    pub command_queue: usize,
    /// The largest frame body that is read or sent, in bytes.
    pub frame_body: usize,
    /// The frame bytes that one connection's substreams may hold together; at least `frame_body`.
    pub connection_frames: usize,
    /// The substreams with particles that one connection may have open towards this peer.
    pub inbound_substreams: usize,
    /// The connections this peer has in all; as many more may be shaking hands.
    pub connections: u32,
    /// The connections with one other peer.
    pub connections_per_peer: u32,
    /// The peers that are looked for at a time.
    pub searches: usize,
    /// How many entries a bucket of the routing table has; 20 unless a small network wants to know everybody.
    pub bucket_size: usize,
    /// How long a connection without any substream lives on.
    pub idle_connection: Duration,
    /// How long a handshake of a connection may take.
    pub handshake: Duration,
    /// How long the negotiation of a substream may take, and how long a started frame may wait for its next bytes.
    pub substream: Duration,
    /// How long a query in Kademlia may take.
    pub query: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            event_queue: 128,
            command_queue: 128,
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
    fn names_of_networks_become_protocols() {
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
