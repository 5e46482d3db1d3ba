//! The path of an error from the location where it occurs to the step that handles it.
//!
//! The particle leaves the `on`s around it, one after the other. It can travel
//!
//! * over the relays of all of them, then over those of the location where the error is handled;
//! * to the peer of the `on` around and from there along the path of that one, unless that peer is the one that handles the error:
//!   a client is connected with its relay only;
//! * if no hop leads to the location around: on from there, past its peer.
//!
//! The path is the shortest of these ways. For `on A via V: on B via W: …` the way over all relays `B W V I` is shorter than
//! `B W A V I`. For `on A via V: on A via W: …` it is `A W V I`, but the particle is on `A` already, and from there the path is
//! `A V I`. For `on A: on B via A: …`, where the particle enters and leaves `B` without a visit to `A`, it is `B I`.
//!
//! The path of a location that has no relays between it and the handler is the location alone: the step that handles the error
//! decides where the particle goes. If that step begins with a call on another peer, the path leads there, without the hops that
//! the step makes itself.

use super::Planner;
use super::paths::{PathId, Paths};
use super::route::{Hop, route, way_over_relays, without_detours};
use super::tree::Tree;
use crate::workflow::{LocationId, Locations, Op, PeerNameId, StepId};
use rustc_hash::FxHashMap;

/// Where the errors that leave a step are handled: the step of this id, which is an alternative of another one, or the step
/// around it, which is a branch of `par` or has no alternative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Destination {
    Alternative(StepId),
    Around(StepId),
    Nowhere,
}

/// The shortest ways out of a location to another one.
#[derive(Debug, Clone, Copy)]
struct Ways {
    /// From the peer of the location, which comes first.
    at: PathId,
    /// From any other peer, without a visit to that of the location.
    past: PathId,
}

/// The paths of errors.
pub(super) struct ErrorPaths<'a> {
    planner: &'a Planner<'a>,
    pub(super) interned: Paths,
    /// The paths from locations to destinations.
    known: FxHashMap<(LocationId, Destination), PathId>,
    /// The ways from locations to others.
    ways: FxHashMap<(LocationId, LocationId), Ways>,
}

impl<'a> ErrorPaths<'a> {
    pub(super) fn new(planner: &'a Planner<'a>) -> Self {
        Self {
            planner,
            interned: Paths::default(),
            known: FxHashMap::default(),
            ways: FxHashMap::default(),
        }
    }

    /// The path of an error, from the peer of a location.
    pub(super) fn path(&mut self, from: LocationId, destination: Destination) -> PathId {
        if let Some(known) = self.known.get(&(from, destination)) {
            return *known;
        }
        let (tree, locations) = (&self.planner.tree, &self.planner.locations);
        let (handler, call) = match destination {
            Destination::Alternative(step) => (outside(tree, step), certain_call_at(tree, step)),
            Destination::Around(step) => (tree.of(step).location, None),
            Destination::Nowhere => (tree.of(tree.workflow.root()).location, None),
        };
        let to = call.unwrap_or(handler);
        let way = self.ways(from, to).at;
        let mut hops = self.interned.before(way, Paths::EMPTY);
        if to != handler {
            let mut onward = route(locations, handler, to);
            onward.extend(locations.peer_at(to).map(Hop::to));
            while hops.last().is_some_and(|last| Some(last) == onward.last()) {
                hops.pop();
                onward.pop();
            }
        } else if !has_stops(locations, &hops, to) {
            hops.truncate(1);
        }
        let path = self.interned.intern(locations, &hops);
        self.known.insert((from, destination), path);
        path
    }

    /// The ways of a location, after those of the locations around it that are left too.
    fn ways(&mut self, from: LocationId, to: LocationId) -> Ways {
        let locations = &self.planner.locations;
        let common = locations.common_outer(from, to);
        let leaves = |location: &LocationId| *location != common;
        let outwards = std::iter::successors(Some(from), |inner| leaves(inner).then(|| locations.outer(*inner)));
        let mut left: Vec<LocationId> = outwards.skip(1).take_while(leaves).collect();
        let known = left.iter().position(|outer| self.ways.contains_key(&(*outer, to)));
        left.truncate(known.map_or(left.len(), |index| index + 1));
        let mut around = None;
        while let Some(outer) = left.pop() {
            around = Some(self.extend(outer, to, around));
        }
        self.extend(from, to, around)
    }

    /// The ways of a location, given those of the location around it if that is left too.
    fn extend(&mut self, from: LocationId, to: LocationId, around: Option<Ways>) -> Ways {
        if let Some(known) = self.ways.get(&(from, to)) {
            return *known;
        }
        let (locations, outer) = (&self.planner.locations, self.planner.locations.outer(from));
        let mut around_ways = Vec::new();
        if let Some(around) = around {
            let mut outwards = route(locations, from, outer);
            if outwards.is_empty() {
                around_ways.push(self.interned.before(around.past, Paths::EMPTY));
            }
            if locations.peer_at(outer) != locations.peer_at(to) {
                outwards.extend(self.interned.before(around.at, Paths::EMPTY));
                around_ways.push(outwards);
            }
        }
        let mut shortest = |start: Option<PeerNameId>| {
            let mut ways = vec![way_over_relays(locations, start, from, to)];
            ways.extend_from_slice(&around_ways);
            let start = start.map(Hop::to);
            let ways = ways
                .into_iter()
                .map(|way| without_detours(start.into_iter().chain(way)));
            let way = ways.min_by_key(Vec::len).unwrap_or_default();
            self.interned.intern(locations, &way)
        };
        let ways = Ways {
            at: shortest(locations.peer_at(from)),
            past: shortest(None),
        };
        self.ways.insert((from, to), ways);
        ways
    }
}

/// Whether a path leads through any peer between its own two.
fn has_stops(locations: &Locations, path: &[Hop], to: LocationId) -> bool {
    let goal = locations.peer_at(to);
    path.iter().skip(1).any(|hop| Some(hop.peer) != goal)
}

/// The location around a step.
fn outside(tree: &Tree<'_>, step: StepId) -> LocationId {
    let parent = tree.of(step).parent.unwrap_or(step);
    tree.of(parent).location
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
