//! A peer on the network: the driver of the sans-I/O core of `aqua-peer`.
//!
//! [`Node`] is such a peer. What it decides is in the core; this crate gives the core clocks, threads, the libp2p network, Wasm
//! services and their modules ([`Deployment`]), records, and functions of the embedding program ([`Handlers`]). An [`Observer`] receives its events.

mod clock;
mod config;
mod contacts;
mod deployment;
mod driver;
mod handlers;
mod node;
mod observer;

pub use aqua_particle::RejectReason;
pub use aqua_peer::{
    Call, DropReason, EndReason, Event, EventKind, Limits, Provided, Report, ScopeId, Status, Submission, failure,
};
pub use clock::{Clock, SystemClock};
pub use config::{Config, limits};
pub use contacts::NetworkContacts;
pub use deployment::{Deployment, Effectors};
pub use handlers::{Handler, Handlers};
pub use node::{Node, StartError, pool};
pub use observer::Observer;
pub use rayon::ThreadPool;
