//! What a peer takes from the world, each through one trait: time, randomness, other peers.
//!
//! The traits are what a simulator replaces; beside each stands what a real peer uses.

mod carrier;
mod clock;
mod entropy;

pub use carrier::{Carrier, SendFailure};
pub use clock::{Clock, SystemClock};
pub use entropy::{Entropy, SystemEntropy};
