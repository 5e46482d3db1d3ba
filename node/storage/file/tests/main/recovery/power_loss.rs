//! Power cuts at any operation of a disk that loses and tears unsynced writes: the store has the result of the first batches, all
//! acknowledged ones among them.
//!
//! `AQUA_SEED=… AQUA_PROGRAMS=1 cargo test -p aqua-file-storage --test main power_loss` repeats a seed.

use crate::batches::{after, all, batch, last_batch, seeds};
use aqua_file_storage::{FileStorage, SimulatedDisk};
use aqua_storage::{KeyRange, Page, Storage as _};
use fastrand::Rng;
use redb::StorageBackend as _;
use std::ops::RangeInclusive;

/// How often something was seen, over all seeds.
#[derive(Debug, Default)]
struct Seen {
    /// The power was cut while the store was opened or repaired.
    cut_while_opening: u32,
    /// The power was cut during a commit, which was lost.
    commit_lost: u32,
    /// The power was cut during a commit, which was kept.
    commit_kept: u32,
    /// The power was cut between commits, or after the store was closed.
    cut_elsewhere: u32,
}

/// One disk, used and crashed several times. An error says what was found.
fn run(seed: u64, disk: &SimulatedDisk, seen: &mut Seen) -> Result<(), String> {
    let mut random = Rng::with_seed(seed);
    let mut disk = disk.clone();
    drop(FileStorage::open_simulated(&disk).map_err(|error| error.to_string())?);
    // The batches that may be on the disk.
    let mut possible = 0..=0;
    for _ in 0..random.u8(1..5) {
        let operations = [10, 60, 300][random.usize(..3)];
        disk.cut_power_after(random.u64(..operations));
        possible = work(seed, &disk, possible, &mut random, seen)?;
        disk = disk.crash(random.u64(..));
        // A copy, so that the power can be cut while the disk itself is repaired.
        let copy = SimulatedDisk::of(disk.bytes());
        let storage = FileStorage::open_simulated(&copy).map_err(|error| format!("after a crash: {error}"))?;
        let found = check(seed, &read(&storage)?, &possible)?;
        if possible.start() < possible.end() {
            match found == *possible.end() {
                true => seen.commit_kept += 1,
                false => seen.commit_lost += 1,
            }
        }
        // Nothing was committed since: an interrupted repair must find the same.
        possible = found..=found;
    }
    Ok(())
}

/// Opens the store and commits batches until the power is cut, or some more and closes the store. The batches that may be on the
/// disk then.
fn work(
    seed: u64,
    disk: &SimulatedDisk,
    possible: RangeInclusive<u64>,
    random: &mut Rng,
    seen: &mut Seen,
) -> Result<RangeInclusive<u64>, String> {
    // Errors come from power cuts only.
    let is_off = || disk.len().is_err();
    let opened = FileStorage::open_simulated(disk).map_err(|error| error.to_string());
    let opened = opened.and_then(|storage| Ok((read(&storage)?, storage)));
    let (found, mut storage) = match opened {
        Ok(opened) => opened,
        Err(_) if is_off() => {
            seen.cut_while_opening += 1;
            return Ok(possible);
        }
        Err(error) => return Err(error),
    };
    let mut acknowledged = check(seed, &found, &possible)?;
    for _ in 0..random.u8(..30) {
        let next = acknowledged + 1;
        if let Err(error) = storage.commit(&batch(seed, next)) {
            if !is_off() {
                return Err(error.to_string());
            }
            if storage.commit(&[]).is_ok() || storage.read(&Default::default(), 1).is_ok() {
                return Err("the store is used after a failed commit".to_owned());
            }
            return Ok(acknowledged..=next);
        }
        acknowledged = next;
    }
    seen.cut_elsewhere += 1;
    Ok(acknowledged..=acknowledged)
}

/// All records.
fn read(storage: &FileStorage) -> Result<Page, String> {
    let page = storage.read(&KeyRange::default(), usize::MAX);
    page.map_err(|error| error.to_string())
}

/// Which of the possible batches was the last one. The records are compared with all of them.
fn check(seed: u64, found: &Page, possible: &RangeInclusive<u64>) -> Result<u64, String> {
    let last = last_batch(found);
    if !possible.contains(&last) {
        return Err(format!("batch {last} is the last one, not one of {possible:?}"));
    }
    if *found != all(&after(seed, last)) {
        return Err(format!("the records are not those after batch {last}"));
    }
    Ok(last)
}

#[test]
fn acknowledged_batches_survive_power_cuts() {
    let mut seen = Seen::default();
    let seeds = seeds(2000);
    for seed in seeds.clone() {
        if let Err(found) = run(seed, &SimulatedDisk::default(), &mut seen) {
            panic!("seed {seed}: {found}; repeat it with AQUA_SEED={seed} AQUA_PROGRAMS=1");
        }
    }
    println!("{} seeds: {seen:?}", seeds.end - seeds.start);
    if seeds.end - seeds.start >= 200 {
        let counts = [
            seen.cut_while_opening,
            seen.commit_lost,
            seen.commit_kept,
            seen.cut_elsewhere,
        ];
        assert!(counts.iter().all(|count| *count >= 10), "{seen:?}");
    }
}

/// The check finds lost batches where a disk does not sync.
#[test]
fn batches_are_lost_on_a_disk_that_ignores_syncs() {
    let lost = (0..50).filter(|seed| {
        let disk = SimulatedDisk::default();
        disk.ignore_syncs();
        run(*seed, &disk, &mut Seen::default()).is_err()
    });
    assert!(lost.count() > 25);
}

#[test]
fn a_seed_repeats() {
    for seed in 0..5 {
        let disks = [(); 2].map(|()| {
            let disk = SimulatedDisk::default();
            let mut storage = FileStorage::open_simulated(&disk).expect("a new store");
            for number in 1..=5 {
                storage.commit(&batch(seed, number)).expect("space");
            }
            disk.cut_power_after(3);
            assert!(storage.commit(&batch(seed, 6)).is_err());
            disk.crash(seed).bytes()
        });
        assert!(disks[0] == disks[1], "seed {seed}");
    }
}
