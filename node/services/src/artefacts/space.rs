//! Keeps the size of a directory within its limit: removes what interrupted writes left, and the entries whose last use is longest ago.
//!
//! The last use of an entry is its modification time, which each load sets. An entry that is loaded in some process, or that is being
//! written, has a shared lock; only files that can be locked exclusively are removed.

use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::store::{ENTRY_SUFFIX, TEMPORARY_SUFFIX};

struct Entry {
    last_use: SystemTime,
    path: PathBuf,
    size: u64,
}

/// Removes files until the entries of `directory` have at most `limit` bytes. Returns false if those in use have more.
///
/// Processes don't wait for each other here. If two write at the same moment, the directory may exceed its limit by one of these
/// entries until the next write.
pub(super) fn shrink(directory: &Path, limit: u64) -> io::Result<bool> {
    let mut entries = entries(directory)?;
    entries.sort_by(|left, right| (left.last_use, &left.path).cmp(&(right.last_use, &right.path)));
    let mut size: u64 = entries.iter().map(|entry| entry.size).sum();
    for entry in &entries {
        if size <= limit {
            break;
        }
        if remove_unused(&entry.path) {
            tracing::debug!("removed {} to free space", entry.path.display());
            size -= entry.size;
        }
    }
    Ok(size <= limit)
}

/// Removes all entries of `directory` that aren't in use. Returns whether there were any.
pub(super) fn clear(directory: &Path) -> io::Result<bool> {
    let entries = entries(directory)?;
    for entry in &entries {
        remove_unused(&entry.path);
    }
    Ok(!entries.is_empty())
}

/// The entries of a directory, and temporary files that are being written. Other temporary files are removed.
fn entries(directory: &Path) -> io::Result<Vec<Entry>> {
    let mut entries = Vec::new();
    for file in fs::read_dir(directory)? {
        let file = file?;
        let name = file.file_name();
        let is_temporary = name.to_string_lossy().ends_with(TEMPORARY_SUFFIX);
        if !is_temporary && !name.to_string_lossy().ends_with(ENTRY_SUFFIX) {
            continue;
        }
        let path = file.path();
        if is_temporary && remove_unused(&path) {
            tracing::warn!("removed {}, which an interrupted write left", path.display());
            continue;
        }
        // Another process may have removed it.
        let Ok(metadata) = file.metadata() else { continue };
        if metadata.is_file() {
            entries.push(Entry {
                last_use: metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH),
                path,
                size: metadata.len(),
            });
        }
    }
    Ok(entries)
}

/// Removes a file unless a process uses it. Returns whether the file is gone.
fn remove_unused(path: &Path) -> bool {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) => return error.kind() == ErrorKind::NotFound,
    };
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => false,
        // Without locks it is unknown which files are in use. Loaded code doesn't need its file.
        Ok(()) | Err(TryLockError::Error(_)) => fs::remove_file(path).is_ok(),
    }
}
