//! The trace of a run.
//!
//! A full run meets, at each instruction with a state, the states that the previous and the current data have for it.
//! [`TraceHandler`] finds and merges them and builds the resulting trace. A resumed run meets none and inserts states into
//! the recorded trace: [`SplicedTrace`]. The machine uses both as [`Trace`].

mod bijection;
mod fold;
mod handler;
mod lore;
mod lore_builder;
mod merge;
mod par;
mod slider;
mod spliced;

pub(crate) use fold::FoldId;
pub(crate) use handler::TraceHandler;
pub(crate) use merge::{MetAp, MetCall};
pub(crate) use spliced::{SplicedTrace, TraceToken};

use crate::data::{ApResult, CanonState, TraceState};
use crate::failure::{TraceError, Uncatchable};
use smallvec::smallvec;

/// The generation of a value that this run added. It is replaced when the stream is compactified.
pub(crate) const UNKNOWN_GENERATION: u32 = 0xCAFE_BABE;

/// What happens between two states. The states of `par` and `fold` mark their beginning.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Event {
    /// The left side of a `par` ends. Identified by the position of its state.
    LeftEnd(usize),
    /// The right side of a `par` ends.
    RightEnd(usize),
    /// An iteration begins, for the value of the state at a position.
    Iteration { fold: FoldId, value: usize },
    /// `next`.
    Next(FoldId),
    /// The return from the innermost `next` or from a nested iteration.
    Back(FoldId),
    /// The last iteration of a generation ends.
    GenerationEnd(FoldId),
    /// The last generation ends.
    FoldEnd(FoldId),
}

/// The trace that a run builds.
#[derive(Debug)]
pub(crate) enum Trace<'d> {
    /// Merged from previous and current data.
    Merged(TraceHandler<'d>),
    /// The trace of a recorded run, into which states are inserted.
    Resumed(SplicedTrace),
}

