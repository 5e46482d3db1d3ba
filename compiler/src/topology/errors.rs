//! The way of an error from the `on` that it leaves to the step that handles it.
//!
//! The errors of an `on` are rethrown outside of it by the `fail` of an [`Op::Rethrow`]. The hops before that `fail` bring the
//! particle to the peer that handles the error. Where another `on` is left as well, its own `fail` does that: the inner one only
//! leads through the relays with which its peer is reached, and the peer of the outer `on`, which has nothing to do, is not
//! visited. Where the outer ones need no hops, or have no steps of their own that can fail, the inner one leads to the handler. The
//! peer of a handler whose first call runs on another peer is not visited.

use super::Planner;
use super::route::{Hop, leave, route, route_from_inside};
use super::tree::{Arrangement, Tree, arrangement};
use crate::workflow::{LocationId, Op, PeerName, StepId};
use rustc_hash::{FxHashMap, FxHashSet};

/// Where an error that leaves a step goes.
#[derive(Debug, Clone, Copy)]
enum Destination {
    /// The `fail` that rethrows it outside of the enclosing `on`.
    Outside(StepId),
    /// The step that runs instead.
    Handler(StepId),
    /// The enclosing branch of `par`, which ends with the error.
    Branch,
}

impl Planner<'_> {
    /// The hops before every `fail`.
    pub(super) fn error_hops(&mut self) -> FxHashMap<StepId, Vec<Hop>> {
        let destinations = destinations(&self.tree);
        let with_own_errors = with_own_errors(&self.tree, &destinations);
        let mut all = FxHashMap::default();
        // The `fail` of an outer `on` comes before those inside of it.
        for position in 0..self.tree.order.len() {
            let step = self.tree.order[position];
            let fail = match (rethrown_by(&self.tree, step), self.tree.op(step)) {
                (Some(fail), _) => fail,
                (None, Op::Fail(_)) if !all.contains_key(&step) => step,
                _ => continue,
            };
            let (from, to) = (self.before(fail), self.location(fail));
            let is_passed = fail != step
                && !with_own_errors.contains(&fail)
                && self.end_without_hops(&all, &destinations, fail).is_some();
            let hops = match destinations[fail.index()] {
                _ if is_passed => Vec::new(),
                Destination::Outside(outer) => self.hops_inside(&all, &destinations, from, to, outer),
                Destination::Handler(handler)
                    if certain_call_at(&self.tree, handler).is_some_and(|location| location != to) =>
                {
                    leave(&self.locations, from, to)
                }
                Destination::Handler(_) | Destination::Branch => self.route_to_handler(from, to),
            };
            all.insert(fail, hops);
        }
        all
    }

    /// The hops to the peer of a handler, itself included if there are relays on the way.
    fn route_to_handler(&self, from: LocationId, to: LocationId) -> Vec<Hop> {
        let mut hops = route(&self.locations, from, to);
        if let (Some(last), Some(peer)) = (hops.last(), self.locations.peer_at(to))
            && last.peer != peer
        {
            hops.push(Hop::to(peer));
        }
        hops
    }

    /// The hops from a location before an error is rethrown by another `fail`, `outer`. If there are no hops before that one and those
    /// that follow, these hops lead to the handler, otherwise only through the relays of the location.
    fn hops_inside(
        &mut self,
        all: &FxHashMap<StepId, Vec<Hop>>,
        destinations: &[Destination],
        from: LocationId,
        to: LocationId,
        outer: StepId,
    ) -> Vec<Hop> {
        if let Some(last) = self.end_without_hops(all, destinations, outer) {
            let end = self.location(last);
            return if self.locations.peer_at(from) == self.locations.peer_at(end) {
                Vec::new()
            } else if self.locations.common_outer(from, to) == to {
                let mut hops = leave(&self.locations, from, to);
                hops.extend(self.levels(destinations, outer));
                hops
            } else {
                // A closure that runs elsewhere.
                self.route_to_handler(from, end)
            };
        }
        let hops = leave(&self.locations, from, to);
        let repeats = self.begins_with(all, destinations, outer, &hops);
        if repeats { Vec::new() } else { hops }
    }

    /// The route through the locations that a `fail` and those that rethrow the error further outside leave, for a particle that is not
    /// on their peers.
    fn levels(&mut self, destinations: &[Destination], mut fail: StepId) -> Vec<Hop> {
        let mut hops = Vec::new();
        loop {
            let (from, to) = (self.before(fail), self.location(fail));
            if let Destination::Outside(outer) = destinations[fail.index()] {
                hops.extend(leave(&self.locations, from, to));
                fail = outer;
                continue;
            }
            hops.extend(route_from_inside(&self.locations, from, to));
            return hops;
        }
    }

    /// The last one of a `fail` and those that rethrow the error further outside, if there are no hops before any of them. `None` if
    /// the handler begins with a call on another peer, and at the end of a branch.
    fn end_without_hops(
        &self,
        all: &FxHashMap<StepId, Vec<Hop>>,
        destinations: &[Destination],
        mut fail: StepId,
    ) -> Option<StepId> {
        while all.get(&fail).is_none_or(Vec::is_empty) {
            match destinations[fail.index()] {
                Destination::Outside(outer) => fail = outer,
                Destination::Handler(handler) => {
                    let is_here = certain_call_at(&self.tree, handler).is_none_or(|call| call == self.location(fail));
                    return is_here.then_some(fail);
                }
                // A branch that fails does not have to be joined.
                Destination::Branch => return None,
            }
        }
        None
    }

    /// Whether the hops before a `fail`, and before those that rethrow the error further outside, begin with these hops.
    fn begins_with(
        &self,
        all: &FxHashMap<StepId, Vec<Hop>>,
        destinations: &[Destination],
        mut fail: StepId,
        mut hops: &[Hop],
    ) -> bool {
        while !hops.is_empty() {
            let next = all.get(&fail).map_or(&[][..], Vec::as_slice);
            if next.iter().zip(hops).any(|(next, hop)| !self.is_same(*next, *hop)) {
                return false;
            }
            hops = &hops[next.len().min(hops.len())..];
            match destinations[fail.index()] {
                Destination::Outside(outer) => fail = outer,
                Destination::Handler(_) | Destination::Branch => break,
            }
        }
        hops.is_empty()
    }

    /// Whether two hops visit the same peers in the same order.
    fn is_same(&self, left: Hop, right: Hop) -> bool {
        let is_one = matches!(self.locations.peer(left.peer), PeerName::One(_));
        left.peer == right.peer && (is_one || left.backwards == right.backwards)
    }
}

