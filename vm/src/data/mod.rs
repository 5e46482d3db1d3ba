//! Particle data: what travels beside the script and says what has happened so far.
//!
//! [`ParticleData`] is its logical form. On the wire it is a `MessagePack` [`envelope`] around an archive, which
//! [`archive_reader`] and [`archive_writer`] know.

mod archive_reader;
mod archive_writer;
mod envelope;
mod layout;
mod stores;
mod trace_state;

pub use crate::cid::Cid;
pub use archive_reader::ArchiveError;
pub use stores::{CanonCidAggregate, CanonResultCidAggregate, CidInfo, Provenance, ServiceResultCidAggregate};
pub use trace_state::{
    ApResult, CallState, CanonState, FoldResult, FoldSubTraceLore, ParResult, Sender, SubTraceDesc, TraceState,
    ValueRef,
};

pub(crate) use archive_reader::read_archive;
pub(crate) use archive_writer::write_archive;
pub(crate) use envelope::{DATA_VERSION, Envelope, EnvelopeError, INTERPRETER_VERSION, minimum_interpreter_version};

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
