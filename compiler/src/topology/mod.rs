//! Which peers the particle visits between the steps of a workflow.
//!
//! After a step, the particle is on the peer of that step; the next step runs on the peer of the nearest `on`. Where the two
//! differ, the particle travels through the relays that the `on`s name. For every step this module computes
//!
//! * the locations where the particle is *before* the step, where the step *begins* and *ends*, and where execution *continues*;
//! * its exit distance (`exits::ExitDistance`): whether the step sends the particle on when it is done, or the next step fetches
//!   it (a branch of `par` is left only if a later step uses what it writes);
//! * and from these the hops before and after the step.
//!
//! An error takes another way out of an `on`: see `errors`.
//!
//! [`plan`] runs passes over the tree, each of which uses the results of the passes before it. The cost is linear in the
//! number of steps and hops, without recursion.

mod dataflow;
mod errors;
mod exits;
mod paths;
mod plan;
mod route;
mod tree;
mod ways;

#[cfg(test)]
mod tests;

pub use dataflow::VariableId;
pub use errors::Rescue;
pub use plan::{PeerExpression, Plan, Transfer};
pub use route::Hop;

use crate::workflow::{LocationId, Locations, Op, StepId, Workflow};
use dataflow::Dataflow;
use exits::{ExitDistance, exits};
use route::{route, route_and_arrive, route_to_handler};
use tree::{Arrangement, Tree, arrangement};

/// Plans the travels of the particle through a workflow.
pub fn plan(workflow: &Workflow) -> Plan {
    let tree = Tree::new(workflow);
    let dataflow = Dataflow::new(&tree);
    let exits = exits(&tree, &dataflow);
    let count = tree.facts.len();
    let mut planner = Planner {
        locations: workflow.locations().clone(),
        begins: vec![Locations::ROOT; count],
        ends: vec![Locations::ROOT; count],
        targets: vec![Locations::ROOT; count],
        exits,
        tree,
    };
    planner.compute_begins();
    planner.compute_targets();
    planner.compute_ends();
    planner.finish(dataflow)
}

/// The locations of the particle around each step, by [`StepId`].
struct Planner<'a> {
    tree: Tree<'a>,
    locations: Locations,
    exits: Vec<ExitDistance>,
    /// Where a step begins.
    begins: Vec<LocationId>,
    /// Where the particle is when a step is done, before its hops after it.
    ends: Vec<LocationId>,
    /// Where execution continues after a step.
    targets: Vec<LocationId>,
}

