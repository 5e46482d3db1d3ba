//! The deterministic machine that runs AIR.
//!
//! A [`step`] takes a [`Program`], what the peer knows about the particle (its [`State`]), data that arrived and results
//! of services, and gives back an [`Outcome`]: what the peer knows now, where the particle goes next and which services it
//! asks. It is a pure function: no clock, no randomness, no input or output, no order that depends on hashing. It is a
//! transaction: with an error that the workflow can't catch, the state stays as it was.
//!
//! # Embedding
//!
//! `examples/two_peers.rs` does all of it: two peers with services of their own run one particle.
//!
//! 1. Read a script once with [`Program::from_air`]; the program serves all steps of all particles that carry it.
//! 2. Keep one [`State`] for each particle and peer, at first the default one. Its steps come one after another; steps of
//!    different particles know nothing of each other and may run at the same time.
//! 3. Call [`step`] when data arrives, when services have answered, or for both at once. Keep [`Outcome::state`] whatever
//!    the code is: of a step that was undone it is the old one.
//! 4. Send [`State::encode`] to each of [`Outcome::next_peers`], after errors too: they may have handlers elsewhere.
//! 5. Answer each of [`Outcome::call_requests`] once, in any order and as late as it takes; feed each [`CallResult`] back
//!    under the same id.
//! 6. A particle that waits long can be put away as bytes: [`State::encode`] and [`State::decode`].
//!
//! The machine checks content ids and signatures of data. Not its business are the particle's own signature, and whether
//! its time is up: an embedder checks both before a step.
//!
//! [`flat`] is the same function over bytes, in the forms of the official interpreter. [`inspection`] says what data says,
//! [`simulation`] tries a script on peers in one thread.

pub mod flat;
pub mod inspection;
pub mod simulation;

mod checkpoint;
mod cid;
mod data;
mod digests;
mod execution;
mod failure;
mod json_text;
mod outcome;
mod params;
mod program;
mod state;
mod step;
mod tetraplet;
mod trace;
mod verification;
mod work;

pub use aqua_air::ParseError;
pub use cid::CidError;
pub use data::{
    ApResult, ArchiveError, CallState, CanonCidAggregate, CanonResultCidAggregate, CanonState, Cid, CidInfo,
    FoldResult, FoldSubTraceLore, ParResult, ParticleData, Provenance, Sender, ServiceResultCidAggregate, Store,
    SubTraceDesc, TraceState, ValueRef,
};
pub use failure::{CallResultsError, CidStoreError, KeyError, PreparationError, SignatureError, SizeError};
pub use outcome::{CallError, CallRequest, CallResult, LimitFlags, Outcome, StepError};
pub use params::{CanonMapFold, Limits, Params, Trust};
pub use program::Program;
pub use state::State;
pub use step::step;
pub use tetraplet::{Tetraplet, Tetraplets};
pub use work::Work;
