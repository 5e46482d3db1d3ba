//! Items by content id.

use super::Cid;
use rustc_hash::FxBuildHasher;
use std::fmt;
use std::hash::BuildHasher as _;
use std::sync::OnceLock;

/// Items by content id, in the order of the ids, so that equal stores have equal bytes.
///
/// The first lookup builds an index. An id that is not at its index slot is found by binary search, so that chosen
/// ids can't make lookups slow.
#[derive(Clone)]
pub struct Store<T> {
    entries: Vec<(Cid, T)>,
    index: OnceLock<Box<[u32]>>,
}

/// A slot of the index without an entry.
const FREE: u32 = u32::MAX;
/// Number of slots of the index that are probed.
const PROBES: usize = 8;
/// The largest number of entries without an index.
const FEW: usize = 8;

impl<T> Store<T> {
    /// The number of entries.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether the store has no entries.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The item of an id.
    #[must_use]
    pub fn get(&self, cid: &Cid) -> Option<&T> {
        self.position(cid).map(|position| self.at(position))
    }

    /// Whether the store has an id.
    #[must_use]
    pub fn contains_key(&self, cid: &Cid) -> bool {
        self.position(cid).is_some()
    }

    /// All entries in the order of ids.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&Cid, &T)> + ExactSizeIterator {
        self.entries.iter().map(|(cid, item)| (cid, item))
    }

    /// All ids in order.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &Cid> + ExactSizeIterator {
        self.entries.iter().map(|(cid, _)| cid)
    }

    /// All items in the order of ids.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &T> + ExactSizeIterator {
        self.entries.iter().map(|(_, item)| item)
    }

    /// All items, mutably. It is not checked that they still match their ids.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.entries.iter_mut().map(|(_, item)| item)
    }

    /// Inserts an item and returns the former one. Takes linear time.
    pub fn insert(&mut self, cid: Cid, item: T) -> Option<T> {
        match self.search(&cid) {
            Ok(position) => Some(std::mem::replace(&mut self.entries[position].1, item)),
            Err(position) => {
                self.index.take();
                self.entries.insert(position, (cid, item));
                None
            }
        }
    }

    /// Removes the item of an id. Takes linear time.
    pub fn remove(&mut self, cid: &Cid) -> Option<T> {
        let position = self.search(cid).ok()?;
        self.index.take();
        Some(self.entries.remove(position).1)
    }

    /// Removes all entries.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// Adds entries. Of entries with the same id the first one is kept.
    pub(crate) fn add(&mut self, entries: impl IntoIterator<Item = (Cid, T)>) {
        if self.entries.is_empty() {
            self.entries = entries.into_iter().collect();
        } else {
            self.entries.extend(entries);
        }
        self.index.take();
        self.put_in_order();
        // States keep stores, so their size must be that of their entries.
        if self.entries.capacity() - self.entries.len() > self.entries.len() / 8 {
            self.entries.shrink_to_fit();
        }
    }

    fn put_in_order(&mut self) {
        if self.entries.is_sorted_by(|(left, _), (right, _)| left < right) {
            return;
        }
        // Entries are large, so each is moved once.
        let keys = (0_u32..).zip(&self.entries);
        let mut keys: Vec<(u64, u32)> = keys.map(|(position, (cid, _))| (cid.order(), position)).collect();
        let cid = |position: u32| &self.entries[position as usize].0;
        keys.sort_unstable_by(|left, right| {
            if left.0 != right.0 && left.0 != 0 && right.0 != 0 {
                return left.0.cmp(&right.0);
            }
            cid(left.1).cmp(cid(right.1)).then(left.1.cmp(&right.1))
        });
        let mut entries: Vec<Option<(Cid, T)>> = std::mem::take(&mut self.entries).into_iter().map(Some).collect();
        self.entries.reserve_exact(entries.len());
        let in_order = keys
            .into_iter()
            .filter_map(|(_, position)| entries[position as usize].take());
        self.entries.extend(in_order);
        self.entries.dedup_by(|(later, _), (kept, _)| later == kept);
    }

    fn search(&self, cid: &Cid) -> Result<usize, usize> {
        self.entries.binary_search_by(|(known, _)| known.cmp(cid))
    }

    /// The item at an index in the order of ids.
    pub(crate) fn at(&self, position: usize) -> &T {
        &self.entries[position].1
    }

    /// The index of an id in the order of ids.
    pub(crate) fn position(&self, cid: &Cid) -> Option<usize> {
        if self.entries.len() <= FEW {
            return self.entries.iter().position(|(known, _)| known == cid);
        }
        let index = self.index.get_or_init(|| self.make_index());
        for slot in slots(index.len(), cid) {
            match index[slot] {
                FREE => return None,
                position if self.entries[position as usize].0 == *cid => return Some(position as usize),
                _ => {}
            }
        }
        self.search(cid).ok()
    }

    fn index_slots(&self) -> usize {
        (2 * self.entries.len()).next_power_of_two()
    }

    /// Memory of the index in bytes, whether it has been built or not.
    pub(crate) fn index_size(&self) -> usize {
        if self.entries.len() <= FEW {
            0
        } else {
            self.index_slots() * size_of::<u32>()
        }
    }

    fn make_index(&self) -> Box<[u32]> {
        let mut index = vec![FREE; self.index_slots()].into_boxed_slice();
        for (position, (cid, _)) in self.entries.iter().enumerate() {
            if let Some(free) = slots(index.len(), cid).find(|slot| index[*slot] == FREE) {
                index[free] = position as u32;
            }
        }
        index
    }
}

