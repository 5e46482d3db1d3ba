//! Why a recorded run can't be resumed.
//!
//! A [recording](super::recording) lets a later step go on where calls wait. Such a step must give, to the byte, what a run
//! of the whole script would give. [`Invalidation`] lists every case in which that is not certain, and the checks are the
//! functions of this module. An invalid recording is dropped and the whole script runs: this costs time and changes nothing
//! else.
//!
//! A resumed instruction sees the variables and streams that were recorded with its call. A full run would see the same,
//! unless another part of the script, which ran before and does not run again, reads or writes what this part writes or
//! reads. [`check_write`](Machine::check_write), [`check_add`](Machine::check_add) and [`check_read`](Machine::check_read)
//! exclude that.

use super::fold::{Source, StreamFold};
use super::frames::{Frame, Frames};
use super::recording::{EndedFold, EndedPar, Recording};
use super::resumption::{Relation, Task, relation};
use super::{Machine, Outcome};
use crate::failure::Catchable;
use aqua_air::{Operation, Slot};

/// Why a recorded run can't be resumed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Invalidation {
    // The attempt does not begin.
    /// No recorded call waits for an answer.
    NoWaitingCall,
    /// The recorded run is of another script or has other parameters.
    OtherRun,
    /// There are so many answers that a full run is cheaper.
    ManyAnswers,
    /// An answer names a call that does not wait.
    UnknownCall,

    // The run that is recorded is not repeatable: a further run without news would not do the same.
    /// Two calls wait under the same id.
    DuplicateCallId,
    /// The body of a fold added to the stream that the fold goes through, in other generations than a further run would.
    FoldExtendsItsStream,
    /// A service failed in a generation that counts as complete. It does so only in the run that takes the answer.
    FailedGeneration,
    /// An instruction failed before it left a state in the trace. A further run meets there the state of the next one.
    NoStateInTrace,
    /// A service of this peer answered a call of another peer. No machine makes such data, and the result is not signed.
    ForeignCall,

    // The attempt is abandoned.
    /// The order that a full run gives to two tasks is unknown.
    UnknownOrder,
    /// The recording or its trace lacks what the run refers to.
    Inconsistent,
    /// An error that no instruction catches.
    UncaughtError,
    /// An error that ends the step or undoes it.
    UncatchableError,
    /// An error leaves an iteration over a stream, whose position in the trace is not recorded.
    ErrorInIteration,
    /// `%last_error%` or `:error:` differ from what a part of the script saw that does not run again.
    ErrorsDiffer,
    /// Both sides of a `par` have failed.
    ParFailed,
    /// A `par` that was complete no longer is.
    ParIncomplete,
    /// A generation changes whether the next one would begin as it did.
    GenerationBoundary,
    /// A variable is written that is used outside the resumed side of a `par`.
    SharedVariable,
    /// A value is added to a stream that an enclosing or incomparable fold goes through.
    SharedStream,
    /// A stream is read to which a part of the script may have added that comes later in a full run.
    LaterAddition,
    /// The data would exceed its largest size.
    DataTooLarge,
}

