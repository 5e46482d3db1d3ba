//! Which peers the particle must visit between the steps of a workflow.
//!
//! A particle is wherever its last step ran; what the script says happens on the peer named by the nearest `on`. Where the
//! two differ, data must travel, through the relays that the `on`s name. For every step this module finds out
//!
//! * where the particle is *before* it, where the step *begins* and *ends*, and where the work goes on *after* it;
//! * whether the step must be *left* when it is done, or whether what follows fetches the particle itself
//!   (a branch of `par` is left only if somebody waits for what it makes);
//! * and hence the hops before and after the step.
//!
//! Every question is answered once for every step, in passes over the tree that only look at answers given before: the work
//! is linear in the workflow and the hops, and depth costs no recursion.

mod exits;
mod route;
mod tree;

#[cfg(test)]
mod tests;

pub use route::Hop;

use crate::workflow::{Op, PeerId, PlaceId, Places, StepId, Workflow};
use exits::{Leave, exits};
use route::{route, route_and_arrive};
use tree::{Arrangement, Tree, arrangement};

/// The travels of a workflow, by step.
#[derive(Debug)]
pub struct Journey {
    before: Vec<Vec<Hop>>,
    after: Vec<Vec<Hop>>,
    peers: Vec<Option<PeerId>>,
}

impl Journey {
    /// The visits just before a step.
    pub fn before(&self, step: StepId) -> &[Hop] {
        &self.before[step.index()]
    }

    /// The visits just after a step.
    pub fn after(&self, step: StepId) -> &[Hop] {
        &self.after[step.index()]
    }

    /// The peer on which a step runs; `None` outside of every `on`.
    pub fn peer(&self, step: StepId) -> Option<PeerId> {
        self.peers[step.index()]
    }
}

/// Plans the travels of everything below `root`.
pub fn plan(workflow: &Workflow, root: StepId) -> Journey {
    let tree = Tree::new(workflow, root);
    let leave = exits(&tree);
    let count = tree.facts.len();
    let mut whereabouts = Whereabouts {
        places: workflow.places().clone(),
        begins: vec![Places::NOWHERE; count],
        ends: vec![Places::NOWHERE; count],
        after: vec![Places::NOWHERE; count],
        leave,
        tree,
    };
    whereabouts.find_begins();
    whereabouts.find_afters();
    whereabouts.find_ends();
    whereabouts.journey()
}

struct Whereabouts<'a> {
    tree: Tree<'a>,
    places: Places,
    leave: Vec<Leave>,
    begins: Vec<PlaceId>,
    ends: Vec<PlaceId>,
    after: Vec<PlaceId>,
}

