//! What signatures and hashing alone cost for a set: a check of each arriving signature, one signature of our own, and a hash of
//! each arriving or new entry of a store, over messages and texts of those lengths.

use super::timing::{self, Cost};
use anyhow::Result;
use aqua_tests::vm_datasets::DataSet;
use aqua_vm::{CidInfo, Outcome, ParticleData, State, TraceState};
use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, ParsedPublicKey};

pub(super) struct Primitives {
    pub(super) signatures: Cost,
    pub(super) hashing: Cost,
}

/// Bytes that an id takes in a signed message, and in hashed texts.
const ID: usize = 65;

pub(super) fn cost(set: &DataSet, outcome: &Outcome) -> Result<Primitives> {
    let current = State::decode(&set.data)?;
    let (current, new) = (current.data(), outcome.state.data());

    let key = Ed25519KeyPair::from_seed_unchecked(&[1; 32])?;
    let signers = current.signatures.len();
    let checked = vec![7; vouched(current) * ID / signers.max(1)];
    let signature = key.sign(&checked);
    let own = vec![7; vouched(new) * ID / new.signatures.len().max(1)];
    let signatures = timing::measure(
        || (),
        |()| {
            for _ in 0..signers {
                let verifying = ParsedPublicKey::new(&ED25519, key.public_key()).expect("its own key");
                verifying
                    .verify_sig(&checked, signature.as_ref())
                    .expect("its own signature");
            }
            key.sign(&own)
        },
    )?;

    let mut lengths = lengths(&current.cid_info);
    lengths.extend(lengths_of_new(&current.cid_info, &new.cid_info));
    let texts: Vec<Vec<u8>> = lengths.into_iter().map(|length| vec![b'7'; length]).collect();
    let hashing = timing::measure(
        || (),
        |()| texts.iter().fold(0, |sum, text| sum ^ blake3::hash(text).as_bytes()[0]),
    )?;
    Ok(Primitives { signatures, hashing })
}

/// How many ids the trace vouches for.
fn vouched(data: &ParticleData) -> usize {
    let vouches = |state: &&TraceState| matches!(state, TraceState::Call(_) | TraceState::Canon(_));
    data.trace.iter().filter(vouches).count()
}

/// About how long the hashed texts of a store are.
fn lengths(info: &CidInfo) -> Vec<usize> {
    lengths_of_new(&CidInfo::default(), info)
}

fn lengths_of_new(known: &CidInfo, info: &CidInfo) -> Vec<usize> {
    let values = info
        .value_store
        .iter()
        .filter(|(cid, _)| !known.value_store.contains_key(cid));
    let tetraplets = info
        .tetraplet_store
        .iter()
        .filter(|(cid, _)| !known.tetraplet_store.contains_key(cid));
    let elements = info
        .canon_element_store
        .keys()
        .filter(|cid| !known.canon_element_store.contains_key(cid));
    let canons = info
        .canon_result_store
        .iter()
        .filter(|(cid, _)| !known.canon_result_store.contains_key(cid));
    let results = info
        .service_result_store
        .keys()
        .filter(|cid| !known.service_result_store.contains_key(cid));
    values
        .map(|(_, text)| text.len())
        .chain(
            tetraplets
                .map(|(_, it)| 60 + it.peer_pk.len() + it.service_id.len() + it.function_name.len() + it.lens.len()),
        )
        .chain(elements.map(|_| 3 * ID + 70))
        .chain(canons.map(|(_, it)| (1 + it.values.len()) * ID))
        .chain(results.map(|_| 3 * ID + 40))
        .collect()
}