/// The destinations of the errors that leave each step, by [`StepId`].
fn destinations(tree: &Tree<'_>) -> Vec<Destination> {
    let mut destinations = vec![Destination::Branch; tree.facts.len()];
    for &parent in &tree.order {
        let around = tree.of(parent).parent;
        let outside = around.and_then(|around| rethrown_by(tree, around));
        let children = tree.children(parent);
        for (index, child) in children.iter().enumerate() {
            destinations[child.index()] = match (tree.op(parent), arrangement(tree.op(parent)), outside) {
                (Op::On { .. }, _, Some(fail)) => Destination::Outside(fail),
                (Op::Xor, ..) if index + 1 < children.len() => Destination::Handler(children[index + 1]),
                (_, Arrangement::Parallel, _) => Destination::Branch,
                _ => destinations[parent.index()],
            };
        }
    }
    destinations
}

/// The `fail`s that rethrow errors of steps that run on the peer of their `on`, not only those that leave an inner `on`.
fn with_own_errors(tree: &Tree<'_>, destinations: &[Destination]) -> FxHashSet<StepId> {
    let inner: FxHashSet<StepId> = tree.order.iter().filter_map(|step| rethrown_by(tree, *step)).collect();
    let is_source = |step: &&StepId| tree.children(**step).is_empty() && !inner.contains(*step);
    let sources = tree.order.iter().filter(is_source);
    sources
        .filter_map(|step| match destinations[step.index()] {
            Destination::Outside(fail) => Some(fail),
            Destination::Handler(_) | Destination::Branch => None,
        })
        .collect()
}

/// The `fail` that rethrows the errors of an `on`, if the step is the [`Op::Rethrow`] of an `on`.
fn rethrown_by(tree: &Tree<'_>, step: StepId) -> Option<StepId> {
    match (tree.op(step), tree.children(step)) {
        (Op::Rethrow, &[on, fail]) if matches!(tree.op(on), Op::On { .. }) => Some(fail),
        _ => None,
    }
}

/// The location of the call or canon that a step begins with, unless a step before it may go another way.
fn certain_call_at(tree: &Tree<'_>, mut step: StepId) -> Option<LocationId> {
    let is_copy = |child: &StepId| matches!(tree.op(*child), Op::Ap { .. } | Op::ApMap { .. } | Op::Null);
    loop {
        let children = tree.children(step);
        step = match tree.op(step) {
            Op::Call { .. } | Op::Canon { .. } => return Some(tree.of(step).location),
            Op::Seq | Op::On { .. } | Op::New(_) => *children.iter().find(|child| !is_copy(child))?,
            Op::Xor | Op::Rethrow => *children.first()?,
            _ => return None,
        };
    }
}
