//! Why a store can't be opened.

use std::io;
use std::path::{Path, PathBuf};

/// A store can't be opened. The cause, if there is one, is the source of the error and not part of its text.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The folder or file can't be read, written or created.
    #[error("can't {action} {}", path.display())]
    Io {
        /// `open`, `create`, `lock` or another verb.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the operating system reported.
        source: io::Error,
    },
    /// The store is open elsewhere.
    #[error("{} is in use by another process", path.display())]
    Locked {
        /// The file.
        path: PathBuf,
    },
    /// The file is something else, such as a database of another program.
    #[error("{} is not the state of a peer: {reason}", path.display())]
    NotAStore {
        /// The file.
        path: PathBuf,
        /// What differs.
        reason: String,
    },
    /// The file is incomplete, or was changed by something other than this crate.
    #[error("{} is damaged: {reason}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What redb found.
        reason: String,
    },
    /// The file has a format that this version can't read.
    #[error("{} has format version {found}, but this version of aqua supports version {supported} only", path.display())]
    UnknownVersion {
        /// The file.
        path: PathBuf,
        /// The version of the file.
        found: u64,
        /// The version that this crate reads and writes.
        supported: u64,
    },
}

impl OpenError {
    /// What `map_err` needs for a call of the operating system.
    pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { action, path, source }
    }

    /// An error of redb while it opened or created the file.
    pub(crate) fn database(action: &'static str, path: &Path, error: impl Into<redb::Error>) -> Self {
        let path = path.to_owned();
        match error.into() {
            // A read beyond the end of the file.
            redb::Error::Io(source) if source.kind() == io::ErrorKind::UnexpectedEof => Self::Damaged {
                path,
                reason: "it is shorter than its content".to_owned(),
            },
            redb::Error::Io(source) => Self::Io { action, path, source },
            redb::Error::DatabaseAlreadyOpen | redb::Error::LockProtocolMismatch => Self::Locked { path },
            redb::Error::Corrupted(reason) => Self::Damaged { path, reason },
            error @ redb::Error::UpgradeRequired(_) => Self::NotAStore {
                path,
                reason: error.to_string(),
            },
            error => Self::Damaged {
                path,
                reason: error.to_string(),
            },
        }
    }
}