/// The slots to probe for an id in an index of that size, a power of two.
fn slots(size: usize, cid: &Cid) -> impl Iterator<Item = usize> {
    let first = FxBuildHasher.hash_one(cid) as usize;
    (0..PROBES).map(move |probe| first.wrapping_add(probe) & (size - 1))
}

impl<T> Default for Store<T> {
    fn default() -> Self {
        Self {
            entries: Vec::new(),
            index: OnceLock::new(),
        }
    }
}

impl<T: fmt::Debug> fmt::Debug for Store<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_map().entries(self.iter()).finish()
    }
}

impl<T: PartialEq> PartialEq for Store<T> {
    fn eq(&self, other: &Self) -> bool {
        self.entries == other.entries
    }
}

impl<T: Eq> Eq for Store<T> {}

impl<T> FromIterator<(Cid, T)> for Store<T> {
    /// Of entries with the same id the last one is kept.
    fn from_iter<I: IntoIterator<Item = (Cid, T)>>(entries: I) -> Self {
        let mut entries: Vec<(Cid, T)> = entries.into_iter().collect();
        let is_sorted = entries.is_sorted_by(|(left, _), (right, _)| left < right);
        if !is_sorted {
            entries.reverse();
        }
        let mut store = Self {
            entries,
            index: OnceLock::new(),
        };
        store.put_in_order();
        store
    }
}

impl<T> IntoIterator for Store<T> {
    type Item = (Cid, T);
    type IntoIter = std::vec::IntoIter<(Cid, T)>;

    fn into_iter(self) -> Self::IntoIter {
        self.entries.into_iter()
    }
}

impl<'s, T> IntoIterator for &'s Store<T> {
    type Item = (&'s Cid, &'s T);
    type IntoIter = std::iter::Map<std::slice::Iter<'s, (Cid, T)>, fn(&'s (Cid, T)) -> (&'s Cid, &'s T)>;

    fn into_iter(self) -> Self::IntoIter {
        self.entries.iter().map(|(cid, item)| (cid, item))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ecow::EcoString;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    /// Few different ones, some of them no produced ids.
    fn cid() -> impl Strategy<Value = Cid> {
        let produced = (0..40_u8).prop_map(|byte| Cid::of_json(&[byte]));
        let other = (0..40_u8).prop_map(|byte| Cid::from(EcoString::from(byte.to_string())));
        prop_oneof![produced, other]
    }

    fn entries() -> impl Strategy<Value = Vec<(Cid, u32)>> {
        proptest::collection::vec((cid(), any::<u32>()), 0..120)
    }

    proptest! {
        #[test]
        fn a_store_is_a_map(first in entries(), more in entries(), change in entries()) {
            let mut map: BTreeMap<Cid, u32> = first.iter().cloned().collect();
            let mut store: Store<u32> = first.into_iter().collect();
            store.add(more.iter().cloned());
            for (cid, item) in more {
                map.entry(cid).or_insert(item);
            }
            for (cid, item) in change {
                prop_assert_eq!(store.get(&cid), map.get(&cid));
                if item % 3 == 0 {
                    prop_assert_eq!(store.remove(&cid), map.remove(&cid));
                } else {
                    prop_assert_eq!(store.insert(cid.clone(), item), map.insert(cid.clone(), item));
                }
                prop_assert_eq!(store.get(&cid), map.get(&cid));
            }
            prop_assert!(store.iter().eq(map.iter()));
            prop_assert_eq!(store.len(), map.len());
        }
    }

    #[test]
    fn what_the_index_has_no_room_for_is_found_too() {
        let size = 64;
        let wanted = slots(size, &Cid::of_json(b"0")).next().expect("a slot");
        let crowd = (0_u32..).map(|number| Cid::of_json(number.to_string().as_bytes()));
        let crowd: Vec<Cid> = crowd
            .filter(|cid| slots(size, cid).next() == Some(wanted))
            .take(size / 2)
            .collect();
        let store: Store<()> = crowd.iter().skip(1).map(|cid| (cid.clone(), ())).collect();
        assert!(crowd[1..].iter().all(|cid| store.contains_key(cid)));
        assert!(!store.contains_key(&crowd[0]));
    }
}
