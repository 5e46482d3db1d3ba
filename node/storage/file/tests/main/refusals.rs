//! Stores that can't be opened: each has an error with its path, and the folder stays as it was.

use crate::batches::{all, batch};
use aqua_file_storage::{FILE_NAME, FileStorage, OpenError, SimulatedDisk};
use aqua_storage::Storage as _;
use redb::TableDefinition;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::Path;

/// The files of a folder.
pub(crate) fn files(folder: &Path) -> BTreeMap<OsString, Vec<u8>> {
    let entries = fs::read_dir(folder).expect("a folder");
    entries
        .map(|entry| {
            let entry = entry.expect("an entry");
            (entry.file_name(), fs::read(entry.path()).expect("a file"))
        })
        .collect()
}

/// The error of a store with this content, which is not changed. The message names the file.
fn refused(content: &[u8]) -> OpenError {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join(FILE_NAME);
    fs::write(&path, content).expect("space");
    let before = files(folder.path());
    let error = FileStorage::open(folder.path()).expect_err("it is refused");
    assert!(error.to_string().contains(path.to_str().expect("Unicode")), "{error}");
    assert_eq!(files(folder.path()), before, "{error}");
    error
}

/// The bytes of a database that redb has written: one that was closed, and one that was not.
fn database(fill: impl FnOnce(&redb::WriteTransaction)) -> [Vec<u8>; 2] {
    let disk = SimulatedDisk::default();
    let database = redb::Builder::new().create_with_backend(disk.clone()).expect("space");
    let transaction = database.begin_write().expect("a transaction");
    fill(&transaction);
    transaction.commit().expect("space");
    let unclosed = disk.bytes();
    drop(database);
    [disk.bytes(), unclosed]
}

fn set_version(transaction: &redb::WriteTransaction, version: u64) {
    let format: TableDefinition<'_, &str, u64> = TableDefinition::new("format");
    let mut table = transaction.open_table(format).expect("a table");
    table.insert("version", version).expect("space");
}

#[test]
fn unknown_versions() {
    for version in [0, 2, u64::MAX] {
        for content in database(|transaction| set_version(transaction, version)) {
            let error = refused(&content);
            let OpenError::UnknownVersion {
                found, supported: 1, ..
            } = error
            else {
                panic!("{error}")
            };
            assert_eq!(found, version);
        }
    }
}

#[test]
fn files_that_are_no_stores() {
    let [other, _] = database(|transaction| {
        let table: TableDefinition<'_, u64, u64> = TableDefinition::new("other");
        transaction.open_table(table).expect("a table");
    });
    let [format, _] = database(|transaction| {
        let table: TableDefinition<'_, u64, u64> = TableDefinition::new("format");
        transaction.open_table(table).expect("a table");
    });
    let [records, _] = database(|transaction| set_version(transaction, 1));
    let [empty, _] = database(|_| {});
    let text = b"key = \"value\"\n".to_vec();
    for content in [Vec::new(), text, vec![0; 100_000], other, format, records, empty] {
        let error = refused(&content);
        assert!(matches!(error, OpenError::NotAStore { .. }), "{error}");
    }
    let mut start = b"redb\x1a\x0a\xa9\x0d\x0a".to_vec();
    assert!(matches!(refused(&start), OpenError::Damaged { .. }));
    start.resize(100_000, 0xff);
    assert!(matches!(refused(&start), OpenError::Damaged { .. }));
}

#[test]
fn truncated_stores() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut storage = FileStorage::open(folder.path()).expect("a new store");
    storage.commit(&batch(1, 1)).expect("space");
    drop(storage);
    let content = fs::read(folder.path().join(FILE_NAME)).expect("the store");
    let error = refused(&content[..content.len() - 4096]);
    assert!(matches!(error, OpenError::Damaged { .. }), "{error}");
}

#[test]
fn a_store_that_is_open_in_this_process() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let storage = FileStorage::open(folder.path()).expect("a new store");
    let before = files(folder.path());
    let error = FileStorage::open(folder.path()).expect_err("it is locked");
    assert!(matches!(error, OpenError::Locked { .. }), "{error}");
    assert_eq!(files(folder.path()), before);
    drop(storage);
    FileStorage::open(folder.path()).expect("it is free");
}

/// Other programs that use redb, and the other way round.
#[cfg(target_os = "linux")]
#[test]
fn redb_is_excluded() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join(FILE_NAME);
    let storage = FileStorage::open(folder.path()).expect("a new store");
    let error = redb::Database::open(&path).expect_err("it is locked");
    assert!(matches!(error, redb::DatabaseError::DatabaseAlreadyOpen), "{error}");
    drop(storage);
    let database = redb::Database::open(&path).expect("it is free");
    let error = FileStorage::open(folder.path()).expect_err("it is locked");
    assert!(matches!(error, OpenError::Locked { .. }), "{error}");
    drop(database);
    FileStorage::open(folder.path()).expect("it is free");
}

#[test]
fn folders_that_are_files() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("file");
    fs::write(&file, "text").expect("space");
    for path in [file.clone(), file.join("data")] {
        let error = FileStorage::open(&path).expect_err("not a folder");
        assert!(matches!(error, OpenError::Io { .. }), "{error}");
        assert!(error.to_string().contains(file.to_str().expect("Unicode")), "{error}");
    }
    assert_eq!(files(folder.path()).len(), 1);
}

#[test]
fn a_full_disk() {
    let disk = SimulatedDisk::default();
    disk.limit(10_000);
    let error = FileStorage::open_simulated(&disk).expect_err("no space");
    assert!(matches!(&error, OpenError::Io { source, .. } if source.kind() == std::io::ErrorKind::StorageFull));
    assert_eq!(error.to_string(), "can't create simulated disk");
    assert!(disk.bytes().is_empty());

    disk.limit(1 << 20);
    let mut storage = FileStorage::open_simulated(&disk).expect("space");
    let mut acknowledged = all(&storage);
    let error = (1..)
        .find_map(|number| match storage.commit(&batch(3, number)) {
            Ok(()) => {
                acknowledged = all(&storage);
                None
            }
            Err(error) => Some(error),
        })
        .expect("batches need space");
    assert!(error.to_string().starts_with("can't write simulated disk: "), "{error}");
    assert!(error.to_string().contains("no storage space"), "{error}");
    assert_eq!(
        storage.commit(&[]).expect_err("a commit failed").to_string(),
        "simulated disk is not used since a commit failed"
    );
    drop(storage);

    // A store can be opened on a disk that is still full.
    for capacity in [1 << 20, u64::MAX] {
        disk.limit(capacity);
        let storage = FileStorage::open_simulated(&disk).expect("the store");
        assert_eq!(all(&storage), acknowledged);
    }
}
