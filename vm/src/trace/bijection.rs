//! A one-to-one map between positions.

use std::collections::BTreeMap;

/// One-to-one: a new pair removes older pairs that share one of its sides.
#[derive(Debug, Default)]
pub(super) struct Bijection {
    forth: BTreeMap<usize, usize>,
    back: BTreeMap<usize, usize>,
}

impl Bijection {
    pub(super) fn insert(&mut self, from: usize, to: usize) {
        if let Some(former) = self.forth.insert(from, to) {
            self.back.remove(&former);
        }
        if let Some(former) = self.back.insert(to, from)
            && former != from
        {
            self.forth.remove(&former);
        }
    }

    pub(super) fn get(&self, from: usize) -> Option<usize> {
        self.forth.get(&from).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_pair_removes_its_rivals() {
        let mut map = Bijection::default();
        map.insert(1, 10);
        map.insert(2, 20);
        map.insert(3, 10);
        assert_eq!([1, 2, 3].map(|from| map.get(from)), [None, Some(20), Some(10)]);
        map.insert(3, 20);
        assert_eq!([1, 2, 3].map(|from| map.get(from)), [None, None, Some(20)]);
    }
}
