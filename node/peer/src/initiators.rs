//! The peers whose particles are here, and what each of them uses.

use crate::actor::ActorId;
use crate::id::Counter;
use crate::limits::Limits;
use crate::rate::{Bucket, Rate};
use crate::schedule::FlowId;
use crate::time::Monotonic;
use aqua_keys::PeerId;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// An initiator, as long as it has particles here or has exceeded its rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct InitiatorId(pub(crate) u64);

#[derive(Debug)]
pub(crate) struct Initiator {
    pub(crate) peer: PeerId,
    /// Particles started on this peer are not limited by initiator.
    pub(crate) is_local: bool,
    pub(crate) particles: u64,
    /// Bytes that its particles retain.
    pub(crate) memory: u64,
    pub(crate) jobs: u32,
    pub(crate) calls: u32,
    /// Actors whose calls wait because the initiator has too many.
    pub(crate) waiting: VecDeque<ActorId>,
    /// Flows of its work, and how many actors use each.
    pub(crate) flows: BTreeMap<FlowId, u64>,
    rate: Bucket,
}

#[derive(Debug, Default)]
pub(crate) struct Initiators {
    by_peer: BTreeMap<PeerId, InitiatorId>,
    entries: BTreeMap<InitiatorId, Initiator>,
    /// Initiators without particles, by the moment at which they are forgotten.
    leaving: BTreeSet<(Monotonic, InitiatorId)>,
    ids: Counter,
}

impl Initiators {
    pub(crate) fn find(&self, peer: &PeerId) -> Option<InitiatorId> {
        self.by_peer.get(peer).copied()
    }

    pub(crate) fn find_or_add(&mut self, peer: &PeerId, is_local: bool) -> InitiatorId {
        if let Some(id) = self.find(peer) {
            return id;
        }
        let id = InitiatorId(self.ids.next());
        let initiator = Initiator {
            peer: peer.clone(),
            is_local,
            particles: 0,
            memory: 0,
            jobs: 0,
            calls: 0,
            waiting: VecDeque::new(),
            flows: BTreeMap::new(),
            rate: Bucket::default(),
        };
        self.by_peer.insert(peer.clone(), id);
        self.entries.insert(id, initiator);
        id
    }

    pub(crate) fn get(&self, id: InitiatorId) -> &Initiator {
        &self.entries[&id]
    }

    pub(crate) fn get_mut(&mut self, id: InitiatorId) -> &mut Initiator {
        self.entries
            .get_mut(&id)
            .expect("an initiator lives as long as it has particles")
    }

    /// Whether it may start one more particle at its rate.
    pub(crate) fn is_within_rate(&self, id: InitiatorId, limits: &Limits, now: Monotonic) -> bool {
        self.entries[&id].rate.ready_at(&rate(limits), 1) <= now
    }

    /// One more particle of it is on this peer.
    pub(crate) fn enter(&mut self, id: InitiatorId, limits: &Limits, now: Monotonic) {
        let initiator = self.get_mut(id);
        let leaving = (initiator.rate.full_at(), id);
        initiator.particles += 1;
        initiator.rate.take(&rate(limits), 1, now);
        self.leaving.remove(&leaving);
    }

    /// One particle less. An initiator without particles is remembered until its rate is paid for.
    pub(crate) fn leave(&mut self, id: InitiatorId, now: Monotonic) {
        let initiator = self.get_mut(id);
        initiator.particles -= 1;
        let (is_leaving, at) = (initiator.particles == 0, initiator.rate.full_at());
        if is_leaving {
            self.leaving.insert((at, id));
        }
        self.forget(now);
    }

    /// Forgets initiators that are remembered for their rate only, and owe nothing any more.
    fn forget(&mut self, now: Monotonic) {
        while let Some((_, id)) = self.leaving.first().copied().filter(|(at, _)| *at <= now) {
            self.leaving.pop_first();
            if let Some(initiator) = self.entries.remove(&id) {
                self.by_peer.remove(&initiator.peer);
            }
        }
    }

    /// An initiator that was looked up and has no particle after all.
    pub(crate) fn forget_unused(&mut self, id: InitiatorId) {
        let initiator = self.get(id);
        let (particles, at) = (initiator.particles, initiator.rate.full_at());
        if particles == 0 && !self.leaving.contains(&(at, id)) {
            self.leaving.insert((at, id));
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Initiator> {
        self.entries.values()
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }
}

fn rate(limits: &Limits) -> Rate {
    Rate::new(limits.initiator.rate, limits.initiator.rate)
}
