//! The states of `fold` over a stream: one that holds the lore, then the states of all iterations.
//!
//! An iteration has states before `next` and states after it; between them stand those of the deeper iterations of the
//! same generation. The machine follows the run down through the iterations of a generation and back up, moves both
//! sliders to what the traces know about each value, and notes where the result has its states.

use super::slider::Slider;
use super::{TraceHandler, lore};
use crate::data::{FoldResult, FoldSubTraceLore, SubTraceDesc, TraceState};
use crate::failure::{Kind, ResolvedFold, ResolvedSubTraceDescs, Side, TraceError};

/// The number of a `fold` over a stream within a run, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FoldId(u32);

/// A `fold` over a stream that runs.
#[derive(Debug)]
pub(super) struct FoldMachine {
    id: FoldId,
    /// Where its state stands in the result.
    position: usize,
    previous: Known,
    current: Known,
    /// Lore of finished generations.
    lore: Vec<FoldSubTraceLore>,
    /// Iterations of the generation at hand, from the outermost.
    iterations: Vec<Iteration>,
    /// How many of them are not left yet.
    open: usize,
    /// Whether the innermost iteration was reached, so that the run is on its way back.
    returning: bool,
}

/// What one of the traces knows about the fold.
#[derive(Debug)]
struct Known {
    fold: ResolvedFold,
    /// Where the slider goes afterwards.
    end_position: usize,
    end_len: usize,
}

#[derive(Debug)]
struct Iteration {
    value_pos: usize,
    previous: Option<ResolvedSubTraceDescs>,
    current: Option<ResolvedSubTraceDescs>,
    before_start: usize,
    before_end: Option<usize>,
    after_start: Option<usize>,
    after_end: Option<usize>,
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
        self.folds_started += 1;
        let id = FoldId(self.folds_started);
        self.folds.push(FoldMachine {
            id,
            position: self.result.len(),
            previous,
            current,
            lore: Vec::new(),
            iterations: Vec::new(),
            open: 0,
            returning: false,
        });
        self.result.push(TraceState::Fold(FoldResult::default()));
        Ok(id)
    }

    /// Before the body runs for the value that the state at a position of the result made.
    pub(crate) fn meet_iteration_start(&mut self, id: FoldId, value_pos: usize) -> Result<(), TraceError> {
        let position = self.result.len();
        let previous_pos = self.previous_positions.get(value_pos);
        let current_pos = self.current_positions.get(value_pos);
        let fold = fold(&mut self.folds, id);
        let previous = previous_pos.and_then(|position| fold.previous.fold.lore.remove(&position));
        let current = current_pos.and_then(|position| fold.current.fold.lore.remove(&position));
        enter(&mut self.previous, previous.map(|lore| lore.before_subtrace))?;
        enter(&mut self.current, current.map(|lore| lore.before_subtrace))?;
        fold.iterations.push(Iteration {
            value_pos,
            previous,
            current,
            before_start: position,
            before_end: None,
            after_start: None,
            after_end: None,
        });
        fold.open += 1;
        Ok(())
    }

    /// At `next`.
    pub(crate) fn meet_iteration_end(&mut self, id: FoldId) {
        let position = self.result.len();
        fold(&mut self.folds, id).innermost().before_end = Some(position);
    }

    /// At the innermost `next`, which has no further value, and after each deeper iteration.
    pub(crate) fn meet_back_iterator(&mut self, id: FoldId) -> Result<(), TraceError> {
        let position = self.result.len();
        let fold = fold(&mut self.folds, id);
        if fold.returning {
            fold.innermost().after_end = Some(position);
            fold.open -= 1;
        }
        fold.returning = true;
        let iteration = fold.innermost();
        iteration.before_end.get_or_insert(position);
        iteration.after_start = Some(position);
        let (previous, current) = (iteration.previous, iteration.current);
        enter(&mut self.previous, previous.map(|lore| lore.after_subtrace))?;
        enter(&mut self.current, current.map(|lore| lore.after_subtrace))
    }

    /// After the last iteration of a generation.
    pub(crate) fn meet_generation_end(&mut self, id: FoldId) {
        let position = self.result.len();
        let fold = fold(&mut self.folds, id);
        fold.open = 0;
        fold.returning = false;
        fold.lore
            .extend(fold.iterations.drain(..).map(|iteration| iteration.into_lore(position)));
    }

    /// After the last generation.
    pub(crate) fn meet_fold_end(&mut self, id: FoldId) {
        let index = self
            .folds
            .iter()
            .rposition(|fold| fold.id == id)
            .expect("a fold ends after it has begun");
        let fold = self.folds.remove(index);
        self.result[fold.position] = TraceState::Fold(FoldResult { lore: fold.lore });
        // A run that does not fit leaves the slider where it is: what is met then decides.
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

impl FoldMachine {
    fn innermost(&mut self) -> &mut Iteration {
        &mut self.iterations[self.open - 1]
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

impl Iteration {
    /// What was not reached is empty and ends here.
    fn into_lore(self, position: usize) -> FoldSubTraceLore {
        let run = |start: usize, end: usize| SubTraceDesc {
            begin_pos: number(start),
            subtrace_len: number(end - start),
        };
        let before_end = self.before_end.unwrap_or(position);
        let after_start = self.after_start.unwrap_or(position);
        let after_end = self.after_end.unwrap_or(position);
        FoldSubTraceLore {
            value_pos: number(self.value_pos),
            subtraces_desc: vec![run(self.before_start, before_end), run(after_start, after_end)],
        }
    }
}

fn number(position: usize) -> u32 {
    u32::try_from(position).unwrap_or(u32::MAX)
}
