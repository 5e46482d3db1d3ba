//! A peer: it runs the particles that come to it, answers their calls and sends them on.
//!
//! [`Node`] is such a peer. Each particle has an actor of its own there, which keeps the particle's state between steps of
//! the virtual machine, has at most one step in flight, and ends with the particle's time. Calls are answered by the
//! [`builtins`], by functions that the embedding program registers, by deployed services, or by callbacks of whoever
//! started the particle here. [`Client`] is a peer that starts particles through a relay, [`Caller`] gives it
//! typed calls; [`LocalNetwork`] is several
//! peers in one process. An [`observer::Observer`] is told everything that happens.
//!
//! Every queue is bounded. What can't be taken waits at its sender; what is given up is told to the observer.

mod actor;
pub mod builtins;
mod caller;
mod client;
mod config;
mod dispatcher;
pub mod environment;
mod executor;
mod local_network;
mod node;
pub mod observer;
mod peer;
mod programs;

pub use caller::{CallError, Caller, Invocation, Maybe};
pub use client::{Client, ClientError, RunError, USUAL_TTL};
pub use config::{Config, Limits};
pub use local_network::{LocalConfig, LocalError, LocalNetwork, Service};
pub use node::Node;
pub use observer::Observer;
pub use peer::Peer;
