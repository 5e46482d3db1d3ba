//! Verifies the content ids and signatures of incoming data.
//!
//! Each peer signs a sorted list of ids: one entry per trace state with a service result or canonicalised stream of that
//! peer. The signed message is the Borsh encoding of the list and the particle's id, so that a signature is invalid in
//! another particle.

mod ids;
mod signers;

pub(crate) use signers::decode_key;

use crate::data::{CidInfo, ParticleData, SignatureMap};
use crate::{Cid, PreparationError};
use aqua_keys::KeyPair;
use ids::verify_ids;
use signers::{Signer, Signers};
use std::sync::Arc;

/// Format byte in front of ed25519 keys and signatures in particle data.
const ED25519_FORMAT: u8 = 0;

/// The signatures of verified data.
#[derive(Debug, Default)]
pub(crate) struct Verified {
    pub(crate) signatures: SignatureMap,
    /// A valid signature of this peer.
    pub(crate) signed: Option<Signed>,
}

/// A valid signature of this peer.
#[derive(Debug)]
pub(crate) struct Signed {
    /// The ids that it covers, sorted.
    cids: Vec<Cid>,
    signature: Box<[u8]>,
}

/// Verifies incoming data and merges the signatures of both. `own` is the key of this peer. If the previous data has been
/// verified, what it contains is not verified again.
///
/// # Errors
/// 8 if an id does not match its value or has none, 9 if a signature is missing or invalid.
pub(crate) fn verify(
    previous: &ParticleData,
    previous_is_verified: bool,
    current: &ParticleData,
    particle_id: &str,
    own: Option<&KeyPair>,
) -> Result<Verified, PreparationError> {
    let unknown = CidInfo::default();
    let known = if previous_is_verified {
        &previous.cid_info
    } else {
        &unknown
    };
    verify_ids(&current.cid_info, known).map_err(PreparationError::CidStore)?;
    let merged = |verifier| merge_signatures(previous, previous_is_verified, current, particle_id, own, verifier);
    merged(Verifier::Fast).or_else(|_| merged(Verifier::Reference))
}

/// The order of verification, which decides the error that is reported.
#[derive(Clone, Copy, PartialEq)]
enum Verifier {
    /// Keys are not decoded before their signatures are verified: a valid signature proves its key. Accepts what the
    /// reference accepts, but may report another error.
    Fast,
    /// All keys are decoded first, as official interpreters do.
    Reference,
}

fn merge_signatures(
    previous: &ParticleData,
    previous_is_verified: bool,
    current: &ParticleData,
    particle_id: &str,
    own: Option<&KeyPair>,
    verifier: Verifier,
) -> Result<Verified, PreparationError> {
    // A valid signature proves that its key is valid.
    let is_proved = |key: &[u8]| previous_is_verified || current.signatures.contains_key(key);
    let previous = Signers::of(previous, |key| verifier == Verifier::Fast && is_proved(key))?;
    let current = Signers::of(current, |_| verifier == Verifier::Fast)?;
    let is_known = |peer: &String, signer: &Signer<'_>| {
        let known = previous.by_peer.get(peer).filter(|_| previous_is_verified);
        known.is_some_and(|known| known.signature == signer.signature && known.made == signer.made)
    };
    current
        .verify(particle_id, is_known, own)
        .map_err(PreparationError::Signature)?;
    let signed = own.and_then(|own| current.by_peer.values().find(|signer| signer.signs_like(own)));
    let signed = signed.map(|signer| Signed {
        cids: signer.made.iter().cloned().collect(),
        signature: signer.signature.into(),
    });
    let signatures = previous.merge(current).map_err(PreparationError::Signature)?;
    Ok(Verified { signatures, signed })
}

/// What a signature of this peer will cover, and the signatures that data has without it.
#[derive(Debug, Clone, Default)]
pub(crate) struct ToSign {
    pub(crate) signatures: Arc<SignatureMap>,
    /// Ids that this peer has added.
    pub(crate) own_cids: Arc<Vec<Cid>>,
}

impl ToSign {
    /// Adds this peer's signature of its ids, and of `further` ones, and replaces the former one. Signatures are
    /// deterministic, so one of the same ids is reused.
    pub(crate) fn sign(
        self,
        further: Vec<Cid>,
        signed: Option<Signed>,
        particle_id: &str,
        key: &KeyPair,
    ) -> SignatureMap {
        let mut signatures = Arc::unwrap_or_clone(self.signatures);
        let mut own_cids = Arc::unwrap_or_clone(self.own_cids);
        own_cids.extend(further);
        own_cids.sort_unstable();
        let signature = match signed {
            Some(signed) if signed.cids == own_cids => signed.signature,
            _ => {
                let signature = key.sign(&message(own_cids.len(), own_cids.iter(), particle_id));
                with_format(signature.as_bytes())
            }
        };
        signatures.insert(with_format(key.public_key_bytes()), signature);
        signatures
    }
}

/// A key or a signature as it stands in particle data.
fn with_format(bytes: &[u8]) -> Box<[u8]> {
    [&[ED25519_FORMAT], bytes].concat().into()
}

/// The Borsh encoding of a list of texts, whose length is given, and a text.
pub(crate) fn message<'c>(count: usize, sorted_cids: impl Iterator<Item = &'c Cid>, particle_id: &str) -> Vec<u8> {
    let length = |length: usize| u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes();
    let mut message = Vec::with_capacity(8 + particle_id.len() + count * 65);
    message.extend_from_slice(&length(count));
    for cid in sorted_cids {
        message.extend_from_slice(&length(cid.length()));
        cid.write(&mut message);
    }
    message.extend_from_slice(&length(particle_id.len()));
    message.extend_from_slice(particle_id.as_bytes());
    message
}

#[cfg(test)]
mod tests {
    use super::*;
    use ecow::EcoString;

    #[test]
    fn signed_messages_are_borsh() {
        let cids = ["b", "aaa"].map(|text| Cid::from(EcoString::from(text)));
        assert_eq!(
            message(2, cids.iter(), "id"),
            b"\x02\0\0\0\x01\0\0\0b\x03\0\0\0aaa\x02\0\0\0id"
        );
        assert_eq!(message(0, [].iter(), ""), [0; 8]);
    }
}
