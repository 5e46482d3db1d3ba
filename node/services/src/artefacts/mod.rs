//! Compiled code on disk, so that a service is compiled once and not at each start of a process.
//!
//! A directory holds one file for each Wasm file and engine: a header and the native code that wasmtime made (see [`format`]). Code of
//! a file runs in this process without further checks, so nothing of a file is used before its message authentication code has been
//! verified, and the verified bytes in memory are those that are loaded. The key is a file beside the entries, readable by its owner
//! only (see [`key`]). A file that can't be verified is removed with one line in the log, and the code is compiled again.
//!
//! Files are written under a temporary name and renamed, so an interrupted write leaves no entry. Processes may share a directory.
//! They agree through locks on the files: code that is loaded keeps a shared lock on its entry, so that no process removes it to free
//! space (see [`space`]). A directory that can't be used and a full disk are lines in the log, not errors.
//!
//! `docs/decisions/artefact-cache.md` has the threat model and measurements.

mod format;
mod key;
mod space;
mod store;
#[cfg(test)]
mod tests;

pub(crate) use format::{ArtefactId, ArtefactKind, engine_digest};
pub(crate) use store::{ArtefactStore, EntryLock};

use std::path::PathBuf;

/// BLAKE3 digest.
pub(crate) type Digest = [u8; blake3::OUT_LEN];

/// Where compiled code is kept between runs of a process, and how much of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArtefactCache {
    /// The directory; created if missing. Processes may share it.
    pub directory: PathBuf,
    /// The size of all files in bytes. Beyond it those whose last use is longest ago are removed, except for code that is loaded in a
    /// process. Code for which there is no space is not kept.
    pub limit: u64,
}

impl ArtefactCache {
    /// The limit of [`ArtefactCache::new`]: 1 GiB, the code of several hundred services.
    pub const DEFAULT_LIMIT: u64 = 1 << 30;

    /// A cache in this directory with the default limit.
    pub fn new(directory: impl Into<PathBuf>) -> Self {
        Self {
            directory: directory.into(),
            limit: Self::DEFAULT_LIMIT,
        }
    }
}
