//! Who made what: content ids and signatures of arriving data.
//!
//! Each peer signs the list of ids it made: one entry per trace state that holds a service result or a frozen stream of
//! that peer, sorted. The signed message is the borsh form of that list and the particle's id, so that a signature is worth
//! nothing in another particle.

use crate::data::{CallState, CanonState, CidInfo, ParticleData, Provenance, Store, TraceState, ValueRef};
use crate::failure::{CidStoreError, KeyError, SignatureError, type_names};
use crate::json_text::JsonText;
use crate::keys::{self, ED25519_FORMAT, peer_id_of};
use crate::{Cid, KeyPair, PreparationError};
use ed25519_dalek::{Signature, Verifier as _, VerifyingKey};
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;
use std::collections::hash_map::Entry;

/// Public keys and signatures, both with their format byte.
pub(crate) type Signatures = BTreeMap<Box<[u8]>, Box<[u8]>>;

/// The signatures of verified data.
#[derive(Debug, Default)]
pub(crate) struct Verified {
    pub(crate) signatures: Signatures,
    /// What this peer has signed already.
    pub(crate) signed: Option<Signed>,
}

/// A right signature of this peer.
#[derive(Debug)]
pub(crate) struct Signed {
    /// What it covers, sorted.
    cids: Vec<Cid>,
    signature: Box<[u8]>,
}

/// Checks arriving data and merges the signatures of both. `own_key` is that of this peer. If what is known was verified itself, what it has already is not
/// verified again.
///
/// # Errors
/// 8 if an id does not fit its value or names nothing, 9 if a signature is missing or wrong.
pub(crate) fn verify(
    previous: &ParticleData,
    previous_is_verified: bool,
    current: &ParticleData,
    particle_id: &str,
    own_key: Option<&KeyPair>,
) -> Result<Verified, PreparationError> {
    let own_key = own_key.map(KeyPair::public_key);
    let own_key = own_key.as_deref();
    let unknown = CidInfo::default();
    let known = if previous_is_verified {
        &previous.cid_info
    } else {
        &unknown
    };
    verify_ids(&current.cid_info, known).map_err(PreparationError::CidStore)?;
    let merged = |judge| merge_signatures(previous, previous_is_verified, current, particle_id, own_key, judge);
    merged(Judge::Quick).or_else(|_| merged(Judge::Last))
}

/// Who says whether keys and signatures are right.
#[derive(Clone, Copy, PartialEq)]
enum Judge {
    /// One that takes less time and gives no reasons. What it accepts, the last one accepts.
    Quick,
    /// The one that refuses what official machines refuse, with their reasons.
    Last,
}

fn merge_signatures(
    previous: &ParticleData,
    previous_is_verified: bool,
    current: &ParticleData,
    particle_id: &str,
    own_key: Option<&[u8]>,
    judge: Judge,
) -> Result<Verified, PreparationError> {
    // A right signature proves that its key is one.
    let is_proved = |key: &[u8]| previous_is_verified || current.signatures.contains_key(key);
    let previous = Signers::of(previous, |key| judge == Judge::Quick && is_proved(key))?;
    let current = Signers::of(current, |_| judge == Judge::Quick)?;
    let is_known = |peer: &String, signer: &Signer<'_>| {
        let known = previous.by_peer.get(peer).filter(|_| previous_is_verified);
        known.is_some_and(|known| known.signature == signer.signature && known.made == signer.made)
    };
    current
        .verify(particle_id, is_known, judge)
        .map_err(PreparationError::Signature)?;
    let signed = current.by_peer.values().find(|signer| Some(signer.key) == own_key);
    let signed = signed.map(|signer| Signed {
        cids: signer.made.iter().cloned().collect(),
        signature: signer.signature.into(),
    });
    let signatures = previous.merge(current).map_err(PreparationError::Signature)?;
    Ok(Verified { signatures, signed })
}

/// Adds this peer's signature over what it made, in place of a former one. A signature of the same is the same.
pub(crate) fn sign(
    signatures: &mut Signatures,
    mut own_cids: Vec<Cid>,
    signed: Option<Signed>,
    particle_id: &str,
    key: &KeyPair,
) {
    own_cids.sort_unstable();
    let signature = match signed {
        Some(signed) if signed.cids == own_cids => signed.signature,
        _ => key.sign(&message(own_cids.len(), own_cids.iter(), particle_id)).into(),
    };
    signatures.insert(key.public_key().into(), signature);
}

