//! The route from one location to another.

use crate::workflow::{LocationId, Locations, PeerNameId};
use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;

/// A visit of the particle to a peer without a call there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Hop {
    /// The peer, or an array of relays that are visited one by one.
    pub peer: PeerNameId,
    /// Whether an array of relays is visited from the last to the first: on the way back.
    pub backwards: bool,
}

impl Hop {
    pub(super) fn to(peer: PeerNameId) -> Self {
        Self { peer, backwards: false }
    }
}

/// The peers to visit between leaving `from` and arriving at `to`.
///
/// The route leads through the relays of the locations that are left, from the inside out, then through those of the locations
/// that are entered, from the outside in. Locations that contain both are not left. A detour that returns to a visited peer
/// is cut out.
pub(super) fn route(locations: &Locations, from: LocationId, to: LocationId) -> Vec<Hop> {
    if from == to {
        return Vec::new();
    }
    let (start, goal) = (locations.peer_at(from), locations.peer_at(to));
    let mut route = Route::leaving(locations, from, to);
    route.enter(locations, from, to, start != goal);
    let mut hops = route.hops();
    if hops.first().map(|hop| hop.peer) == start {
        hops.drain(..hops.len().min(1));
    }
    if hops.last().map(|hop| hop.peer) == goal {
        hops.pop();
    }
    hops
}

/// The route to `to` for a particle that is not on the peer of `from`, but nested further in and behind its own relays. Ends with the
/// peer of `to`.
pub(super) fn route_from_inside(locations: &Locations, from: LocationId, to: LocationId) -> Vec<Hop> {
    let mut route = Route::default();
    route.leave(locations, from, to, true);
    route.enter(locations, from, to, true);
    route.hops()
}

/// The first part of that route: through the relays of the locations that are left, with which other peers are reached.
/// Nothing if the whole route has no hops.
pub(super) fn leave(locations: &Locations, from: LocationId, to: LocationId) -> Vec<Hop> {
    if route(locations, from, to).is_empty() {
        return Vec::new();
    }
    let mut hops = Route::leaving(locations, from, to).hops();
    if hops.first().map(|hop| hop.peer) == locations.peer_at(from) {
        hops.drain(..hops.len().min(1));
    }
    hops
}

/// The whole route, including a visit to the peer of `to`.
pub(super) fn route_and_arrive(locations: &Locations, from: LocationId, to: LocationId) -> Vec<Hop> {
    let mut hops = route(locations, from, to);
    if let Some(goal) = locations.peer_at(to)
        && hops.last().map(|hop| hop.peer) != Some(goal)
    {
        hops.push(Hop::to(goal));
    }
    hops
}

/// A location and its outer ones, innermost first, up to but excluding `common`. If the location is `common` itself: the location
/// alone if the route leads to another peer, nothing otherwise.
fn stack(locations: &Locations, location: LocationId, common: LocationId, to_other_peer: bool) -> Vec<LocationId> {
    if location == common {
        return if to_other_peer && location != Locations::ROOT {
            vec![location]
        } else {
            Vec::new()
        };
    }
    std::iter::successors(Some(location), |inner| Some(locations.outer(*inner)))
        .take_while(|location| *location != common)
        .collect()
}

#[derive(Default)]
struct Route(IndexMap<PeerNameId, bool, FxBuildHasher>);

impl Route {
    /// The beginning of the route: `from`, then the relays of the locations that are left.
    fn leaving(locations: &Locations, from: LocationId, to: LocationId) -> Self {
        let (start, goal) = (locations.peer_at(from), locations.peer_at(to));
        let mut route = Self::default();
        route.visit(start.map(Hop::to));
        route.leave(locations, from, to, start != goal);
        route
    }

    /// Adds the relays of the locations that are left.
    fn leave(&mut self, locations: &Locations, from: LocationId, to: LocationId, to_other_peer: bool) {
        for location in stack(locations, from, locations.common_outer(from, to), to_other_peer) {
            let relays = locations.relays(location).iter().rev();
            relays.for_each(|&peer| self.visit(Some(Hop { peer, backwards: true })));
        }
    }

    /// Adds the relays of the locations that are entered, and the peer of `to`.
    fn enter(&mut self, locations: &Locations, from: LocationId, to: LocationId, to_other_peer: bool) {
        let entered = stack(locations, to, locations.common_outer(from, to), to_other_peer);
        for location in entered.into_iter().rev() {
            let relays = locations.relays(location).iter();
            relays.for_each(|&relay| self.visit(Some(Hop::to(relay))));
        }
        self.visit(locations.peer_at(to).map(Hop::to));
    }

    fn visit(&mut self, hop: Option<Hop>) {
        let Some(hop) = hop else { return };
        match self.0.get_index_of(&hop.peer) {
            Some(index) => self.0.truncate(index + 1),
            None => {
                self.0.insert(hop.peer, hop.backwards);
            }
        }
    }

    fn hops(self) -> Vec<Hop> {
        self.0
            .into_iter()
            .map(|(peer, backwards)| Hop { peer, backwards })
            .collect()
    }
}
