//! Random batches, their expected results, and the seeds of the suites.

use aqua_storage::{Change, KeyRange, Memory, Page, Storage};
use bytes::Bytes;
use fastrand::Rng;
use std::env;

/// A record with the number of the last batch, so that each batch has another result.
pub(crate) const NUMBER: &[u8] = b"number";

/// Batch `number` of a seed: some changes of some of two dozen records, and of [`NUMBER`].
pub(crate) fn batch(seed: u64, number: u64) -> Vec<Change> {
    let mut random = Rng::with_seed(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ number);
    let count = random.usize(0..8);
    let mut changes: Vec<Change> = (0..count).map(|_| change(&mut random)).collect();
    changes.push(Change::Put(NUMBER.into(), number.to_be_bytes().to_vec().into()));
    changes
}

fn change(random: &mut Rng) -> Change {
    match random.u8(..10) {
        0..=6 => Change::Put(key(random), value(random)),
        7..=8 => Change::Delete(key(random)),
        _ => Change::DeleteRange(range(random)),
    }
}

pub(crate) fn range(random: &mut Rng) -> KeyRange {
    let end = match random.u8(..4) {
        0 => None,
        _ => Some(key(random)),
    };
    KeyRange {
        start: key(random),
        end,
    }
}

/// Empty, short, or longer than a page of the file.
fn key(random: &mut Rng) -> Bytes {
    let number = random.u8(..24);
    match number {
        0 => Bytes::new(),
        1 => vec![1; 5000].into(),
        _ => vec![number; usize::from(number % 5) + 1].into(),
    }
}

fn value(random: &mut Rng) -> Bytes {
    let len = match random.u16(..2000) {
        0..100 => 0,
        100..1600 => random.usize(..200),
        1600..1900 => random.usize(..10_000),
        1900..1999 => random.usize(..200_000),
        // More than redb keeps in memory.
        _ => 5_000_000,
    };
    vec![random.u8(..); len].into()
}

/// All records.
pub(crate) fn all(storage: &impl Storage) -> Page {
    storage.read(&KeyRange::default(), usize::MAX).expect("it is readable")
}

/// The number of the last batch among all records.
pub(crate) fn last_batch(page: &Page) -> u64 {
    let number = page.records.iter().find(|(key, _)| key == NUMBER);
    number.map_or(0, |(_, value)| {
        u64::from_be_bytes(value[..].try_into().expect("a number"))
    })
}

/// The records after the first batches of a seed.
pub(crate) fn after(seed: u64, batches: u64) -> Memory {
    let mut expected = Memory::default();
    for number in 1..=batches {
        expected.commit(&batch(seed, number)).expect("memory doesn't fail");
    }
    expected
}

/// A number from the environment.
fn number(variable: &str) -> Option<u64> {
    let text = env::var(variable).ok()?;
    Some(text.parse().expect("a number"))
}

/// The seeds of a suite: a tenth of them unless `AQUA_FULL` is set, others with `AQUA_SEED` and `AQUA_PROGRAMS`.
pub(crate) fn seeds(full: u64) -> std::ops::Range<u64> {
    let is_full = env::var_os("AQUA_FULL").is_some();
    let first = number("AQUA_SEED").unwrap_or(0);
    let count = number("AQUA_PROGRAMS").unwrap_or(if is_full { full } else { full.div_ceil(10) });
    first..first + count
}
