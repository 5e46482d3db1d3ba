//! The states of `par`: one with the sizes, those of the left side, those of the right side.

use super::slider::Slider;
use super::{Event, TraceHandler};
use crate::data::{ParResult, TraceState};
use crate::failure::{Kind, Side, TraceError};

/// A running `par`.
#[derive(Debug)]
pub(super) struct ParMachine {
    /// Position of its state in the result.
    position: usize,
    previous: Run,
    current: Run,
}

/// The states of a `par` in one of the traces.
#[derive(Debug)]
struct Run {
    sizes: ParResult,
    /// Position of the first state of the left side.
    position: usize,
    /// States after this `par` that belong to the enclosing instruction.
    behind: usize,
}

impl TraceHandler<'_> {
    /// Before the left side. Returns the position of the state.
    pub(crate) fn meet_par_start(&mut self) -> Result<usize, TraceError> {
        let (previous, current) = self.meet(Kind::Par, |state| {
            if let TraceState::Par(par) = state {
                Some(par)
            } else {
                None
            }
        })?;
        let mut previous = Run::new(previous.copied().unwrap_or_default(), &self.previous)?;
        let mut current = Run::new(current.copied().unwrap_or_default(), &self.current)?;
        previous.measure(&self.previous)?;
        current.measure(&self.current)?;
        self.previous.set_subtrace_len(previous.sizes.left_size as usize)?;
        self.current.set_subtrace_len(current.sizes.left_size as usize)?;
        let position = self.result.len();
        self.pars.push(ParMachine {
            position,
            previous,
            current,
        });
        self.result.push(TraceState::Par(ParResult::default()));
        Ok(position)
    }

    /// Between the sides.
    pub(crate) fn meet_par_left_end(&mut self) -> Result<(), TraceError> {
        let par = self.pars.last().expect("a left side ends in a par that has started");
        let left_size = size(self.result.len() - par.position - 1);
        par.previous.enter_right(&mut self.previous);
        par.current.enter_right(&mut self.current);
        self.result[par.position] = TraceState::Par(ParResult {
            left_size,
            right_size: 0,
        });
        let position = par.position;
        self.note(Event::LeftEnd(position));
        Ok(())
    }

    /// After the right side.
    pub(crate) fn meet_par_right_end(&mut self) {
        let par = self.pars.pop().expect("a right side ends in a par that has started");
        let states = self.result.len() - par.position - 1;
        if let TraceState::Par(sizes) = &mut self.result[par.position] {
            sizes.right_size = size(states - sizes.left_size as usize);
        }
        par.previous.leave(&mut self.previous);
        par.current.leave(&mut self.current);
        self.note(Event::RightEnd(par.position));
    }
}

impl Run {
    fn new(sizes: ParResult, slider: &Slider<'_>) -> Result<Self, TraceError> {
        let run = Self {
            sizes,
            position: slider.position(),
            behind: 0,
        };
        run.check_end(sizes.left_size)?;
        Ok(run)
    }

    /// Counts the states after both sides. The messages name a fixed slider, as the official ones do.
    fn measure(&mut self, slider: &Slider<'_>) -> Result<(), TraceError> {
        let ParResult { left_size, right_size } = self.sizes;
        let whole = left_size
            .checked_add(right_size)
            .ok_or(TraceError::ParLengthOverflow(self.sizes))?;
        self.check_end(whole)?;
        let len = slider.remaining();
        let underflow = || TraceError::ParLengthUnderflow {
            side: Side::Current,
            par: self.sizes,
            len,
        };
        self.behind = len.checked_sub(whole as usize).ok_or_else(underflow)?;
        Ok(())
    }

    /// Positions are 32 bits wide.
    fn check_end(&self, size: u32) -> Result<(), TraceError> {
        let end = self
            .position
            .checked_add(size as usize)
            .and_then(|end| u32::try_from(end).ok());
        end.map(|_| ()).ok_or(TraceError::ParPositionOverflow {
            side: Side::Previous,
            par: self.sizes,
            position: self.position,
        })
    }

    /// Here and below, a range that exceeds the trace leaves the slider unchanged. The next state that is met decides.
    fn enter_right(&self, slider: &mut Slider<'_>) {
        let (left, right) = (self.sizes.left_size as usize, self.sizes.right_size as usize);
        let _ = slider.set_position_and_len(self.position + left, left);
        let _ = slider.set_subtrace_len(right);
    }

    fn leave(&self, slider: &mut Slider<'_>) {
        let whole = self.sizes.left_size as usize + self.sizes.right_size as usize;
        let _ = slider.set_position_and_len(self.position + whole, self.behind);
    }
}

fn size(states: usize) -> u32 {
    u32::try_from(states).unwrap_or(u32::MAX)
}
