//! Particle data: what travels beside the script and says what has happened so far.
//!
//! [`ParticleData`] is its logical form. On the wire it is a `MessagePack` [`envelope`] around an archive, which
//! [`archive_reader`] and [`archive_writer`] know.

mod archive_reader;
mod archive_writer;
mod envelope;
mod layout;
mod store;
mod stores;
mod trace_state;

pub use crate::cid::Cid;
pub use archive_reader::ArchiveError;
pub use store::Store;
pub use stores::{CanonCidAggregate, CanonResultCidAggregate, CidInfo, Provenance, ServiceResultCidAggregate};
pub use trace_state::{
    ApResult, CallState, CanonState, FoldResult, FoldSubTraceLore, ParResult, Sender, SubTraceDesc, TraceState,
    ValueRef,
};

pub(crate) use archive_reader::read_archive;
pub(crate) use envelope::{
    DATA_VERSION, EnvelopeError, INTERPRETER_VERSION, InterpreterDataEnvelope, minimum_interpreter_version,
};

use std::collections::BTreeMap;

/// The logical form of particle data.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ParticleData {
    /// What became of each instruction, in the order of a full run.
    pub trace: Vec<TraceState>,
    /// Id of the last request to a local service.
    pub last_call_request_id: u32,
    /// What the trace names.
    pub cid_info: CidInfo,
    /// Who signed: public keys and signatures, both with their format byte.
    pub signatures: BTreeMap<Box<[u8]>, Box<[u8]>>,
}

/// Rough cost of an entry of a sorted map, and of the allocation behind a shared text.
const ENTRY: usize = 48;

impl ParticleData {
    /// The most bytes that a step lets data take. Offsets in the archive have 31 bits.
    pub(crate) const MAX_SIZE: usize = 1 << 30;

    /// About how many bytes a key and its signature take that this machine made.
    pub(crate) const SIGNATURE: usize = ENTRY + 98;

    /// About how many bytes the data takes in memory, and at least as many as in the archive.
    pub(crate) fn size(&self) -> usize {
        let trace: usize = self.trace.iter().map(TraceState::size).sum();
        trace + self.cid_info.size() + size_of_signatures(&self.signatures)
    }
}

/// About how many bytes public keys and signatures take in memory, and at least as many as in the archive.
pub(crate) fn size_of_signatures(signatures: &BTreeMap<Box<[u8]>, Box<[u8]>>) -> usize {
    let sizes = signatures
        .iter()
        .map(|(key, signature)| ENTRY + key.len() + signature.len());
    sizes.sum()
}

impl CidInfo {
    /// About how many bytes the stores take in memory, and at least as many as in the archive.
    pub(crate) fn size(&self) -> usize {
        const TEXT: usize = 61;
        const CID: usize = TEXT + 16;
        // Ids that arrive may be spelled at any length.
        let more = |cid: &Cid| cid.length().saturating_sub(TEXT);
        let ids = self.value_store.keys().chain(self.tetraplet_store.keys());
        let ids = ids
            .chain(self.canon_element_store.keys())
            .chain(self.canon_result_store.keys());
        let ids = ids.chain(self.service_result_store.keys()).map(more);
        let hashes = self.service_result_store.values().map(|it| more(&it.argument_hash));
        let longer: usize = ids.chain(hashes).sum();
        let tetraplet =
            |t: &crate::Tetraplet| t.peer_pk.len() + t.service_id.len() + t.function_name.len() + t.lens.len();
        let values: usize = self.value_store.values().map(|text| ENTRY + CID + text.len()).sum();
        let tetraplets: usize = self
            .tetraplet_store
            .values()
            .map(|t| 2 * ENTRY + CID + tetraplet(t))
            .sum();
        let canons: usize = self
            .canon_result_store
            .values()
            // Unchecked data may name what no store has.
            .map(|r| ENTRY + CID + TEXT + r.values.len() * (size_of::<Cid>() + TEXT))
            .sum();
        let aggregates =
            (self.canon_element_store.len() + self.service_result_store.len()) * (2 * ENTRY + CID + 3 * TEXT);
        values + tetraplets + canons + aggregates + longer
    }

    /// How many entries the stores have.
    pub(crate) fn len(&self) -> usize {
        self.value_store.len()
            + self.tetraplet_store.len()
            + self.canon_element_store.len()
            + self.canon_result_store.len()
            + self.service_result_store.len()
    }

    /// Takes over what it doesn't have.
    pub(crate) fn add<'o>(&mut self, others: impl Iterator<Item = &'o Self> + Clone) {
        let stores = || others.clone();
        self.value_store.add(all(stores().map(|it| &it.value_store)));
        self.tetraplet_store.add(all(stores().map(|it| &it.tetraplet_store)));
        self.canon_element_store
            .add(all(stores().map(|it| &it.canon_element_store)));
        self.canon_result_store
            .add(all(stores().map(|it| &it.canon_result_store)));
        self.service_result_store
            .add(all(stores().map(|it| &it.service_result_store)));
    }
}

fn all<'s, T: Clone + 's>(stores: impl Iterator<Item = &'s Store<T>>) -> impl Iterator<Item = (Cid, T)> {
    stores
        .flatten()
        .map(|(cid, item): (&Cid, &T)| (cid.clone(), item.clone()))
}
