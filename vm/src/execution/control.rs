//! Instructions that run others: what they do first, and what they do when a nested one has ended.

use super::fold::Source;
use super::frames::{Frame, Par, Side};
use super::{Begun, Machine, Outcome, Resumed};
use crate::failure::{Catchable, ExecutionError, Uncatchable};
use aqua_air::{OperandId, Operation, OperationId, VariableKind};

impl Machine<'_> {
    pub(super) fn seq(&mut self, left: OperationId, right: OperationId) -> Begun {
        self.complete = true;
        self.frames.push(|| Frame::Seq { right });
        Begun::Run(left)
    }

    pub(super) fn xor(&mut self, left: OperationId, right: OperationId) -> Begun {
        self.complete = true;
        self.frames.push(|| Frame::Xor { right });
        Begun::Run(left)
    }

    pub(super) fn par(
        &mut self,
        id: OperationId,
        left: OperationId,
        right: OperationId,
    ) -> Result<Begun, ExecutionError> {
        let position = self
            .trace
            .meet_par_start()
            .map_err(|error| self.trace_error(id, error))?;
        self.begin_side(left);
        self.frames.push(|| {
            Frame::ParLeft(Par {
                id,
                left,
                right,
                position,
                records: self.recorder.records,
            })
        });
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
        let sides = self.value(left).and_then(|left| Ok(left == self.value(right)?));
        match sides {
            Ok(are_equal) if are_equal == equal => Ok(Begun::Run(body)),
            Ok(_) if equal => Err(Catchable::MatchValuesNotEqual.into()),
            Ok(_) => Err(Catchable::MismatchValuesEqual.into()),
            Err(error) => self.join(error).map(|()| Begun::Done),
        }
    }

    /// Goes on with the latest frame.
    pub(super) fn resume(&mut self, outcome: Outcome) -> Result<Resumed, Uncatchable> {
        // Most are of these kinds, and dropping a frame takes less time than moving it.
        match self.frames.top() {
            Some(&Frame::Seq { right }) => {
                self.frames.drop_top();
                return Ok(self.after_left(right, outcome));
            }
            Some(&Frame::Next { id, iterator }) => {
                self.frames.drop_top();
                return Ok(Resumed::Done(self.end_next(id, iterator, outcome)?));
            }
            _ => {}
        }
        let Some(frame) = self.frames.pop() else {
            return Ok(Resumed::Done(outcome));
        };
        Ok(match frame {
            Frame::Seq { right } => self.after_left(right, outcome),
            Frame::Xor { right } => match outcome {
                Ok(()) => Resumed::Done(outcome),
                Err(error) => {
                    self.complete = true;
                    let errors = self.errors_mut();
                    errors.last.open = true;
                    errors.handled.original = Some(*error);
                    errors.handled.open = true;
                    self.frames.push(|| Frame::Handler);
                    Resumed::Run(right)
                }
            },
            Frame::Handler => {
                let handled = &mut self.errors_mut().handled;
                if handled.open {
                    handled.clear();
                }
                if outcome.is_ok() {
                    handled.open = true;
                }
                Resumed::Done(outcome)
            }
            Frame::ParLeft(par) => {
                let left = self.side(&outcome, par.records);
                self.trace
                    .meet_par_left_end(par.position)
                    .map_err(|error| self.trace_error(par.id, error))?;
                self.begin_side(par.right);
                self.frames.push(|| Frame::ParRight { par, left });
                Resumed::Run(par.right)
            }
            Frame::ParRight { par, left } => {
                let right = self.side(&outcome, usize::MAX);
                self.trace.meet_par_right_end(par.position);
                self.complete = left.complete || right.complete;
                let have_both_failed = left.failed && right.failed;
                if !have_both_failed {
                    self.open_last_error();
                }
                self.record_par(par, left, right);
                Resumed::Done(if have_both_failed { outcome } else { Ok(()) })
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
                let closed = self.close_stream(Source::Stream(scope));
                if outcome.is_ok() {
                    closed?;
                }
                Resumed::Done(outcome)
            }
            Frame::NewMap { scope } => {
                let closed = self.close_stream(Source::Map(scope));
                if outcome.is_ok() {
                    closed?;
                }
                Resumed::Done(outcome)
            }
            Frame::Fold { iterator } => {
                self.end_iteration(iterator);
                Resumed::Done(outcome)
            }
            Frame::Generation(fold) => {
                self.watch_generation(&outcome);
                self.end_generation(fold)?
            }
            Frame::Next { id, iterator } => Resumed::Done(self.end_next(id, iterator, outcome)?),
        })
    }

    /// The left side of a `seq` has ended.
    fn after_left(&self, right: OperationId, outcome: Outcome) -> Resumed {
        if outcome.is_ok() && self.complete {
            Resumed::Run(right)
        } else {
            Resumed::Done(outcome)
        }
    }

    /// How a side of a `par` ends; with errors if anything was recorded in it.
    fn side(&self, outcome: &Outcome, records: usize) -> Side {
        Side {
            complete: self.complete && outcome.is_ok(),
            failed: outcome.is_err(),
            errors: (self.recorder.records > records).then(|| self.errors.clone()),
        }
    }
}
