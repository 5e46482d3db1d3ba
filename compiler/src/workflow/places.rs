//! Where steps run: peers, and the ways that lead to them.
//!
//! A [place](PlaceId) is the stack of the `on`s around a step, innermost first: a peer, the relays on the way to it, and the
//! place that the way starts from. Peers and places are interned, so comparing them compares numbers, and a stack shares its
//! outer part with its neighbours.

use aqua_air::Value;
use ecow::EcoString;
use indexmap::{IndexMap, IndexSet};
use rustc_hash::FxBuildHasher;

/// A peer, or a collection of peers, by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PeerId(u32);

/// A place by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PlaceId(u32);

/// Whom a value names.
#[derive(Debug, Clone, PartialEq)]
pub enum Peer {
    /// The peer with this id.
    One(Value),
    /// The peers of this array, one after the other; only as relays.
    Each(Value),
}

impl Peer {
    /// The value that names them.
    pub fn value(&self) -> &Value {
        match self {
            Self::One(value) | Self::Each(value) => value,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Place {
    peer: PeerId,
    relays: Box<[PeerId]>,
    outer: PlaceId,
    depth: u32,
}

/// All peers and places of a workflow.
#[derive(Debug, Clone, Default)]
pub struct Places {
    peers: IndexMap<(EcoString, bool), Peer, FxBuildHasher>,
    places: IndexSet<Place, FxBuildHasher>,
}

impl Places {
    /// Outside of everything: the place of a root without `on`.
    pub const NOWHERE: PlaceId = PlaceId(0);

    /// The number of a peer.
    pub fn peer(&mut self, peer: Peer) -> PeerId {
        let many = matches!(peer, Peer::Each(_));
        let spelling = ecow::eco_format!("{}", peer.value());
        let (index, _) = self.peers.insert_full((spelling, many), peer);
        PeerId(u32::try_from(index).expect("fewer peers than steps"))
    }

    /// The place of what stands in `on peer via relays` inside of `outer`; the relays in the order of the way there.
    pub fn enter(&mut self, outer: PlaceId, peer: PeerId, relays: &[PeerId]) -> PlaceId {
        let depth = self.depth(outer) + 1;
        let place = Place {
            peer,
            relays: relays.into(),
            outer,
            depth,
        };
        let (index, _) = self.places.insert_full(place);
        PlaceId(u32::try_from(index + 1).expect("fewer places than steps"))
    }

    /// Whom a number stands for.
    pub fn whom(&self, peer: PeerId) -> &Peer {
        &self.peers[peer.0 as usize]
    }

    /// The peer of a place; nobody nowhere.
    pub fn peer_of(&self, place: PlaceId) -> Option<PeerId> {
        self.get(place).map(|place| place.peer)
    }

    /// The relays on the way from the outer place to the peer.
    pub fn relays_of(&self, place: PlaceId) -> &[PeerId] {
        self.get(place).map_or(&[], |place| &place.relays)
    }

    /// The place around a place; nowhere around the outermost.
    pub fn outer(&self, place: PlaceId) -> PlaceId {
        self.get(place).map_or(Self::NOWHERE, |place| place.outer)
    }

    /// How many `on`s there are around.
    pub fn depth(&self, place: PlaceId) -> u32 {
        self.get(place).map_or(0, |place| place.depth)
    }

    /// The innermost place that is around both or equal to both.
    pub fn shared(&self, mut left: PlaceId, mut right: PlaceId) -> PlaceId {
        while left != right {
            if self.depth(left) >= self.depth(right) {
                left = self.outer(left);
            } else {
                right = self.outer(right);
            }
        }
        left
    }

    /// Where the last relay on the way to a place stands: the innermost `on` that has relays, cut before its peer.
    pub fn last_relay(&mut self, mut place: PlaceId) -> PlaceId {
        while place != Self::NOWHERE && self.relays_of(place).is_empty() {
            place = self.outer(place);
        }
        let relays = self.relays_of(place).to_vec();
        match relays.split_last() {
            Some((last, rest)) => self.enter(self.outer(place), *last, rest),
            None => Self::NOWHERE,
        }
    }

    fn get(&self, place: PlaceId) -> Option<&Place> {
        let index = place.0.checked_sub(1)?;
        self.places.get_index(index as usize)
    }
}
