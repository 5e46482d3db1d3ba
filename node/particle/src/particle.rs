//! The particle and what its first peer signs.

use aqua_keys::{KeyPair, PeerId, Signature};
use std::sync::Arc;

/// A script that travels through the network, with the data that its peers have written so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Particle {
    /// The name its first peer gave it; any text. Not unique: the signature is what identifies a particle.
    pub id: String,
    /// The peer that started it and signed it.
    pub init_peer_id: PeerId,
    /// When it was started: milliseconds since the Unix epoch.
    pub timestamp: u64,
    /// How long it may live, in milliseconds.
    pub ttl: u32,
    /// The script as AIR text, exactly as its first peer wrote it.
    pub script: Arc<str>,
    /// The first peer's signature over [`Particle::signed_bytes`].
    pub signature: Signature,
    /// The data that the VMs of the visited peers recorded. Opaque here; signed by the peers that wrote it.
    pub data: Vec<u8>,
}

/// Why a particle's signature does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// The init peer id holds no ed25519 key to check with.
    #[error("the init peer id holds no ed25519 key")]
    NoKey,
    /// The signature was not made by the init peer for these fields.
    #[error("the signature does not match the particle")]
    Mismatch,
}

impl Particle {
    /// Starts a particle without data in the name of `key`'s peer.
    pub fn sign(key: &KeyPair, id: impl Into<String>, timestamp: u64, ttl: u32, script: impl Into<Arc<str>>) -> Self {
        let (id, script) = (id.into(), script.into());
        let signature = key.sign(&signed_bytes(&id, timestamp, ttl, &script));
        Self {
            id,
            init_peer_id: key.peer_id(),
            timestamp,
            ttl,
            script,
            signature,
            data: Vec::new(),
        }
    }

    /// What the first peer signs: id ‖ timestamp (u64, little-endian) ‖ ttl (u32, little-endian) ‖ script.
    /// Neither the init peer id nor the data is covered.
    pub fn signed_bytes(&self) -> Vec<u8> {
        signed_bytes(&self.id, self.timestamp, self.ttl, &self.script)
    }

    /// Checks that the init peer signed this particle.
    pub fn verify(&self) -> Result<(), VerifyError> {
        let key = self.init_peer_id.public_key().ok_or(VerifyError::NoKey)?;
        if key.verify_strict(&self.signed_bytes(), &self.signature) {
            Ok(())
        } else {
            Err(VerifyError::Mismatch)
        }
    }

    /// The last millisecond of its life (since the Unix epoch); none if it lies beyond what 64 bits count.
    pub fn deadline(&self) -> Option<u64> {
        self.timestamp.checked_add(u64::from(self.ttl))
    }

    /// Whether its life is over at `now` (milliseconds since the Unix epoch). A deadline that can't be counted has passed.
    pub fn is_expired(&self, now: u64) -> bool {
        self.deadline().is_none_or(|deadline| now > deadline)
    }
}

fn signed_bytes(id: &str, timestamp: u64, ttl: u32, script: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(id.len() + 12 + script.len());
    bytes.extend(id.as_bytes());
    bytes.extend(timestamp.to_le_bytes());
    bytes.extend(ttl.to_le_bytes());
    bytes.extend(script.as_bytes());
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expires_after_its_last_millisecond() {
        let particle = Particle::sign(&KeyPair::from_seed([1; 32]), "x", 1_000, 10, "(null)");
        assert!(!particle.is_expired(1_010));
        assert!(particle.is_expired(1_011));
    }

    #[test]
    fn a_deadline_beyond_counting_has_passed() {
        let particle = Particle::sign(&KeyPair::from_seed([1; 32]), "x", u64::MAX, 1, "(null)");
        assert_eq!(particle.deadline(), None);
        assert!(particle.is_expired(0));
    }
}
