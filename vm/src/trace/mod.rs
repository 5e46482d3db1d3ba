//! The trace of a run.
//!
//! A run walks the script once and meets, at each instruction that leaves a mark, the states that the previous and the
//! current data have for it. [`TraceHandler`] finds them, merges them and collects the resulting trace. A run that takes up
//! a former one meets none and lets that one's trace grow: [`TraceTree`]. To the machine both are one thing, [`Trace`].

mod bijection;
mod fold;
mod handler;
mod lore;
mod lore_builder;
mod merge;
mod par;
mod slider;
mod tree;

pub(crate) use fold::FoldId;
pub(crate) use handler::TraceHandler;
pub(crate) use merge::{MetAp, MetCall};
pub(crate) use tree::TraceTree;

use crate::data::{ApResult, CanonState, TraceState};
use crate::failure::{TraceError, Uncatchable};
use smallvec::smallvec;

/// Generation of a value that this run added; replaced when its stream is compactified.
pub(crate) const UNKNOWN_GENERATION: u32 = 0xCAFE_BABE;

/// What a run does between the states that it makes. States begin `par` and `fold`.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Event {
    /// The left side of the `par` with its state at that position ends.
    LeftEnd(usize),
    /// So does its right side.
    RightEnd(usize),
    /// An iteration begins, for the value that the state at a position made.
    Iteration { fold: FoldId, value: usize },
    /// `next`.
    Next(FoldId),
    /// The way back from the innermost `next` or from a deeper iteration.
    Back(FoldId),
    /// The last iteration of a generation ends.
    GenerationEnd(FoldId),
    /// The last generation ends.
    FoldEnd(FoldId),
}

/// The trace in the making.
#[derive(Debug)]
pub(crate) enum Trace<'d> {
    /// Merged from previous and current data.
    Merged(TraceHandler<'d>),
    /// Grown from a former run's.
    Resumed(TraceTree),
}

impl Trace<'_> {
    /// Position that the next state takes; in a trace that grows, its number.
    pub(crate) fn position(&self) -> usize {
        match self {
            Self::Merged(handler) => handler.position(),
            Self::Resumed(tree) => tree.position(),
        }
    }

    pub(crate) fn push(&mut self, state: TraceState) {
        match self {
            Self::Merged(handler) => handler.push(state),
            Self::Resumed(tree) => tree.push(state),
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
            Self::Resumed(tree) => tree.push(state()),
        }
    }

    /// Takes over a state that was met, if there was one.
    pub(crate) fn extend(&mut self, state: Option<TraceState>) {
        if let Some(state) = state {
            self.push(state);
        }
    }

    /// What is known about the call that is met now.
    pub(crate) fn meet_call(&mut self) -> Result<Option<MetCall>, TraceError> {
        match self {
            Self::Merged(handler) => handler.meet_call(),
            Self::Resumed(_) => Ok(None),
        }
    }

    /// What is known about the `ap` to a stream that is met now.
    pub(crate) fn meet_ap(&mut self) -> Result<Option<MetAp>, TraceError> {
        match self {
            Self::Merged(handler) => handler.meet_ap(),
            Self::Resumed(_) => Ok(None),
        }
    }

    /// What is known about the `canon` that is met now.
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
            Self::Resumed(tree) => {
                tree.set_generation(position, generation);
                Ok(())
            }
        }
    }

    /// Before the left side of a `par`. Gives the position of its state.
    pub(crate) fn meet_par_start(&mut self) -> Result<usize, TraceError> {
        match self {
            Self::Merged(handler) => handler.meet_par_start(),
            Self::Resumed(tree) => {
                let position = tree.position();
                tree.push(TraceState::Par(crate::data::ParResult::default()));
                Ok(position)
            }
        }
    }

    /// Between the sides of the `par` with its state at that position.
    pub(crate) fn meet_par_left_end(&mut self, par: usize) -> Result<(), TraceError> {
        match self {
            Self::Merged(handler) => handler.meet_par_left_end(),
            Self::Resumed(tree) => {
                tree.par_left_end(par);
                Ok(())
            }
        }
    }

    /// After its right side.
    pub(crate) fn meet_par_right_end(&mut self, par: usize) {
        match self {
            Self::Merged(handler) => handler.meet_par_right_end(),
            Self::Resumed(tree) => tree.move_after(par),
        }
    }

    /// Before the first generation of a fold.
    pub(crate) fn meet_fold_start(&mut self) -> Result<FoldId, TraceError> {
        match self {
            Self::Merged(handler) => handler.meet_fold_start(),
            Self::Resumed(tree) => {
                let position = tree.position();
                tree.push(TraceState::Fold(crate::data::FoldResult::default()));
                Ok(FoldId(position))
            }
        }
    }

    /// Before the body runs for the value that the state at a position of the result made.
    pub(crate) fn meet_iteration_start(&mut self, fold: FoldId, value: usize) -> Result<(), TraceError> {
        match self {
            Self::Merged(handler) => handler.meet_iteration_start(fold, value),
            Self::Resumed(tree) => {
                tree.push_event(Event::Iteration { fold, value });
                Ok(())
            }
        }
    }

    /// At `next`.
    pub(crate) fn meet_iteration_end(&mut self, fold: FoldId) {
        match self {
            Self::Merged(handler) => handler.meet_iteration_end(fold),
            Self::Resumed(tree) => tree.push_event(Event::Next(fold)),
        }
    }

    /// At the innermost `next`, which has no further value, and after each deeper iteration.
    pub(crate) fn meet_back_iterator(&mut self, fold: FoldId) -> Result<(), TraceError> {
        match self {
            Self::Merged(handler) => handler.meet_back_iterator(fold),
            Self::Resumed(tree) => {
                tree.push_event(Event::Back(fold));
                Ok(())
            }
        }
    }

    /// The way back from a deeper iteration that a former run went, too.
    pub(crate) fn skip_back(&mut self, fold: FoldId) {
        if let Self::Resumed(tree) = self {
            tree.skip_back(fold);
        }
    }

    /// The trace that grows.
    pub(crate) fn tree(&mut self) -> Option<&mut TraceTree> {
        match self {
            Self::Merged(_) => None,
            Self::Resumed(tree) => Some(tree),
        }
    }

    /// After the last iteration of a generation.
    pub(crate) fn meet_generation_end(&mut self, fold: FoldId) {
        match self {
            Self::Merged(handler) => handler.meet_generation_end(fold),
            Self::Resumed(tree) => tree.push_event(Event::GenerationEnd(fold)),
        }
    }

    /// After the last generation.
    pub(crate) fn meet_fold_end(&mut self, fold: FoldId) {
        match self {
            Self::Merged(handler) => handler.meet_fold_end(fold),
            Self::Resumed(tree) => tree.move_after(fold.0),
        }
    }
}
