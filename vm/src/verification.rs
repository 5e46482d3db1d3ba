//! Who made what: content ids and signatures of arriving data.
//!
//! Each peer signs the list of ids it made: one entry per trace state that holds a service result or a frozen stream of
//! that peer, sorted. The signed message is the borsh form of that list and the particle's id, so that a signature is worth
//! nothing in another particle.

use crate::data::{CallState, CanonState, CidInfo, ParticleData, Provenance, TraceState, ValueRef};
use crate::failure::{CidStoreError, KeyError, SignatureError, type_names};
use crate::json_text::JsonText;
use crate::keys::{ED25519_FORMAT, peer_id_of};
use crate::{Cid, KeyPair, PreparationError};
use ed25519_dalek::{Signature, Verifier as _, VerifyingKey};
use std::collections::BTreeMap;

/// Public keys and signatures, both with their format byte.
pub(crate) type Signatures = BTreeMap<Box<[u8]>, Box<[u8]>>;

/// Checks arriving data and merges the signatures of both.
///
/// # Errors
/// 8 if an id does not fit its value or names nothing, 9 if a signature is missing or wrong.
pub(crate) fn verify(
    previous: &ParticleData,
    current: &ParticleData,
    particle_id: &str,
) -> Result<Signatures, PreparationError> {
    verify_ids(&current.cid_info).map_err(PreparationError::CidStore)?;
    let previous = Signers::of(previous, None)?;
    let current = Signers::of(current, Some(&previous))?;
    current.verify(particle_id).map_err(PreparationError::Signature)?;
    previous.merge(current).map_err(PreparationError::Signature)
}

/// Adds this peer's signature over what it made, in place of a former one.
pub(crate) fn sign(signatures: &mut Signatures, mut own_cids: Vec<Cid>, particle_id: &str, key: &KeyPair) {
    own_cids.sort_unstable();
    let signature = key.sign(&message(own_cids.iter(), particle_id));
    signatures.insert(key.public_key().into(), signature.into());
}

/// The borsh form of a list of texts and a text.
pub(crate) fn message<'c>(sorted_cids: impl ExactSizeIterator<Item = &'c Cid>, particle_id: &'c str) -> Vec<u8> {
    let length = |text: &str| u32::try_from(text.len()).unwrap_or(u32::MAX).to_le_bytes();
    let mut message = Vec::with_capacity(8 + particle_id.len() + sorted_cids.len() * 65);
    message.extend_from_slice(&u32::try_from(sorted_cids.len()).unwrap_or(u32::MAX).to_le_bytes());
    for text in sorted_cids.map(Cid::as_str).chain([particle_id]) {
        message.extend_from_slice(&length(text));
        message.extend_from_slice(text.as_bytes());
    }
    message
}

// Content ids.

fn verify_ids(info: &CidInfo) -> Result<(), CidStoreError> {
    for (cid, text) in &info.value_store {
        verify_id(cid, text.as_bytes(), type_names::VALUE)?;
    }
    verify_store(&info.tetraplet_store, type_names::TETRAPLET)?;
    verify_store(&info.service_result_store, type_names::SERVICE_RESULT)?;
    verify_store(&info.canon_element_store, type_names::CANON_ELEMENT)?;
    verify_store(&info.canon_result_store, type_names::CANON_RESULT)?;
    verify_references(info)
}

fn verify_store<T: JsonText>(store: &BTreeMap<Cid, T>, name: &'static str) -> Result<(), CidStoreError> {
    let mut text = Vec::with_capacity(512);
    store.iter().try_for_each(|(cid, item)| {
        text.clear();
        item.write_json(&mut text);
        verify_id(cid, &text, name)
    })
}

fn verify_id(cid: &Cid, bytes: &[u8], store: &'static str) -> Result<(), CidStoreError> {
    match cid.verify(bytes) {
        Ok(true) => Ok(()),
        Ok(false) => Err(CidStoreError::mismatch(store, cid)),
        Err(error) => Err(CidStoreError::Cid(error)),
    }
}

