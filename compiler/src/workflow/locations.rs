//! Where steps run: peers and the relays to them.
//!
//! A [location](LocationId) is the stack of the `on`s around a step, innermost first: a peer, the relays to it, and the
//! location it is reached from. Peers and locations are interned: comparing them compares ids, and nested locations share
//! their outer part.

use aqua_air::Operand;
use ecow::EcoString;
use indexmap::{IndexMap, IndexSet};
use rustc_hash::FxBuildHasher;

/// An interned [`PeerName`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PeerNameId(u32);

/// An interned location.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LocationId(u32);

/// The value that names a peer, or several relays.
#[derive(Debug, Clone, PartialEq)]
pub enum PeerName {
    /// A peer id.
    One(Operand),
    /// An array of peer ids that are visited in order. Used for relays only.
    Each(Operand),
}

impl PeerName {
    /// The peer id or the array of peer ids.
    pub fn value(&self) -> &Operand {
        match self {
            Self::One(value) | Self::Each(value) => value,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Location {
    peer: PeerNameId,
    relays: Box<[PeerNameId]>,
    outer: LocationId,
    depth: u32,
}

/// The peers and locations of a workflow.
#[derive(Debug, Clone, Default)]
pub struct Locations {
    peers: IndexMap<(EcoString, bool), PeerName, FxBuildHasher>,
    locations: IndexSet<Location, FxBuildHasher>,
}

impl Locations {
    /// The location outside of every `on`. It has no peer.
    pub const ROOT: LocationId = LocationId(0);

    /// Interns a peer. Values that are written the same are the same peer.
    pub fn intern_peer(&mut self, peer: PeerName) -> PeerNameId {
        let many = matches!(peer, PeerName::Each(_));
        let spelling = ecow::eco_format!("{}", peer.value());
        let (index, _) = self.peers.insert_full((spelling, many), peer);
        PeerNameId(u32::try_from(index).expect("there are fewer peers than steps"))
    }

    /// The location inside of `on peer via relays` inside of `outer`; the relays in the order of travel to the peer.
    pub fn nested(&mut self, outer: LocationId, peer: PeerNameId, relays: &[PeerNameId]) -> LocationId {
        let depth = self.depth(outer) + 1;
        let location = Location {
            peer,
            relays: relays.into(),
            outer,
            depth,
        };
        let (index, _) = self.locations.insert_full(location);
        LocationId(u32::try_from(index + 1).expect("there are fewer locations than steps"))
    }

    /// The peer of that id.
    pub fn peer(&self, peer: PeerNameId) -> &PeerName {
        &self.peers[peer.0 as usize]
    }

    /// The peer of a location; `None` for [`Self::ROOT`].
    pub fn peer_at(&self, location: LocationId) -> Option<PeerNameId> {
        self.get(location).map(|location| location.peer)
    }

    /// The relays from the outer location to the peer, in order of travel.
    pub fn relays(&self, location: LocationId) -> &[PeerNameId] {
        self.get(location).map_or(&[], |location| &location.relays)
    }

    /// The location that this one is nested in; [`Self::ROOT`] for the outermost.
    pub fn outer(&self, location: LocationId) -> LocationId {
        self.get(location).map_or(Self::ROOT, |location| location.outer)
    }

    /// The number of `on`s in the stack.
    pub fn depth(&self, location: LocationId) -> u32 {
        self.get(location).map_or(0, |location| location.depth)
    }

    /// The innermost location that both are equal to or nested in.
    pub fn common_outer(&self, mut left: LocationId, mut right: LocationId) -> LocationId {
        while left != right {
            if self.depth(left) >= self.depth(right) {
                left = self.outer(left);
            } else {
                right = self.outer(right);
            }
        }
        left
    }

    /// The location of the last relay to a location: that of the innermost `on` with relays, without its peer;
    /// [`Self::ROOT`] if there are no relays.
    pub fn last_relay(&mut self, mut location: LocationId) -> LocationId {
        while location != Self::ROOT && self.relays(location).is_empty() {
            location = self.outer(location);
        }
        let relays = self.relays(location).to_vec();
        match relays.split_last() {
            Some((last, rest)) => self.nested(self.outer(location), *last, rest),
            None => Self::ROOT,
        }
    }

    fn get(&self, location: LocationId) -> Option<&Location> {
        let index = location.0.checked_sub(1)?;
        self.locations.get_index(index as usize)
    }
}
