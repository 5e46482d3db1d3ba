//! Collections whose copies are cheap and independent.
//!
//! The machine copies its variables wherever a call waits, so that it can go on from there. These collections share what
//! copies have in common and copy only the way to what changes.

mod array;
mod stack;

pub(crate) use array::Array;
pub(crate) use stack::Stack;
