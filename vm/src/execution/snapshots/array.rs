//! A sparse persistent array.

use crate::memory::{Footprint, TRIOMPHE};
use triomphe::Arc;

const BITS: u32 = 4;
const WIDTH: usize = 1 << BITS;

/// Values by index. Indices may have gaps. Access takes a step for each four bits of the largest index.
#[derive(Debug, Clone)]
pub(crate) struct Array<T> {
    root: Option<Arc<Branch<T>>>,
    /// Levels below the root; the root covers `WIDTH^(height + 1)` indices.
    height: u32,
    /// Memory in bytes that was allocated since the last snapshot, here and for the values.
    fresh: u32,
}

#[derive(Debug, Clone)]
enum Branch<T> {
    Inner([Option<Arc<Self>>; WIDTH]),
    Leaf([Option<T>; WIDTH]),
}

impl<T> Default for Array<T> {
    fn default() -> Self {
        Self {
            root: None,
            height: 0,
            fresh: 0,
        }
    }
}

impl<T> Array<T> {
    pub(crate) fn get(&self, index: usize) -> Option<&T> {
        if !self.covers(index) {
            return None;
        }
        let mut branch = self.root.as_deref()?;
        let mut height = self.height;
        loop {
            match branch {
                Branch::Inner(branches) => branch = branches[digit(index, height)].as_deref()?,
                Branch::Leaf(values) => return values[digit(index, 0)].as_ref(),
            }
            height -= 1;
        }
    }

    /// Values in the order of their indices.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (usize, &T)> {
        let mut open: Vec<(usize, &Branch<T>)> = self.root.as_deref().map(|root| (0, root)).into_iter().collect();
        let mut found: std::vec::IntoIter<(usize, &T)> = Vec::new().into_iter();
        std::iter::from_fn(move || {
            loop {
                if let Some(next) = found.next() {
                    return Some(next);
                }
                let (base, branch) = open.pop()?;
                match branch {
                    Branch::Inner(branches) => {
                        let below = branches.iter().enumerate().rev();
                        open.extend(
                            below.filter_map(|(digit, branch)| Some((base * WIDTH + digit, branch.as_deref()?))),
                        );
                    }
                    Branch::Leaf(values) => {
                        let here = values.iter().enumerate();
                        let here: Vec<_> = here
                            .filter_map(|(digit, value)| Some((base * WIDTH + digit, value.as_ref()?)))
                            .collect();
                        found = here.into_iter();
                    }
                }
            }
        })
    }

    fn covers(&self, index: usize) -> bool {
        index.checked_shr(BITS * (self.height + 1)).unwrap_or(0) == 0
    }

    /// Adds memory that was allocated for a value.
    pub(crate) fn allocated(&mut self, bytes: usize) {
        self.fresh = self.fresh.saturating_add(u32::try_from(bytes).unwrap_or(u32::MAX));
    }

    /// Subtracts memory that was freed before any snapshot.
    pub(crate) fn freed(&mut self, bytes: usize) {
        self.fresh = self.fresh.saturating_sub(u32::try_from(bytes).unwrap_or(u32::MAX));
    }

    /// The memory that a snapshot taken now retains and former ones don't.
    pub(crate) fn take_fresh(&mut self) -> usize {
        std::mem::take(&mut self.fresh) as usize
    }
}

impl<T: Clone + Footprint> Array<T> {
    /// Memory of a node.
    const NODE: usize = TRIOMPHE + 8 + WIDTH * T::OPTION;

    /// The slot of an index.
    pub(crate) fn entry(&mut self, index: usize) -> &mut Option<T> {
        self.entry_counted(index).0
    }

    /// The slot of an index, and the memory of the nodes that were created for it. Nodes that are copied because they are
    /// shared are not among them.
    fn entry_counted(&mut self, index: usize) -> (&mut Option<T>, usize) {
        let (mut created, mut copied) = (0, 0);
        while !self.covers(index) {
            if let Some(root) = self.root.take() {
                let mut branches = [const { None }; WIDTH];
                branches[0] = Some(root);
                self.root = Some(Arc::new(Branch::Inner(branches)));
                created += Self::NODE;
            }
            self.height += 1;
        }
        let Self { root, height, fresh } = self;
        let mut height = *height;
        let mut node = root;
        loop {
            match node {
                None => created += Self::NODE,
                Some(node) if !node.is_unique() => copied += Self::NODE,
                Some(_) => {}
            }
            match Arc::make_mut(node.get_or_insert_with(|| Branch::empty(height))) {
                Branch::Inner(branches) => {
                    node = &mut branches[digit(index, height)];
                    height -= 1;
                }
                Branch::Leaf(values) => {
                    *fresh = fresh.saturating_add(u32::try_from(created + copied).unwrap_or(u32::MAX));
                    return (&mut values[digit(index, 0)], created);
                }
            }
        }
    }

    pub(crate) fn get_mut(&mut self, index: usize) -> Option<&mut T> {
        // Most are of one leaf.
        if self.height == 0 && index < WIDTH {
            let root = self.root.as_ref()?;
            let Branch::Leaf(values) = &**root else {
                return None;
            };
            // Looked up first, so that a miss copies nothing.
            values[index].as_ref()?;
            if !root.is_unique() {
                self.allocated(Self::NODE);
            }
            let Branch::Leaf(values) = Arc::make_mut(self.root.as_mut()?) else {
                return None;
            };
            return values[index].as_mut();
        }
        self.get(index)?;
        self.entry(index).as_mut()
    }

    /// Sets a value and returns the memory of the nodes that were created for it.
    pub(crate) fn set(&mut self, index: usize, value: T) -> usize {
        let (slot, created) = self.entry_counted(index);
        *slot = Some(value);
        created
    }

    pub(crate) fn remove(&mut self, index: usize) -> Option<T> {
        self.get(index)?;
        self.entry(index).take()
    }
}

impl<T> Branch<T> {
    fn empty(height: u32) -> Arc<Self> {
        Arc::new(if height == 0 {
            Self::Leaf([const { None }; WIDTH])
        } else {
            Self::Inner([const { None }; WIDTH])
        })
    }
}

fn digit(index: usize, height: u32) -> usize {
    (index >> (BITS * height)) % WIDTH
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    proptest! {
        #[test]
        fn an_array_is_a_map_and_copies_stay_as_they_were(changes in proptest::collection::vec((0_usize..600, any::<Option<usize>>()), 0..20)) {
            let mut array = Array::default();
            let mut map = BTreeMap::new();
            let mut copies = Vec::new();
            for (index, value) in changes {
                copies.push((array.clone(), map.clone()));
                match value {
                    Some(value) => {
                        array.set(index, value);
                        map.insert(index, value);
                    }
                    None => prop_assert_eq!(array.remove(index), map.remove(&index)),
                }
            }
            copies.push((array, map));
            for (array, map) in copies {
                prop_assert_eq!(array.iter().map(|(index, value)| (index, *value)).collect::<BTreeMap<_, _>>(), map.clone());
                for index in 0..600 {
                    prop_assert_eq!(array.get(index), map.get(&index));
                }
            }
        }
    }
}
