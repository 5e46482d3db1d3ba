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
    let mut hops = path(locations, from, to);
    if hops.first().map(|hop| hop.peer) == start {
        hops.drain(..hops.len().min(1));
    }
    if hops.last().map(|hop| hop.peer) == goal {
        hops.pop();
    }
    hops
}

/// The peer of `from`, the route and the peer of `to`.
pub(super) fn path(locations: &Locations, from: LocationId, to: LocationId) -> Vec<Hop> {
    let start = locations.peer_at(from);
    let way = way_over_relays(locations, start, from, to);
    without_detours(start.map(Hop::to).into_iter().chain(way))
}

/// All relays from `from` to `to`, and the peer of `to`, for a particle that is on the peer `start`.
pub(super) fn way_over_relays(
    locations: &Locations,
    start: Option<PeerNameId>,
    from: LocationId,
    to: LocationId,
) -> Vec<Hop> {
    let goal = locations.peer_at(to);
    let (common, to_other_peer) = (locations.common_outer(from, to), start != goal);
    let mut way = Vec::new();
    // No peer is a relay to itself, but the way may lead back to where it starts.
    let relays = |location: LocationId| {
        let (peer, relays) = (locations.peer_at(location), locations.relays(location));
        let is_other = |relay: &PeerNameId| Some(*relay) != peer || peer == start;
        &relays[..relays.iter().rposition(is_other).map_or(0, |last| last + 1)]
    };
    for location in stack(locations, from, common, to_other_peer) {
        let relays = relays(location).iter().rev();
        way.extend(relays.map(|&peer| Hop { peer, backwards: true }));
    }
    for location in stack(locations, to, common, to_other_peer).into_iter().rev() {
        way.extend(relays(location).iter().map(|&relay| Hop::to(relay)));
    }
    way.extend(goal.map(Hop::to));
    way
}

/// The hops without the detours that return to a visited peer.
pub(super) fn without_detours(hops: impl IntoIterator<Item = Hop>) -> Vec<Hop> {
    let mut visited = IndexMap::<PeerNameId, bool, FxBuildHasher>::default();
    for hop in hops {
        match visited.get_index_of(&hop.peer) {
            Some(index) => visited.truncate(index + 1),
            None => {
                visited.insert(hop.peer, hop.backwards);
            }
        }
    }
    let hops = visited.into_iter();
    hops.map(|(peer, backwards)| Hop { peer, backwards }).collect()
}

/// The route, and a visit to the peer of `to` if there are relays on the way: a step that handles an error may have no call.
pub(super) fn route_to_handler(locations: &Locations, from: LocationId, to: LocationId) -> Vec<Hop> {
    let hops = route(locations, from, to);
    if hops.is_empty() {
        return hops;
    }
    route_and_arrive(locations, from, to)
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