fn verify_references(info: &CidInfo) -> Result<(), CidStoreError> {
    let missing = |cid: &Cid, from, to| CidStoreError::Reference {
        cid: cid.as_str().into(),
        from,
        to,
    };
    let value = |cid, from| require(&info.value_store, cid).ok_or_else(|| missing(cid, from, type_names::VALUE));
    let tetraplet =
        |cid, from| require(&info.tetraplet_store, cid).ok_or_else(|| missing(cid, from, type_names::TETRAPLET));

    for result in info.canon_result_store.values() {
        for cid in &result.values {
            require(&info.canon_element_store, cid)
                .ok_or_else(|| missing(cid, type_names::CANON_RESULT, type_names::CANON_ELEMENT))?;
        }
        tetraplet(&result.tetraplet, type_names::CANON_RESULT)?;
    }
    for element in info.canon_element_store.values() {
        tetraplet(&element.tetraplet, type_names::CANON_ELEMENT)?;
        value(&element.value, type_names::CANON_ELEMENT)?;
        match &element.provenance {
            Provenance::Literal => {}
            Provenance::ServiceResult { cid } => require(&info.service_result_store, cid)
                .ok_or_else(|| missing(cid, type_names::CANON_ELEMENT, type_names::SERVICE_RESULT))?,
            Provenance::Canon { cid } => require(&info.canon_result_store, cid)
                .ok_or_else(|| missing(cid, type_names::CANON_ELEMENT, type_names::CANON_RESULT))?,
        }
    }
    for result in info.service_result_store.values() {
        tetraplet(&result.tetraplet_cid, type_names::SERVICE_RESULT)?;
        value(&result.value_cid, type_names::SERVICE_RESULT)?;
    }
    Ok(())
}

fn require<T>(store: &BTreeMap<Cid, T>, cid: &Cid) -> Option<()> {
    store.contains_key(cid).then_some(())
}

// Signatures.

/// The peers of one data: what each made, and its signature over that.
struct Signers<'d> {
    by_peer: BTreeMap<String, Signer<'d>>,
}

struct Signer<'d> {
    key: &'d [u8],
    verifying: VerifyingKey,
    signature: &'d [u8],
    /// Sorted; the same id as often as states hold it.
    cids: Vec<&'d Cid>,
}

impl<'d> Signers<'d> {
    /// Keys that `known` has are not decoded again.
    fn of(data: &'d ParticleData, known: Option<&Self>) -> Result<Self, PreparationError> {
        let mut by_peer = BTreeMap::new();
        for (key, signature) in &data.signatures {
            let (peer, verifying) = match known.and_then(|known| known.with_key(key)) {
                Some((peer, signer)) => (peer.clone(), signer.verifying),
                None => {
                    let verifying = decode_key(key).map_err(|error| {
                        let key = bs58::encode(key).into_string();
                        PreparationError::Signature(SignatureError::MalformedKey { key, error })
                    })?;
                    (peer_id_of(verifying.as_bytes()), verifying)
                }
            };
            let signer = Signer {
                key,
                verifying,
                signature,
                cids: Vec::new(),
            };
            by_peer.insert(peer, signer);
        }
        let mut signers: Vec<(&String, &mut Signer<'d>)> = by_peer.iter_mut().collect();
        let mut place = 0;
        for (peer, cid) in owners(data) {
            let peer = peer.map_err(PreparationError::CidStore)?;
            // Most states are of the same peer as the one before.
            if signers.get(place).is_none_or(|(known, _)| *known != peer) {
                place = signers
                    .binary_search_by(|(known, _)| known.as_str().cmp(peer))
                    .map_err(|_| PreparationError::Signature(SignatureError::UnknownPeer(peer.into())))?;
            }
            signers[place].1.cids.push(cid);
        }
        for (_, signer) in &mut signers {
            signer.cids.sort_unstable();
        }
        Ok(Self { by_peer })
    }

    fn with_key(&self, key: &[u8]) -> Option<(&String, &Signer<'d>)> {
        self.by_peer.iter().find(|(_, signer)| signer.key == key)
    }

    fn verify(&self, particle_id: &str) -> Result<(), SignatureError> {
        self.by_peer.iter().try_for_each(|(peer, signer)| {
            signer.verify(particle_id).map_err(|error| SignatureError::Mismatch {
                peer: peer.clone(),
                error,
                cids: texts(&signer.cids),
            })
        })
    }

    /// Of each peer the longer list wins with its signature; it must contain the shorter one.
    fn merge(mut self, current: Self) -> Result<Signatures, SignatureError> {
        for (peer, signer) in current.by_peer {
            match self.by_peer.get(&peer) {
                Some(known) => {
                    let current_is_larger = signer.cids.len() > known.cids.len();
                    let (larger, smaller) = if current_is_larger {
                        (&signer, known)
                    } else {
                        (known, &signer)
                    };
                    if !contains(&larger.cids, &smaller.cids) {
                        let (larger, smaller) = (texts(&larger.cids), texts(&smaller.cids));
                        return Err(SignatureError::Inconsistent { peer, larger, smaller });
                    }
                    if current_is_larger {
                        self.by_peer.insert(peer, signer);
                    }
                }
                None => {
                    self.by_peer.insert(peer, signer);
                }
            }
        }
        Ok(self
            .by_peer
            .into_values()
            .map(|signer| (signer.key.into(), signer.signature.into()))
            .collect())
    }
}

impl Signer<'_> {
    fn verify(&self, particle_id: &str) -> Result<(), String> {
        // The format byte says nothing that the key doesn't.
        let bytes = self.signature.get(1..).unwrap_or_default();
        let source = match Signature::from_slice(bytes) {
            Err(_) => "None",
            Ok(signature) => match self
                .verifying
                .verify(&message(self.cids.iter().copied(), particle_id), &signature)
            {
                Ok(()) => return Ok(()),
                Err(_) => "Some(Verification equation was not satisfied)",
            },
        };
        let signature = bs58::encode(bytes).into_string();
        let key = bs58::encode(self.verifying.as_bytes()).into_string();
        Err(format!(
            "Verification(Ed25519(signature::Error {{ source: {source} }}, {signature:?}, {key:?}))"
        ))
    }
}

