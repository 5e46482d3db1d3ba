//! The way of an error from the `on` that it leaves to the step that handles it.
//!
//! The errors of an `on` are rethrown outside of it by the `fail` of an [`Op::Rethrow`]. The hops before that `fail` bring the
//! particle to the peer that handles the error. Where another `on` is left as well, its own `fail` does that: the inner one only
//! leads through the relays with which its peer is reached, and the peer of the outer `on`, which has nothing to do, is not
//! visited. Neither is the peer of a handler whose first call runs on another peer.

use super::Planner;
use super::route::{Hop, leave, route};
use super::tree::{Arrangement, Tree, arrangement};
use crate::workflow::{LocationId, Op, PeerName, StepId};
use rustc_hash::FxHashMap;

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
            let hops = match destinations[fail.index()] {
                Destination::Outside(outer) => {
                    let hops = leave(&self.locations, from, to);
                    let repeats = self.begins_with(&all, &destinations, outer, &hops);
                    if repeats { Vec::new() } else { hops }
                }
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
