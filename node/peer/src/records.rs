//! What a peer keeps across restarts: records, changed in batches.
//!
//! All records are in memory. A change is visible to later changes at once, to answers and to the outside only when its batch is
//! durable. One batch is committed at a time; changes that come meanwhile share the next one (group commit).

use crate::id::{BatchId, CallId, Counter, ScopeId};
use crate::scope::Scope;
use crate::services::{Service, ServiceChange};
use aqua_storage::{Change, Page};
use aqua_vm::CallResult;
use bytes::Bytes;
use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

/// The records and the services of the called scope as a [`Function::Stateful`](crate::Function::Stateful) sees and changes them.
/// Nothing is changed if the function answers with an error.
#[derive(Debug)]
pub struct Transaction<'a> {
    records: Option<&'a Records>,
    scope: &'a Scope,
    changes: BTreeMap<Bytes, Option<Bytes>>,
    services: Vec<ServiceChange>,
}

impl<'a> Transaction<'a> {
    /// A transaction over the services of a scope, without records: to call a function outside of a peer.
    pub fn over(scope: &'a Scope) -> Self {
        Self {
            records: None,
            scope,
            changes: BTreeMap::new(),
            services: Vec::new(),
        }
    }

    pub(crate) fn new(records: &'a Records, scope: &'a Scope) -> Self {
        Self {
            records: Some(records),
            ..Self::over(scope)
        }
    }

    /// The value of a record, changes included that are not durable yet.
    pub fn get(&self, key: &[u8]) -> Option<&Bytes> {
        match self.changes.get(key) {
            Some(change) => change.as_ref(),
            None => self.records?.get(key),
        }
    }

    /// Sets a record.
    pub fn put(&mut self, key: impl Into<Bytes>, value: impl Into<Bytes>) {
        self.changes.insert(key.into(), Some(value.into()));
    }

    /// Removes a record.
    pub fn delete(&mut self, key: impl Into<Bytes>) {
        self.changes.insert(key.into(), None);
    }

    /// The scope that is called, with its services as they were before this transaction.
    pub fn scope(&self) -> &'a Scope {
        self.scope
    }

    /// Gives a service a name. If another service has it, it moves.
    pub fn set_alias(&mut self, alias: &str, service: &Service) {
        let change = ServiceChange::SetAlias(alias.into(), service.id.clone());
        self.services.push(change);
    }

    /// Removes a name of a service.
    pub fn remove_alias(&mut self, alias: &str) {
        self.services.push(ServiceChange::RemoveAlias(alias.into()));
    }

    /// Removes a service. It is stopped, and its data deleted, when that is durable.
    pub fn remove_service(&mut self, service: &Service) {
        self.services.push(ServiceChange::Remove(service.id.clone()));
    }

    /// The changes of records and of services.
    pub(crate) fn into_changes(self) -> (Vec<Change>, Vec<ServiceChange>) {
        let changes = self.changes.into_iter().map(|(key, value)| match value {
            Some(value) => Change::Put(key, value),
            None => Change::Delete(key),
        });
        (changes.collect(), self.services)
    }
}

/// An answer that waits until a batch is durable.
#[derive(Debug)]
pub(crate) struct Dependent {
    pub(crate) call: CallId,
    pub(crate) result: CallResult,
    /// Services that are stopped then.
    pub(crate) removed: Vec<(ScopeId, Arc<str>)>,
}

/// A batch that is being committed.
#[derive(Debug)]
struct Batch {
    id: BatchId,
    dependents: Vec<Dependent>,
}

/// All records of a peer and the changes that are not durable yet.
#[derive(Debug, Default)]
pub(crate) struct Records {
    current: BTreeMap<Bytes, Bytes>,
    /// Changes for the next batch and the answers that wait for it.
    pending: Vec<Change>,
    dependents: Vec<Dependent>,
    in_flight: Option<Batch>,
    batches: Counter,
    failed: bool,
}

impl Records {
    pub(crate) fn get(&self, key: &[u8]) -> Option<&Bytes> {
        self.current.get(key)
    }

    /// Adds records that were read at the start.
    pub(crate) fn load(&mut self, page: &Page) {
        self.current.extend(page.records.iter().cloned());
    }

