//! Records in a file, for the state of a peer: the [`Storage`](aqua_storage::Storage) trait over redb.
//!
//! [`FileStorage`] keeps its records in one file, [`FILE_NAME`]. A commit is durable when it returns, and a crash at any moment
//! leaves the result of the first batches, all acknowledged ones among them. A file that can't be used is refused with an
//! [`OpenError`] and stays as it was. [`SimulatedDisk`] loses writes like a disk whose power is cut, for tests and simulations.
//!
//! The reasons are in `docs/decisions/node-state.md`.

mod error;
mod format;
mod locked_file;
mod overlay;
mod simulated_disk;
mod storage;

pub use error::OpenError;
pub use simulated_disk::SimulatedDisk;
pub use storage::{FILE_NAME, FileStorage};
