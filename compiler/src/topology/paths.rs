//! Paths of errors, from the place where an error occurs to the place where it is handled.
//!
//! Paths are stored from their ends: a path is a first hop and the id of the rest, so paths that end with the same hops share
//! them, and what several paths have in common is their nearest common rest.

use super::route::Hop;
use crate::workflow::{Locations, PeerName};
use rustc_hash::FxHashMap;

/// An interned path. Equal paths have equal ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct PathId(u32);

#[derive(Debug, Clone, Copy)]
struct Node {
    first: Hop,
    rest: PathId,
    length: u32,
}

/// The paths of a workflow.
#[derive(Debug, Default)]
pub(super) struct Paths {
    nodes: Vec<Node>,
    ids: FxHashMap<(Hop, PathId), PathId>,
}

impl Paths {
    /// The path without hops.
    pub(super) const EMPTY: PathId = PathId(0);

    /// Interns the path through these hops. The direction of a hop to one peer makes no difference.
    pub(super) fn intern(&mut self, locations: &Locations, hops: &[Hop]) -> PathId {
        hops.iter().rev().fold(Self::EMPTY, |rest, hop| {
            let first = match locations.peer(hop.peer) {
                PeerName::One(_) => Hop::to(hop.peer),
                PeerName::Each(_) => *hop,
            };
            let length = self.length(rest) + 1;
            *self.ids.entry((first, rest)).or_insert_with(|| {
                self.nodes.push(Node { first, rest, length });
                PathId(u32::try_from(self.nodes.len()).expect("there are fewer hops than 2^32"))
            })
        })
    }

    /// The longest path that both end with.
    pub(super) fn common_end(&self, mut left: PathId, mut right: PathId) -> PathId {
        while left != right {
            if self.length(left) >= self.length(right) {
                left = self.rest(left);
            } else {
                right = self.rest(right);
            }
        }
        left
    }

    /// The hops of a path before its end.
    pub(super) fn before(&self, path: PathId, end: PathId) -> Vec<Hop> {
        let steps = std::iter::successors(Some(path), |path| Some(self.rest(*path)));
        let steps = steps.take_while(|path| *path != end && *path != Self::EMPTY);
        steps.filter_map(|path| Some(self.get(path)?.first)).collect()
    }

    fn rest(&self, path: PathId) -> PathId {
        self.get(path).map_or(Self::EMPTY, |node| node.rest)
    }

    fn length(&self, path: PathId) -> u32 {
        self.get(path).map_or(0, |node| node.length)
    }

    fn get(&self, path: PathId) -> Option<&Node> {
        let index = path.0.checked_sub(1)?;
        self.nodes.get(index as usize)
    }
}
