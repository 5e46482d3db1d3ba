//! The hops of particles, for a table that a person reads.

use aqua_keys::PeerId;
use aqua_node::{Event, EventKind, Observer};
use ecow::EcoString;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// One row of the table: a call that a peer answered, or the way from one peer to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hop {
    /// Where.
    pub peer: PeerId,
    /// What was done there.
    pub kind: HopKind,
    /// How long it took.
    pub elapsed: Duration,
    /// The size of the answer (JSON text) or of the frame.
    pub bytes: u64,
}

/// What a hop is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HopKind {
    /// A function answered.
    Call {
        /// Its service.
        service: EcoString,
        /// Its name.
        function: EcoString,
        /// Whether it answered with an error.
        failed: bool,
    },
    /// The particle went to another peer.
    Sent {
        /// The other peer.
        to: PeerId,
    },
    /// The particle was lost in transit to another peer.
    NotSent {
        /// The other peer, as the script names it.
        to: String,
        /// Why.
        reason: String,
    },
}

/// Keeps the hops of all particles that pass the peers it observes, in the order in which they ended.
#[derive(Debug)]
pub struct Trace {
    limit: usize,
    hops: Mutex<Vec<Hop>>,
}

impl Trace {
    /// A trace that keeps the first `limit` hops.
    pub fn new(limit: usize) -> Self {
        Self {
            limit,
            hops: Mutex::default(),
        }
    }

    /// The hops so far.
    pub fn hops(&self) -> Vec<Hop> {
        self.hops.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Observer for Trace {
    fn event(&self, event: &Event) {
        let (kind, elapsed, bytes) = match event.kind.clone() {
            EventKind::CallEnded {
                service,
                function,
                elapsed,
                bytes,
                failed,
                ..
            } => (
                HopKind::Call {
                    service,
                    function,
                    failed,
                },
                elapsed,
                bytes,
            ),
            EventKind::Sent { to, bytes, elapsed } => (HopKind::Sent { to }, elapsed, bytes),
            EventKind::NotSent { to, reason } => (HopKind::NotSent { to, reason }, Duration::ZERO, 0),
            _ => return,
        };
        let mut hops = self.hops.lock().unwrap_or_else(PoisonError::into_inner);
        if hops.len() < self.limit {
            hops.push(Hop {
                peer: event.peer.clone(),
                kind,
                elapsed,
                bytes,
            });
        }
    }
}