    /// The records whose keys start with these bytes, sorted by key.
    pub(crate) fn with_prefix<'a>(&'a self, prefix: &'a [u8]) -> impl Iterator<Item = (&'a Bytes, &'a Bytes)> {
        let from = self
            .current
            .range::<[u8], _>((Bound::Included(prefix), Bound::Unbounded));
        from.take_while(move |(key, _)| key.starts_with(prefix))
    }

    /// Adds changes to the next batch, and an answer that waits for it.
    pub(crate) fn stage(&mut self, changes: Vec<Change>, dependent: Dependent) {
        for change in &changes {
            match change {
                Change::Put(key, value) => drop(self.current.insert(key.clone(), value.clone())),
                Change::Delete(key) => drop(self.current.remove(key)),
                Change::DeleteRange(range) => self.current.retain(|key, _| !range.contains(key)),
            }
        }
        self.pending.extend(changes);
        self.dependents.push(dependent);
    }

    /// The next batch, if there is one and none is being committed.
    pub(crate) fn next_batch(&mut self, several: bool) -> Option<(BatchId, Vec<Change>)> {
        if (self.in_flight.is_some() && !several) || self.dependents.is_empty() || self.failed {
            return None;
        }
        let id = BatchId(self.batches.next());
        let mut dependents = std::mem::take(&mut self.dependents);
        if let Some(earlier) = self.in_flight.take() {
            dependents.splice(0..0, earlier.dependents);
        }
        self.in_flight = Some(Batch { id, dependents });
        Some((id, std::mem::take(&mut self.pending)))
    }

    /// The answers that waited for a batch.
    pub(crate) fn committed(&mut self, batch: BatchId) -> Option<Vec<Dependent>> {
        let batch = self.in_flight.take_if(|in_flight| in_flight.id <= batch)?;
        Some(batch.dependents)
    }

    /// The answer of a call, before its batch is durable: a planted mistake.
    #[cfg(feature = "mistakes")]
    pub(crate) fn take_early(&mut self, call: CallId) -> Option<CallResult> {
        let index = self.dependents.iter().position(|dependent| dependent.call == call)?;
        Some(self.dependents[index].result.clone())
    }

    #[cfg(not(feature = "mistakes"))]
    pub(crate) fn take_early(&mut self, _: CallId) -> Option<CallResult> {
        None
    }

    /// After a failed commit nothing is known about the stored records: no further batch is made. The answers that waited.
    pub(crate) fn fail(&mut self) -> Vec<Dependent> {
        self.failed = true;
        self.pending.clear();
        let mut dependents = self.in_flight.take().map_or_else(Vec::new, |batch| batch.dependents);
        dependents.append(&mut self.dependents);
        dependents
    }

    pub(crate) fn has_failed(&self) -> bool {
        self.failed
    }

    /// Whether nothing waits for a commit.
    pub(crate) fn is_clean(&self) -> bool {
        self.in_flight.is_none() && self.dependents.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aqua_values::Value;

    fn put(records: &mut Records, call: u64, key: &'static str) {
        let dependent = Dependent {
            call: CallId(call),
            result: Ok(Value::Null),
            removed: Vec::new(),
        };
        records.stage(vec![Change::Put(key.into(), "value".into())], dependent);
    }

    #[test]
    fn changes_during_a_commit_share_the_next_batch() {
        let mut records = Records::default();
        put(&mut records, 1, "a");
        let (first, operations) = records.next_batch(false).expect("a batch");
        assert_eq!(operations.len(), 1);
        put(&mut records, 2, "b");
        put(&mut records, 3, "c");
        assert!(records.next_batch(false).is_none());
        assert_eq!(records.committed(first).map(|answers| answers.len()), Some(1));
        let (second, operations) = records.next_batch(false).expect("a batch");
        assert!(second > first);
        assert_eq!(operations.len(), 2);
        assert_eq!(records.committed(first).map(|answers| answers.len()), None);
        assert_eq!(records.committed(second).map(|answers| answers.len()), Some(2));
        assert!(records.is_clean());
    }

    #[test]
    fn records_are_found_by_the_start_of_their_keys() {
        let mut records = Records::default();
        for key in ["a", "b/1", "b/2", "b0", "c"] {
            put(&mut records, 1, key);
        }
        let keys: Vec<&[u8]> = records.with_prefix(b"b/").map(|(key, _)| &key[..]).collect();
        assert_eq!(keys, [b"b/1", b"b/2"]);
        assert_eq!(records.with_prefix(b"d").count(), 0);
    }
}
