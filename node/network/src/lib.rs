//! The libp2p swarm of a peer: who is reachable and how particles travel to them.
//!
//! [`Network::start`] gives a handle, cheap to clone, and a bounded queue of [`Event`]s. Behind them one task owns the
//! swarm; per connected peer one more delivers particles in order. What arrives is handed over in the order of each
//! substream. While the queue is full, substreams are not read, so that a sender feels it: nothing piles up here and
//! nothing is lost without an event.
//!
//! Left to others: whether a particle's signature holds and its time is up (the node decides, on ingest), and where a
//! particle goes next (its script decides).

mod behaviour;
mod bootstrap;
mod config;
mod discovery;
mod event;
mod handle;
mod identity;
mod lane;
mod neighborhood;
mod peers;
mod substreams;
mod swarm;
mod transport;

pub use config::{Config, Limits, NetworkName, ParseNetworkNameError, Role};
pub use event::{ConnectError, Contact, Event, RejectReason, SendError, StartError};
pub use handle::Network;
pub use libp2p::Multiaddr;

/// The protocol by which particles travel.
pub const PARTICLE_PROTOCOL: libp2p::StreamProtocol = libp2p::StreamProtocol::new("/fluence/particle/2.0.0");
