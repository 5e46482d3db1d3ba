//! Content stores that a run appends to.

use crate::Cid;
use crate::Tetraplet;
use crate::data::{CanonCidAggregate, CanonResultCidAggregate, CidInfo, ServiceResultCidAggregate, Store};
use ecow::EcoString;
use hashbrown::HashTable;
use rustc_hash::FxBuildHasher;
use std::hash::BuildHasher as _;

/// The stores of the data, and what the run adds to them.
#[derive(Debug)]
pub(super) struct AppendStores {
    pub(super) values: AppendStore<EcoString>,
    pub(super) tetraplets: AppendStore<Tetraplet>,
    pub(super) canon_elements: AppendStore<CanonCidAggregate>,
    pub(super) canon_results: AppendStore<CanonResultCidAggregate>,
    pub(super) service_results: AppendStore<ServiceResultCidAggregate>,
}

/// A store. Added entries are sorted once, at the end.
#[derive(Debug)]
pub(super) struct AppendStore<T> {
    known: Store<T>,
    added: Vec<(Cid, T)>,
    /// By content id, the index in `added`.
    indices: HashTable<u32>,
}

impl AppendStores {
    pub(super) fn new(info: CidInfo) -> Self {
        Self {
            values: info.value_store.into(),
            tetraplets: info.tetraplet_store.into(),
            canon_elements: info.canon_element_store.into(),
            canon_results: info.canon_result_store.into(),
            service_results: info.service_result_store.into(),
        }
    }

    /// The stores with the added entries.
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

impl<T> From<Store<T>> for AppendStore<T> {
    fn from(known: Store<T>) -> Self {
        Self {
            known,
            added: Vec::new(),
            indices: HashTable::new(),
        }
    }
}

impl<T> AppendStore<T> {
    pub(super) fn get(&self, cid: &Cid) -> Option<&T> {
        self.known.get(cid).or_else(|| {
            let index = self
                .indices
                .find(hash(cid), |index| self.added[*index as usize].0 == *cid)?;
            Some(&self.added[*index as usize].1)
        })
    }

    /// Reserves capacity for more entries.
    pub(super) fn reserve(&mut self, more: usize) {
        self.added.reserve(more);
        let added = &self.added;
        self.indices.reserve(more, |index| hash(&added[*index as usize].0));
    }

    /// Adds an item unless one has its id.
    pub(super) fn add(&mut self, cid: &Cid, item: impl FnOnce() -> T) {
        let hash_of_cid = hash(cid);
        let added = &mut self.added;
        if self
            .indices
            .find(hash_of_cid, |index| added[*index as usize].0 == *cid)
            .is_some()
            || self.known.contains_key(cid)
        {
            return;
        }
        if added.is_empty() {
            // Resumed runs often add one entry, and states keep it.
            added.reserve_exact(1);
        }
        added.push((cid.clone(), item()));
        let index = (added.len() - 1) as u32;
        self.indices
            .insert_unique(hash_of_cid, index, |index| hash(&added[*index as usize].0));
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
