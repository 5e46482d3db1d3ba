//! Which job runs next: fair shares of processor time for scopes, then for the connections that particles came from, then for
//! their initiators.
//!
//! Each of them is a [`Flow`] in a tree of four levels (root, scope, ingress, leaf). A flow's *pass* is the processor time that it
//! was charged, divided by its weight; of the flows of a level that have work, the one with the smallest pass is served next
//! (start-time fair queueing, Goyal et al. 1996). A flow that has had no work comes back at its level's clock, so idle time
//! gives no credit beyond [`CREDIT`], which lets rare short work overtake busy flows. A choice costs O(log n).
//!
//! Work is expected to be short or long ([`LONG`]). The caller says whether long work may be chosen, so that one job slot stays
//! free for short work.

mod flow;
#[cfg(test)]
mod tests;

use crate::actor::ActorId;
use crate::admission::VerificationId;
use crate::id::{CallId, ConnectionId, Counter, ScopeId};
use crate::initiators::InitiatorId;
use crate::time::Nanos;
use flow::Flow;
use std::collections::BTreeMap;

/// Work expected to take more than this is long.
pub(crate) const LONG: Nanos = Nanos::from_millis(1);

/// By how much a flow that was idle is preferred to those that were busy, in nanoseconds of processor time.
const CREDIT: u64 = 200_000;

/// Something to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Work {
    /// A step of an actor.
    Step(ActorId),
    /// The check of a signature.
    Verify(VerificationId),
    /// A function over large arguments.
    Function(CallId),
}

/// Where a particle came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Ingress {
    /// Started on this peer.
    Local,
    /// Received from this connection first.
    Connection(ConnectionId),
}

/// Whose work it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Leaf {
    /// The connection's: particles that are not verified yet.
    Verifications,
    /// An initiator's.
    Initiator(InitiatorId),
}

/// A flow of work that shares are given to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct FlowId(u64);

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Scope(ScopeId),
    Ingress(ScopeId, Ingress),
    Leaf(ScopeId, Ingress, Leaf),
}

/// All flows of a peer.
#[derive(Debug)]
pub(crate) struct Schedule {
    flows: BTreeMap<FlowId, Flow>,
    index: BTreeMap<Key, FlowId>,
    ids: Counter,
    arrivals: Counter,
}

const ROOT: FlowId = FlowId(0);

/// Work that was chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Choice {
    pub(crate) flow: FlowId,
    pub(crate) work: Work,
    pub(crate) is_long: bool,
}

impl Schedule {
    pub(crate) fn new() -> Self {
        Self {
            flows: BTreeMap::from([(ROOT, Flow::new(None, None, 1))]),
            index: BTreeMap::new(),
            ids: Counter::default(),
            arrivals: Counter::default(),
        }
    }

    /// The flow of an initiator's or a connection's work, with one more user; see [`release`](Self::release).
    pub(crate) fn flow(&mut self, scope: (ScopeId, u32), ingress: Ingress, leaf: Leaf) -> FlowId {
        let (scope, weight) = scope;
        let above = self.find_or_add(Key::Scope(scope), ROOT, weight.max(1));
        let above = self.find_or_add(Key::Ingress(scope, ingress), above, 1);
        let id = self.find_or_add(Key::Leaf(scope, ingress, leaf), above, 1);
        self.flow_mut(id).users += 1;
        id
    }

    fn find_or_add(&mut self, key: Key, parent: FlowId, weight: u32) -> FlowId {
        if let Some(id) = self.index.get(&key) {
            return *id;
        }
        let id = FlowId(self.ids.next());
        self.flows.insert(id, Flow::new(Some(key), Some(parent), weight));
        self.index.insert(key, id);
        let pass = self.flow_mut(parent).clock;
        self.flow_mut(parent).users += 1;
        self.flow_mut(id).pass = pass.saturating_sub(CREDIT);
        id
    }

    /// Gives a flow back. It is removed once it is unused and owes no time.
    pub(crate) fn release(&mut self, id: FlowId) {
        self.flow_mut(id).users -= 1;
        self.retire(id);
    }

