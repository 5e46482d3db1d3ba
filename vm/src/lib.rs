//! The deterministic machine that runs AIR.
//!
//! A [`step`] takes a [`Program`], what the peer knows about the particle (its [`State`]), data that arrived and results
//! of services, and gives back an [`Outcome`]: what the peer knows now, where the particle goes next and which services it
//! asks. It is a pure function: no clock, no randomness, no input or output, no order that depends on hashing. It is a
//! transaction: with an error that the workflow can't catch, the state stays as it was.
//!
//! `examples/two_peers.rs` embeds it: two peers with services of their own run one particle.
//!
//! [`flat`] is the same function over bytes, in the forms of the official interpreter. [`inspection`] says what data says,
//! [`simulation`] tries a script on peers in one thread.

pub mod flat;
pub mod inspection;
pub mod simulation;

mod cid;
mod data;
mod execution;
mod failure;
mod keys;
mod outcome;
mod params;
mod program;
mod state;
mod step;
mod tetraplet;
mod trace;
mod value;
mod verification;

pub use aqua_air::ReadError;
pub use cid::CidError;
pub use data::{
    ApResult, ArchiveError, CallState, CanonCidAggregate, CanonResultCidAggregate, CanonState, Cid, CidInfo,
    FoldResult, FoldSubTraceLore, ParResult, ParticleData, Provenance, Sender, ServiceResultCidAggregate, SubTraceDesc,
    TraceState, ValueRef,
};
pub use failure::{CallResultsError, CidStoreError, KeyError, PreparationError, SignatureError, SizeError};
pub use keys::KeyPair;
pub use outcome::{CallRequest, CallResult, LimitFlags, Outcome};
pub use params::{CanonMapFold, Limits, Params, Trust};
pub use program::Program;
pub use state::State;
pub use step::step;
pub use tetraplet::Tetraplet;
