//! A deterministic virtual machine for AIR.
//!
//! A [`step`] takes a [`Program`], the peer's [`State`] of the particle, incoming data and service results. It returns an
//! [`Outcome`]: the new state, the next peers and the service calls to make. It is a pure function, without a clock,
//! randomness, input or output, or an order that depends on hashing. It is a transaction: an uncatchable error leaves the
//! state unchanged.
//!
//! # Embedding
//!
//! `examples/two_peers.rs` shows all of it: two peers with services run one particle.
//!
//! 1. Parse a script once with [`Program::from_air`]. The program serves all steps of all particles with that script.
//! 2. Keep one [`State`] per particle and peer, initially the default. Its steps run one after another. Steps of different
//!    particles are independent and may run concurrently.
//! 3. Call [`step`] when data arrives, when services have answered, or for both at once. Keep [`Outcome::state`] whatever
//!    the code is. After a failed step it is the old state.
//! 4. Send [`State::encode`] to each of [`Outcome::next_peers`], also after errors: other peers may have handlers.
//! 5. Answer each of [`Outcome::call_requests`] once, in any order and at any time. Pass each [`CallResult`] to a step
//!    under the same id.
//! 6. To store a particle that waits long, use [`State::encode`] and [`State::decode`].
//!
//! The machine verifies the content ids and signatures of data. The embedder checks the particle's own signature and expiry
//! before a step.
//!
//! [`flat`] is the same function over bytes, in the formats of the official interpreter. [`inspection`] describes particle
//! data. [`simulation`] runs a script on several peers in one thread.

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
mod memory;
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
    FoldResult, FoldSubTraceLore, ParResult, ParticleData, Provenance, Sender, ServiceResultCidAggregate, Signatures,
    Store, SubTraceDesc, TraceState, ValueRef,
};
pub use failure::{CallResultsError, CidStoreError, KeyError, PreparationError, SignatureError, SizeError};
pub use outcome::{CallError, CallRequest, CallResult, LimitFlags, Outcome, StepError};
pub use params::{CanonMapFold, Limits, Params, Trust};
pub use program::Program;
pub use state::State;
pub use step::step;
pub use tetraplet::{Tetraplet, Tetraplets};
pub use work::Work;
