//! The deterministic machine that runs AIR.
//!
//! A step takes a program, what the peer knows about the particle, data that arrived and results of services, and gives
//! back what the peer knows now, where the particle goes next and which services it asks. It is a pure function: no
//! clock, no randomness, no input or output, no order that depends on hashing. It is a transaction: with an error that
//! the workflow can't catch, the state stays as it was.

mod cid;
mod data;
mod failure;
mod keys;
mod outcome;
mod params;
mod state;
mod tetraplet;
mod value;

pub use cid::CidError;
pub use data::{
    ApResult, ArchiveError, CallState, CanonCidAggregate, CanonResultCidAggregate, CanonState, Cid, CidInfo,
    FoldResult, FoldSubTraceLore, ParResult, ParticleData, Provenance, Sender, ServiceResultCidAggregate, SubTraceDesc,
    TraceState, ValueRef,
};
pub use failure::PreparationError;
pub use keys::KeyPair;
pub use outcome::{CallRequest, CallResult, LimitFlags, Outcome};
pub use params::{CanonMapFold, Limits, Params, Trust};
pub use state::State;
pub use tetraplet::Tetraplet;
