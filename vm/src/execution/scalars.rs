//! Scalars and canonicalised streams and maps: variables that are written once, except inside folds.
//!
//! Each iteration of a fold is a level. A variable has a stack of cells, at most one per level besides the empty ones that
//! `new` creates. Only cells of visible levels can be read: the level outside all folds and the innermost level of every
//! running fold.

use super::snapshots::{Array, LINK, Popped, Stack};
use crate::failure::{Catchable, ExecutionError, Uncatchable};
use crate::memory::Footprint;
use ecow::{EcoString, EcoVec};

/// The levels of running folds.
#[derive(Debug, Clone)]
pub(super) struct Levels {
    depth: usize,
    /// Visible depths below the current one, ascending.
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

    /// A fold goes to its next item, which hides the level of the item before.
    pub(super) fn enter_iteration(&mut self) {
        self.depth += 1;
    }

    /// Returns to the iteration before.
    pub(super) fn leave_iteration(&mut self) {
        self.depth -= 1;
    }

    fn sees(&self, depth: usize) -> bool {
        // The most frequent case.
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
    /// Depths above 0, ascending, with the slots that may have a cell of that depth.
    touched: Stack<(usize, usize)>,
}

impl<T: Clone + Footprint> Variables<T> {
    /// Memory of a cell.
    const CELL: usize = LINK + 8 + T::OPTION;
    /// Memory of an entry of `touched`.
    const TOUCHED: usize = LINK + 16;

    pub(super) fn new() -> Self {
        Self {
            cells: Array::default(),
            touched: Stack::default(),
        }
    }

    fn top(&self, slot: usize) -> Option<&Cell<T>> {
        self.cells.get(slot).and_then(Stack::top)
    }

    /// The value of a variable.
    pub(super) fn get(&self, slot: usize, name: &EcoString, levels: &Levels) -> Result<&T, Catchable> {
        match self.find(slot, levels) {
            Some(Some(value)) => Ok(value),
            Some(None) => Err(Catchable::NotInitializedAfterNew(name.clone())),
            None => Err(Catchable::VariableNotFound(name.clone())),
        }
    }

    /// The visible cell of a variable; it is empty after `new`.
    pub(super) fn find(&self, slot: usize, levels: &Levels) -> Option<Option<&T>> {
        let cell = self.top(slot).filter(|cell| levels.sees(cell.depth))?;
        Some(cell.value.as_ref())
    }

    /// Whether a variable may be written at the current level.
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
        let replaced = self.pop_if(slot, |cell| cell.depth == depth);
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
        let closed = self.pop_if(slot, |cell| cell.depth == depth);
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
        self.cells.allocated(Self::CELL);
        // Cells outside all folds are never cleaned up.
        if is_new && depth > 0 {
            self.touched.push((depth, slot));
            self.cells.allocated(Self::TOUCHED);
        }
    }

    fn pop_if(&mut self, slot: usize, condition: impl FnOnce(&Cell<T>) -> bool) -> Option<Cell<T>> {
        let Popped { value, is_freed } = self.cells.get_mut(slot)?.pop_if(condition)?;
        if is_freed {
            self.cells.freed(Self::CELL);
        }
        Some(value)
    }

    /// Removes the cells of the levels above the current one.
    pub(super) fn clean_up(&mut self, levels: &Levels) {
        while let Some(touched) = self.touched.pop_if(|(depth, _)| *depth > levels.depth) {
            if touched.is_freed {
                self.cells.freed(Self::TOUCHED);
            }
            let (_, slot) = touched.value;
            self.pop_if(slot, |cell| cell.depth > levels.depth);
        }
    }

    /// The memory that a snapshot taken now retains and former ones don't.
    pub(super) fn take_fresh(&mut self) -> usize {
        self.cells.take_fresh()
    }
}