fn texts(cids: &[&Cid]) -> Vec<String> {
    cids.iter().map(|cid| cid.as_str().to_owned()).collect()
}

/// Whether a sorted list contains another one, duplicates counted.
fn contains(larger: &[&Cid], smaller: &[&Cid]) -> bool {
    let mut rest = larger.iter();
    smaller.iter().all(|cid| rest.any(|candidate| candidate == cid))
}

/// Each id that a state of the trace vouches for, with the peer that made it.
fn owners<'d>(data: &'d ParticleData) -> impl Iterator<Item = (Result<&'d str, CidStoreError>, &'d Cid)> {
    const STATE: &str = "air_interpreter_data::executed_state::ExecutedState";
    let info = &data.cid_info;
    let missing = |cid: &Cid, from, to| CidStoreError::Reference {
        cid: cid.as_str().into(),
        from,
        to,
    };
    let peer_of = move |tetraplet: &'d Cid, from| {
        let found = info
            .tetraplet_store
            .get(tetraplet)
            .map(|tetraplet| tetraplet.peer_pk.as_str());
        found.ok_or_else(|| missing(tetraplet, from, type_names::TETRAPLET))
    };
    let owner = move |cid: &Cid, tetraplet: Option<&'d Cid>, store| {
        let tetraplet = tetraplet.ok_or_else(|| missing(cid, STATE, store))?;
        peer_of(tetraplet, store)
    };
    // Most states follow one of the same tetraplet.
    let mut last: Option<(&Cid, &str)> = None;
    data.trace.iter().filter_map(move |state| {
        let (cid, tetraplet, store) = match state {
            TraceState::Call(
                CallState::Executed(ValueRef::Scalar(cid) | ValueRef::Stream { cid, .. }) | CallState::Failed(cid),
            ) => {
                let result = info.service_result_store.get(cid);
                (
                    cid,
                    result.map(|result| &result.tetraplet_cid),
                    type_names::SERVICE_RESULT,
                )
            }
            TraceState::Canon(CanonState::Executed(cid)) => {
                let result = info.canon_result_store.get(cid);
                (cid, result.map(|result| &result.tetraplet), type_names::CANON_RESULT)
            }
            _ => return None,
        };
        if let (Some((known, peer)), Some(tetraplet)) = (last, tetraplet)
            && known == tetraplet
        {
            return Some((Ok(peer), cid));
        }
        let peer = owner(cid, tetraplet, store);
        last = tetraplet.zip(peer.as_ref().ok().copied());
        Some((peer, cid))
    })
}

pub(crate) fn decode_key(bytes: &[u8]) -> Result<VerifyingKey, KeyError> {
    match bytes.split_first() {
        Some((&ED25519_FORMAT, key)) => {
            let key = <[u8; 32]>::try_from(key).map_err(|_| KeyError::Length)?;
            VerifyingKey::from_bytes(&key).map_err(|_| KeyError::Point)
        }
        Some((1, _)) => Err(KeyError::Algorithm("Rsa")),
        // Whether a key of the right form is a point of the curve makes no difference: it is refused.
        Some((2, [2 | 3, rest @ ..])) if rest.len() == 32 => Err(KeyError::Algorithm("Secp256k1")),
        Some((2, [4, rest @ ..])) if rest.len() == 64 => Err(KeyError::Algorithm("Secp256k1")),
        Some((2, _)) => Err(KeyError::Secp256k1),
        _ => Err(KeyError::Format),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ecow::EcoString;

    #[test]
    fn signed_messages_are_borsh() {
        let cids = ["b", "aaa"].map(|text| Cid::from(EcoString::from(text)));
        assert_eq!(
            message(cids.iter(), "id"),
            b"\x02\0\0\0\x01\0\0\0b\x03\0\0\0aaa\x02\0\0\0id"
        );
        assert_eq!(message([].iter(), ""), [0; 8]);
    }

    #[test]
    fn lists_with_duplicates_contain_each_other_by_count() {
        let [a, b] = ["a", "b"].map(|text| Cid::from(EcoString::from(text)));
        assert!(contains(&[&a, &a, &b], &[&a, &b]));
        assert!(contains(&[&a], &[]));
        assert!(!contains(&[&a, &b], &[&a, &a]));
    }
}
