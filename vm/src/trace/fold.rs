//! The states of `fold` over a stream: one with the lore, then the states of all iterations.
//!
//! An iteration has states before and after `next`. Between them are those of the nested iterations of the same generation.
//! Along the iterations of a generation and back, this moves both sliders to the states that the traces have for each value
//! and records the positions of the resulting states.

use super::lore_builder::LoreBuilder;
use super::slider::Slider;
use super::{Event, TraceHandler, lore};
use crate::data::{FoldResult, SubTraceDesc, TraceState};
use crate::failure::{Kind, ResolvedFold, ResolvedSubTraceDescs, Side, TraceError};

/// A `fold` over a stream within a run, by the position of its state in the result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FoldId(pub(crate) usize);

/// A running `fold` over a stream.
#[derive(Debug)]
pub(super) struct FoldMachine {
    id: FoldId,
    previous: Known,
    current: Known,
    lore: LoreBuilder,
    /// The lore that the traces have for the iterations of the current generation.
    known: Vec<[Option<ResolvedSubTraceDescs>; 2]>,
}

/// The lore that one of the traces has for the fold.
#[derive(Debug)]
struct Known {
    fold: ResolvedFold,
    /// Position of the slider after the fold.
    end_position: usize,
    end_len: usize,
}

impl TraceHandler<'_> {
    /// Before the first generation.
    pub(crate) fn meet_fold_start(&mut self) -> Result<FoldId, TraceError> {
        let (previous, current) = self.meet(Kind::Fold, |state| {
            if let TraceState::Fold(fold) = state {
                Some(fold)
            } else {
                None
            }
        })?;
        let previous = Known::new(previous, &self.previous, Side::Previous)?;
        let current = Known::new(current, &self.current, Side::Current)?;
        let id = FoldId(self.result.len());
        self.folds.push(FoldMachine {
            id,
            previous,
            current,
            lore: LoreBuilder::default(),
            known: Vec::new(),
        });
        self.result.push(TraceState::Fold(FoldResult::default()));
        Ok(id)
    }

    /// Before the body runs for the value that the state at a position of the result made.
    pub(crate) fn meet_iteration_start(&mut self, id: FoldId, value_pos: usize) -> Result<(), TraceError> {
        self.note(Event::Iteration {
            fold: id,
            value: value_pos,
        });
        let position = self.result.len();
        let previous_pos = self.previous_positions.get(value_pos);
        let current_pos = self.current_positions.get(value_pos);
        let fold = fold(&mut self.folds, id);
        let previous = previous_pos.and_then(|position| fold.previous.fold.lore.remove(&position));
        let current = current_pos.and_then(|position| fold.current.fold.lore.remove(&position));
        enter(&mut self.previous, previous.map(|lore| lore.before_subtrace))?;
        enter(&mut self.current, current.map(|lore| lore.before_subtrace))?;
        fold.known.push([previous, current]);
        fold.lore.begin(value_pos, position);
        Ok(())
    }

    /// At `next`.
    pub(crate) fn meet_iteration_end(&mut self, id: FoldId) {
        self.note(Event::Next(id));
        let position = self.result.len();
        fold(&mut self.folds, id).lore.next(position);
    }

    /// At the innermost `next`, which has no further value, and after each nested iteration.
    pub(crate) fn meet_back_iterator(&mut self, id: FoldId) -> Result<(), TraceError> {
        self.note(Event::Back(id));
        let position = self.result.len();
        let fold = fold(&mut self.folds, id);
        let [previous, current] = fold.known[fold.lore.back(position)];
        enter(&mut self.previous, previous.map(|lore| lore.after_subtrace))?;
        enter(&mut self.current, current.map(|lore| lore.after_subtrace))
    }

    /// After the last iteration of a generation.
    pub(crate) fn meet_generation_end(&mut self, id: FoldId) {
        self.note(Event::GenerationEnd(id));
        let position = self.result.len();
        let fold = fold(&mut self.folds, id);
        fold.known.clear();
        fold.lore.end_generation(position);
    }

    /// After the last generation.
    pub(crate) fn meet_fold_end(&mut self, id: FoldId) {
        let index = self
            .folds
            .iter()
            .rposition(|fold| fold.id == id)
            .expect("a fold ends after it has started");
        let fold = self.folds.remove(index);
        self.result[id.0] = TraceState::Fold(FoldResult {
            lore: fold.lore.finished,
        });
        self.note(Event::FoldEnd(id));
        // A range that exceeds the trace leaves the slider unchanged. The next state that is met decides.
        let _ = self
            .previous
            .set_position_and_len(fold.previous.end_position, fold.previous.end_len);
        let _ = self
            .current
            .set_position_and_len(fold.current.end_position, fold.current.end_len);
    }
}

fn fold(folds: &mut [FoldMachine], id: FoldId) -> &mut FoldMachine {
    folds
        .iter_mut()
        .rfind(|fold| fold.id == id)
        .expect("the executor knows only folds that run")
}

fn enter(slider: &mut Slider<'_>, run: Option<SubTraceDesc>) -> Result<(), TraceError> {
    match run {
        Some(run) => slider.set_position_and_len(run.begin_pos as usize, run.subtrace_len as usize),
        None => slider.set_subtrace_len(0),
    }
}

impl Known {
    fn new(fold: Option<&FoldResult>, slider: &Slider<'_>, side: Side) -> Result<Self, TraceError> {
        let fold = fold.map_or_else(|| Ok(ResolvedFold::default()), |fold| lore::resolve(fold, slider))?;
        let position = slider.position();
        // Positions are 32 bits wide.
        let end_position = position.checked_add(fold.fold_states_count);
        let Some(end_position) = end_position.filter(|end| u32::try_from(*end).is_ok()) else {
            return Err(TraceError::FoldPositionOverflow { side, fold, position });
        };
        let Some(end_len) = slider.remaining().checked_sub(fold.fold_states_count) else {
            return Err(TraceError::FoldLengthUnderflow { side, fold, position });
        };
        Ok(Self {
            fold,
            end_position,
            end_len,
        })
    }
}
