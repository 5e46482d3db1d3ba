//! Keys of peers: who signs particle data and how a peer is named.
//!
//! A peer id is the base58 form of the libp2p identity multihash of an ed25519 public key, so it starts with
//! `12D3KooW`. In particle data a public key is one format byte (0 for ed25519) and 32 bytes, a signature is the same
//! format byte and 64 bytes.

use crate::sha512::Sha512;
use ed25519_dalek::SigningKey;
use ed25519_dalek::hazmat::{ExpandedSecretKey, raw_sign};
use std::fmt;

/// Format byte of ed25519 keys and signatures inside particle data.
pub(crate) const ED25519_FORMAT: u8 = 0;

/// The libp2p identity multihash of an ed25519 key is this head and the 32 bytes of the key.
const IDENTITY_MULTIHASH_HEAD: [u8; 6] = [0x00, 0x24, 0x08, 0x01, 0x12, 0x20];

/// The key pair of the peer that runs a step: signs what the peer adds to particle data.
#[derive(Clone, PartialEq, Eq)]
pub struct KeyPair {
    signing: SigningKey,
}

impl KeyPair {
    /// The pair that grows from a 32-byte ed25519 seed.
    #[must_use]
    pub fn from_seed(seed: [u8; 32]) -> Self {
        Self {
            signing: SigningKey::from_bytes(&seed),
        }
    }

    /// The peer id of this key, as text.
    #[must_use]
    pub fn peer_id(&self) -> String {
        peer_id_of(self.signing.verifying_key().as_bytes())
    }

    /// Public key in the form it has in particle data: format byte and 32 bytes.
    pub(crate) fn public_key(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(33);
        bytes.push(ED25519_FORMAT);
        bytes.extend_from_slice(self.signing.verifying_key().as_bytes());
        bytes
    }

    /// Signature of a message in the form it has in particle data: format byte and 64 bytes.
    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(65);
        bytes.push(ED25519_FORMAT);
        let signature = raw_sign::<Sha512>(
            &ExpandedSecretKey::from(self.signing.as_bytes()),
            message,
            &self.signing.verifying_key(),
        );
        bytes.extend_from_slice(&signature.to_bytes());
        bytes
    }
}

impl fmt::Debug for KeyPair {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("KeyPair")
            .field("peer_id", &self.peer_id())
            .finish_non_exhaustive()
    }
}

/// The peer id of an ed25519 public key.
pub(crate) fn peer_id_of(public_key: &[u8; 32]) -> String {
    let mut multihash = [0; 38];
    multihash[..6].copy_from_slice(&IDENTITY_MULTIHASH_HEAD);
    multihash[6..].copy_from_slice(public_key);
    bs58::encode(multihash).into_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_secret_is_not_printed() {
        let printed = format!("{:?}", KeyPair::from_seed([7; 32]));
        assert!(printed.starts_with("KeyPair { peer_id: \"12D3KooW"), "{printed}");
        assert!(printed.ends_with(", .. }"), "{printed}");
    }
}
