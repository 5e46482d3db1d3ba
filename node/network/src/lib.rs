//! The libp2p network of a peer: connections, discovery and the frames of particles.
//!
//! [`Network::start`] returns a handle, cheap to clone, and a bounded queue of [`Event`]s. One task owns the swarm; each connection has
//! a task that reads its frames, each connected peer one that writes frames to it, in order.
//!
//! # Back-pressure
//!
//! Of each frame only the length is read at first. It becomes an [`Offer`]; the body is read and decoded when the offer is accepted,
//! and arrives as [`Event::Received`]. Nothing else is buffered: a frame that isn't accepted stays with its sender, whose yamux window
//! fills. Other connections aren't affected.
//!
//! The crate doesn't verify the signature or the deadline of a particle, and doesn't decide where a particle is sent.

mod behaviour;
mod config;
mod discovery;
mod event;
mod global_address;
mod handle;
mod identity;
mod neighborhood;
mod offer;
mod peer_sender;
mod peers;
mod reconnect;
mod substreams;
mod swarm;
mod transport;

pub use config::{Config, Limits, NetworkName, ParseNetworkNameError, Role};
pub use event::{ConnectError, ConnectionId, Contact, Event, OfferId, SendError, StartError};
pub use handle::Network;
pub use libp2p::Multiaddr;
pub use offer::Offer;

/// The protocol id of particle substreams.
pub const PARTICLE_PROTOCOL: libp2p::StreamProtocol = libp2p::StreamProtocol::new("/fluence/particle/2.0.0");
