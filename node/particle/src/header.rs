//! A particle without its data: what its initiator signed.

use crate::frame::Parts;
use crate::{Particle, VerifyError};
use aqua_keys::{PeerId, Signature};
use std::sync::Arc;

/// The part of a particle that is the same on every peer, with the digests that peers look it up by.
#[derive(Debug, Clone)]
pub struct Header {
    /// The name that the initiator chose; any text, not unique.
    pub id: String,
    /// The peer that made and signed the particle.
    pub init_peer_id: PeerId,
    /// Creation time, in milliseconds since the Unix epoch.
    pub timestamp: u64,
    /// Lifetime, in milliseconds.
    pub ttl: u32,
    /// The script as AIR text.
    pub script: Arc<str>,
    /// The initiator's signature. It identifies the particle within a peer.
    pub signature: Signature,
    script_hash: [u8; 32],
    digest: [u8; 32],
}

impl Header {
    /// Splits a particle into its header and its data. Hashes the script.
    pub fn split(particle: Particle) -> (Self, Vec<u8>) {
        let Particle {
            id,
            init_peer_id,
            timestamp,
            ttl,
            script,
            signature,
            data,
        } = particle;
        let script_hash = *blake3::hash(script.as_bytes()).as_bytes();
        let mut hasher = blake3::Hasher::new();
        for field in [id.as_bytes(), init_peer_id.as_bytes()] {
            hasher.update(&(field.len() as u64).to_le_bytes());
            hasher.update(field);
        }
        hasher.update(&timestamp.to_le_bytes());
        hasher.update(&ttl.to_le_bytes());
        hasher.update(signature.as_bytes());
        hasher.update(&script_hash);
        let digest = *hasher.finalize().as_bytes();
        let header = Self {
            id,
            init_peer_id,
            timestamp,
            ttl,
            script,
            signature,
            script_hash,
            digest,
        };
        (header, data)
    }

    /// The particle with this header and data.
    pub fn join(&self, data: Vec<u8>) -> Particle {
        Particle {
            id: self.id.clone(),
            init_peer_id: self.init_peer_id.clone(),
            timestamp: self.timestamp,
            ttl: self.ttl,
            script: self.script.clone(),
            signature: self.signature,
            data,
        }
    }

    /// The fields of the frame that carries this particle with some data.
    pub fn with_data<'a>(&'a self, data: &'a [u8]) -> Parts<'a> {
        Parts {
            id: &self.id,
            init_peer_id: &self.init_peer_id,
            timestamp: self.timestamp,
            ttl: self.ttl,
            script: &self.script,
            signature: &self.signature,
            data,
        }
    }

    /// BLAKE3 of the script's text.
    pub fn script_hash(&self) -> &[u8; 32] {
        &self.script_hash
    }

    /// BLAKE3 over all fields. Two headers are equal if their digests are.
    pub fn digest(&self) -> &[u8; 32] {
        &self.digest
    }

    /// Checks that the initiator signed these fields.
    ///
    /// # Errors
    /// The initiator's id holds no key, or the signature doesn't match.
    pub fn verify(&self) -> Result<(), VerifyError> {
        self.join(Vec::new()).verify()
    }

    /// The last millisecond of its life since the Unix epoch; `None` if it exceeds 64 bits.
    pub fn deadline(&self) -> Option<u64> {
        self.timestamp.checked_add(u64::from(self.ttl))
    }
}

impl PartialEq for Header {
    fn eq(&self, other: &Self) -> bool {
        self.digest == other.digest
    }
}

impl Eq for Header {}