impl Trace<'_> {
    /// Position of the next state; in a resumed trace, its number.
    pub(crate) fn position(&self) -> usize {
        match self {
            Self::Merged(handler) => handler.position(),
            Self::Resumed(trace) => trace.position(),
        }
    }

    pub(crate) fn push(&mut self, state: TraceState) {
        match self {
            Self::Merged(handler) => handler.push(state),
            Self::Resumed(trace) => trace.push(state),
        }
    }

    /// Adds the state of an `ap` of this run.
    pub(crate) fn push_ap(&mut self) {
        let state = || {
            TraceState::Ap(ApResult {
                res_generations: smallvec![UNKNOWN_GENERATION],
            })
        };
        match self {
            Self::Merged(handler) => handler.push_with(state),
            Self::Resumed(trace) => trace.push(state()),
        }
    }

    /// Adds a state that was met, if any.
    pub(crate) fn extend(&mut self, state: Option<TraceState>) {
        if let Some(state) = state {
            self.push(state);
        }
    }

    /// The merged state of the next call.
    pub(crate) fn meet_call(&mut self) -> Result<Option<MetCall>, TraceError> {
        match self {
            Self::Merged(handler) => handler.meet_call(),
            Self::Resumed(_) => Ok(None),
        }
    }

    /// The merged state of the next `ap` to a stream.
    pub(crate) fn meet_ap(&mut self) -> Result<Option<MetAp>, TraceError> {
        match self {
            Self::Merged(handler) => handler.meet_ap(),
            Self::Resumed(_) => Ok(None),
        }
    }

    /// The merged state of the next `canon`.
    pub(crate) fn meet_canon(&mut self) -> Result<Option<CanonState>, TraceError> {
        match self {
            Self::Merged(handler) => handler.meet_canon(),
            Self::Resumed(_) => Ok(None),
        }
    }

    /// Writes the final generation of a stream's value into the state that made the value.
    pub(crate) fn set_generation(&mut self, position: usize, generation: u32) -> Result<(), Uncatchable> {
        match self {
            Self::Merged(handler) => handler.set_generation(position, generation),
            Self::Resumed(trace) => {
                trace.set_generation(position, generation);
                Ok(())
            }
        }
    }

    /// Before the left side of a `par`. Returns the position of its state.
    pub(crate) fn meet_par_start(&mut self) -> Result<usize, TraceError> {
        match self {
            Self::Merged(handler) => handler.meet_par_start(),
            Self::Resumed(trace) => {
                let position = trace.position();
                trace.push(TraceState::Par(crate::data::ParResult::default()));
                Ok(position)
            }
        }
    }

    /// Between the sides of the `par` with its state at that position.
    pub(crate) fn meet_par_left_end(&mut self, par: usize) -> Result<(), TraceError> {
        match self {
            Self::Merged(handler) => handler.meet_par_left_end(),
            Self::Resumed(trace) => {
                trace.push_event(Event::LeftEnd(par));
                Ok(())
            }
        }
    }

    /// After its right side.
    pub(crate) fn meet_par_right_end(&mut self, par: usize) {
        match self {
            Self::Merged(handler) => handler.meet_par_right_end(),
            Self::Resumed(trace) => trace.push_event(Event::RightEnd(par)),
        }
    }

    /// Before the first generation of a fold.
    pub(crate) fn meet_fold_start(&mut self) -> Result<FoldId, TraceError> {
        match self {
            Self::Merged(handler) => handler.meet_fold_start(),
            Self::Resumed(trace) => {
                let position = trace.position();
                trace.push(TraceState::Fold(crate::data::FoldResult::default()));
                Ok(FoldId(position))
            }
        }
    }

    /// Before the body runs for the value that the state at a position of the result made.
    pub(crate) fn meet_iteration_start(&mut self, fold: FoldId, value: usize) -> Result<(), TraceError> {
        match self {
            Self::Merged(handler) => handler.meet_iteration_start(fold, value),
            Self::Resumed(trace) => {
                trace.push_event(Event::Iteration { fold, value });
                Ok(())
            }
        }
    }

    /// At `next`.
    pub(crate) fn meet_iteration_end(&mut self, fold: FoldId) {
        match self {
            Self::Merged(handler) => handler.meet_iteration_end(fold),
            Self::Resumed(trace) => trace.push_event(Event::Next(fold)),
        }
    }

    /// At the innermost `next`, which has no further value, and after each nested iteration.
    pub(crate) fn meet_back_iterator(&mut self, fold: FoldId) -> Result<(), TraceError> {
        match self {
            Self::Merged(handler) => handler.meet_back_iterator(fold),
            Self::Resumed(trace) => {
                trace.push_event(Event::Back(fold));
                Ok(())
            }
        }
    }

    /// Skips the recorded return from a nested iteration.
    pub(crate) fn skip_back(&mut self, fold: FoldId) {
        if let Self::Resumed(trace) = self {
            trace.skip_back(fold);
        }
    }

    /// The trace of a resumed run.
    pub(crate) fn resumed(&mut self) -> Option<&mut SplicedTrace> {
        match self {
            Self::Merged(_) => None,
            Self::Resumed(trace) => Some(trace),
        }
    }

    /// The end of the `par` or fold that has just ended, if the run is recorded.
    pub(crate) fn last_end(&self) -> TraceToken {
        match self {
            Self::Merged(handler) => handler.last_event(),
            Self::Resumed(trace) => trace.last_token(),
        }
    }

    /// After the last iteration of a generation.
    pub(crate) fn meet_generation_end(&mut self, fold: FoldId) {
        match self {
            Self::Merged(handler) => handler.meet_generation_end(fold),
            Self::Resumed(trace) => trace.push_event(Event::GenerationEnd(fold)),
        }
    }

    /// After the last generation.
    pub(crate) fn meet_fold_end(&mut self, fold: FoldId) {
        match self {
            Self::Merged(handler) => handler.meet_fold_end(fold),
            Self::Resumed(trace) => trace.push_event(Event::FoldEnd(fold)),
        }
    }
}
