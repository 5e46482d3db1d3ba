//! Values together with where they come from.

use super::origin::{Origin, OriginRef};
use crate::data::Provenance;
use crate::{Cid, Tetraplet, Tetraplets};
use aqua_values::Value;
use std::sync::Arc;

/// A value of a variable or of an element of a stream.
#[derive(Debug, Clone)]
pub(super) struct Item {
    pub(super) value: Value,
    pub(super) origin: Origin,
    /// Position of the state in the resulting trace that made the value.
    pub(super) position: usize,
}

impl Item {
    /// A value with its origin, as far as that is proved.
    pub(super) fn new(value: Value, origin: Origin, position: usize) -> Self {
        Self {
            value,
            origin: origin.proved_part(),
            position,
        }
    }

    pub(super) fn as_ref(&self) -> ItemRef<'_> {
        ItemRef {
            value: &self.value,
            origin: self.origin.as_ref(),
            position: self.position,
        }
    }
}

/// An item that is looked at.
#[derive(Debug, Clone, Copy)]
pub(super) struct ItemRef<'i> {
    pub(super) value: &'i Value,
    pub(super) origin: OriginRef<'i>,
    pub(super) position: usize,
}

/// An operand after resolution, or what a lens shows.
#[derive(Debug, Clone)]
pub(super) struct Resolved {
    pub(super) value: Value,
    pub(super) origin: Origin,
    /// The elements, if it is something frozen: each has its own origin.
    pub(super) elements: Option<Arc<[Item]>>,
}

impl Resolved {
    pub(super) fn one(value: Value, origin: Origin) -> Self {
        Self {
            value,
            origin,
            elements: None,
        }
    }

    /// How many tetraplets it has.
    pub(super) fn count(&self) -> usize {
        self.elements.as_ref().map_or(1, |elements| elements.len())
    }

    /// Where it or each of its elements comes from.
    pub(super) fn tetraplets(&self) -> Tetraplets {
        match &self.elements {
            Some(elements) => elements.iter().map(|item| item.origin.tetraplet()).collect(),
            None => [self.origin.tetraplet()].into(),
        }
    }
}

/// A stream as one peer froze it.
#[derive(Debug, Clone)]
pub(super) struct CanonStream {
    pub(super) items: Arc<[Item]>,
    /// The peer, proved by the frozen stream.
    pub(super) origin: Origin,
}

impl CanonStream {
    pub(super) fn new(items: Vec<Item>, tetraplet: Tetraplet, cid: Cid) -> Self {
        Self {
            items: items.into(),
            origin: Origin::new(tetraplet, Provenance::Canon { cid }),
        }
    }

    pub(super) fn as_value(&self) -> Value {
        self.items.iter().map(|item| item.value.clone()).collect()
    }
}
