//! The content of the file: a table of records, and one with the version of the format.

use crate::OpenError;
use crate::overlay::Overlay;
use redb::{Builder, Database, Error, ReadableDatabase as _, StorageBackend, TableDefinition, TableError};
use std::path::Path;

/// The records.
pub(crate) const RECORDS: TableDefinition<'_, &[u8], &[u8]> = TableDefinition::new("records");
/// What describes the file itself.
const FORMAT: TableDefinition<'_, &str, u64> = TableDefinition::new("format");
/// The key of the version in [`FORMAT`].
const VERSION_KEY: &str = "version";
/// The version that this crate reads and writes. Changes with the meaning of the tables, not with that of the records.
const VERSION: u64 = 1;

/// The first bytes of each redb file (redb, `docs/design.md`).
const MAGIC: [u8; 9] = *b"redb\x1a\x0a\xa9\x0d\x0a";

/// Bytes of the file that redb keeps in memory. A peer has all its records in memory itself.
const CACHE: usize = 4 << 20;

/// Makes an empty store on an empty medium.
pub(crate) fn create(medium: impl StorageBackend, path: &Path) -> Result<Database, OpenError> {
    let failed = |error: Error| OpenError::database("create", path, error);
    let database = builder()
        .create_with_backend(medium)
        .map_err(|error| failed(error.into()))?;
    write_tables(&database).map_err(failed)?;
    Ok(database)
}

fn write_tables(database: &Database) -> Result<(), Error> {
    let transaction = database.begin_write()?;
    transaction.open_table(RECORDS)?;
    transaction.open_table(FORMAT)?.insert(VERSION_KEY, VERSION)?;
    Ok(transaction.commit()?)
}

/// Opens a store that was created before. The medium is examined first and written only if it is valid.
pub(crate) fn open(medium: impl StorageBackend + Clone, path: &Path) -> Result<Database, OpenError> {
    examine(medium.clone(), path)?;
    let database = builder().create_with_backend(medium);
    database.map_err(|error| OpenError::database("open", path, error))
}

/// Opens, repairs and verifies the file as redb would, with all writes in memory.
fn examine(medium: impl StorageBackend, path: &Path) -> Result<(), OpenError> {
    let mut start = [0; MAGIC.len()];
    let read = medium.len().and_then(|len| {
        let available = start.len().min(usize::try_from(len).unwrap_or(usize::MAX));
        medium.read(0, &mut start[..available])
    });
    read.map_err(OpenError::io("read", path))?;
    if start != MAGIC {
        return Err(OpenError::NotAStore {
            path: path.to_owned(),
            reason: "it does not start like a redb file".to_owned(),
        });
    }
    let overlay = Overlay::new(medium).map_err(OpenError::io("read", path))?;
    let database = builder().set_check_integrity_on_open(true).create_with_backend(overlay);
    let database = database.map_err(|error| OpenError::database("read", path, error))?;
    check_tables(&database, path)
}

/// Whether the tables are those of a version that is supported.
fn check_tables(database: &Database, path: &Path) -> Result<(), OpenError> {
    match version(database) {
        Ok(Some(VERSION)) => {}
        Ok(Some(found)) => {
            return Err(OpenError::UnknownVersion {
                path: path.to_owned(),
                found,
                supported: VERSION,
            });
        }
        Ok(None) => return Err(not_a_store(path, "it has no format version")),
        Err(Error::TableDoesNotExist(_) | Error::TableTypeMismatch { .. } | Error::TableIsMultimap(_)) => {
            return Err(not_a_store(path, "it has no table with a format version"));
        }
        Err(error) => return Err(OpenError::database("read", path, error)),
    }
    let transaction = database.begin_read();
    let transaction = transaction.map_err(|error| OpenError::database("read", path, error))?;
    match transaction.open_table(RECORDS) {
        Ok(_) => Ok(()),
        Err(TableError::Storage(error)) => Err(OpenError::database("read", path, error)),
        Err(_) => Err(not_a_store(path, "it has no table of records")),
    }
}

fn version(database: &Database) -> Result<Option<u64>, Error> {
    let table = database.begin_read()?.open_table(FORMAT)?;
    Ok(redb::ReadableTable::get(&table, VERSION_KEY)?.map(|version| version.value()))
}

fn not_a_store(path: &Path, reason: &str) -> OpenError {
    OpenError::NotAStore {
        path: path.to_owned(),
        reason: reason.to_owned(),
    }
}

fn builder() -> Builder {
    let mut builder = Builder::new();
    builder.set_cache_size(CACHE);
    builder
}
