//! The ids of each peer in particle data, and its signature of them.

use super::{ED25519_FORMAT, message};
use crate::data::{CallState, CanonState, ParticleData, SignatureMap, Store, TraceState, ValueRef};
use crate::failure::{CidStoreError, KeyError, SignatureError, type_names};
use crate::{Cid, PreparationError};
use aqua_keys::{KeyPair, PeerId, PublicKey, Signature, verify_data};
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;
use std::collections::hash_map::Entry;

/// Up to this length in bytes signing a message is faster than verifying its signature. Signing hashes the message twice.
const QUICK_TO_SIGN: usize = 8 << 10;

/// The peers of particle data with their ids and signatures.
pub(super) struct Signers<'d> {
    pub(super) by_peer: BTreeMap<String, Signer<'d>>,
}

pub(super) struct Signer<'d> {
    pub(super) key: &'d [u8],
    public: [u8; 32],
    pub(super) signature: &'d [u8],
    pub(super) made: IdList<'d>,
}

/// A sorted list of ids.
#[derive(Debug, Default, PartialEq)]
pub(super) struct IdList<'d> {
    /// Unique ids with their number of occurrences.
    ids: Vec<(&'d Cid, usize)>,
    length: usize,
}

impl<'d> Signers<'d> {
    /// Keys that are proved by a signature are not decoded.
    pub(super) fn of(data: &'d ParticleData, is_proved: impl Fn(&[u8]) -> bool) -> Result<Self, PreparationError> {
        let mut by_peer = BTreeMap::new();
        for (key, signature) in &data.signatures {
            let public = if is_proved(key) {
                public_key(key)
            } else {
                decode_key(key).map(|decoded| *decoded.as_bytes())
            };
            let public = public.map_err(|error| {
                let key = bs58::encode(key).into_string();
                PreparationError::Signature(SignatureError::MalformedKey { key, error })
            })?;
            let signer = Signer {
                key,
                public,
                signature,
                made: IdList::default(),
            };
            by_peer.insert(PeerId::from_ed25519(&public).to_string(), signer);
        }
        let peers: Vec<&String> = by_peer.keys().collect();
        let made = made(data, &peers)?;
        let mut signers: Vec<&mut Signer<'d>> = by_peer.values_mut().collect();
        for Made { signer, cid, count } in made {
            signers[signer].made.ids.push((cid, count));
        }
        for signer in signers {
            signer.made.put_in_order();
        }
        Ok(Self { by_peer })
    }

