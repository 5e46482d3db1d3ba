//! The file of a store, which one process at a time may use.

use crate::OpenError;
use redb::StorageBackend;
use redb::backends::FileBackend;
use std::fs::{File, TryLockError};
use std::io;
use std::path::Path;
use std::sync::Arc;

/// A file that is locked until its last clone is dropped, or the process ends.
///
/// redb's own locks are not used: they end when redb closes the file, which happens once between the examination of a store and
/// its use. On Linux the lock of this type, `flock`, also excludes programs that open the file with redb.
#[derive(Debug, Clone)]
pub(crate) struct LockedFile(Arc<Locked>);

#[derive(Debug)]
struct Locked {
    backend: FileBackend,
    file: File,
}

impl Drop for Locked {
    fn drop(&mut self) {
        // Closing the file is not enough: a process that is being started has its descriptors until it executes its program.
        drop(self.file.unlock());
    }
}

impl LockedFile {
    /// Locks a file that is open for reading and writing.
    ///
    /// # Errors
    /// [`OpenError::Locked`] if it is locked elsewhere, in this process or another one; [`OpenError::Io`] if its file system has
    /// no locks.
    pub(crate) fn new(file: File, path: &Path) -> Result<Self, OpenError> {
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(OpenError::Locked { path: path.to_owned() }),
            Err(TryLockError::Error(source)) => return Err(OpenError::io("lock", path)(source)),
        }
        let same = file.try_clone().map_err(OpenError::io("open", path))?;
        let backend = FileBackend::new(same).map_err(|error| OpenError::database("open", path, error))?;
        Ok(Self(Arc::new(Locked { backend, file })))
    }
}

impl StorageBackend for LockedFile {
    fn len(&self) -> io::Result<u64> {
        self.0.backend.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.0.backend.read(offset, out)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.0.backend.set_len(len)
    }

    fn sync_data(&self) -> io::Result<()> {
        self.0.backend.sync_data()
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.0.backend.write(offset, data)
    }
}
