//! The Wasm service host of a peer: loads components, limits their resources and calls their functions.
//!
//! A service is a WebAssembly component deployed under a name. [`Host::deploy`] compiles it and reads which functions it exports
//! (an [`Interface`](aqua_interface::Interface)); [`Host::call`] converts the arguments to the types of the function, runs it, and
//! converts its result. Whatever a service does (trap, loop forever, allocate too much memory, answer with gigabytes) ends as a
//! [`CallError`], and the host serves the next call.
//!
//! * `config`: the limits of one service and of one call.
//! * `engine`: the compiler; `cache`: compiled components; `ticker`: the clock that interrupts running code.
//! * `component_reader`: the interface of a component; `conversion`: component values from JSON values and back.
//! * `instance`: one running component with its limits; `host`: the services of one peer, by name.
//!
//! Components run in a deterministic profile: not-a-number values have one bit pattern, there are no threads, no relaxed vector
//! operations, and no imports, so no clock, randomness or files. The same call on a fresh instance gives the same answer on every peer.

mod cache;
mod component_reader;
mod config;
mod conversion;
mod engine;
mod error;
mod host;
mod instance;
mod ticker;

pub use config::Config;
pub use conversion::{Mismatch, from_json, to_json};
pub use engine::Engine;
pub use error::{CallError, DeployError};
pub use host::Host;
