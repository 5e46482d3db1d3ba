//! The content that a trace refers to by content id.

use super::{Cid, Store};
use crate::Tetraplet;
use ecow::{EcoString, EcoVec};
use serde::Serialize;

/// The content that a trace refers to. Entries are never removed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CidInfo {
    /// JSON texts.
    pub value_store: Store<EcoString>,
    /// Origins of values.
    pub tetraplet_store: Store<Tetraplet>,
    /// Elements of canonicalised streams.
    pub canon_element_store: Store<CanonCidAggregate>,
    /// Canonicalised streams.
    pub canon_result_store: Store<CanonResultCidAggregate>,
    /// Results of services.
    pub service_result_store: Store<ServiceResultCidAggregate>,
}

impl CidInfo {
    /// The union of both. If both have an id, the other's entry is used.
    pub(crate) fn union(&self, other: Self) -> Self {
        Self {
            value_store: both(&self.value_store, other.value_store),
            tetraplet_store: both(&self.tetraplet_store, other.tetraplet_store),
            canon_element_store: both(&self.canon_element_store, other.canon_element_store),
            canon_result_store: both(&self.canon_result_store, other.canon_result_store),
            service_result_store: both(&self.service_result_store, other.service_result_store),
        }
    }
}

fn both<T: Clone>(store: &Store<T>, mut other: Store<T>) -> Store<T> {
    if other.is_empty() {
        return store.clone();
    }
    let missing: Vec<(Cid, T)> = store
        .iter()
        .filter(|(cid, _)| !other.contains_key(cid))
        .map(|(cid, item)| (cid.clone(), item.clone()))
        .collect();
    if !missing.is_empty() {
        other.add(missing);
    }
    other
}

/// A canonicalised stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CanonResultCidAggregate {
    /// The peer that canonicalised it.
    pub tetraplet: Cid,
    /// Its elements, in order.
    pub values: EcoVec<Cid>,
}

/// An element of a canonicalised stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CanonCidAggregate {
    /// The value.
    pub value: Cid,
    /// Where it comes from.
    pub tetraplet: Cid,
    /// The proof of the origin.
    pub provenance: Provenance,
}

/// The proof of a value's origin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Provenance {
    /// A literal of the script.
    Literal,
    /// The result of a service.
    ServiceResult {
        /// Id of a service result.
        cid: Cid,
    },
    /// An element of a canonicalised stream.
    Canon {
        /// Id of a canonical result.
        cid: Cid,
    },
}

/// The result of a service for given arguments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ServiceResultCidAggregate {
    /// The value.
    pub value_cid: Cid,
    /// Content id of the JSON array of arguments.
    pub argument_hash: Cid,
    /// The peer, service and function.
    pub tetraplet_cid: Cid,
}
