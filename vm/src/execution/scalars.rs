//! Scalars, frozen streams and frozen maps: variables that are written once, except inside folds.
//!
//! Each iteration of a fold is a level. A name has a stack of cells, at most one per level besides the empty ones that
//! `new` puts there. Only cells of levels that are in sight can be read: the level outside all folds and the innermost
//! level of every fold that runs.

use super::snapshots::{Array, Stack};
use crate::failure::{Catchable, ExecutionError, Uncatchable};
use ecow::{EcoString, EcoVec};

/// The levels of folds.
#[derive(Debug, Clone)]
pub(super) struct Levels {
    depth: usize,
    /// Depths below the present one that are in sight, rising.
    outside: EcoVec<usize>,
}

impl Levels {
    pub(super) fn new() -> Self {
        Self {
            depth: 0,
            outside: EcoVec::new(),
        }
    }

    /// A fold begins.
    pub(super) fn enter_fold(&mut self) {
        self.outside.push(self.depth);
        self.depth += 1;
    }

    /// A fold ends in its first iteration.
    pub(super) fn leave_fold(&mut self) {
        self.outside.pop();
        self.depth -= 1;
    }

    /// A fold goes to its next item, and what is of the one before is out of sight.
    pub(super) fn enter_iteration(&mut self) {
        self.depth += 1;
    }

    /// Back in the iteration before.
    pub(super) fn leave_iteration(&mut self) {
        self.depth -= 1;
    }

    fn sees(&self, depth: usize) -> bool {
        // Most is of the present level.
        depth == self.depth || self.outside.binary_search(&depth).is_ok()
    }
}

#[derive(Debug, Clone)]
struct Cell<T> {
    depth: usize,
    /// Empty after `new`.
    value: Option<T>,
}

/// Variables of one kind by slot.
#[derive(Debug, Clone)]
pub(super) struct Variables<T> {
    cells: Array<Stack<Cell<T>>>,
    /// Depths above 0 with the slots that may have a cell of them; depths rise.
    touched: Stack<(usize, usize)>,
}

impl<T: Clone> Variables<T> {
    pub(super) fn new() -> Self {
        Self {
            cells: Array::default(),
            touched: Stack::default(),
        }
    }

    fn top(&self, slot: usize) -> Option<&Cell<T>> {
        self.cells.get(slot).and_then(Stack::top)
    }

    /// The value of a name.
    pub(super) fn get(&self, slot: usize, name: &EcoString, levels: &Levels) -> Result<&T, Catchable> {
        match self.find(slot, levels) {
            Some(Some(value)) => Ok(value),
            Some(None) => Err(Catchable::NotInitializedAfterNew(name.clone())),
            None => Err(Catchable::VariableNotFound(name.clone())),
        }
    }

    /// The cell of a name that is in sight; it is empty after `new`.
    pub(super) fn find(&self, slot: usize, levels: &Levels) -> Option<Option<&T>> {
        let cell = self.top(slot).filter(|cell| levels.sees(cell.depth))?;
        Some(cell.value.as_ref())
    }

    /// Whether a name may be written here.
    pub(super) fn is_writable(&self, slot: usize, levels: &Levels) -> bool {
        levels.depth != 0 || self.top(slot).is_none_or(|cell| cell.value.is_none())
    }

    pub(super) fn set(
        &mut self,
        slot: usize,
        name: &EcoString,
        value: T,
        levels: &Levels,
    ) -> Result<(), ExecutionError> {
        if !self.is_writable(slot, levels) {
            return Err(Uncatchable::ShadowingIsNotAllowed(name.clone()).into());
        }
        let depth = levels.depth;
        let replaced = self
            .cells
            .get_mut(slot)
            .and_then(|cells| cells.pop_if(|cell| cell.depth == depth));
        self.push(slot, depth, Some(value), replaced.is_none());
        Ok(())
    }

    /// Enters a `new`.
    pub(super) fn open(&mut self, slot: usize, levels: &Levels) {
        self.push(slot, levels.depth, None, true);
    }

    /// Leaves a `new`.
    pub(super) fn close(&mut self, slot: usize, name: &EcoString, levels: &Levels) -> Result<(), Uncatchable> {
        let depth = levels.depth;
        let closed = self
            .cells
            .get_mut(slot)
            .and_then(|cells| cells.pop_if(|cell| cell.depth == depth));
        closed.map(|_| ()).ok_or_else(|| Uncatchable::ScalarsStateCorrupted {
            name: name.clone(),
            depth,
        })
    }

    fn push(&mut self, slot: usize, depth: usize, value: Option<T>, is_new: bool) {
        self.cells
            .entry(slot)
            .get_or_insert_default()
            .push(Cell { depth, value });
        // What stands outside all folds is never forgotten.
        if is_new && depth > 0 {
            self.touched.push((depth, slot));
        }
    }

    /// Forgets what the levels above the present one wrote.
    pub(super) fn clean_up(&mut self, levels: &Levels) {
        while let Some((_, slot)) = self.touched.pop_if(|(depth, _)| *depth > levels.depth) {
            if let Some(cells) = self.cells.get_mut(slot) {
                cells.pop_if(|cell| cell.depth > levels.depth);
            }
        }
    }
}
