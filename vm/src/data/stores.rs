//! Values that a trace names by content id.

use super::{Cid, Store};
use crate::Tetraplet;
use ecow::{EcoString, EcoVec};
use serde::Serialize;

/// Everything that a trace names. Nothing is ever removed from it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CidInfo {
    /// JSON texts.
    pub value_store: Store<EcoString>,
    /// Where values come from.
    pub tetraplet_store: Store<Tetraplet>,
    /// Elements of frozen streams.
    pub canon_element_store: Store<CanonCidAggregate>,
    /// Frozen streams.
    pub canon_result_store: Store<CanonResultCidAggregate>,
    /// Results of services.
    pub service_result_store: Store<ServiceResultCidAggregate>,
}

impl CidInfo {
    /// Both stores; of the same id the other's entry.
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

/// A frozen stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CanonResultCidAggregate {
    /// The peer that froze it.
    pub tetraplet: Cid,
    /// Its elements, in order.
    pub values: EcoVec<Cid>,
}

/// One element of a frozen stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CanonCidAggregate {
    /// The value.
    pub value: Cid,
    /// Where it comes from.
    pub tetraplet: Cid,
    /// What proves that.
    pub provenance: Provenance,
}

/// What proves where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Provenance {
    /// It stands in the script.
    Literal,
    /// A service gave it.
    ServiceResult {
        /// Names a service result.
        cid: Cid,
    },
    /// It was part of a frozen stream.
    Canon {
        /// Names a canonical result.
        cid: Cid,
    },
}

/// What a service gave for which arguments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ServiceResultCidAggregate {
    /// The value.
    pub value_cid: Cid,
    /// Content id of the JSON array of arguments.
    pub argument_hash: Cid,
    /// The peer, service and function.
    pub tetraplet_cid: Cid,
}