    /// Forgets a flow without users; while others compete, only when the level's clock has passed what it was charged.
    fn retire(&mut self, id: FlowId) {
        let flow = &self.flows[&id];
        let (Some(parent), Some(key)) = (flow.parent, flow.key) else {
            return;
        };
        if flow.users > 0 {
            return;
        }
        let pass = flow.pass;
        let level = self.flow_mut(parent);
        if pass > level.clock && level.is_busy() {
            level.resting.insert((pass, id));
            return;
        }
        self.flows.remove(&id);
        self.index.remove(&key);
        self.release(parent);
    }

    /// Adds work to a flow.
    pub(crate) fn push(&mut self, id: FlowId, work: Work, expected: Nanos) {
        let arrival = self.arrivals.next();
        self.flow_mut(id).queues[usize::from(expected > LONG)].push_back((arrival, work));
        self.list(id);
    }

    /// Excludes a flow from choices, or includes it again.
    pub(crate) fn hold(&mut self, id: FlowId, is_held: bool) {
        self.flow_mut(id).is_held = is_held;
        self.list(id);
    }

    /// Chooses and removes the work to run next; long work only if it is allowed.
    pub(crate) fn pop(&mut self, allow_long: bool) -> Option<Choice> {
        let mut id = ROOT;
        while let Some(child) = self.flows[&id].next_child(allow_long) {
            let pass = self.flows[&child].pass;
            self.advance(id, pass);
            id = child;
        }
        let (work, is_long) = self.flow_mut(id).pop(allow_long)?;
        self.list(id);
        Some(Choice {
            flow: id,
            work,
            is_long,
        })
    }

    /// Moves a level's clock, and forgets flows that rested until then.
    fn advance(&mut self, id: FlowId, pass: u64) {
        let flow = self.flow_mut(id);
        flow.clock = flow.clock.max(pass);
        let clock = flow.clock;
        while let Some((pass, child)) = self.flows[&id]
            .resting
            .first()
            .copied()
            .filter(|(pass, _)| *pass <= clock)
        {
            self.flow_mut(id).resting.remove(&(pass, child));
            self.retire(child);
        }
    }

    /// Charges processor time to a flow and all above it; a negative time gives back what was charged too much.
    pub(crate) fn charge(&mut self, id: FlowId, nanos: i64) {
        let mut next = Some(id);
        while let Some(id) = next {
            let flow = self.flow_mut(id);
            flow.pass = flow.pass.saturating_add_signed(nanos / i64::from(flow.weight));
            next = flow.parent;
            self.list(id);
        }
    }

    /// Lists a flow with its parent if it has work, under its present pass; and the parent with its own, if that changed.
    fn list(&mut self, id: FlowId) {
        let flow = &self.flows[&id];
        let Some(parent) = flow.parent else { return };
        let (listed, wanted) = (flow.listed, flow.has_work());
        let clock = self.flows[&parent].clock;
        let flow = self.flow_mut(id);
        if listed == [None, None] && wanted != [false, false] {
            flow.pass = flow.pass.max(clock.saturating_sub(CREDIT));
        }
        let pass = flow.pass;
        flow.listed = wanted.map(|wanted| wanted.then_some(pass));
        let now = flow.listed;
        if listed == now {
            return;
        }
        let above = self.flow_mut(parent);
        for class in 0..2 {
            if let Some(pass) = listed[class] {
                above.ready[class].remove(&(pass, id));
            }
            if let Some(pass) = now[class] {
                above.ready[class].insert((pass, id));
            }
        }
        self.list(parent);
        // Debts matter to flows that compete. Without any, those of flows without users are forgotten.
        let above = &self.flows[&parent];
        if let Some((pass, _)) = above.resting.last().copied().filter(|_| !above.is_busy()) {
            self.advance(parent, pass);
        }
    }

    fn flow_mut(&mut self, id: FlowId) -> &mut Flow {
        self.flows.get_mut(&id).expect("a flow lives as long as it has users")
    }

    /// Whether a flow is a connection's, for particles that are not verified yet.
    pub(crate) fn is_for_verifications(&self, id: FlowId) -> bool {
        matches!(self.flows[&id].key, Some(Key::Leaf(_, _, Leaf::Verifications)))
    }

    /// Whether a flow has work that may be chosen.
    pub(crate) fn has_work(&self, allow_long: bool) -> bool {
        let root = &self.flows[&ROOT];
        !root.ready[0].is_empty() || (allow_long && !root.ready[1].is_empty())
    }

    /// How many flows there are, the root left out.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.flows.len() - 1
    }
}
