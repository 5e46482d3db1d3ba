//! One node of the tree of flows.

use super::{FlowId, Key, Work};
use std::collections::{BTreeSet, VecDeque};

/// A flow: it has either flows below it or a queue of work. What exists for short and for long work is indexed by class: 0 is
/// short, 1 is long.
#[derive(Debug)]
pub(super) struct Flow {
    pub(super) key: Option<Key>,
    pub(super) parent: Option<FlowId>,
    pub(super) weight: u32,
    /// Actors and verifications that may have work here, or flows below.
    pub(super) users: u64,
    /// Processor time charged, divided by the weight, relative to the level's clock.
    pub(super) pass: u64,
    /// The pass at which its own level is served.
    pub(super) clock: u64,
    /// Flows below that have work, by pass.
    pub(super) ready: [BTreeSet<(u64, FlowId)>; 2],
    /// Flows below without users that are remembered until the clock has passed them.
    pub(super) resting: BTreeSet<(u64, FlowId)>,
    /// Work with its arrival number.
    pub(super) queues: [VecDeque<(u64, Work)>; 2],
    /// Whether its work may not be chosen for now.
    pub(super) is_held: bool,
    /// The pass under which its parent lists it, by class.
    pub(super) listed: [Option<u64>; 2],
}

impl Flow {
    pub(super) fn new(key: Option<Key>, parent: Option<FlowId>, weight: u32) -> Self {
        Self {
            key,
            parent,
            weight,
            users: 0,
            pass: 0,
            clock: 0,
            ready: Default::default(),
            resting: BTreeSet::new(),
            queues: Default::default(),
            is_held: false,
            listed: [None; 2],
        }
    }

    pub(super) fn has_work(&self) -> [bool; 2] {
        [0, 1].map(|class| !self.is_held && (!self.queues[class].is_empty() || !self.ready[class].is_empty()))
    }

    /// Whether any flow below has work.
    pub(super) fn is_busy(&self) -> bool {
        self.ready.iter().any(|flows| !flows.is_empty())
    }

    /// The flow below that is served next.
    pub(super) fn next_child(&self, allow_long: bool) -> Option<FlowId> {
        let short = self.ready[0].first();
        let long = self.ready[1].first().filter(|_| allow_long);
        let (_, id) = short.into_iter().chain(long).min()?;
        Some(*id)
    }

    /// The work that came first.
    pub(super) fn pop(&mut self, allow_long: bool) -> Option<(Work, bool)> {
        let arrival = |class: usize| self.queues[class].front().map(|(arrival, _)| *arrival);
        let (short, long) = (arrival(0), arrival(1).filter(|_| allow_long));
        let is_long = match (short, long) {
            (Some(short), Some(long)) => long < short,
            (None, None) => return None,
            (_, long) => long.is_some(),
        };
        let (_, work) = self.queues[usize::from(is_long)].pop_front()?;
        Some((work, is_long))
    }
}