/// The borsh form of a list of so many texts and a text.
pub(crate) fn message<'c>(count: usize, sorted_cids: impl Iterator<Item = &'c Cid>, particle_id: &'c str) -> Vec<u8> {
    let length = |length: usize| u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes();
    let mut message = Vec::with_capacity(8 + particle_id.len() + count * 65);
    message.extend_from_slice(&length(count));
    for text in sorted_cids.map(Cid::as_str).chain([particle_id]) {
        message.extend_from_slice(&length(text.len()));
        message.extend_from_slice(text.as_bytes());
    }
    message
}

// Content ids.

fn verify_ids(info: &CidInfo, known: &CidInfo) -> Result<(), CidStoreError> {
    for (cid, text) in unknown(&info.value_store, &known.value_store) {
        verify_id(cid, text.as_bytes(), type_names::VALUE)?;
    }
    verify_store(
        unknown(&info.tetraplet_store, &known.tetraplet_store),
        type_names::TETRAPLET,
    )?;
    verify_store(
        unknown(&info.service_result_store, &known.service_result_store),
        type_names::SERVICE_RESULT,
    )?;
    verify_store(
        unknown(&info.canon_element_store, &known.canon_element_store),
        type_names::CANON_ELEMENT,
    )?;
    verify_store(
        unknown(&info.canon_result_store, &known.canon_result_store),
        type_names::CANON_RESULT,
    )?;
    verify_references(info)
}

/// Entries that a store that was verified does not have.
fn unknown<'d, T: PartialEq>(store: &'d Store<T>, known: &'d Store<T>) -> impl Iterator<Item = (&'d Cid, &'d T)> {
    store
        .iter()
        .filter(|(cid, item)| known.is_empty() || known.get(cid) != Some(*item))
}

