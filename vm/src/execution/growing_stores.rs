//! Stores of data while a run adds to them.

use crate::Cid;
use crate::Tetraplet;
use crate::data::{CanonCidAggregate, CanonResultCidAggregate, CidInfo, ServiceResultCidAggregate};
use ecow::EcoString;
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;

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
    known: BTreeMap<Cid, T>,
    added: FxHashMap<Cid, T>,
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

impl<T> From<BTreeMap<Cid, T>> for GrowingStore<T> {
    fn from(known: BTreeMap<Cid, T>) -> Self {
        Self {
            known,
            added: FxHashMap::default(),
        }
    }
}

impl<T> GrowingStore<T> {
    pub(super) fn get(&self, cid: &Cid) -> Option<&T> {
        self.known.get(cid).or_else(|| self.added.get(cid))
    }

    /// Adds an item unless there is one with its id.
    pub(super) fn add(&mut self, cid: &Cid, item: impl FnOnce() -> T) {
        if !self.known.contains_key(cid) {
            self.added.entry(cid.clone()).or_insert_with(item);
        }
    }

    fn finish(self) -> BTreeMap<Cid, T> {
        let Self { mut known, added } = self;
        // Sorted and filled from one end.
        let mut added: BTreeMap<Cid, T> = added.into_iter().collect();
        known.append(&mut added);
        known
    }
}
