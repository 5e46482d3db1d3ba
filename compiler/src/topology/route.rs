//! The way from one place to another.

use crate::workflow::{PeerId, PlaceId, Places};
use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;

/// A visit that the particle must make, nothing else happening there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Hop {
    /// Whom to visit; a collection is visited member by member.
    pub peer: PeerId,
    /// Whether a collection of relays is gone through from its last member to its first: on the way back.
    pub backwards: bool,
}

impl Hop {
    pub(super) fn to(peer: PeerId) -> Self {
        Self { peer, backwards: false }
    }
}

/// The peers to visit after leaving `from` and before arriving at `to`.
///
/// The way leads through the relays of the places that are left, from the inside outwards, then through those of the places
/// that are entered, from the outside inwards. Places around both are not left. A detour that comes back to a peer visited
/// before is cut off.
pub(super) fn route(places: &Places, from: PlaceId, to: PlaceId) -> Vec<Hop> {
    if from == to {
        return Vec::new();
    }
    let (start, goal) = (places.peer_of(from), places.peer_of(to));
    let shared = places.shared(from, to);
    let mut way = Way::default();
    way.visit(start.map(Hop::to));
    for place in stack(places, from, shared, start != goal) {
        let relays = places.relays_of(place).iter().rev();
        relays.for_each(|&peer| way.visit(Some(Hop { peer, backwards: true })));
    }
    let mut entered = stack(places, to, shared, start != goal);
    entered.reverse();
    for place in entered {
        places
            .relays_of(place)
            .iter()
            .for_each(|&relay| way.visit(Some(Hop::to(relay))));
    }
    way.visit(goal.map(Hop::to));
    let mut hops = way.hops();
    if hops.first().map(|hop| hop.peer) == start {
        hops.drain(..hops.len().min(1));
    }
    if hops.last().map(|hop| hop.peer) == goal {
        hops.pop();
    }
    hops
}

/// The same, and the visit of the peer of `to` itself.
pub(super) fn route_and_arrive(places: &Places, from: PlaceId, to: PlaceId) -> Vec<Hop> {
    let mut hops = route(places, from, to);
    if let Some(goal) = places.peer_of(to)
        && hops.last().map(|hop| hop.peer) != Some(goal)
    {
        hops.push(Hop::to(goal));
    }
    hops
}

/// A place and those around it, innermost first, up to but without `shared`; the place alone if it is that itself and the
/// way leads to another peer.
fn stack(places: &Places, place: PlaceId, shared: PlaceId, elsewhere: bool) -> Vec<PlaceId> {
    if place == shared {
        return if elsewhere && place != Places::NOWHERE {
            vec![place]
        } else {
            Vec::new()
        };
    }
    std::iter::successors(Some(place), |inner| Some(places.outer(*inner)))
        .take_while(|at| *at != shared)
        .collect()
}

#[derive(Default)]
struct Way(IndexMap<PeerId, bool, FxBuildHasher>);

impl Way {
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