fn verify_store<'d, T: JsonText + 'd>(
    mut entries: impl Iterator<Item = (&'d Cid, &'d T)>,
    name: &'static str,
) -> Result<(), CidStoreError> {
    let mut text = Vec::with_capacity(512);
    entries.try_for_each(|(cid, item)| {
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

fn require<T>(store: &Store<T>, cid: &Cid) -> Option<()> {
    store.contains_key(cid).then_some(())
}

// Signatures.

/// The peers of one data: what each made, and its signature over that.
struct Signers<'d> {
    by_peer: BTreeMap<String, Signer<'d>>,
}

struct Signer<'d> {
    key: &'d [u8],
    public: [u8; 32],
    signature: &'d [u8],
    made: IdList<'d>,
}

/// A sorted list of ids.
#[derive(Debug, Default, PartialEq)]
struct IdList<'d> {
    /// Each id once, with how often the list has it.
    ids: Vec<(&'d Cid, usize)>,
    length: usize,
}

impl<'d> Signers<'d> {
    /// Keys that are proved elsewhere need not be decoded.
    fn of(data: &'d ParticleData, is_proved: impl Fn(&[u8]) -> bool) -> Result<Self, PreparationError> {
        let mut by_peer = BTreeMap::new();
        for (key, signature) in &data.signatures {
            let public = if is_proved(key) {
                public_key(key)
            } else {
                decode_key(key).map(|decoded| decoded.to_bytes())
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
            by_peer.insert(peer_id_of(&public), signer);
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

    fn verify(
        &self,
        particle_id: &str,
        is_known: impl Fn(&String, &Signer<'_>) -> bool,
        judge: Judge,
    ) -> Result<(), SignatureError> {
        let mut unknown = self.by_peer.iter().filter(|(peer, signer)| !is_known(peer, signer));
        unknown.try_for_each(|(peer, signer)| {
            signer
                .verify(particle_id, judge)
                .map_err(|error| SignatureError::Mismatch {
                    peer: peer.clone(),
                    error,
                    cids: signer.made.texts(),
                })
        })
    }

    /// Of each peer the longer list wins with its signature; it must contain the shorter one.
    fn merge(mut self, current: Self) -> Result<Signatures, SignatureError> {
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
    fn verify(&self, particle_id: &str, judge: Judge) -> Result<(), String> {
        // The format byte says nothing that the key doesn't.
        let bytes = self.signature.get(1..).unwrap_or_default();
        let message = message(self.made.length, self.made.iter(), particle_id);
        let source = match (judge, Signature::from_slice(bytes)) {
            (Judge::Quick, _) if keys::accepts(&self.public, &message, bytes) => return Ok(()),
            (Judge::Quick, _) | (Judge::Last, Err(_)) => "None",
            (Judge::Last, Ok(signature)) => {
                let key = VerifyingKey::from_bytes(&self.public);
                match key.and_then(|key| key.verify(&message, &signature)) {
                    Ok(()) => return Ok(()),
                    Err(_) => "Some(Verification equation was not satisfied)",
                }
            }
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

    fn iter(&self) -> impl Iterator<Item = &'d Cid> {
        self.ids
            .iter()
            .flat_map(|(cid, count)| std::iter::repeat_n(*cid, *count))
    }

    /// Whether it has each id of another list at least as often.
    fn contains(&self, other: &Self) -> bool {
        let mut rest = self.ids.iter();
        other.ids.iter().all(|(cid, count)| {
            rest.find(|(candidate, _)| candidate == cid)
                .is_some_and(|(_, candidates)| candidates >= count)
        })
    }

    fn texts(&self) -> Vec<String> {
        self.iter().map(|cid| cid.as_str().to_owned()).collect()
    }
}

/// An id that states of the trace vouch for.
struct Made<'d> {
    /// Place of the peer that made it among those that signed.
    signer: usize,
    cid: &'d Cid,
    /// How many states have it.
    count: usize,
}

/// Which entries of a store states of the trace vouch for.
struct Vouched {
    /// By place in the store, who signed and how many states have it; no state at first.
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

/// All ids that states of a trace vouch for: results in the order of ids, then frozen streams in that order.
fn made<'d>(data: &'d ParticleData, signers: &[&String]) -> Result<Vec<Made<'d>>, PreparationError> {
    const STATE: &str = "air_interpreter_data::executed_state::ExecutedState";
    let info = &data.cid_info;
    let missing = |cid: &Cid, from, to| {
        PreparationError::CidStore(CidStoreError::Reference {
            cid: cid.as_str().into(),
            from,
            to,
        })
    };
    let mut results = Vouched::none_of(&info.service_result_store);
    let mut canons = Vouched::none_of(&info.canon_result_store);
    let mut by_tetraplet: FxHashMap<&Cid, usize> = FxHashMap::default();
    for state in &data.trace {
        let (cid, place, vouched, store) = match state {
            TraceState::Call(
                CallState::Executed(ValueRef::Scalar(cid) | ValueRef::Stream { cid, .. }) | CallState::Failed(cid),
            ) => {
                let place = info.service_result_store.place(cid);
                (cid, place, &mut results, type_names::SERVICE_RESULT)
            }
            TraceState::Canon(CanonState::Executed(cid)) => {
                let place = info.canon_result_store.place(cid);
                (cid, place, &mut canons, type_names::CANON_RESULT)
            }
            _ => continue,
        };
        let place = place.ok_or_else(|| missing(cid, STATE, store))?;
        let (vouches, count) = &mut vouched.entries[place];
        *count += 1;
        if *count > 1 {
            continue;
        }
        let tetraplet = match state {
            TraceState::Call(_) => &info.service_result_store.at(place).tetraplet_cid,
            _ => &info.canon_result_store.at(place).tetraplet,
        };
        *vouches = match by_tetraplet.entry(tetraplet) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(place) => {
                let found = info.tetraplet_store.get(tetraplet);
                let peer = &found
                    .ok_or_else(|| missing(tetraplet, store, type_names::TETRAPLET))?
                    .peer_pk;
                let signer = signers.binary_search_by(|known| known.as_str().cmp(peer));
                *place.insert(
                    signer
                        .map_err(|_| PreparationError::Signature(SignatureError::UnknownPeer(peer.as_str().into())))?,
                )
            }
        };
    }
    let results = results.made(&info.service_result_store);
    Ok(results.chain(canons.made(&info.canon_result_store)).collect())
}

/// The key in the form that it has in particle data.
pub(crate) fn decode_key(bytes: &[u8]) -> Result<VerifyingKey, KeyError> {
    public_key(bytes).and_then(|key| VerifyingKey::from_bytes(&key).map_err(|_| KeyError::Point))
}

/// The bytes of a key, which may be no point of the curve.
fn public_key(bytes: &[u8]) -> Result<[u8; 32], KeyError> {
    match bytes.split_first() {
        Some((&ED25519_FORMAT, key)) => <[u8; 32]>::try_from(key).map_err(|_| KeyError::Length),
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
            message(2, cids.iter(), "id"),
            b"\x02\0\0\0\x01\0\0\0b\x03\0\0\0aaa\x02\0\0\0id"
        );
        assert_eq!(message(0, [].iter(), ""), [0; 8]);
    }

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
