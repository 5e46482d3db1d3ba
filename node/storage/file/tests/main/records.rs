//! Records: the same as in memory, also after the store is opened again.

use crate::batches::{after, all, batch, range};
use aqua_file_storage::{FILE_NAME, FileStorage, SimulatedDisk};
use aqua_storage::{Memory, Storage};
use fastrand::Rng;
use std::fs;

#[test]
fn changes_and_pages_are_those_of_memory() {
    for seed in 0..10 {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut random = Rng::with_seed(seed);
        let mut expected = Memory::default();
        let mut storage = FileStorage::open(folder.path()).expect("a new store");
        for number in 1..=20 {
            let changes = batch(seed, number);
            expected.commit(&changes).expect("memory");
            storage.commit(&changes).expect("space");
            for _ in 0..10 {
                let (range, limit) = (range(&mut random), random.usize(0..12));
                assert_eq!(
                    storage.read(&range, limit),
                    expected.read(&range, limit),
                    "seed {seed}: {range:?}"
                );
            }
            if random.u8(..5) == 0 {
                drop(storage);
                storage = FileStorage::open(folder.path()).expect("the store");
                assert_eq!(all(&storage), all(&expected), "seed {seed}");
            }
        }
    }
}

#[test]
fn an_empty_batch_changes_nothing() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut storage = FileStorage::open(folder.path()).expect("a new store");
    storage.commit(&batch(1, 1)).expect("space");
    let before = all(&storage);
    storage.commit(&[]).expect("space");
    assert_eq!(all(&storage), before);
}

#[test]
fn folders_are_created_and_hold_one_file() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("data").join("state");
    drop(FileStorage::open(&path).expect("a new store"));
    let names: Vec<_> = fs::read_dir(&path)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name())
        .collect();
    assert_eq!(names, [FILE_NAME]);
}

/// What a crash left while the store was created.
#[test]
fn an_incomplete_new_file_is_replaced() {
    let whole = SimulatedDisk::default();
    let storage = FileStorage::open_simulated(&whole).expect("a new store");
    let operations = whole.operations();
    drop(storage);
    let crashed = (0..60).map(|seed| {
        let disk = SimulatedDisk::default();
        disk.cut_power_after(seed % operations);
        assert!(FileStorage::open_simulated(&disk).is_err(), "the power is cut");
        disk.crash(seed).bytes()
    });
    let folder = tempfile::tempdir().expect("a temporary folder");
    let new = folder.path().join("state.redb.new");
    for left in crashed.chain([vec![0xff; 100_000], whole.bytes()]) {
        fs::write(&new, &left).expect("space");
        let mut storage = FileStorage::open(folder.path()).expect("a new store");
        assert!(!new.exists());
        assert!(all(&storage).records.is_empty());
        storage.commit(&batch(1, 1)).expect("space");
        drop(storage);
        let storage = FileStorage::open(folder.path()).expect("the store");
        assert_eq!(all(&storage), all(&after(1, 1)));
        fs::remove_file(folder.path().join(FILE_NAME)).expect("the store");
    }
}