impl Whereabouts<'_> {
    fn journey(mut self) -> Journey {
        let count = self.tree.facts.len();
        let mut journey = Journey {
            before: vec![Vec::new(); count],
            after: vec![Vec::new(); count],
            peers: vec![None; count],
        };
        for step in std::mem::take(&mut self.tree.order) {
            journey.before[step.index()] = self.hops_before(step);
            journey.after[step.index()] = self.hops_after(step);
            journey.peers[step.index()] = self.places.peer_of(self.place(step));
        }
        journey
    }

    fn place(&self, step: StepId) -> PlaceId {
        self.tree.of(step).place
    }

    /// Where steps begin: their own place, except for groups that begin outside of it, as long as that suffices.
    fn find_begins(&mut self) {
        for position in (0..self.tree.order.len()).rev() {
            let step = self.tree.order[position];
            let place = self.place(step);
            self.begins[step.index()] = match self.tree.op(step) {
                Op::Par => {
                    let begins = self.tree.busy_children(step).map(|child| self.begins[child.index()]);
                    begins
                        .reduce(|left, right| self.places.shared(left, right))
                        .unwrap_or(place)
                }
                Op::Fold { iterator, .. } => {
                    let first = self
                        .tree
                        .busy_children(step)
                        .find(|child| !matches!(self.tree.op(*child), Op::Next(_)));
                    first.map_or(place, |child| {
                        self.outside_of_loop(self.begins[child.index()], iterator)
                    })
                }
                _ => place,
            };
        }
        // `next` goes back to where its fold begins. No group begins where a `next` in it does, so this comes last.
        for &step in &self.tree.order {
            if let (Op::Next(_), Some((_, Arrangement::InTurn)), Some(fold)) =
                (self.tree.op(step), self.tree.around(step), self.tree.of(step).fold)
            {
                self.begins[step.index()] = self.begins[fold.index()];
            }
        }
    }

    /// The part of a place that does not depend on the item of a loop.
    fn outside_of_loop(&self, place: PlaceId, iterator: &str) -> PlaceId {
        let mut outside = place;
        let mut at = place;
        while at != Places::NOWHERE {
            let peers = self
                .places
                .peer_of(at)
                .into_iter()
                .chain(self.places.relays_of(at).iter().copied());
            if peers
                .into_iter()
                .any(|peer| names(self.places.whom(peer).value(), iterator))
            {
                outside = self.places.outer(at);
            }
            at = self.places.outer(at);
        }
        outside
    }

    /// Where the work goes on after steps: where the next one begins, or what is said of the group.
    fn find_afters(&mut self) {
        for position in 0..self.tree.order.len() {
            let step = self.tree.order[position];
            let facts = self.tree.of(step);
            self.after[step.index()] = match self.tree.around(step) {
                None => facts.place,
                Some((parent, Arrangement::AtOnce)) => self.after[parent.index()],
                Some((parent, Arrangement::Instead)) => match (self.leave[step.index()], facts.tail_of) {
                    (Leave::No, _) => facts.place,
                    (Leave::ToRelay, _) => self.places.last_relay(facts.place),
                    // The branch of `par` and its group go on at the same place.
                    (Leave::Full, Some(branch)) => self.after[branch.index()],
                    (Leave::Full, None) => self.after[parent.index()],
                },
                Some((parent, Arrangement::InTurn | Arrangement::Leaf)) => match facts.next {
                    Some(next) => self.begins[next.index()],
                    None => self.after[parent.index()],
                },
            };
        }
    }

    /// Where the particle is when steps are done, before it is sent on.
    fn find_ends(&mut self) {
        for position in (0..self.tree.order.len()).rev() {
            let step = self.tree.order[position];
            let (first, last) = {
                let mut children = self.tree.busy_children(step);
                let first = children.next();
                (first, children.next_back().or(first))
            };
            self.ends[step.index()] = match arrangement(self.tree.op(step)) {
                Arrangement::InTurn => self.end_with(step, last),
                Arrangement::Instead => self.end_with(step, first),
                Arrangement::AtOnce => {
                    let leave = self
                        .tree
                        .busy_children(step)
                        .map(|child| self.leave[child.index()])
                        .max();
                    match leave.unwrap_or(Leave::No) {
                        Leave::No => self.begins[step.index()],
                        Leave::ToRelay => self.places.last_relay(self.place(step)),
                        Leave::Full => self.after[step.index()],
                    }
                }
                Arrangement::Leaf => self.begins[step.index()],
            };
        }
    }

    fn end_with(&mut self, group: StepId, child: Option<StepId>) -> PlaceId {
        match child {
            None => self.begins[group.index()],
            Some(child) => match self.leave[child.index()] {
                Leave::No => self.ends[child.index()],
                Leave::ToRelay => self.places.last_relay(self.place(child)),
                Leave::Full => self.after[group.index()],
            },
        }
    }

    /// Where the particle is after a step, sent on if it must be.
    fn finally(&mut self, step: StepId) -> PlaceId {
        match self.leave[step.index()] {
            Leave::No => self.ends[step.index()],
            Leave::ToRelay => self.places.last_relay(self.place(step)),
            Leave::Full => self.after[step.index()],
        }
    }

    /// Where the particle is when a step starts.
    fn before(&mut self, step: StepId) -> PlaceId {
        match (self.tree.around(step), self.tree.of(step).previous) {
            (None, _) => self.begins[step.index()],
            (Some((_, Arrangement::InTurn)), Some(previous)) => self.finally(previous),
            (Some((_, Arrangement::Instead)), Some(previous)) => self.begins[previous.index()],
            (Some((parent, _)), _) => self.begins[parent.index()],
        }
    }

    fn hops_before(&mut self, step: StepId) -> Vec<Hop> {
        let (before, begins) = (self.before(step), self.begins[step.index()]);
        let mut hops = route(&self.places, before, begins);
        if self.tree.of(step).first_at.is_some_and(|first| first != begins) {
            hops.extend(self.relay_reached(before, begins));
        }
        if let (Op::Fail(_), Some(last), Some(peer)) = (self.tree.op(step), hops.last(), self.places.peer_of(begins))
            && last.peer != peer
        {
            hops.push(Hop::to(peer));
        }
        hops
    }

    /// The peer of a place, if it is itself the last relay of the place around it and the particle is not there yet: it
    /// must be visited even though what happens inside happens elsewhere.
    fn relay_reached(&self, from: PlaceId, to: PlaceId) -> Option<Hop> {
        let peer = self.places.peer_of(to)?;
        let last_relay = self.places.relays_of(self.places.outer(to)).last();
        (last_relay == Some(&peer) && self.places.peer_of(from) != Some(peer)).then(|| Hop::to(peer))
    }

    fn hops_after(&mut self, step: StepId) -> Vec<Hop> {
        let (ends, after) = (self.ends[step.index()], self.after[step.index()]);
        match self.leave[step.index()] {
            Leave::No => Vec::new(),
            Leave::ToRelay => {
                let relay = self.places.last_relay(self.place(step));
                route_and_arrive(&self.places, ends, relay)
            }
            Leave::Full => {
                let mut hops = match self.tree.of(step).then_at {
                    Some(then) if then != after => {
                        let relay = self.places.last_relay(after);
                        route_and_arrive(&self.places, ends, relay)
                    }
                    _ => route(&self.places, ends, after),
                };
                if self.must_call_next(step) {
                    hops.extend(self.call_next(step, ends, after));
                }
                hops
            }
        }
    }

    /// Whether the peer that goes on would not notice that this branch is done: the end of a branch of `par`.
    fn must_call_next(&self, step: StepId) -> bool {
        match self.tree.around(step) {
            Some((_, Arrangement::AtOnce)) => true,
            Some((parent, Arrangement::Instead)) => self.tree.of(parent).tail_of.is_some(),
            _ => false,
        }
    }

    fn call_next(&self, step: StepId, ends: PlaceId, after: PlaceId) -> Vec<Hop> {
        if ends == after {
            return Vec::new();
        }
        let goal = self.places.peer_of(after);
        if self.tree.of(step).last_at == Some(ends) {
            let moved = self.places.peer_of(ends) != goal;
            return goal.filter(|_| moved).map(Hop::to).into_iter().collect();
        }
        self.relay_reached(after, ends)
            .into_iter()
            .chain(goal.map(Hop::to))
            .collect()
    }
}

fn names(value: &aqua_air::Value, iterator: &str) -> bool {
    value.variable().is_some_and(|variable| variable.name == iterator)
}
