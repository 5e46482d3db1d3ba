//! A disk in memory that loses unsynced writes when its power is cut.

use fastrand::Rng;
use redb::StorageBackend;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The size of a sector, in bytes. A disk writes whole sectors; larger writes may be torn.
const SECTOR: usize = 512;

/// A disk in memory for tests and simulations. Clones are the same disk.
///
/// What was written since the last sync is in a log. [`crash`](Self::crash) applies a part of it: any subset of the writes, in
/// their order, each of them whole or as any subset of its sectors, and any subset of the changes of the length. Everything is a
/// function of the calls and their seeds.
#[derive(Debug, Clone)]
pub struct SimulatedDisk(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    /// What programs read.
    current: Vec<u8>,
    /// What is certain to survive a crash.
    synced: Vec<u8>,
    /// What was done since the last sync.
    log: Vec<Operation>,
    /// Writes, changes of the length and syncs so far.
    operations: u64,
    /// The number of operations after which the power is cut.
    power: Option<u64>,
    /// The largest length, in bytes.
    capacity: u64,
    /// Whether a sync is reported as done, but does nothing.
    ignores_syncs: bool,
}

#[derive(Debug)]
enum Operation {
    Write { offset: usize, data: Vec<u8> },
    SetLen(usize),
}

impl Default for SimulatedDisk {
    /// An empty disk without a limit.
    fn default() -> Self {
        Self::of(Vec::new())
    }
}

impl SimulatedDisk {
    /// A disk with this content, which is synced.
    pub fn of(bytes: Vec<u8>) -> Self {
        let state = State {
            current: bytes.clone(),
            synced: bytes,
            log: Vec::new(),
            operations: 0,
            power: None,
            capacity: u64::MAX,
            ignores_syncs: false,
        };
        Self(Arc::new(Mutex::new(state)))
    }

    /// What programs read, synced or not.
    pub fn bytes(&self) -> Vec<u8> {
        self.state().current.clone()
    }

    /// How many writes, changes of the length and syncs there were.
    pub fn operations(&self) -> u64 {
        self.state().operations
    }

    /// Limits the length, in bytes. A write or change of the length beyond it fails like one on a full disk.
    pub fn limit(&self, capacity: u64) {
        self.state().capacity = capacity;
    }

    /// Lets so many further operations succeed. Then the power is off: operations and reads fail.
    pub fn cut_power_after(&self, operations: u64) {
        let mut state = self.state();
        state.power = Some(state.operations + operations);
    }

    /// Makes syncs do nothing from now on, as some disks do. Acknowledged commits can be lost then: a check of durability that
    /// finds nothing on such a disk checks nothing.
    pub fn ignore_syncs(&self) {
        self.state().ignores_syncs = true;
    }

