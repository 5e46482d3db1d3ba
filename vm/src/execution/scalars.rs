//! Scalars, frozen streams and frozen maps: variables that are written once, except inside folds.
//!
//! Each iteration of a fold is a level. A name has a stack of cells, at most one per level besides the empty ones that
//! `new` puts there. Only cells of levels that are in sight can be read: the level outside all folds and the innermost
//! level of every fold that runs.

use crate::failure::{Catchable, ExecutionError, Uncatchable};
use ecow::EcoString;

/// The levels of folds.
#[derive(Debug)]
pub(super) struct Levels {
    depth: usize,
    /// By depth.
    in_sight: Vec<bool>,
}

impl Levels {
    pub(super) fn new() -> Self {
        Self {
            depth: 0,
            in_sight: vec![true],
        }
    }

    /// A fold begins.
    pub(super) fn enter_fold(&mut self) {
        self.depth += 1;
        self.show(true);
    }

    /// A fold goes to its next item; afterwards call [`leave`](Self::leave) and [`show_again`](Self::show_again).
    pub(super) fn enter_iteration(&mut self) {
        self.show(false);
        self.depth += 1;
        self.show(true);
    }

    /// A fold ends, or an iteration does.
    pub(super) fn leave(&mut self) {
        self.show(false);
        self.depth -= 1;
    }

    /// Back in the iteration that called `next`.
    pub(super) fn show_again(&mut self) {
        self.show(true);
    }

    fn show(&mut self, visible: bool) {
        if self.in_sight.len() <= self.depth {
            self.in_sight.resize(self.depth + 1, false);
        }
        self.in_sight[self.depth] = visible;
    }

    fn sees(&self, depth: usize) -> bool {
        self.in_sight.get(depth).copied().unwrap_or(false)
    }
}

#[derive(Debug)]
struct Cell<T> {
    depth: usize,
    /// Empty after `new`.
    value: Option<T>,
}

/// Variables of one kind by slot.
#[derive(Debug)]
pub(super) struct Variables<T> {
    cells: Vec<Vec<Cell<T>>>,
    /// By depth, the slots that may have a cell of it.
    touched: Vec<Vec<usize>>,
}

impl<T> Variables<T> {
    pub(super) fn new(slots: usize) -> Self {
        let mut cells = Vec::new();
        cells.resize_with(slots, Vec::new);
        Self {
            cells,
            touched: Vec::new(),
        }
    }

    /// The value of a name.
    pub(super) fn get(&self, slot: usize, name: &EcoString, levels: &Levels) -> Result<&T, Catchable> {
        match self.cells[slot].last() {
            Some(cell) if levels.sees(cell.depth) => cell
                .value
                .as_ref()
                .ok_or_else(|| Catchable::NotInitializedAfterNew(name.clone())),
            _ => Err(Catchable::VariableNotFound(name.clone())),
        }
    }

    /// Whether a name may be written here.
    pub(super) fn is_writable(&self, slot: usize, levels: &Levels) -> bool {
        levels.depth != 0 || self.cells[slot].last().is_none_or(|cell| cell.value.is_none())
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
        match self.cells[slot].last_mut() {
            Some(cell) if cell.depth == levels.depth => cell.value = Some(value),
            _ => self.push(slot, levels.depth, Some(value)),
        }
        Ok(())
    }

    /// Enters a `new`.
    pub(super) fn open(&mut self, slot: usize, levels: &Levels) {
        self.push(slot, levels.depth, None);
    }

    /// Leaves a `new`.
    pub(super) fn close(&mut self, slot: usize, name: &EcoString, levels: &Levels) -> Result<(), Uncatchable> {
        let depth = levels.depth;
        match self.cells[slot].pop_if(|cell| cell.depth == depth) {
            Some(_) => Ok(()),
            None => Err(Uncatchable::ScalarsStateCorrupted {
                name: name.clone(),
                depth,
            }),
        }
    }

    fn push(&mut self, slot: usize, depth: usize, value: Option<T>) {
        self.cells[slot].push(Cell { depth, value });
        if self.touched.len() <= depth {
            self.touched.resize_with(depth + 1, Vec::new);
        }
        self.touched[depth].push(slot);
    }

    /// Forgets what the level above the present one wrote.
    pub(super) fn clean_up(&mut self, levels: &Levels) {
        for slots in self.touched.drain((levels.depth + 1).min(self.touched.len())..) {
            for slot in slots {
                self.cells[slot].pop_if(|cell| cell.depth > levels.depth);
            }
        }
    }
}
