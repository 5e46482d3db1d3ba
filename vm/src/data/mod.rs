//! Particle data, which travels with the script and records what has been executed.
//!
//! [`ParticleData`] is its logical form. On the wire it is a `MessagePack` [`envelope`] around an archive
//! ([`archive_reader`], [`archive_writer`]).

mod archive_reader;
mod archive_writer;
mod envelope;
mod layout;
mod signatures;
mod size;
mod store;
mod stores;
mod trace_state;

pub use crate::cid::Cid;
pub use archive_reader::ArchiveError;
pub use signatures::Signatures;
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
pub(crate) use signatures::SignatureMap;
pub(crate) use size::{CID, DataSize, of_own_signature, of_signatures};

/// The logical form of particle data.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ParticleData {
    /// The states of instructions, in the order of a full run.
    pub trace: Vec<TraceState>,
    /// Id of the last request to a local service.
    pub last_call_request_id: u32,
    /// The content that the trace refers to.
    pub cid_info: CidInfo,
    /// Signatures by public key, both with their format byte.
    pub signatures: Signatures,
}

impl CidInfo {
    /// The number of entries in all stores.
    pub(crate) fn len(&self) -> usize {
        self.value_store.len()
            + self.tetraplet_store.len()
            + self.canon_element_store.len()
            + self.canon_result_store.len()
            + self.service_result_store.len()
    }

    /// Adds the entries of others whose ids it doesn't have.
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
