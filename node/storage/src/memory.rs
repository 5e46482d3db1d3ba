//! A store that lasts as long as the process.

use crate::{Change, KeyRange, Page, Storage, StorageError};
use bytes::Bytes;
use std::collections::BTreeMap;
use std::ops::Bound;

/// Records in memory.
#[derive(Debug, Clone, Default)]
pub struct Memory {
    records: BTreeMap<Bytes, Bytes>,
}

impl Memory {
    /// The value of a record.
    pub fn get(&self, key: &[u8]) -> Option<&Bytes> {
        self.records.get(key)
    }
}

impl Storage for Memory {
    fn commit(&mut self, changes: &[Change]) -> Result<(), StorageError> {
        for change in changes {
            match change {
                Change::Put(key, value) => drop(self.records.insert(key.clone(), value.clone())),
                Change::Delete(key) => drop(self.records.remove(key)),
                Change::DeleteRange(range) => self.records.retain(|key, _| !range.contains(key)),
            }
        }
        Ok(())
    }

    fn read(&self, range: &KeyRange, limit: usize) -> Result<Page, StorageError> {
        if range.end.as_ref().is_some_and(|end| *end <= range.start) {
            return Ok(Page::default());
        }
        let end = range.end.as_ref().map_or(Bound::Unbounded, Bound::Excluded);
        let mut rest = self.records.range::<Bytes, _>((Bound::Included(&range.start), end));
        let copy = |(key, value): (&Bytes, &Bytes)| (key.clone(), value.clone());
        Ok(Page {
            records: rest.by_ref().take(limit).map(copy).collect(),
            next: rest.next().map(|(key, _)| key.clone()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled() -> Memory {
        let mut store = Memory::default();
        let puts: Vec<_> = (0..10_u8)
            .map(|number| Change::Put(vec![number].into(), vec![number; 2].into()))
            .collect();
        store.commit(&puts).expect("memory doesn't fail");
        store
    }

    fn keys(page: &Page) -> Vec<u8> {
        page.records.iter().map(|(key, _)| key[0]).collect()
    }

    #[test]
    fn pages_follow_each_other() {
        let store = filled();
        let first = store.read(&KeyRange::default(), 4).expect("memory doesn't fail");
        assert_eq!(
            (keys(&first), first.next.as_deref()),
            (vec![0, 1, 2, 3], Some(&[4][..]))
        );
        let rest = KeyRange {
            start: first.next.unwrap_or_default(),
            end: Some(Bytes::from_static(&[9])),
        };
        let second = store.read(&rest, 100).expect("memory doesn't fail");
        assert_eq!((keys(&second), second.next), (vec![4, 5, 6, 7, 8], None));
    }

    #[test]
    fn changes_are_made_in_order() {
        let mut store = filled();
        let key = Bytes::from_static(&[3]);
        let range = KeyRange {
            start: Bytes::from_static(&[2]),
            end: Some(Bytes::from_static(&[8])),
        };
        let changes = [
            Change::DeleteRange(range),
            Change::Put(key.clone(), Bytes::from_static(b"new")),
            Change::Delete(Bytes::from_static(&[9])),
        ];
        store.commit(&changes).expect("memory doesn't fail");
        assert_eq!(
            keys(&store.read(&KeyRange::default(), 100).expect("memory")),
            [0, 1, 3, 8]
        );
        assert_eq!(store.get(&key).map(|value| &value[..]), Some(&b"new"[..]));
    }

    #[test]
    fn an_empty_range_holds_nothing() {
        let range = KeyRange {
            start: Bytes::from_static(&[5]),
            end: Some(Bytes::from_static(&[5])),
        };
        assert_eq!(filled().read(&range, 10), Ok(Page::default()));
    }
}
