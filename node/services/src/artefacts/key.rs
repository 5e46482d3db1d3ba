//! The secret key of a directory. It distinguishes entries that this user wrote from all other files.
//!
//! The key is trusted only if it is a regular file of 32 bytes that belongs to the user of this process and that no other user can read
//! or write. Otherwise it is replaced, which makes all existing entries invalid.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

const FILE_NAME: &str = "key";

/// Authenticates entries.
pub(super) struct Key([u8; blake3::KEY_LEN]);

/// A key, and whether there was no valid one before.
pub(super) struct OpenedKey {
    pub(super) key: Key,
    pub(super) is_new: bool,
}

impl Key {
    /// Reads the key of a directory; creates one if there is none that can be trusted.
    pub(super) fn open(directory: &Path) -> io::Result<OpenedKey> {
        let temporary = Temporary::create(directory)?;
        let path = directory.join(FILE_NAME);
        match read(&path, &temporary)? {
            Found::Trusted(key) => return Ok(OpenedKey { key, is_new: false }),
            Found::Untrusted => fs::remove_file(&path)?,
            Found::Nothing => {}
        }
        let mut key = [0; blake3::KEY_LEN];
        getrandom::fill(&mut key).map_err(io::Error::other)?;
        temporary.write(&key)?;
        match fs::hard_link(&temporary.path, &path) {
            Ok(()) => {}
            // Another process was faster.
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                return match read(&path, &temporary)? {
                    Found::Trusted(key) => Ok(OpenedKey { key, is_new: false }),
                    _ => Err(error),
                };
            }
            // The file system has no hard links.
            Err(_) => fs::rename(&temporary.path, &path)?,
        }
        super::store::sync_directory(directory)?;
        Ok(OpenedKey {
            key: Self(key),
            is_new: true,
        })
    }

    #[cfg(test)]
    pub(super) fn from_bytes(bytes: [u8; blake3::KEY_LEN]) -> Self {
        Self(bytes)
    }

    /// The message authentication code of the parts, one after another.
    pub(super) fn authenticate(&self, parts: &[&[u8]]) -> blake3::Hash {
        let mut hasher = blake3::Hasher::new_keyed(&self.0);
        for part in parts {
            hasher.update(part);
        }
        hasher.finalize()
    }
}

/// What is at the path of the key.
enum Found {
    Nothing,
    Untrusted,
    Trusted(Key),
}

/// Reads a key. `own` is a file of this process's user.
fn read(path: &Path, own: &Temporary) -> io::Result<Found> {
    let found = match fs::symlink_metadata(path) {
        Ok(found) => found,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Found::Nothing),
        Err(error) => return Err(error),
    };
    if !found.is_file() || !is_private(&found, &own.metadata) {
        return Ok(Found::Untrusted);
    }
    let key = fs::read(path)?.try_into().map(Key);
    Ok(key.map_or(Found::Untrusted, Found::Trusted))
}

#[cfg(unix)]
fn is_private(found: &fs::Metadata, own: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    found.uid() == own.uid() && found.mode() & 0o077 == 0
}

/// Elsewhere the access control lists of the user's folders apply.
#[cfg(not(unix))]
fn is_private(_: &fs::Metadata, _: &fs::Metadata) -> bool {
    true
}

/// A new file that only its owner can read, removed on drop. It shows who this process's user is, and that files can be created.
struct Temporary {
    path: PathBuf,
    file: File,
    metadata: fs::Metadata,
}

impl Temporary {
    fn create(directory: &Path) -> io::Result<Self> {
        let (path, file) = super::store::create_temporary(directory, FILE_NAME)?;
        match file.metadata() {
            Ok(metadata) => Ok(Self { path, file, metadata }),
            Err(error) => {
                let _ = fs::remove_file(&path);
                Err(error)
            }
        }
    }

    fn write(&self, bytes: &[u8]) -> io::Result<()> {
        (&self.file).write_all(bytes)?;
        self.file.sync_all()
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}
