//! Starts particles: a [`Client`] is a peer with a relay that hands a function's arguments to its script and waits for the
//! results.
//!
//! [`Caller`] gives typed calls, for generated bindings. A [`ParticleTracker`] follows particles through the peers that it
//! observes, so that a timeout can say what was waited for; a [`Trace`] records their hops. [`LocalNetwork`] is several peers in
//! one process.

mod caller;
mod client;
mod explanation;
mod local_network;
mod trace;
mod tracker;

pub use caller::{AquaOption, CallError, Caller, Invocation};
pub use client::{Client, ClientError, DEFAULT_TTL, RunError, Until};
pub use explanation::{Explanation, ScriptSource, SourceLine};
pub use local_network::{LocalConfig, LocalError, LocalNetwork, Service};
pub use trace::{Hop, HopKind, Trace};
pub use tracker::{Activity, ParticleStatus, ParticleTracker, PendingCall};
