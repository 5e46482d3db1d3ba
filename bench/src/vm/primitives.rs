//! The cost of signatures and hashing alone for a set: the verification of each arriving signature, one new signature, and a hash
//! of each arriving or new entry of a store, over messages and texts of the same lengths.

use super::counterparts::OURS;
use super::timing::{self, Cost, Samples};
use anyhow::Result;
use aqua_keys::{KeyPair, verify_data};
use aqua_tests::vm_datasets::DataSet;
use aqua_vm::{CidInfo, Outcome, ParticleData, State, TraceState};

/// The messages to sign, verify and hash, and the measured times.
pub(super) struct Primitives {
    key: KeyPair,
    /// The number of verified signatures.
    signers: usize,
    checked: Vec<u8>,
    own: Vec<u8>,
    hashed: Vec<Vec<u8>>,
    signatures: Samples,
    hashing: Samples,
}

/// The size of a content id in a signed message and in hashed texts, in bytes.
const ID: usize = 65;

impl Primitives {
    pub(super) fn of(set: &DataSet, outcome: &Outcome) -> Result<Self> {
        let current = State::decode(&set.data)?;
        let (current, new) = (current.data(), outcome.state.data());
        let signers = current.signatures.len();
        let mut lengths = lengths(&current.cid_info);
        lengths.extend(lengths_of_new(&current.cid_info, &new.cid_info));
        Ok(Self {
            key: KeyPair::from_seed([1; 32]),
            signers,
            checked: vec![7; vouched(current) * ID / signers.max(1)],
            own: vec![7; vouched(new) * ID / new.signatures.len().max(1)],
            hashed: lengths.into_iter().map(|length| vec![b'7'; length]).collect(),
            signatures: Samples::default(),
            hashing: Samples::default(),
        })
    }

    /// Runs one round.
    pub(super) fn turn(&mut self) -> Result<()> {
        let signature = self.key.sign(&self.checked);
        let sign = |()| {
            for _ in 0..self.signers {
                assert!(verify_data(self.key.public_key_bytes(), &self.checked, &signature));
            }
            self.key.sign(&self.own)
        };
        let hash = |()| {
            let texts = self.hashed.iter();
            texts.fold(0, |sum, text| sum ^ blake3::hash(text).as_bytes()[0])
        };
        self.signatures.extend(timing::samples(&|| (), &sign, OURS)?);
        self.hashing.extend(timing::samples(&|| (), &hash, OURS)?);
        Ok(())
    }

    /// The cost of signatures and of hashing.
    pub(super) fn costs(self) -> [Cost; 2] {
        [self.signatures, self.hashing].map(Samples::cost)
    }
}

/// The number of content ids that the signatures of the trace cover.
fn vouched(data: &ParticleData) -> usize {
    let vouches = |state: &&TraceState| matches!(state, TraceState::Call(_) | TraceState::Canon(_));
    data.trace.iter().filter(vouches).count()
}

/// The approximate length of the hashed texts of a store, in bytes.
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
