//! A medium that can be written without being changed.

use redb::StorageBackend;
use std::collections::BTreeMap;
use std::io;
use std::ops::Range;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The size of a page, in bytes.
const PAGE: u64 = 4096;

/// Another medium below pages in memory, which hold what was written.
#[derive(Debug)]
pub(crate) struct Overlay<M> {
    medium: M,
    written: Mutex<Written>,
}

#[derive(Debug)]
struct Written {
    /// Pages by number, each complete.
    pages: BTreeMap<u64, Vec<u8>>,
    /// The present length.
    len: u64,
    /// The length up to which the medium below was never cut. What is behind it are zeros.
    below: u64,
}

impl<M: StorageBackend> Overlay<M> {
    pub(crate) fn new(medium: M) -> io::Result<Self> {
        let len = medium.len()?;
        let written = Written {
            pages: BTreeMap::new(),
            len,
            below: len,
        };
        Ok(Self {
            medium,
            written: Mutex::new(written),
        })
    }

    fn written(&self) -> MutexGuard<'_, Written> {
        self.written.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A page of the medium below.
    fn page_below(&self, number: u64, below: u64) -> io::Result<Vec<u8>> {
        let start = number * PAGE;
        let mut page = vec![0; PAGE as usize];
        let available = below.saturating_sub(start).min(PAGE) as usize;
        if available > 0 {
            self.medium.read(start, &mut page[..available])?;
        }
        Ok(page)
    }
}

/// The pages of a range of bytes: the number, the part within the page, and the part within the range.
fn parts(offset: u64, len: usize) -> impl Iterator<Item = (u64, Range<usize>, Range<usize>)> {
    let end = offset + len as u64;
    (offset / PAGE..end.div_ceil(PAGE)).map(move |number| {
        let start = offset.max(number * PAGE);
        let stop = end.min((number + 1) * PAGE);
        let within = |from: u64| (start - from) as usize..(stop - from) as usize;
        (number, within(number * PAGE), within(offset))
    })
}

impl<M: StorageBackend> StorageBackend for Overlay<M> {
    fn len(&self) -> io::Result<u64> {
        Ok(self.written().len)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let written = self.written();
        let end = offset.checked_add(out.len() as u64);
        if end.is_none_or(|end| end > written.len) {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        for (number, in_page, in_range) in parts(offset, out.len()) {
            match written.pages.get(&number) {
                Some(page) => out[in_range].copy_from_slice(&page[in_page]),
                None => out[in_range].copy_from_slice(&self.page_below(number, written.below)?[in_page]),
            }
        }
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        let mut written = self.written();
        written.below = written.below.min(len);
        written.pages.split_off(&len.div_ceil(PAGE));
        if let Some(page) = written.pages.get_mut(&(len / PAGE)) {
            page[(len % PAGE) as usize..].fill(0);
        }
        written.len = len;
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let mut written = self.written();
        for (number, in_page, in_range) in parts(offset, data.len()) {
            if !written.pages.contains_key(&number) {
                let page = self.page_below(number, written.below)?;
                written.pages.insert(number, page);
            }
            if let Some(page) = written.pages.get_mut(&number) {
                page[in_page].copy_from_slice(&data[in_range]);
            }
        }
        written.len = written.len.max(offset + data.len() as u64);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SimulatedDisk;

    /// Random operations on an overlay and on a plain vector.
    #[test]
    fn reads_what_was_written_and_leaves_the_medium_as_it_was() {
        for seed in 0..200 {
            let mut random = fastrand::Rng::with_seed(seed);
            let mut expected: Vec<u8> = (0..random.usize(0..20_000)).map(|_| random.u8(..)).collect();
            let disk = SimulatedDisk::default();
            disk.write(0, &expected).expect("space");
            let before = disk.bytes();
            let overlay = Overlay::new(disk.clone()).expect("a disk");
            for _ in 0..40 {
                if random.bool() {
                    let len = random.usize(0..20_000);
                    overlay.set_len(len as u64).expect("memory");
                    expected.resize(len, 0);
                } else if !expected.is_empty() {
                    let start = random.usize(0..expected.len());
                    let end = random.usize(start..=expected.len().min(start + 9000));
                    let data: Vec<u8> = (start..end).map(|_| random.u8(..)).collect();
                    overlay.write(start as u64, &data).expect("memory");
                    expected[start..end].copy_from_slice(&data);
                }
                assert_eq!(overlay.len().expect("memory"), expected.len() as u64);
                let mut read = vec![1; expected.len()];
                overlay.read(0, &mut read).expect("within the length");
                assert!(read == expected, "seed {seed}");
            }
            assert!(overlay.read(expected.len() as u64, &mut [0]).is_err());
            assert!(disk.bytes() == before, "seed {seed}");
        }
    }
}
