//! Values together with where they come from.

use crate::data::Provenance;
use crate::value::Value;
use crate::{Cid, Tetraplet};
use ecow::EcoString;
use std::sync::Arc;

/// A value of a variable or of an element of a stream.
#[derive(Debug, Clone)]
pub(super) struct Item {
    pub(super) value: Value,
    pub(super) tetraplet: Tetraplet,
    pub(super) provenance: Provenance,
    /// Position of the state in the resulting trace that made the value.
    pub(super) position: usize,
}

impl Item {
    /// A value with its origin. Of the tetraplet only what the provenance vouches for is kept: of a literal the peer, of a
    /// frozen value the peer and the lens.
    pub(super) fn new(value: Value, tetraplet: Tetraplet, provenance: Provenance, position: usize) -> Self {
        let tetraplet = match provenance {
            Provenance::Literal => Tetraplet::of_peer(tetraplet.peer_pk),
            Provenance::ServiceResult { .. } => tetraplet,
            Provenance::Canon { .. } => Tetraplet {
                peer_pk: tetraplet.peer_pk,
                lens: tetraplet.lens,
                ..Tetraplet::default()
            },
        };
        Self {
            value,
            tetraplet,
            provenance,
            position,
        }
    }
}

/// An operand after resolution.
#[derive(Debug, Clone)]
pub(super) struct Resolved {
    pub(super) value: Value,
    pub(super) tetraplets: Tetraplets,
    pub(super) provenance: Provenance,
}

/// What a lens shows.
#[derive(Debug, Clone)]
pub(super) struct Part {
    pub(super) value: Value,
    pub(super) tetraplet: Tetraplet,
    pub(super) provenance: Provenance,
}

impl From<Part> for Resolved {
    fn from(
        Part {
            value,
            tetraplet,
            provenance,
        }: Part,
    ) -> Self {
        Self::one(value, tetraplet, provenance)
    }
}

/// Where an operand comes from: one place, or one for each element of something frozen.
#[derive(Debug, Clone)]
pub(super) enum Tetraplets {
    One(Tetraplet),
    Each {
        /// The elements.
        items: Arc<[Item]>,
        /// The peer that froze them.
        whole: Tetraplet,
    },
}

impl Tetraplets {
    pub(super) fn len(&self) -> usize {
        match self {
            Self::One(_) => 1,
            Self::Each { items, .. } => items.len(),
        }
    }

    pub(super) fn into_vec(self) -> Vec<Tetraplet> {
        match self {
            Self::One(tetraplet) => vec![tetraplet],
            Self::Each { items, .. } => items.iter().map(|item| item.tetraplet.clone()).collect(),
        }
    }
}

impl Resolved {
    pub(super) fn one(value: Value, tetraplet: Tetraplet, provenance: Provenance) -> Self {
        Self {
            value,
            tetraplets: Tetraplets::One(tetraplet),
            provenance,
        }
    }

    /// A value that stands in the script.
    pub(super) fn literal(value: Value, init_peer: &EcoString) -> Self {
        Self::one(value, Tetraplet::of_peer(init_peer.clone()), Provenance::Literal)
    }
}

/// A stream as one peer froze it.
#[derive(Debug, Clone)]
pub(super) struct CanonStream {
    pub(super) items: Arc<[Item]>,
    /// The peer.
    pub(super) tetraplet: Tetraplet,
    pub(super) cid: Cid,
}

impl CanonStream {
    pub(super) fn provenance(&self) -> Provenance {
        Provenance::Canon { cid: self.cid.clone() }
    }

    pub(super) fn tetraplets(&self) -> Tetraplets {
        Tetraplets::Each {
            items: self.items.clone(),
            whole: self.tetraplet.clone(),
        }
    }

    pub(super) fn as_value(&self) -> Value {
        self.items.iter().map(|item| item.value.clone()).collect()
    }
}
