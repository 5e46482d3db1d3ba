//! Stores of data while a run adds to them.

use crate::Cid;
use crate::Tetraplet;
use crate::data::{CanonCidAggregate, CanonResultCidAggregate, CidInfo, ServiceResultCidAggregate, Store};
use ecow::EcoString;
use hashbrown::HashTable;
use rustc_hash::FxBuildHasher;
use std::hash::BuildHasher as _;

/// What the data have by content id, and what the run adds.
#[derive(Debug)]
pub(super) struct GrowingStores {
    pub(super) values: GrowingStore<EcoString>,
    pub(super) tetraplets: GrowingStore<Tetraplet>,
    pub(super) canon_elements: GrowingStore<CanonCidAggregate>,
    pub(super) canon_results: GrowingStore<CanonResultCidAggregate>,
    pub(super) service_results: GrowingStore<ServiceResultCidAggregate>,
}

/// A store. What is added is put in order at the end, all at once.
#[derive(Debug)]
pub(super) struct GrowingStore<T> {
    known: Store<T>,
    added: Vec<(Cid, T)>,
    /// Where the entry of an id stands among those that were added.
    places: HashTable<u32>,
}

impl GrowingStores {
    pub(super) fn new(info: CidInfo) -> Self {
        Self {
            values: info.value_store.into(),
            tetraplets: info.tetraplet_store.into(),
            canon_elements: info.canon_element_store.into(),
            canon_results: info.canon_result_store.into(),
            service_results: info.service_result_store.into(),
        }
    }

    /// Everything.
    pub(super) fn finish(self) -> CidInfo {
        CidInfo {
            value_store: self.values.finish(),
            tetraplet_store: self.tetraplets.finish(),
            canon_element_store: self.canon_elements.finish(),
            canon_result_store: self.canon_results.finish(),
            service_result_store: self.service_results.finish(),
        }
    }
}

impl<T> From<Store<T>> for GrowingStore<T> {
    fn from(known: Store<T>) -> Self {
        Self {
            known,
            added: Vec::new(),
            places: HashTable::new(),
        }
    }
}

impl<T> GrowingStore<T> {
    pub(super) fn get(&self, cid: &Cid) -> Option<&T> {
        self.known.get(cid).or_else(|| {
            let place = self
                .places
                .find(hash(cid), |place| self.added[*place as usize].0 == *cid)?;
            Some(&self.added[*place as usize].1)
        })
    }

    /// Makes room for so many more.
    pub(super) fn reserve(&mut self, more: usize) {
        self.added.reserve(more);
        let added = &self.added;
        self.places.reserve(more, |place| hash(&added[*place as usize].0));
    }

    /// Adds an item unless there is one with its id.
    pub(super) fn add(&mut self, cid: &Cid, item: impl FnOnce() -> T) {
        let hash_of_cid = hash(cid);
        let added = &mut self.added;
        if self
            .places
            .find(hash_of_cid, |place| added[*place as usize].0 == *cid)
            .is_some()
            || self.known.contains_key(cid)
        {
            return;
        }
        added.push((cid.clone(), item()));
        let place = (added.len() - 1) as u32;
        self.places
            .insert_unique(hash_of_cid, place, |place| hash(&added[*place as usize].0));
    }

    fn finish(self) -> Store<T> {
        let mut known = self.known;
        if !self.added.is_empty() {
            known.add(self.added);
        }
        known
    }
}

fn hash(cid: &Cid) -> u64 {
    FxBuildHasher.hash_one(cid)
}
