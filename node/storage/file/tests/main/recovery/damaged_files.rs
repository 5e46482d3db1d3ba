//! Files that were cut or changed from outside: an error and an unchanged file, or the records as they were; never a panic.

use crate::batches::{after, all, batch, last_batch, seeds};
use aqua_file_storage::{FileStorage, OpenError, SimulatedDisk};
use aqua_storage::Storage as _;
use fastrand::Rng;

const SEED: u64 = 7;
const BATCHES: u64 = 12;

/// A store that was closed, and one whose process ended without closing it.
fn stores() -> [Vec<u8>; 2] {
    let disk = SimulatedDisk::default();
    let mut storage = FileStorage::open_simulated(&disk).expect("a new store");
    for number in 1..=BATCHES {
        storage.commit(&batch(SEED, number)).expect("space");
    }
    let unclosed = disk.bytes();
    drop(storage);
    [disk.bytes(), unclosed]
}

/// Opens a store. `true` if it has the records after some of the batches; they are all of them unless `may_be_older`.
fn opens(bytes: Vec<u8>, may_be_older: bool, about: &str) -> bool {
    let disk = SimulatedDisk::of(bytes);
    let before = disk.bytes();
    match FileStorage::open_simulated(&disk) {
        Ok(storage) => {
            let found = all(&storage);
            let last = last_batch(&found);
            assert!(last == BATCHES || may_be_older, "{about}: batch {last}");
            assert_eq!(found, all(&after(SEED, last)), "{about}");
            true
        }
        Err(error) => {
            let is_clear = matches!(error, OpenError::NotAStore { .. } | OpenError::Damaged { .. });
            assert!(is_clear, "{about}: {error}");
            assert!(error.to_string().starts_with("simulated disk is "), "{about}: {error}");
            assert!(disk.bytes() == before, "{about}: the file is unchanged");
            assert_eq!(disk.operations(), 0, "{about}: nothing is written");
            false
        }
    }
}

#[test]
fn truncated_files_are_refused() {
    let [closed, unclosed] = stores();
    let mut lengths: Vec<usize> = (512..closed.len()).step_by(512).collect();
    lengths.extend([1, 8, 9, 10, 100, closed.len() - 1]);
    for len in lengths {
        assert!(!opens(closed[..len].to_vec(), false, &format!("{len} bytes")));
        // Pages at the end may be unused.
        opens(
            unclosed[..len.min(unclosed.len())].to_vec(),
            false,
            &format!("{len} bytes, not closed"),
        );
    }
    assert!(opens(closed, false, "closed") && opens(unclosed, false, "not closed"));
}

#[test]
fn changed_bytes_are_found() {
    let stores = stores();
    let mut refused = 0;
    let seeds = seeds(20_000);
    for seed in seeds.clone() {
        let mut random = Rng::with_seed(seed);
        let mut bytes = stores[random.usize(..2)].clone();
        // The header of redb is in the first 512 bytes.
        let offset = match random.bool() {
            true => random.usize(..512),
            false => random.usize(..bytes.len()),
        };
        if random.bool() {
            bytes[offset] ^= 1 << random.u8(..8);
        } else {
            let sector = offset / 512 * 512;
            let end = bytes.len().min(sector + 512);
            bytes[sector..end].fill_with(|| random.u8(..));
        }
        // One bit of the header, which has no checksum, selects the last commit or the one before.
        refused += usize::from(!opens(bytes, offset < 512, &format!("seed {seed}")));
    }
    let count = usize::try_from(seeds.end - seeds.start).expect("few");
    println!("{refused} of {count} refused");
    assert!(count < 100 || refused > count / 4, "{refused}");
}