    pub(super) fn verify(
        &self,
        particle_id: &str,
        is_known: impl Fn(&String, &Signer<'_>) -> bool,
        own: Option<&KeyPair>,
    ) -> Result<(), SignatureError> {
        let mut unknown = self.by_peer.iter().filter(|(peer, signer)| !is_known(peer, signer));
        unknown.try_for_each(|(peer, signer)| {
            signer
                .verify(particle_id, own)
                .map_err(|error| SignatureError::Mismatch {
                    peer: peer.clone(),
                    error,
                    cids: signer.made.texts(),
                })
        })
    }

    /// Takes the longer list of each peer with its signature. It must contain the shorter one.
    pub(super) fn merge(mut self, current: Self) -> Result<SignatureMap, SignatureError> {
        for (peer, signer) in current.by_peer {
            match self.by_peer.get(&peer) {
                Some(known) => {
                    let current_is_larger = signer.made.length > known.made.length;
                    let (larger, smaller) = if current_is_larger {
                        (&signer, known)
                    } else {
                        (known, &signer)
                    };
                    if !larger.made.contains(&smaller.made) {
                        let (larger, smaller) = (larger.made.texts(), smaller.made.texts());
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
    /// Whether the key pair gives exactly that signature.
    pub(super) fn signs_like(&self, pair: &KeyPair) -> bool {
        *pair.public_key_bytes() == self.public && self.signature.first() == Some(&ED25519_FORMAT)
    }

    fn verify(&self, particle_id: &str, own: Option<&KeyPair>) -> Result<(), String> {
        // The key implies the format byte.
        let bytes = self.signature.get(1..).unwrap_or_default();
        let source = match Signature::try_from(bytes) {
            Ok(signature) => {
                let message = message(self.made.length, self.made.iter(), particle_id);
                let is_short = message.len() <= QUICK_TO_SIGN;
                let is_own = |own: &KeyPair| self.signs_like(own) && own.is_own_signature(&message, &signature);
                if is_short && own.is_some_and(is_own) || verify_data(&self.public, &message, &signature) {
                    return Ok(());
                }
                "Some(Verification equation was not satisfied)"
            }
            Err(_) => "None",
        };
        let signature = bs58::encode(bytes).into_string();
        let key = bs58::encode(self.public).into_string();
        Err(format!(
            "Verification(Ed25519(signature::Error {{ source: {source} }}, {signature:?}, {key:?}))"
        ))
    }
}

impl<'d> IdList<'d> {
    fn put_in_order(&mut self) {
        // Two sorted runs.
        self.ids.sort_by_key(|(cid, _)| *cid);
        self.ids.dedup_by(|(cid, count), (kept, kept_count)| {
            let is_same = cid == kept;
            *kept_count += if is_same { *count } else { 0 };
            is_same
        });
        self.length = self.ids.iter().map(|(_, count)| count).sum();
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &'d Cid> {
        self.ids
            .iter()
            .flat_map(|(cid, count)| std::iter::repeat_n(*cid, *count))
    }

    /// Whether it contains each id of another list at least as often.
    fn contains(&self, other: &Self) -> bool {
        let mut rest = self.ids.iter();
        other.ids.iter().all(|(cid, count)| {
            rest.find(|(candidate, _)| candidate == cid)
                .is_some_and(|(_, candidates)| candidates >= count)
        })
    }

    fn texts(&self) -> Vec<String> {
        self.iter().map(|cid| cid.to_string()).collect()
    }
}

/// An id in states of the trace.
struct Made<'d> {
    /// Index of its peer among the signers.
    signer: usize,
    cid: &'d Cid,
    /// Number of states with it.
    count: usize,
}

/// The entries of a store that states of the trace refer to.
struct Vouched {
    /// By index in the store, the signer and the number of states, initially 0.
    entries: Vec<(usize, usize)>,
}

impl Vouched {
    fn none_of<T>(store: &Store<T>) -> Self {
        Self {
            entries: vec![(0, 0); store.len()],
        }
    }

    fn made<'d, T>(self, store: &'d Store<T>) -> impl Iterator<Item = Made<'d>> {
        let all = store.keys().zip(self.entries);
        all.filter(|(_, (_, count))| *count > 0)
            .map(|(cid, (signer, count))| Made { signer, cid, count })
    }
}

/// All ids in states of a trace: results, then canonicalised streams, each in the order of ids.
fn made<'d>(data: &'d ParticleData, signers: &[&String]) -> Result<Vec<Made<'d>>, PreparationError> {
    const STATE: &str = "air_interpreter_data::executed_state::ExecutedState";
    let info = &data.cid_info;
    let missing = |cid: &Cid, from, to| {
        PreparationError::CidStore(CidStoreError::Reference {
            cid: cid.to_string().into(),
            from,
            to,
        })
    };
    let mut results = Vouched::none_of(&info.service_result_store);
    let mut canons = Vouched::none_of(&info.canon_result_store);
    let mut by_tetraplet: FxHashMap<&Cid, usize> = FxHashMap::default();
    for state in &data.trace {
        let (cid, position, counted, store) = match state {
            TraceState::Call(
                CallState::Executed(ValueRef::Scalar(cid) | ValueRef::Stream { cid, .. }) | CallState::Failed(cid),
            ) => {
                let position = info.service_result_store.position(cid);
                (cid, position, &mut results, type_names::SERVICE_RESULT)
            }
            TraceState::Canon(CanonState::Executed(cid)) => {
                let position = info.canon_result_store.position(cid);
                (cid, position, &mut canons, type_names::CANON_RESULT)
            }
            _ => continue,
        };
        let position = position.ok_or_else(|| missing(cid, STATE, store))?;
        let (signer, count) = &mut counted.entries[position];
        *count += 1;
        if *count > 1 {
            continue;
        }
        let tetraplet = match state {
            TraceState::Call(_) => &info.service_result_store.at(position).tetraplet_cid,
            _ => &info.canon_result_store.at(position).tetraplet,
        };
        *signer = match by_tetraplet.entry(tetraplet) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(vacant) => {
                let found = info.tetraplet_store.get(tetraplet);
                let peer = &found
                    .ok_or_else(|| missing(tetraplet, store, type_names::TETRAPLET))?
                    .peer_pk;
                let signer = signers.binary_search_by(|known| known.as_str().cmp(peer));
                *vacant.insert(
                    signer
                        .map_err(|_| PreparationError::Signature(SignatureError::UnknownPeer(peer.as_str().into())))?,
                )
            }
        };
    }
    let results = results.made(&info.service_result_store);
    Ok(results.chain(canons.made(&info.canon_result_store)).collect())
}

/// The key in the form of particle data.
pub(crate) fn decode_key(bytes: &[u8]) -> Result<PublicKey, KeyError> {
    public_key(bytes).and_then(|key| PublicKey::from_bytes(&key).map_err(|_| KeyError::Point))
}

/// The bytes of a key, which may not be a point of the curve.
fn public_key(bytes: &[u8]) -> Result<[u8; 32], KeyError> {
    match bytes.split_first() {
        Some((&ED25519_FORMAT, key)) => <[u8; 32]>::try_from(key).map_err(|_| KeyError::Length),
        Some((1, _)) => Err(KeyError::Algorithm("Rsa")),
        // A key of the right length is rejected, whether it is a point of the curve or not.
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
    fn lists_with_duplicates_contain_each_other_by_count() {
        let [a, b] = ["a", "b"].map(|text| Cid::from(EcoString::from(text)));
        let list = |cids: &[&'static str]| {
            let ids = cids.iter().map(|cid| (if *cid == "a" { &a } else { &b }, 1)).collect();
            let mut list = IdList { ids, length: 0 };
            list.put_in_order();
            assert_eq!(list.length, cids.len());
            list
        };
        assert!(list(&["b", "a", "a"]).contains(&list(&["a", "b"])));
        assert!(list(&["a"]).contains(&list(&[])));
        assert!(!list(&["a", "b"]).contains(&list(&["a", "a"])));
        assert_eq!(list(&["b", "a", "a"]).texts(), ["a", "a", "b"]);
    }
}
