//! A one-to-one map between positions.

/// A one-to-one map. A new pair removes older pairs that share one of its sides. Takes memory for all positions up to the
/// largest.
#[derive(Debug, Default)]
pub(super) struct Bijection {
    forth: Vec<usize>,
    back: Vec<usize>,
}

/// Marks a position without a partner.
const NONE: usize = usize::MAX;

impl Bijection {
    pub(super) fn insert(&mut self, from: usize, to: usize) {
        if let Some(former) = replace(&mut self.forth, from, to) {
            self.back[former] = NONE;
        }
        if let Some(former) = replace(&mut self.back, to, from)
            && former != from
        {
            self.forth[former] = NONE;
        }
    }

    pub(super) fn get(&self, from: usize) -> Option<usize> {
        self.forth.get(from).copied().filter(|to| *to != NONE)
    }
}

/// Sets a partner and returns the former one.
fn replace(positions: &mut Vec<usize>, index: usize, position: usize) -> Option<usize> {
    if index >= positions.len() {
        positions.resize(index + 1, NONE);
    }
    let former = std::mem::replace(&mut positions[index], position);
    (former != NONE).then_some(former)
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
        assert_eq!(map.get(100), None);
    }
}
