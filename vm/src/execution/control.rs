//! Instructions that run others: what they do first, and what they do when a nested one has ended.

use super::fold::StreamFold;
use super::{Begun, Machine, Outcome, Resumed};
use crate::failure::{Catchable, ExecutionError, Uncatchable};
use aqua_air::{OperandId, Operation, OperationId, ScopeId, Slot, VariableKind};

/// An operation that waits for a nested one.
#[derive(Debug)]
pub(super) enum Frame {
    /// `seq`, its left side runs.
    Seq { right: OperationId },
    /// `xor`, its left side runs.
    Xor { right: OperationId },
    /// `xor`, its right side runs.
    Handler,
    /// `par`, its left side runs.
    ParLeft { id: OperationId, right: OperationId },
    /// `par`, its right side runs.
    ParRight { left_complete: bool, left_failed: bool },
    /// `new` of a scalar, frozen stream or frozen map.
    New { slot: Slot },
    /// `new` of a stream.
    NewStream { scope: ScopeId },
    /// `new` of a stream map.
    NewMap { scope: ScopeId },
    /// `fold`, the body of its first item runs.
    Fold { iterator: Slot },
    /// `fold` over a stream, the body of the first value of a generation runs.
    Generation(Box<StreamFold>),
    /// `next`, the body of the next item runs.
    Next { id: OperationId, iterator: Slot },
}

impl Machine<'_> {
    pub(super) fn seq(&mut self, left: OperationId, right: OperationId) -> Begun {
        self.complete = true;
        self.frames.push(Frame::Seq { right });
        Begun::Run(left)
    }

    pub(super) fn xor(&mut self, left: OperationId, right: OperationId) -> Begun {
        self.complete = true;
        self.frames.push(Frame::Xor { right });
        Begun::Run(left)
    }

    pub(super) fn par(
        &mut self,
        id: OperationId,
        left: OperationId,
        right: OperationId,
    ) -> Result<Begun, ExecutionError> {
        self.trace
            .meet_par_start()
            .map_err(|error| self.trace_error(id, error))?;
        self.begin_side(left);
        self.frames.push(Frame::ParLeft { id, right });
        Ok(Begun::Run(left))
    }

    fn begin_side(&mut self, side: OperationId) {
        self.complete = !matches!(self.code[side], Operation::Next { .. });
    }

    pub(super) fn compare(
        &mut self,
        left: OperandId,
        right: OperandId,
        equal: bool,
        body: OperationId,
    ) -> Result<Begun, ExecutionError> {
        let sides = self
            .resolve(left)
            .and_then(|left| Ok(left.value == self.resolve(right)?.value));
        match sides {
            Ok(are_equal) if are_equal == equal => Ok(Begun::Run(body)),
            Ok(_) if equal => Err(Catchable::MatchValuesNotEqual.into()),
            Ok(_) => Err(Catchable::MismatchValuesEqual.into()),
            Err(error) => self.join(error).map(|()| Begun::Done),
        }
    }

    pub(super) fn resume(&mut self, frame: Frame, outcome: Outcome) -> Result<Resumed, Uncatchable> {
        Ok(match frame {
            Frame::Seq { right } if outcome.is_ok() && self.complete => Resumed::Run(right),
            Frame::Seq { .. } => Resumed::Done(outcome),
            Frame::Xor { right } => match outcome {
                Ok(()) => Resumed::Done(outcome),
                Err(error) => {
                    self.complete = true;
                    self.last_error.open = true;
                    self.error.original = Some(*error);
                    self.error.open = true;
                    self.frames.push(Frame::Handler);
                    Resumed::Run(right)
                }
            },
            Frame::Handler => {
                if self.error.open {
                    self.error.clear();
                }
                if outcome.is_ok() {
                    self.error.open = true;
                }
                Resumed::Done(outcome)
            }
            Frame::ParLeft { id, right } => {
                let left_complete = self.complete && outcome.is_ok();
                self.trace
                    .meet_par_left_end()
                    .map_err(|error| self.trace_error(id, error))?;
                self.begin_side(right);
                self.frames.push(Frame::ParRight {
                    left_complete,
                    left_failed: outcome.is_err(),
                });
                Resumed::Run(right)
            }
            Frame::ParRight {
                left_complete,
                left_failed,
            } => {
                let right_complete = self.complete && outcome.is_ok();
                self.trace.meet_par_right_end();
                self.complete = left_complete || right_complete;
                if left_failed && outcome.is_err() {
                    return Ok(Resumed::Done(outcome));
                }
                self.last_error.open = true;
                Resumed::Done(Ok(()))
            }
            Frame::New { slot } => {
                let name = self.code.name(slot);
                let closed = match self.code[slot].kind {
                    VariableKind::CanonStream => self.canon_streams.close(slot.index(), name, &self.levels),
                    VariableKind::CanonMap => self.canon_maps.close(slot.index(), name, &self.levels),
                    _ => self.scalars.close(slot.index(), name, &self.levels),
                };
                if outcome.is_ok() {
                    closed?;
                }
                Resumed::Done(outcome)
            }
            Frame::NewStream { scope } => {
                let closed = self.streams.close(scope.index()).compactify(&mut self.trace);
                if outcome.is_ok() {
                    closed?;
                }
                Resumed::Done(outcome)
            }
            Frame::NewMap { scope } => {
                let closed = self.maps.close(scope.index()).compactify(&mut self.trace);
                if outcome.is_ok() {
                    closed?;
                }
                Resumed::Done(outcome)
            }
            Frame::Fold { iterator } => {
                self.end_iteration(iterator);
                Resumed::Done(outcome)
            }
            Frame::Generation(fold) => self.end_generation(fold)?,
            Frame::Next { id, iterator } => Resumed::Done(self.end_next(id, iterator, outcome)?),
        })
    }
}
