//! A peer: it runs the particles that come to it, answers their calls and sends them on.
//!
//! Each particle has an actor of its own that keeps the particle's state between steps of the virtual machine. Calls are
//! answered by the [`builtins`], by functions that the embedding program registers, or by deployed services.

pub mod builtins;
pub mod environment;
mod peer;

pub use peer::Peer;
