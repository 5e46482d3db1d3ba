//! What a peer keeps across restarts: records, changed in batches.
//!
//! All records are in memory. A change is visible to later changes at once, to answers and to the outside only when its batch is
//! durable. One batch is committed at a time; changes that come meanwhile share the next one (group commit).

use crate::id::{BatchId, CallId, Counter};
use aqua_storage::{Change, Page};
use aqua_vm::CallResult;
use bytes::Bytes;
use std::collections::BTreeMap;

/// The records as a [`Function::Stateful`](crate::Function::Stateful) sees and changes them. Nothing is changed if the function
/// answers with an error.
#[derive(Debug)]
pub struct Transaction<'a> {
    records: &'a Records,
    changes: BTreeMap<Bytes, Option<Bytes>>,
}

impl Transaction<'_> {
    /// The value of a record, changes included that are not durable yet.
    pub fn get(&self, key: &[u8]) -> Option<&Bytes> {
        match self.changes.get(key) {
            Some(change) => change.as_ref(),
            None => self.records.get(key),
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
}

/// An answer that waits until a batch is durable.
#[derive(Debug)]
pub(crate) struct Dependent {
    pub(crate) call: CallId,
    pub(crate) result: CallResult,
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

    /// Runs a function over the records. Its answer is returned at once if it changed nothing; otherwise it becomes a dependent
    /// of the next batch.
    pub(crate) fn change(
        &mut self,
        call: CallId,
        function: impl FnOnce(&mut Transaction<'_>) -> CallResult,
    ) -> Option<CallResult> {
        let mut transaction = Transaction {
            records: self,
            changes: BTreeMap::new(),
        };
        let result = function(&mut transaction);
        let changes = match result {
            Ok(_) => transaction.changes,
            Err(_) => BTreeMap::new(),
        };
        // What the function read may be pending, so its answer waits even if it changes nothing.
        if changes.is_empty() && self.is_clean() {
            return Some(result);
        }
        for (key, value) in changes {
            match value {
                Some(value) => {
                    self.current.insert(key.clone(), value.clone());
                    self.pending.push(Change::Put(key, value));
                }
                None => {
                    self.current.remove(&key);
                    self.pending.push(Change::Delete(key));
                }
            }
        }
        self.dependents.push(Dependent { call, result });
        None
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
    use crate::functions::failure;
    use aqua_values::Value;

    fn put(records: &mut Records, call: u64, key: &'static str) -> Option<CallResult> {
        records.change(CallId(call), |transaction| {
            if transaction.get(key.as_bytes()).is_some() {
                return Err(failure("exists"));
            }
            transaction.put(key, "value");
            Ok(Value::Null)
        })
    }

    #[test]
    fn changes_during_a_commit_share_the_next_batch() {
        let mut records = Records::default();
        assert!(put(&mut records, 1, "a").is_none());
        let (first, operations) = records.next_batch(false).expect("a batch");
        assert_eq!(operations.len(), 1);
        assert!(put(&mut records, 2, "b").is_none() && put(&mut records, 3, "c").is_none());
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
    fn validation_sees_pending_changes() {
        let mut records = Records::default();
        assert!(put(&mut records, 1, "a").is_none());
        assert!(
            put(&mut records, 2, "a").is_none(),
            "an error that depends on a pending change waits"
        );
        let (batch, operations) = records.next_batch(false).expect("a batch");
        assert_eq!(operations.len(), 1);
        let answers = records.committed(batch).expect("its answers");
        assert!(answers[0].result.is_ok() && answers[1].result.is_err());
    }

    #[test]
    fn an_error_changes_nothing() {
        let mut records = Records::default();
        let answer = records.change(CallId(1), |transaction| {
            transaction.put("a", "value");
            Err(failure("no"))
        });
        assert!(matches!(answer, Some(Err(_))));
        assert!(records.get(b"a").is_none() && records.next_batch(false).is_none());
    }
}
