//! The particle: a script that travels between peers, its wire form and its signature.
//!
//! A [`Particle`] names its script, the peer that started it, when it was started and how long it may live, and carries
//! the data that the visited peers wrote. [`frame`] turns it into the bytes of one message of the protocol
//! `/fluence/particle/2.0.0` and back.
//!
//! This crate uses neither libp2p nor a clock: the time to compare a deadline with is an argument.
//!
//! ```
//! use aqua_keys::KeyPair;
//! use aqua_particle::{Particle, Message, frame};
//!
//! let key = KeyPair::from_seed([7; 32]);
//! let particle = Particle::sign(&key, "first", 1_700_000_000_000, 7_000, "(null)");
//! let bytes = frame::encode(&particle);
//! let (message, used) = frame::decode(&bytes, frame::MAX_BODY).unwrap();
//! assert_eq!(used, bytes.len());
//! assert_eq!(message, Message::Particle(particle.clone()));
//! assert!(particle.verify().is_ok());
//! ```

pub mod frame;
mod header;
mod particle;
mod reject_reason;

pub use frame::Message;
pub use header::Header;
pub use particle::{Particle, VerifyError};
pub use reject_reason::RejectReason;
