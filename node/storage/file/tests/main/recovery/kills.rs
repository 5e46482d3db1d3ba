//! Processes that are killed while they commit: the store has the result of the first batches, all acknowledged ones among them.

use crate::batches::{after, all, batch, last_batch, seeds};
use crate::process::{Process, directory, print};
use aqua_file_storage::FileStorage;
use aqua_storage::Storage as _;
use fastrand::Rng;

/// The batches of all processes, so that the next one continues.
const SEED: u64 = 0;

/// 200 processes, or a tenth of them, in a new folder every eighth time.
#[test]
fn acknowledged_batches_survive_kills() {
    let mut folder = tempfile::tempdir().expect("a temporary folder");
    let (mut last, mut unacknowledged, mut early) = (0, 0, 0);
    for seed in seeds(200) {
        let mut random = Rng::with_seed(seed);
        if seed.is_multiple_of(8) {
            folder = tempfile::tempdir().expect("a temporary folder");
            last = 0;
        }
        let mut process = Process::start(&[], "recovery::kills::commits_batches", folder.path());
        // `started`, then an acknowledgement for each batch.
        let wanted = [1, 2, random.usize(3..60)][random.usize(..3)];
        let mut lines: Vec<String> = (0..wanted).filter_map(|_| process.line()).collect();
        assert_eq!(lines.len(), wanted, "seed {seed}: it runs until it is killed");
        // Up to some commits later.
        for _ in 0..random.u32(..100_000) {
            std::hint::spin_loop();
        }
        process.kill();
        while let Some(line) = process.line() {
            lines.push(line);
        }
        let acknowledged = lines.last().and_then(|line| line.parse().ok()).unwrap_or(last);
        early += u32::from(lines.len() == 1);

        let storage = FileStorage::open(folder.path()).unwrap_or_else(|error| panic!("seed {seed}: {error}"));
        let found = all(&storage);
        last = last_batch(&found);
        assert!(
            (acknowledged..=acknowledged + 1).contains(&last),
            "seed {seed}: batch {last} is the last one, batch {acknowledged} was acknowledged"
        );
        assert_eq!(found, all(&after(SEED, last)), "seed {seed}");
        unacknowledged += u32::from(last > acknowledged);
    }
    println!("{unacknowledged} batches were committed, but not acknowledged; {early} processes acknowledged none");
}

#[test]
#[ignore = "a process of another test"]
fn commits_batches() {
    let Some(directory) = directory() else { return };
    print("started");
    let mut storage = FileStorage::open(&directory).expect("a store");
    for number in last_batch(&all(&storage)) + 1.. {
        storage.commit(&batch(SEED, number)).expect("space");
        print(&number.to_string());
    }
}
