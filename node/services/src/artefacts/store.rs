//! Reads and writes entries.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::SystemTime;

use super::format::{self, ArtefactId, Flaw, HEADER};
use super::key::{Key, OpenedKey};
use super::{ArtefactCache, Digest, space};

pub(super) const ENTRY_SUFFIX: &str = ".code";
pub(super) const TEMPORARY_SUFFIX: &str = ".tmp";

/// The entries of a directory.
pub(crate) struct ArtefactStore {
    directory: PathBuf,
    limit: u64,
    key: Key,
    /// Whether the last write failed. The log has one line for a series of failures.
    is_failing: AtomicBool,
}

/// An entry that was read and verified.
pub(crate) struct Artefact {
    file: Vec<u8>,
    /// To be kept while the code is loaded.
    pub(crate) lock: EntryLock,
}

/// As long as this exists, no process removes the entry to free space.
#[derive(Debug)]
pub(crate) struct EntryLock {
    _file: File,
}

/// What [`ArtefactStore::write`] has done last. Tests interrupt it there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WriteStep {
    Created,
    WroteHeader,
    WroteCode,
    Synced,
    Renamed,
}

/// Why an entry can't be used.
#[derive(Debug, thiserror::Error)]
enum ReadError {
    #[error("it is no regular file")]
    NotRegular,
    #[error("{0}")]
    Flaw(#[from] Flaw),
    #[error("it can't be read: {0}")]
    Io(#[from] io::Error),
}

/// Why an entry was not written.
#[derive(Debug, thiserror::Error)]
pub(super) enum WriteError {
    #[error("{0}")]
    Io(#[from] io::Error),
    #[error("its limit of {limit} bytes leaves no space for {size} bytes beside the code in use")]
    NoSpace { limit: u64, size: u64 },
}

impl Artefact {
    /// The code as wasmtime serialised it.
    pub(crate) fn code(&self) -> &[u8] {
        &self.file[HEADER..]
    }
}

impl ArtefactStore {
    /// Opens the directory of a cache. Without one that can be used, writes a line to the log and returns none.
    pub(crate) fn open(cache: &ArtefactCache) -> Option<Self> {
        let directory = cache.directory.display();
        match Self::try_open(cache) {
            Ok(store) => Some(store),
            Err(error) => {
                tracing::warn!("can't use {directory}, so compiled code is kept in memory only: {error}");
                None
            }
        }
    }

    fn try_open(cache: &ArtefactCache) -> io::Result<Self> {
        let ArtefactCache { directory, limit } = cache;
        create_directory(directory)?;
        // Until the entries of a former key are gone, no other process opens the directory: it would lose entries of the new key.
        let opening = File::open(directory);
        if let Err(error) = opening.as_ref().map_or(Ok(()), File::lock) {
            tracing::debug!("{} can't be locked: {error}", directory.display());
        }
        let OpenedKey { key, is_new } = Key::open(directory)?;
        if is_new && space::clear(directory)? {
            let directory = directory.display();
            tracing::warn!("{directory} has a new key, so the compiled code that was there is discarded");
        }
        space::shrink(directory, *limit)?;
        Ok(Self {
            directory: directory.clone(),
            limit: *limit,
            key,
            is_failing: AtomicBool::new(false),
        })
    }

    /// Reads and verifies an entry. A file that isn't valid is removed, with a line in the log.
    pub(crate) fn read(&self, id: &ArtefactId) -> Option<Artefact> {
        match self.try_read(id) {
            Ok(Some(artefact)) => Some(artefact),
            Ok(None) => {
                if self.has_other_engine(id) {
                    let wasm = hexadecimal(&id.wasm);
                    tracing::warn!(
                        "{} has code of {wasm} only for other engines; compiling",
                        self.directory.display()
                    );
                }
                None
            }
            Err(error) => {
                self.discard(id, &error.to_string());
                None
            }
        }
    }

    fn try_read(&self, id: &ArtefactId) -> Result<Option<Artefact>, ReadError> {
        let path = self.path(id);
        match fs::symlink_metadata(&path) {
            Ok(metadata) if metadata.is_file() => {}
            Ok(_) => return Err(ReadError::NotRegular),
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.into()),
        }
        let mut file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        // Fails if the entry is being removed or the file system has no locks: then it is read without one.
        let _ = file.try_lock_shared();
        let length = file.metadata()?.len();
        if length > self.limit {
            return Err(Flaw::Length.into());
        }
        let mut bytes = Vec::with_capacity(usize::try_from(length).map_err(|_| Flaw::Length)?);
        file.read_to_end(&mut bytes)?;
        format::open(&self.key, id, &bytes)?;
        // The order of removal is less exact where this isn't permitted.
        let _ = file.set_modified(SystemTime::now());
        Ok(Some(Artefact {
            file: bytes,
            lock: EntryLock { _file: file },
        }))
    }

    /// Removes an entry that can't be used, with a line in the log.
    pub(crate) fn discard(&self, id: &ArtefactId, reason: &str) {
        let path = self.path(id);
        let _ = fs::remove_file(&path);
        tracing::warn!("discarded {}: {reason}; compiling", path.display());
    }

    /// Keeps code. If it can't be kept, writes a line to the log, unless the code before couldn't either.
    pub(crate) fn write(&self, id: &ArtefactId, code: &[u8]) -> Option<EntryLock> {
        match self.try_write(id, code, &mut |_| {}) {
            Ok(lock) => {
                self.is_failing.store(false, Ordering::Relaxed);
                Some(lock)
            }
            Err(error) => {
                if !self.is_failing.swap(true, Ordering::Relaxed) {
                    tracing::warn!("can't keep compiled code in {}: {error}", self.directory.display());
                }
                None
            }
        }
    }

    /// Keeps code. `done` is called after each step.
    pub(super) fn try_write(
        &self,
        id: &ArtefactId,
        code: &[u8],
        done: &mut dyn FnMut(WriteStep),
    ) -> Result<EntryLock, WriteError> {
        let size = (HEADER + code.len()) as u64;
        let remaining = self.limit.checked_sub(size);
        if !remaining.map_or(Ok(false), |remaining| space::shrink(&self.directory, remaining))? {
            return Err(WriteError::NoSpace {
                limit: self.limit,
                size,
            });
        }
        let header = format::header(&self.key, id, code);
        let path = self.path(id);
        let (temporary, file) = create_temporary(&self.directory, &file_name(id))?;
        let written = write_parts(&file, &header, code, done).and_then(|()| {
            fs::rename(&temporary, &path)?;
            done(WriteStep::Renamed);
            sync_directory(&self.directory)
        });
        if let Err(error) = written {
            let _ = fs::remove_file(&temporary);
            return Err(error.into());
        }
        Ok(EntryLock { _file: file })
    }

    /// Whether there is code of the same Wasm file for another engine.
    fn has_other_engine(&self, id: &ArtefactId) -> bool {
        let (name, wasm) = (file_name(id), hexadecimal(&id.wasm));
        let Ok(files) = fs::read_dir(&self.directory) else {
            return false;
        };
        files.flatten().any(|file| {
            let other = file.file_name();
            let other = other.to_string_lossy();
            other != name && other.starts_with(&wasm) && other.ends_with(ENTRY_SUFFIX)
        })
    }

    pub(super) fn path(&self, id: &ArtefactId) -> PathBuf {
        self.directory.join(file_name(id))
    }
}

/// The Wasm file and the engine; entries of several engines in one directory don't replace each other.
fn file_name(id: &ArtefactId) -> String {
    format!(
        "{}-{}{ENTRY_SUFFIX}",
        hexadecimal(&id.wasm),
        &hexadecimal(&id.engine)[..16]
    )
}

fn hexadecimal(digest: &Digest) -> String {
    blake3::Hash::from_bytes(*digest).to_hex().to_string()
}

fn write_parts(mut file: &File, header: &[u8], code: &[u8], done: &mut dyn FnMut(WriteStep)) -> io::Result<()> {
    done(WriteStep::Created);
    file.write_all(header)?;
    done(WriteStep::WroteHeader);
    file.write_all(code)?;
    done(WriteStep::WroteCode);
    let _ = file.set_modified(SystemTime::now());
    file.sync_all()?;
    done(WriteStep::Synced);
    Ok(())
}

/// Creates a file that only its owner can read, with a shared lock that keeps other processes from removing it.
pub(super) fn create_temporary(directory: &Path, name: &str) -> io::Result<(PathBuf, File)> {
    let mut random = [0; 8];
    getrandom::fill(&mut random).map_err(io::Error::other)?;
    let path = directory.join(format!("{name}.{:016x}{TEMPORARY_SUFFIX}", u64::from_le_bytes(random)));
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(&path)?;
    // Without locks the file may be taken for one that an interrupted write left; then renaming it fails.
    let _ = file.try_lock_shared();
    Ok((path, file))
}

fn create_directory(directory: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory)
}

/// Makes new names in a directory durable.
pub(super) fn sync_directory(directory: &Path) -> io::Result<()> {
    // Elsewhere directories can't be opened.
    if cfg!(unix) {
        File::open(directory)?.sync_all()?;
    }
    Ok(())
}
