//! Converts peer ids and keys to and from libp2p's types.

use aqua_keys::{KeyPair, PeerId};

/// The same peer id as libp2p's type.
pub(crate) fn to_libp2p(peer: &PeerId) -> libp2p::PeerId {
    libp2p::PeerId::from_bytes(peer.as_bytes()).expect("both accept the same multihashes")
}

/// The same peer id as this project's type.
pub(crate) fn from_libp2p(peer: libp2p::PeerId) -> PeerId {
    PeerId::from_bytes(&peer.to_bytes()).expect("both accept the same multihashes")
}

/// The same key pair as libp2p's type.
pub(crate) fn keypair(key: &KeyPair) -> libp2p::identity::Keypair {
    libp2p::identity::Keypair::ed25519_from_bytes(key.seed()).expect("a seed of 32 bytes is a key")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conversions_keep_the_peer() {
        let key = KeyPair::from_seed([3; 32]);
        let theirs = keypair(&key).public().to_peer_id();
        assert_eq!(theirs.to_string(), key.peer_id().to_string());
        assert_eq!(from_libp2p(theirs), key.peer_id());
        assert_eq!(to_libp2p(&key.peer_id()), theirs);
    }
}