impl Machine<'_> {
    /// Makes the recording invalid. The first reason is kept.
    pub(super) fn invalidate(&mut self, reason: Invalidation) {
        self.recorder.invalidation.get_or_insert(reason);
    }

    /// The record of a `par` that ended; its absence makes the recording invalid.
    pub(super) fn ended_par(&mut self, position: usize) -> Option<&mut EndedPar> {
        if self.recorder.recording.pars.get(position).is_none() {
            self.invalidate(Invalidation::Inconsistent);
        }
        self.recorder.recording.pars.get_mut(position)
    }

    /// The record of a fold that ended; its absence makes the recording invalid.
    pub(super) fn ended_fold(&mut self, position: usize) -> Option<&mut EndedFold> {
        if self.recorder.recording.folds.get(position).is_none() {
            self.invalidate(Invalidation::Inconsistent);
        }
        self.recorder.recording.folds.get_mut(position)
    }

    // While a run is recorded.

    /// A fold over a stream ends for now.
    pub(super) fn check_fold_end(&mut self, fold: &StreamFold) {
        if self.stream(fold.source, fold.stream).len() != fold.values {
            self.invalidate(Invalidation::FoldExtendsItsStream);
        }
    }

    /// A generation of a fold ends.
    pub(super) fn check_generation(&mut self, outcome: &Outcome) {
        let has_failed = matches!(outcome, Err(error) if matches!(**error, Catchable::LocalService { .. }));
        if has_failed && self.complete {
            self.invalidate(Invalidation::FailedGeneration);
        }
    }

    // While a run is resumed.

    /// A frame of the former run is unwound by an error.
    pub(super) fn check_unwinding(&mut self, outcome: &Outcome) -> bool {
        let reason = match self.frames.top() {
            None if outcome.is_err() => Invalidation::UncaughtError,
            Some(Frame::Next { iterator, .. }) if outcome.is_err() && self.is_over_stream(*iterator) => {
                Invalidation::ErrorInIteration
            }
            _ => return true,
        };
        self.invalidate(reason);
        false
    }

    /// The present task ends. What comes later must see the errors that it saw before.
    pub(super) fn check_errors(&mut self) {
        let former = self
            .resumption
            .as_ref()
            .and_then(|resumption| resumption.errors.as_ref());
        if former.is_some_and(|former| *former != self.errors) && continues_elsewhere(self.frames.frames()) {
            self.invalidate(Invalidation::ErrorsDiffer);
        }
    }

    /// The exit of a `par` or fold within those frames changes.
    pub(super) fn check_exit(&mut self, was_complete: bool, frames: &Frames, are_errors_equal: bool) {
        if !are_errors_equal && (was_complete || continues_elsewhere(frames)) {
            self.invalidate(Invalidation::ErrorsDiffer);
        }
    }

    /// A generation that is not the last one of a fold over a stream has changed. The next one began with what it left,
    /// unless its body sets that itself.
    pub(super) fn check_generation_boundary(&mut self, body: aqua_air::OperationId) -> bool {
        let begins_complete = matches!(
            self.code[body],
            Operation::Seq(..) | Operation::Xor(..) | Operation::Par(..)
        );
        if !begins_complete {
            self.invalidate(Invalidation::GenerationBoundary);
        }
        begins_complete
    }

    /// A variable is about to be written. Only the resumed side of the `par` may use it.
    pub(super) fn check_write(&mut self, slot: Slot) {
        let Some(resumption) = &self.resumption else { return };
        let side = self
            .frames
            .frames()
            .sides()
            .find(|(depth, _)| *depth <= resumption.depth);
        let operations = match side {
            Some((_, Frame::ParLeft(par))) => par.left.index()..par.right.index(),
            Some((_, Frame::ParRight { par, .. })) => resumption.uses.nested(par.right),
            _ => return,
        };
        if !resumption.uses.is_used_only_in(slot, &operations) {
            self.invalidate(Invalidation::SharedVariable);
        }
    }

    /// A value was added to a stream. Folds that come later go on with it; a fold that found no stream would begin.
    pub(super) fn check_add(&mut self, source: Source, number: usize) {
        let Some(resumption) = &mut self.resumption else { return };
        let streams = match source {
            Source::Stream(_) => &self.streams,
            Source::Map(_) => &self.maps,
        };
        let here = self.frames.frames();
        let mut is_shared = streams
            .pending_folds(source.scope().index())
            .any(|frames| relation(here, frames) != Relation::FoldBefore);
        for fold in streams.get(number).into_iter().flat_map(|stream| &stream.folds) {
            let ended = self.recorder.recording.folds.get(*fold);
            match ended.map(|ended| relation(here, &ended.frames)) {
                Some(Relation::FoldBefore) => {}
                Some(Relation::FoldAfter) => resumption.plan(Task::Extend(*fold)),
                Some(Relation::Unordered) | None => is_shared = true,
            }
        }
        if is_shared {
            self.invalidate(Invalidation::SharedStream);
        }
    }

    /// A stream is about to be read. Nothing that comes later may have added to it.
    pub(super) fn check_read(&mut self, source: Source) {
        let Some(resumption) = &self.resumption else { return };
        let uses = &resumption.uses;
        let scope = source.scope();
        let is_recorded = |(depth, _): &(usize, &Frame)| *depth <= resumption.depth;
        let (here, recording) = (self.frames.frames(), &self.recorder.recording);
        let par_adds = here.sides().filter(is_recorded).any(|(_, frame)| {
            let (par, may_right_add) = match frame {
                Frame::ParLeft(par) => (par, uses.may_add(scope, uses.nested(par.right))),
                Frame::ParRight { par, .. } => (par, false),
                _ => return true,
            };
            may_right_add
                || (is_par_complete(recording, par.position) && uses.may_add_outside(scope, &uses.nested(par.id)))
        });
        let fold_adds = here.branches().filter(is_recorded).any(|(_, frame)| match frame {
            Frame::Generation(fold) => match recording.folds.get(fold.trace.0) {
                Some(ended) => {
                    let operations = uses.nested(fold.parts.id);
                    (fold.generations < ended.generations && uses.may_add(scope, operations.clone()))
                        || (ended.complete && uses.may_add_outside(scope, &operations))
                }
                None => true,
            },
            _ => false,
        });
        if par_adds || fold_adds {
            self.invalidate(Invalidation::LaterAddition);
        }
    }
}

/// Whether those frames belong to a part of the script beside which others have run, or will run with what is seen at the
/// end of this one.
pub(super) fn continues_elsewhere(frames: &Frames) -> bool {
    frames.sides().next().is_some() || frames.branches().next().is_some()
}

fn is_par_complete(recording: &Recording, position: usize) -> bool {
    recording.pars.get(position).is_none_or(|ended| ended.complete)
}