impl Planner<'_> {
    fn finish(mut self, dataflow: Dataflow) -> Plan {
        let mut errors = self.error_hops();
        let count = self.tree.facts.len();
        let mut plan = Plan {
            rescues: errors.rescues,
            before: vec![Vec::new(); count],
            after: vec![Vec::new(); count],
            peers: vec![None; count],
            enclosing_on: vec![None; count],
            extents: vec![(0, 0); count],
            order: std::mem::take(&mut self.tree.order),
            dataflow,
        };
        for (position, &step) in plan.order.iter().enumerate() {
            let index = step.index();
            plan.before[index] = match errors.before.remove(&step) {
                Some(hops) => hops,
                None => self.hops_before(step),
            };
            plan.after[index] = self.hops_after(step);
            plan.peers[index] = self.locations.peer_at(self.location(step));
            let facts = self.tree.of(step);
            plan.enclosing_on[index] = facts.on;
            plan.extents[index] = (position as u32, facts.end);
        }
        plan
    }

    fn location(&self, step: StepId) -> LocationId {
        self.tree.of(step).location
    }

    /// A step begins at its own location; a `par` or a fold begins outside of its `on`s, as far out as all of its children
    /// allow.
    fn compute_begins(&mut self) {
        for position in (0..self.tree.order.len()).rev() {
            let step = self.tree.order[position];
            let location = self.location(step);
            self.begins[step.index()] = match self.tree.op(step) {
                Op::Par => {
                    let begins = self.tree.active_children(step).map(|child| self.begins[child.index()]);
                    begins
                        .reduce(|left, right| self.locations.common_outer(left, right))
                        .unwrap_or(location)
                }
                Op::Fold { iterator, .. } => {
                    let first = self
                        .tree
                        .active_children(step)
                        .find(|child| !matches!(self.tree.op(*child), Op::Next(_)));
                    first.map_or(location, |child| {
                        self.outside_of_fold(self.begins[child.index()], iterator)
                    })
                }
                _ => location,
            };
        }
        self.begin_further_inside();
        // `next` goes back to where its fold begins. No group depends on where a `next` in it begins, so this comes last.
        for &step in &self.tree.order {
            if let (Op::Next(_), Some((_, Arrangement::Sequential)), Some(fold)) =
                (self.tree.op(step), self.tree.around(step), self.tree.of(step).fold)
            {
                self.begins[step.index()] = self.begins[fold.index()];
            }
        }
    }

    /// A step that begins with `on`s begins inside of them if the step before it ends on the peer of its first call. The particle
    /// stays there, because nothing is done on the peers around.
    fn begin_further_inside(&mut self) {
        let mut first_steps = Vec::new();
        for position in 0..self.tree.order.len() {
            let step = self.tree.order[position];
            let facts = self.tree.of(step);
            let (Some((_, Arrangement::Sequential)), Some(previous)) = (self.tree.around(step), facts.previous) else {
                continue;
            };
            let peer = |call: Option<LocationId>| call.and_then(|location| self.locations.peer_at(location));
            let last_peer = peer(self.ends_at(previous));
            if last_peer.is_none() || last_peer != peer(facts.first_call_at) {
                continue;
            }
            first_steps.clear();
            let mut inside = Some(step);
            while let Some(first) = inside.filter(|first| Some(self.location(*first)) != facts.first_call_at) {
                first_steps.push(first);
                inside = match self.tree.op(first) {
                    Op::Seq | Op::On { .. } | Op::New(_) | Op::Rethrow => self.tree.active_children(first).next(),
                    _ => None,
                };
            }
            if let (Some(_), Some(location)) = (inside, facts.first_call_at) {
                first_steps
                    .iter()
                    .for_each(|first| self.begins[first.index()] = location);
            }
        }
    }

    /// The location of the call with which a step ends. `None` if it can end in several places: after one of several branches, after an
    /// error, or after any number of rounds.
    fn ends_at(&self, step: StepId) -> Option<LocationId> {
        let mut last = step;
        loop {
            last = match self.tree.op(last) {
                Op::Call { .. } | Op::Canon { .. } => return Some(self.location(last)),
                Op::Seq | Op::On { .. } | Op::New(_) => self.tree.active_children(last).last()?,
                Op::Rethrow => match self.tree.children(last) {
                    &[first, second] if matches!(self.tree.op(second), Op::Fail(_)) => first,
                    _ => return None,
                },
                _ => return None,
            };
        }
    }

    /// The innermost outer location that does not depend on the item of a fold.
    fn outside_of_fold(&self, location: LocationId, iterator: &str) -> LocationId {
        let mut outside = location;
        let mut current = location;
        while current != Locations::ROOT {
            let peers = self
                .locations
                .peer_at(current)
                .into_iter()
                .chain(self.locations.relays(current).iter().copied());
            if peers
                .into_iter()
                .any(|peer| is_variable(self.locations.peer(peer).value(), iterator))
            {
                outside = self.locations.outer(current);
            }
            current = self.locations.outer(current);
        }
        outside
    }

    /// Execution continues where the next step begins, or where it continues after the group.
    fn compute_targets(&mut self) {
        for position in 0..self.tree.order.len() {
            let step = self.tree.order[position];
            let facts = self.tree.of(step);
            self.targets[step.index()] = match self.tree.around(step) {
                None => facts.location,
                Some((parent, Arrangement::Parallel)) => self.targets[parent.index()],
                Some((parent, Arrangement::Alternative)) => match (self.exits[step.index()], facts.tail_of) {
                    (ExitDistance::Stay, _) => facts.location,
                    (ExitDistance::ToRelay, _) => self.locations.last_relay(facts.location),
                    // The branch of `par` and the group in it continue at the same location.
                    (ExitDistance::Full, Some(branch)) => self.targets[branch.index()],
                    (ExitDistance::Full, None) => self.targets[parent.index()],
                },
                Some((parent, Arrangement::Sequential | Arrangement::Leaf)) => match facts.next {
                    Some(next) => self.begins[next.index()],
                    None => self.targets[parent.index()],
                },
            };
        }
    }

    /// Where the particle is when a step is done, before the hops after the step.
    fn compute_ends(&mut self) {
        for position in (0..self.tree.order.len()).rev() {
            let step = self.tree.order[position];
            let (first, last) = {
                let mut children = self.tree.active_children(step);
                let first = children.next();
                (first, children.next_back().or(first))
            };
            self.ends[step.index()] = match arrangement(self.tree.op(step)) {
                Arrangement::Sequential => self.end_with(step, last),
                Arrangement::Alternative => self.end_with(step, first),
                Arrangement::Parallel => {
                    let exit = self
                        .tree
                        .active_children(step)
                        .map(|child| self.exits[child.index()])
                        .max();
                    match exit.unwrap_or(ExitDistance::Stay) {
                        ExitDistance::Stay => self.begins[step.index()],
                        ExitDistance::ToRelay => self.locations.last_relay(self.location(step)),
                        ExitDistance::Full => self.targets[step.index()],
                    }
                }
                Arrangement::Leaf => self.begins[step.index()],
            };
        }
    }

    fn end_with(&mut self, group: StepId, child: Option<StepId>) -> LocationId {
        match child {
            None => self.begins[group.index()],
            Some(child) => match self.exits[child.index()] {
                ExitDistance::Stay => self.ends[child.index()],
                ExitDistance::ToRelay => self.locations.last_relay(self.location(child)),
                ExitDistance::Full => self.targets[group.index()],
            },
        }
    }

    /// Where the particle is after the hops after a step.
    fn final_location(&mut self, step: StepId) -> LocationId {
        match self.exits[step.index()] {
            ExitDistance::Stay => self.ends[step.index()],
            ExitDistance::ToRelay => self.locations.last_relay(self.location(step)),
            ExitDistance::Full => self.targets[step.index()],
        }
    }

    /// Where the particle is before the hops before a step.
    fn before(&mut self, step: StepId) -> LocationId {
        match (self.tree.around(step), self.tree.of(step).previous) {
            (None, _) => self.begins[step.index()],
            (Some((_, Arrangement::Sequential)), Some(previous)) => self.final_location(previous),
            (Some((_, Arrangement::Alternative)), Some(previous)) => self.begins[previous.index()],
            (Some((parent, _)), _) => self.begins[parent.index()],
        }
    }

    fn hops_before(&mut self, step: StepId) -> Vec<Hop> {
        let (before, begins) = (self.before(step), self.begins[step.index()]);
        if let Op::Fail(_) = self.tree.op(step) {
            return route_to_handler(&self.locations, before, begins);
        }
        let mut hops = route(&self.locations, before, begins);
        if self.tree.of(step).first_call_at.is_some_and(|first| first != begins) {
            hops.extend(self.relay_hop(before, begins));
        }
        hops
    }

    /// A hop to the peer of a location, if that peer is the last relay of the outer location and the particle is not there
    /// yet: it must be visited even if all calls inside run on other peers.
    fn relay_hop(&self, from: LocationId, to: LocationId) -> Option<Hop> {
        let peer = self.locations.peer_at(to)?;
        let last_relay = self.locations.relays(self.locations.outer(to)).last();
        (last_relay == Some(&peer) && self.locations.peer_at(from) != Some(peer)).then(|| Hop::to(peer))
    }

    fn hops_after(&mut self, step: StepId) -> Vec<Hop> {
        let (ends, after) = (self.ends[step.index()], self.targets[step.index()]);
        match self.exits[step.index()] {
            ExitDistance::Stay => Vec::new(),
            ExitDistance::ToRelay => {
                let relay = self.locations.last_relay(self.location(step));
                route_and_arrive(&self.locations, ends, relay)
            }
            ExitDistance::Full => {
                let mut hops = match self.tree.of(step).next_call_at {
                    Some(next) if next != after => {
                        let relay = self.locations.last_relay(after);
                        route_and_arrive(&self.locations, ends, relay)
                    }
                    _ => route(&self.locations, ends, after),
                };
                if self.must_notify(step) {
                    hops.extend(self.notify(step, ends, after));
                }
                hops
            }
        }
    }

    /// Whether the step ends a branch of `par`: the peer that continues has to be notified of that by a hop.
    fn must_notify(&self, step: StepId) -> bool {
        match self.tree.around(step) {
            Some((_, Arrangement::Parallel)) => true,
            Some((parent, Arrangement::Alternative)) => self.tree.of(parent).tail_of.is_some(),
            _ => false,
        }
    }

    fn notify(&self, step: StepId, ends: LocationId, after: LocationId) -> Vec<Hop> {
        if ends == after {
            return Vec::new();
        }
        let goal = self.locations.peer_at(after);
        if self.tree.of(step).last_call_at == Some(ends) {
            let moved = self.locations.peer_at(ends) != goal;
            return goal.filter(|_| moved).map(Hop::to).into_iter().collect();
        }
        self.relay_hop(after, ends)
            .into_iter()
            .chain(goal.map(Hop::to))
            .collect()
    }
}

fn is_variable(value: &aqua_air::Operand, name: &str) -> bool {
    value.variable().is_some_and(|variable| variable.name == name)
}
