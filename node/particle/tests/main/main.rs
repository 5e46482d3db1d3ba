//! The wire form and the signature, against recorded messages of other implementations.
#![allow(clippy::unwrap_used, reason = "tests")]

mod frames;
mod mutations;
mod vectors;
