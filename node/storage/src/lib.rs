//! Records by key, changed in atomic batches.
//!
//! [`Storage`] is what a node, its content store and its chain client keep their state in. [`Memory`] keeps it as long as the
//! process runs; `aqua-file-storage` keeps it in a file.

mod memory;

pub use memory::Memory;

use bytes::Bytes;
use std::fmt;

/// A store of records, sorted by key. Calls block; a node makes them on a thread of their own, one after another.
pub trait Storage: fmt::Debug + Send + 'static {
    /// Makes all changes or none. When it returns, they are durable and visible to [`read`](Self::read).
    ///
    /// # Errors
    /// The medium failed. It is unknown whether the changes were made, and all later calls fail, until the store is opened again.
    fn commit(&mut self, changes: &[Change]) -> Result<(), StorageError>;

    /// The first records of a range, at most `limit`, sorted by key.
    ///
    /// # Errors
    /// The medium failed, now or during a commit.
    fn read(&self, range: &KeyRange, limit: usize) -> Result<Page, StorageError>;
}

/// A change of one record, or of several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Sets a record.
    Put(Bytes, Bytes),
    /// Removes a record.
    Delete(Bytes),
    /// Removes all records of a range.
    DeleteRange(KeyRange),
}

/// Keys from `start` up to, not including, `end`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KeyRange {
    /// The first key.
    pub start: Bytes,
    /// The first key behind the range; `None` for all keys from `start` on.
    pub end: Option<Bytes>,
}

/// Some records of a range, sorted by key.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Page {
    /// Keys and values.
    pub records: Vec<(Bytes, Bytes)>,
    /// Where the next page starts; `None` if this is the last one.
    pub next: Option<Bytes>,
}

/// The medium of a store failed: a message that names the medium, such as the path of a file, and the cause.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct StorageError(pub String);

impl KeyRange {
    /// Whether a key is in the range.
    pub fn contains(&self, key: &Bytes) -> bool {
        *key >= self.start && self.end.as_ref().is_none_or(|end| key < end)
    }
}
