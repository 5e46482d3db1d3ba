//! Instructions that run others, and what happens when a nested instruction has ended.

use super::fold::Source;
use super::frames::{Frame, Par, Side};
use super::{Machine, Outcome, Returned, Started};
use crate::failure::{Catchable, ExecutionError, Uncatchable};
use aqua_air::{OperandId, Operation, OperationId, VariableKind};

impl Machine<'_> {
    pub(super) fn seq(&mut self, left: OperationId, right: OperationId) -> Started {
        self.complete = true;
        self.frames.push(|| Frame::Seq { right });
        Started::Run(left)
    }

    pub(super) fn xor(&mut self, left: OperationId, right: OperationId) -> Started {
        self.complete = true;
        self.frames.push(|| Frame::Xor { right });
        Started::Run(left)
    }

    pub(super) fn par(
        &mut self,
        id: OperationId,
        left: OperationId,
        right: OperationId,
    ) -> Result<Started, ExecutionError> {
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
        Ok(Started::Run(left))
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
    ) -> Result<Started, ExecutionError> {
        let sides = self.value(left).and_then(|left| Ok(left == self.value(right)?));
        match sides {
            Ok(are_equal) if are_equal == equal => Ok(Started::Run(body)),
            Ok(_) if equal => Err(Catchable::MatchValuesNotEqual.into()),
            Ok(_) => Err(Catchable::MismatchValuesEqual.into()),
            Err(error) => self.join(error).map(|()| Started::Done),
        }
    }

    /// Returns to the innermost frame with the outcome of its nested operation.
    pub(super) fn return_to_frame(&mut self, outcome: Outcome) -> Result<Returned, Uncatchable> {
        // The most frequent kinds: dropping a frame is cheaper than moving it.
        match self.frames.top() {
            Some(&Frame::Seq { right }) => {
                self.frames.drop_top();
                return Ok(self.after_left(right, outcome));
            }
            Some(&Frame::Next { id, iterator }) => {
                self.frames.drop_top();
                return Ok(Returned::Done(self.end_next(id, iterator, outcome)?));
            }
            _ => {}
        }
        let Some(frame) = self.frames.pop() else {
            return Ok(Returned::Done(outcome));
        };
        Ok(match frame {
            Frame::Seq { right } => self.after_left(right, outcome),
            Frame::Xor { right } => match outcome {
                Ok(()) => Returned::Done(outcome),
                Err(error) => {
                    self.complete = true;
                    let errors = self.errors_mut();
                    errors.last.open = true;
                    errors.handled.original = Some(*error);
                    errors.handled.open = true;
                    self.frames.push(|| Frame::Handler);
                    Returned::Run(right)
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
                Returned::Done(outcome)
            }
            Frame::ParLeft(par) => {
                self.survey_side(par.left, &outcome, false);
                let left = self.side(&outcome, par.records);
                self.trace
                    .meet_par_left_end(par.position)
                    .map_err(|error| self.trace_error(par.id, error))?;
                self.begin_side(par.right);
                self.frames.push(|| Frame::ParRight { par, left });
                Returned::Run(par.right)
            }
            Frame::ParRight { par, left } => {
                self.survey_side(par.right, &outcome, left.failed);
                let right = self.side(&outcome, usize::MAX);
                self.trace.meet_par_right_end(par.position);
                self.complete = left.complete || right.complete;
                let have_both_failed = left.failed && right.failed;
                if !have_both_failed {
                    self.open_last_error();
                }
                self.record_par(par, left, right);
                Returned::Done(if have_both_failed { outcome } else { Ok(()) })
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
                Returned::Done(outcome)
            }
            Frame::NewStream { scope } => {
                let closed = self.close_stream(Source::Stream(scope));
                if outcome.is_ok() {
                    closed?;
                }
                Returned::Done(outcome)
            }
            Frame::NewMap { scope } => {
                let closed = self.close_stream(Source::Map(scope));
                if outcome.is_ok() {
                    closed?;
                }
                Returned::Done(outcome)
            }
            Frame::Fold { iterator } => {
                self.end_iteration(iterator);
                Returned::Done(outcome)
            }
            Frame::Generation(fold) => {
                self.check_generation(&outcome);
                self.end_generation(fold)?
            }
            Frame::Next { id, iterator } => Returned::Done(self.end_next(id, iterator, outcome)?),
        })
    }

    /// The left side of a `seq` has ended.
    fn after_left(&self, right: OperationId, outcome: Outcome) -> Returned {
        if outcome.is_ok() && self.complete {
            Returned::Run(right)
        } else {
            Returned::Done(outcome)
        }
    }

    /// The end of a side of a `par`; with errors if anything was recorded in it.
    fn side(&self, outcome: &Outcome, records: usize) -> Side {
        Side {
            complete: self.complete && outcome.is_ok(),
            failed: outcome.is_err(),
            errors: (self.recorder.records > records).then(|| self.errors.clone()),
        }
    }
}