    /// The disk as it may be found after a crash at this moment; the seed selects what survived. Its power is on. The disk that
    /// crashed accepts nothing any more.
    #[must_use]
    pub fn crash(&self, seed: u64) -> Self {
        let mut random = Rng::with_seed(seed);
        let mut state = self.state();
        state.power = Some(0);
        let mut found = state.synced.clone();
        // In thousandths. The extremes matter too: nothing reached the disk, or everything but the acknowledgement.
        let kept = [0, 100, 500, 900, 1000][random.usize(..5)];
        let torn = [0, 100, 500][random.usize(..3)];
        for operation in &state.log {
            let is_kept = random.u32(..1000) < kept;
            match operation {
                Operation::SetLen(len) if is_kept => found.resize(*len, 0),
                Operation::Write { offset, data } if random.u32(..1000) < torn => {
                    for (start, sector) in sectors(*offset, data) {
                        if random.bool() {
                            overwrite(&mut found, start, sector);
                        }
                    }
                }
                Operation::Write { offset, data } if is_kept => overwrite(&mut found, *offset, data),
                _ => {}
            }
        }
        Self::of(found)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Fails if the power is off.
    fn powered(&self) -> io::Result<()> {
        match self.power {
            Some(power) if self.operations >= power => Err(io::Error::other("the power is cut")),
            _ => Ok(()),
        }
    }

    /// Counts an operation; fails if the power is off or there is no space for the length.
    fn begin(&mut self, len: u64) -> io::Result<()> {
        self.powered()?;
        if len > self.capacity {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.operations += 1;
        Ok(())
    }
}

impl StorageBackend for SimulatedDisk {
    fn len(&self) -> io::Result<u64> {
        let state = self.state();
        state.powered()?;
        Ok(state.current.len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let state = self.state();
        state.powered()?;
        let start = index(offset)?;
        let stored = start
            .checked_add(out.len())
            .and_then(|end| state.current.get(start..end));
        out.copy_from_slice(stored.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        let mut state = self.state();
        state.begin(len)?;
        let len = index(len)?;
        state.current.resize(len, 0);
        state.log.push(Operation::SetLen(len));
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        let mut state = self.state();
        state.begin(0)?;
        if state.ignores_syncs {
            return Ok(());
        }
        let state = &mut *state;
        for operation in state.log.drain(..) {
            match operation {
                Operation::SetLen(len) => state.synced.resize(len, 0),
                Operation::Write { offset, data } => {
                    let end = state.synced.len().max(offset + data.len());
                    state.synced.resize(end, 0);
                    overwrite(&mut state.synced, offset, &data);
                }
            }
        }
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let mut state = self.state();
        let offset = index(offset)?;
        let end = offset.checked_add(data.len()).ok_or(io::ErrorKind::InvalidInput)?;
        state.begin(end as u64)?;
        let len = state.current.len().max(end);
        state.current.resize(len, 0);
        overwrite(&mut state.current, offset, data);
        state.log.push(Operation::Write {
            offset,
            data: data.to_vec(),
        });
        Ok(())
    }
}

fn index(offset: u64) -> io::Result<usize> {
    usize::try_from(offset).map_err(|_| io::ErrorKind::InvalidInput.into())
}

/// The parts of a write that are in one sector each, with their offsets.
fn sectors(offset: usize, data: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let mut rest = (offset, data);
    std::iter::from_fn(move || {
        let (start, data) = rest;
        let (sector, later) = data.split_at(data.len().min(SECTOR - start % SECTOR));
        rest = (start + sector.len(), later);
        (!sector.is_empty()).then_some((start, sector))
    })
}

/// Writes within the present length: a file does not get longer by a write whose change of the length was lost.
fn overwrite(bytes: &mut [u8], offset: usize, data: &[u8]) {
    let end = bytes.len().min(offset + data.len());
    if offset < end {
        bytes[offset..end].copy_from_slice(&data[..end - offset]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// A synced sector of ones, then unsynced sectors of twos and threes and a longer file.
    fn used() -> SimulatedDisk {
        let disk = SimulatedDisk::default();
        disk.write(0, &[1; 2 * SECTOR]).expect("space");
        disk.sync_data().expect("power");
        disk.set_len(3 * SECTOR as u64).expect("space");
        disk.write(0, &[2; 2 * SECTOR]).expect("space");
        disk.write(SECTOR as u64, &[3; 2 * SECTOR]).expect("space");
        disk
    }

    #[test]
    fn a_crash_keeps_any_subset_of_sectors_and_lengths() {
        let found: BTreeSet<Vec<u8>> = (0..2000)
            .map(|seed| {
                let bytes = used().crash(seed).bytes();
                let sectors = bytes.chunks(SECTOR);
                sectors
                    .map(|sector| {
                        assert!(sector.iter().all(|byte| *byte == sector[0]), "sectors are whole");
                        sector[0]
                    })
                    .collect()
            })
            .collect();
        let mut expected = BTreeSet::new();
        for first in [1, 2] {
            for second in [1, 2, 3] {
                expected.insert(vec![first, second]);
                expected.extend([0, 3].map(|third| vec![first, second, third]));
            }
        }
        assert_eq!(found, expected);
    }

    #[test]
    fn synced_writes_survive() {
        for seed in 0..100 {
            let disk = used();
            disk.sync_data().expect("power");
            assert!(disk.crash(seed).bytes() == disk.bytes());
        }
    }

    #[test]
    fn a_seed_repeats() {
        for seed in 0..100 {
            assert!(used().crash(seed).bytes() == used().crash(seed).bytes());
        }
    }

    #[test]
    fn nothing_works_after_a_power_cut() {
        let disk = used();
        disk.cut_power_after(1);
        disk.write(0, &[4]).expect("power");
        assert!(disk.write(0, &[5]).is_err() && disk.sync_data().is_err() && disk.set_len(0).is_err());
        assert!(disk.len().is_err() && disk.read(0, &mut [0]).is_err());
        let found = disk.crash(0);
        assert!(found.len().is_ok() && found.sync_data().is_ok());
    }

    #[test]
    fn a_full_disk_changes_nothing() {
        let disk = used();
        let before = disk.bytes();
        disk.limit(before.len() as u64);
        let error = disk.write(before.len() as u64, &[4]).expect_err("no space");
        assert_eq!(error.kind(), io::ErrorKind::StorageFull);
        assert!(disk.set_len(1 << 20).is_err());
        assert!(disk.bytes() == before);
        disk.write(0, &[4]).expect("space");
    }
}
