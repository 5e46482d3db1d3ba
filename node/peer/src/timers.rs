//! Timers: what happens next, and when.

use crate::actor::ActorId;
use crate::id::{CallId, ConnectionId};
use crate::time::Monotonic;
use std::collections::BTreeMap;

/// What a timer is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Timer {
    /// A particle expires.
    Deadline(ActorId),
    /// A call has to be cancelled, or is answered by the core itself.
    Call(CallId),
    /// A connection may offer frames or new initiators again.
    Connection(ConnectionId),
}

/// A timer that was set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct TimerKey(Monotonic, u64);

/// All timers of a peer, in the order in which they fire.
#[derive(Debug, Default)]
pub(crate) struct Timers {
    set: BTreeMap<TimerKey, Timer>,
    count: u64,
}

impl Timers {
    pub(crate) fn set(&mut self, at: Monotonic, timer: Timer) -> TimerKey {
        self.count += 1;
        let key = TimerKey(at, self.count);
        self.set.insert(key, timer);
        key
    }

    pub(crate) fn clear(&mut self, key: TimerKey) {
        self.set.remove(&key);
    }

    pub(crate) fn next(&self) -> Option<Monotonic> {
        self.set.first_key_value().map(|(key, _)| key.0)
    }

    /// The next timer that has fired.
    pub(crate) fn pop(&mut self, now: Monotonic) -> Option<Timer> {
        let entry = self.set.first_entry().filter(|entry| entry.key().0 <= now)?;
        Some(entry.remove())
    }

    pub(crate) fn len(&self) -> usize {
        self.set.len()
    }
}
