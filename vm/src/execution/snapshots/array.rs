//! A sparse array.

use triomphe::Arc;

const BITS: u32 = 4;
const WIDTH: usize = 1 << BITS;

/// Values by number. Numbers may have gaps; access costs a step for each four bits of the largest one.
#[derive(Debug, Clone)]
pub(crate) struct Array<T> {
    root: Option<Arc<Branch<T>>>,
    /// Levels below the root; the root covers `WIDTH^(height + 1)` numbers.
    height: u32,
}

#[derive(Debug, Clone)]
enum Branch<T> {
    Inner([Option<Arc<Self>>; WIDTH]),
    Leaf([Option<T>; WIDTH]),
}

impl<T> Default for Array<T> {
    fn default() -> Self {
        Self { root: None, height: 0 }
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
                Branch::Inner(branches) => branch = branches[place(index, height)].as_deref()?,
                Branch::Leaf(values) => return values[place(index, 0)].as_ref(),
            }
            height -= 1;
        }
    }

    /// Values in the order of their numbers.
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
                            below.filter_map(|(place, branch)| Some((base * WIDTH + place, branch.as_deref()?))),
                        );
                    }
                    Branch::Leaf(values) => {
                        let here = values.iter().enumerate();
                        let here: Vec<_> = here
                            .filter_map(|(place, value)| Some((base * WIDTH + place, value.as_ref()?)))
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
}

impl<T: Clone> Array<T> {
    /// Where the value of a number stands or would stand.
    pub(crate) fn entry(&mut self, index: usize) -> &mut Option<T> {
        while !self.covers(index) {
            if let Some(root) = self.root.take() {
                let mut branches = [const { None }; WIDTH];
                branches[0] = Some(root);
                self.root = Some(Arc::new(Branch::Inner(branches)));
            }
            self.height += 1;
        }
        let mut height = self.height;
        let mut branch = Arc::make_mut(self.root.get_or_insert_with(|| Branch::empty(height)));
        loop {
            match branch {
                Branch::Inner(branches) => {
                    let below = &mut branches[place(index, height)];
                    height -= 1;
                    branch = Arc::make_mut(below.get_or_insert_with(|| Branch::empty(height)));
                }
                Branch::Leaf(values) => return &mut values[place(index, 0)],
            }
        }
    }

    pub(crate) fn get_mut(&mut self, index: usize) -> Option<&mut T> {
        // Most are of one leaf.
        if self.height == 0 && index < WIDTH {
            let Branch::Leaf(values) = &**self.root.as_ref()? else {
                return None;
            };
            // Looked up first, so that a miss copies nothing.
            values[index].as_ref()?;
            let Branch::Leaf(values) = Arc::make_mut(self.root.as_mut()?) else {
                return None;
            };
            return values[index].as_mut();
        }
        self.get(index)?;
        self.entry(index).as_mut()
    }

    pub(crate) fn set(&mut self, index: usize, value: T) {
        *self.entry(index) = Some(value);
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

fn place(index: usize, height: u32) -> usize {
    (index >> (BITS * height)) % WIDTH
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    proptest! {
        #[test]
        fn an_array_is_a_map_and_copies_stay_as_they_were(changes in proptest::collection::vec((0_usize..600, any::<Option<u8>>()), 0..20)) {
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
