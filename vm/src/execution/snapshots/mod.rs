//! Persistent collections: copies are cheap and independent.
//!
//! The machine takes a snapshot of its variables wherever a call waits. Snapshots share what they have in common, and a
//! change copies only the path to it. The collections count the memory that each snapshot retains in addition to the former
//! ones.

mod array;
mod stack;

pub(crate) use array::Array;
pub(crate) use stack::{LINK, Popped, Stack};
