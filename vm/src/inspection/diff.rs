//! Compares two data of one particle.
//!
//! States are matched by their location in the structure: the third state of the left side of the first `par` is the same
//! in both, whatever the number of states before it. Iterations of a `fold` are matched by the state of their value.

use super::layout::{Branch, Location, locations};
use super::trace::{Entry, Event, trace};
use crate::verification::decode_key;
use crate::{ParticleData, Store};
use serde::Serialize;
use std::collections::BTreeMap;

/// The differences.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Diff {
    /// States, in the order of the first trace, then of the second.
    pub states: Vec<Change>,
    /// Stores with differences.
    pub stores: Vec<StoreDiff>,
    /// Peers whose signatures differ.
    pub signers: Vec<SignerChange>,
    /// The last request ids of the first and the second, if they differ.
    pub last_call_request_ids: Option<(u32, u32)>,
}

/// A state that differs.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum Change {
    /// Only the first has it.
    Removed {
        /// The event.
        before: Entry,
    },
    /// Only the second has it.
    Added {
        /// The event.
        after: Entry,
    },
    /// The events differ. The number of states of a `par` or `fold` is ignored.
    Changed {
        /// In the first.
        before: Entry,
        /// In the second.
        after: Entry,
    },
}

/// A store that differs. The entry of an id never changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StoreDiff {
    /// The store.
    pub store: &'static str,
    /// Ids in the first only.
    pub removed: Vec<String>,
    /// Ids in the second only.
    pub added: Vec<String>,
}

/// A signature that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum SignerChange {
    /// The peer signed only the first.
    Removed {
        /// The peer, or its key in base58 if the key is invalid.
        peer: String,
    },
    /// The peer signed only the second.
    Added {
        /// The peer, or its key in base58 if the key is invalid.
        peer: String,
    },
    /// The signatures differ.
    Changed {
        /// The peer, or its key in base58 if the key is invalid.
        peer: String,
    },
}

impl Diff {
    /// Whether there are no differences.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.states.is_empty()
            && self.stores.is_empty()
            && self.signers.is_empty()
            && self.last_call_request_ids.is_none()
    }
}

/// Compares two data.
#[must_use]
pub fn diff(before: &ParticleData, after: &ParticleData) -> Diff {
    let ids = (before.last_call_request_id, after.last_call_request_id);
    Diff {
        states: states(before, after),
        stores: stores(before, after),
        signers: signers(before, after),
        last_call_request_ids: (ids.0 != ids.1).then_some(ids),
    }
}

/// The addresses of states. Equal locations in both traces have equal addresses.
#[derive(Default)]
struct Addresses {
    /// By the address of the parent, the branch, and the number of states before in that branch.
    numbers: BTreeMap<(Option<usize>, Option<Branch>, u32), usize>,
}

impl Addresses {
    /// The address of each state of a trace.
    fn of(&mut self, data: &ParticleData) -> Vec<usize> {
        let mut addresses: Vec<usize> = Vec::with_capacity(data.trace.len());
        let mut counts: BTreeMap<(Option<usize>, Option<Branch>), u32> = BTreeMap::new();
        for (_, location) in locations(data) {
            let (parent, branch) = match location {
                None => (None, None),
                Some(Location { parent, branch }) => (
                    addresses.get(parent as usize).copied(),
                    Some(by_value(branch, &addresses)),
                ),
            };
            let count = counts.entry((parent, branch)).or_default();
            let next = self.numbers.len();
            addresses.push(*self.numbers.entry((parent, branch, *count)).or_insert(next));
            *count += 1;
        }
        addresses
    }
}

/// The branch with the address of its value instead of the position.
fn by_value(branch: Branch, addresses: &[usize]) -> Branch {
    // A value after its iteration is invalid. Its position is kept, distinct from all addresses.
    let address = |position: u32| {
        let known = addresses.get(position as usize).and_then(|it| u32::try_from(*it).ok());
        known.unwrap_or(u32::MAX - position)
    };
    match branch {
        Branch::Before(position) => Branch::Before(address(position)),
        Branch::After(position) => Branch::After(address(position)),
        side => side,
    }
}

fn states(before: &ParticleData, after: &ParticleData) -> Vec<Change> {
    let mut addresses = Addresses::default();
    let (first, second) = (addresses.of(before), addresses.of(after));
    let mut rest: BTreeMap<usize, Entry> = second.into_iter().zip(trace(after)).collect();
    let mut changes = Vec::new();
    for (address, before) in first.into_iter().zip(trace(before)) {
        match rest.remove(&address) {
            None => changes.push(Change::Removed { before }),
            Some(after) if is_equivalent(&before.event, &after.event) => {}
            Some(after) => changes.push(Change::Changed { before, after }),
        }
    }
    let mut added: Vec<Entry> = rest.into_values().collect();
    added.sort_by_key(|entry| entry.position);
    changes.extend(added.into_iter().map(|after| Change::Added { after }));
    changes
}

fn is_equivalent(before: &Event, after: &Event) -> bool {
    matches!(
        (before, after),
        (Event::Par { .. }, Event::Par { .. }) | (Event::Fold { .. }, Event::Fold { .. })
    ) || before == after
}

fn stores(before: &ParticleData, after: &ParticleData) -> Vec<StoreDiff> {
    let (before, after) = (&before.cid_info, &after.cid_info);
    let stores = [
        store("values", &before.value_store, &after.value_store),
        store("tetraplets", &before.tetraplet_store, &after.tetraplet_store),
        store(
            "canon_elements",
            &before.canon_element_store,
            &after.canon_element_store,
        ),
        store("canon_results", &before.canon_result_store, &after.canon_result_store),
        store(
            "service_results",
            &before.service_result_store,
            &after.service_result_store,
        ),
    ];
    let differs = |store: &StoreDiff| !store.removed.is_empty() || !store.added.is_empty();
    stores.into_iter().filter(differs).collect()
}

fn store<T>(name: &'static str, before: &Store<T>, after: &Store<T>) -> StoreDiff {
    let without = |these: &Store<T>, those: &Store<T>| {
        let alone = these.keys().filter(|cid| !those.contains_key(cid));
        alone.map(ToString::to_string).collect()
    };
    StoreDiff {
        store: name,
        removed: without(before, after),
        added: without(after, before),
    }
}

fn signers(before: &ParticleData, after: &ParticleData) -> Vec<SignerChange> {
    let (before, after) = (&before.signatures, &after.signatures);
    let mut changes = Vec::new();
    for (key, signature) in before {
        match after.get(key) {
            None => changes.push(SignerChange::Removed { peer: name(key) }),
            Some(other) if other != signature => changes.push(SignerChange::Changed { peer: name(key) }),
            Some(_) => {}
        }
    }
    let added = after.keys().filter(|key| !before.contains_key(*key));
    changes.extend(added.map(|key| SignerChange::Added { peer: name(key) }));
    changes
}

fn name(key: &[u8]) -> String {
    decode_key(key).map_or_else(|_| bs58::encode(key).into_string(), |key| key.peer_id().to_string())
}
