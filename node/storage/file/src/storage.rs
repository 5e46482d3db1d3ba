//! Records in a file.

use crate::format::{self, RECORDS};
use crate::locked_file::LockedFile;
use crate::{OpenError, SimulatedDisk};
use aqua_storage::{Change, KeyRange, Page, Storage, StorageError};
use bytes::Bytes;
use redb::{Database, Durability, Error, ReadableDatabase as _, StorageBackend as _, Table};
use std::fs::{self, File};
use std::io;
use std::ops::Bound;
use std::path::{Path, PathBuf};

/// The name of the file in its folder.
pub const FILE_NAME: &str = "state.redb";
/// The name of the file until it is complete.
const NEW_FILE_NAME: &str = "state.redb.new";

/// Records in the file [`FILE_NAME`] of a folder, or on a simulated disk.
///
/// The file is locked as long as the value exists.
#[derive(Debug)]
pub struct FileStorage {
    database: Database,
    path: PathBuf,
    has_failed: bool,
}

impl FileStorage {
    /// Opens the store of a folder. Folder and store are created if they are missing.
    ///
    /// The whole file is read and verified.
    ///
    /// # Errors
    /// If the store is in use, has an unknown version, is damaged or isn't a store, or if the operating system refuses access.
    /// Nothing was changed then. Only where the disk fails while a valid store is repaired after a crash, the repair may be
    /// incomplete; the next call continues it.
    pub fn open(folder: &Path) -> Result<Self, OpenError> {
        let path = folder.join(FILE_NAME);
        loop {
            let database = match File::options().read(true).write(true).open(&path) {
                Ok(file) => format::open(LockedFile::new(file, &path)?, &path)?,
                Err(error) if error.kind() == io::ErrorKind::NotFound => match create(folder, &path)? {
                    Some(database) => database,
                    None => continue,
                },
                Err(source) => return Err(OpenError::io("open", &path)(source)),
            };
            return Ok(Self::new(database, path));
        }
    }

    /// Opens the store on a simulated disk. It is created if the disk is empty.
    ///
    /// # Errors
    /// As those of [`open`](Self::open), and if the power of the disk is cut.
    pub fn open_simulated(disk: &SimulatedDisk) -> Result<Self, OpenError> {
        let path = PathBuf::from("simulated disk");
        let len = disk.len().map_err(OpenError::io("read", &path))?;
        let database = match len {
            0 => format::create(disk.clone(), &path)?,
            _ => format::open(disk.clone(), &path)?,
        };
        Ok(Self::new(database, path))
    }

    fn new(database: Database, path: PathBuf) -> Self {
        Self {
            database,
            path,
            has_failed: false,
        }
    }

    /// Nothing is known about the file after a failed commit.
    fn check(&self) -> Result<(), StorageError> {
        if self.has_failed {
            let path = self.path.display();
            return Err(StorageError(format!("{path} is not used since a commit failed")));
        }
        Ok(())
    }
}

/// Makes an empty store in a file of another name, and renames it when it is complete. `None` if another process was faster.
fn create(folder: &Path, path: &Path) -> Result<Option<Database>, OpenError> {
    fs::create_dir_all(folder).map_err(OpenError::io("create", folder))?;
    let new = folder.join(NEW_FILE_NAME);
    // It may be what a process that was killed has left.
    let file = File::options()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(&new);
    let file = LockedFile::new(file.map_err(OpenError::io("create", &new))?, path)?;
    if path.exists() || !new.exists() {
        // The locked file is the store itself, renamed meanwhile, one that is not needed, or one that was removed.
        drop(fs::remove_file(&new));
        return Ok(None);
    }
    let created = fill(file.clone(), folder, path, &new);
    if created.is_err() {
        // Before the lock ends with this clone.
        drop(fs::remove_file(&new));
    }
    drop(file);
    created.map(Some)
}

fn fill(file: LockedFile, folder: &Path, path: &Path, new: &Path) -> Result<Database, OpenError> {
    file.set_len(0).map_err(OpenError::io("create", new))?;
    let database = format::create(file, new)?;
    fs::rename(new, path).map_err(OpenError::io("create", path))?;
    sync_folder(folder).map_err(OpenError::io("write", folder))?;
    // Any of these may be new. One that can't be opened isn't: its creator can.
    for ancestor in folder.ancestors().skip(1) {
        drop(sync_folder(ancestor));
    }
    Ok(database)
}

/// Makes the names of new files durable.
#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    let folder = if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    };
    File::open(folder)?.sync_all()
}

/// Other systems have no such call.
#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

impl Storage for FileStorage {
    fn commit(&mut self, changes: &[Change]) -> Result<(), StorageError> {
        self.check()?;
        commit(&self.database, changes).map_err(|error| {
            self.has_failed = true;
            StorageError(format!("can't write {}: {error}", self.path.display()))
        })
    }

    fn read(&self, range: &KeyRange, limit: usize) -> Result<Page, StorageError> {
        self.check()?;
        let page = read(&self.database, range, limit);
        page.map_err(|error| StorageError(format!("can't read {}: {error}", self.path.display())))
    }
}

/// One transaction, which is durable when it ends.
fn commit(database: &Database, changes: &[Change]) -> Result<(), Error> {
    let mut transaction = database.begin_write()?;
    transaction.set_durability(Durability::Immediate)?;
    // Records come from other peers: see `docs/decisions/node-state.md`.
    transaction.set_two_phase_commit(true);
    let mut table = transaction.open_table(RECORDS)?;
    for change in changes {
        make(&mut table, change)?;
    }
    drop(table);
    Ok(transaction.commit()?)
}

fn make(table: &mut Table<'_, &'static [u8], &'static [u8]>, change: &Change) -> Result<(), Error> {
    match change {
        Change::Put(key, value) => drop(table.insert(&key[..], &value[..])?),
        Change::Delete(key) => drop(table.remove(&key[..])?),
        Change::DeleteRange(range) => {
            if let Some(bounds) = bounds(range) {
                table.retain_in::<&[u8], _>(bounds, |_, _| false)?;
            }
        }
    }
    Ok(())
}

fn read(database: &Database, range: &KeyRange, limit: usize) -> Result<Page, Error> {
    let Some(bounds) = bounds(range) else {
        return Ok(Page::default());
    };
    let table = database.begin_read()?.open_table(RECORDS)?;
    let mut rest = table.range::<&[u8]>(bounds)?;
    let mut page = Page::default();
    for record in rest.by_ref().take(limit) {
        let (key, value) = record?;
        let copy = |bytes: &[u8]| Bytes::copy_from_slice(bytes);
        page.records.push((copy(key.value()), copy(value.value())));
    }
    if let Some(record) = rest.next() {
        page.next = Some(Bytes::copy_from_slice(record?.0.value()));
    }
    Ok(page)
}

/// The first and the last key, or their neighbours.
type Bounds<'a> = (Bound<&'a [u8]>, Bound<&'a [u8]>);

/// A range as redb takes it; `None` if it is empty.
fn bounds(range: &KeyRange) -> Option<Bounds<'_>> {
    let start = Bound::Included(&range.start[..]);
    match &range.end {
        Some(end) if *end <= range.start => None,
        Some(end) => Some((start, Bound::Excluded(&end[..]))),
        None => Some((start, Bound::Unbounded)),
    }
}
