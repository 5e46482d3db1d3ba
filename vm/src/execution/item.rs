//! Values with their origins.

use super::item_value::{ItemValue, ItemValueRef};
use super::origin::{Origin, OriginRef};
use crate::data::Provenance;
use crate::memory::{self, footprints, sizes};
use crate::{Cid, Tetraplet, Tetraplets};
use aqua_values::Value;
use std::sync::Arc;

/// The value of a variable or an element of a stream.
#[derive(Debug, Clone)]
pub(super) struct Item {
    pub(super) value: ItemValue,
    pub(super) origin: Origin,
    /// Position in the resulting trace of the state that made the value.
    pub(super) position: usize,
}

sizes! {
    /// An item without what it points to.
    pub(super) ITEM: Item = 48;
}

footprints! {
    Item = 48;
    CanonStream = 32;
    Arc<[Item]> = 16;
}

/// Memory of a shared slice of items.
pub(super) fn slice_size(items: usize) -> usize {
    memory::ARC + items * ITEM
}

impl Item {
    /// A value with the part of its origin that is proved.
    pub(super) fn new(value: impl Into<ItemValue>, origin: Origin, position: usize) -> Self {
        Self {
            value: value.into(),
            origin: origin.proved_part(),
            position,
        }
    }

    pub(super) fn as_ref(&self) -> ItemRef<'_> {
        ItemRef {
            value: self.value.as_ref(),
            origin: self.origin.as_ref(),
            position: self.position,
        }
    }
}

/// A borrowed item.
#[derive(Debug, Clone, Copy)]
pub(super) struct ItemRef<'i> {
    pub(super) value: ItemValueRef<'i>,
    pub(super) origin: OriginRef<'i>,
    pub(super) position: usize,
}

/// A resolved operand, or the part that a lens selects.
#[derive(Debug, Clone)]
pub(super) struct Resolved {
    pub(super) value: ItemValue,
    pub(super) origin: Origin,
    /// The elements of a canonicalised stream or map, which have origins of their own.
    pub(super) elements: Option<Arc<[Item]>>,
}

impl Resolved {
    pub(super) fn one(value: impl Into<ItemValue>, origin: Origin) -> Self {
        Self {
            value: value.into(),
            origin,
            elements: None,
        }
    }

    /// The number of tetraplets.
    pub(super) fn count(&self) -> usize {
        self.elements.as_ref().map_or(1, |elements| elements.len())
    }

    /// The tetraplet of the value or those of its elements.
    pub(super) fn tetraplets(&self) -> Tetraplets {
        match &self.elements {
            Some(elements) => elements.iter().map(|item| item.origin.tetraplet()).collect(),
            None => [self.origin.tetraplet()].into(),
        }
    }
}

/// A canonicalised stream.
#[derive(Debug, Clone)]
pub(super) struct CanonStream {
    pub(super) items: Arc<[Item]>,
    /// The peer, proved by the canonical result.
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
        self.items.iter().map(|item| item.value.get().clone()).collect()
    }
}
