//! A cursor in a trace with the range of states of the current instruction.

use crate::data::TraceState;
use crate::failure::TraceError;

#[derive(Debug)]
pub(super) struct Slider<'d> {
    trace: &'d [TraceState],
    position: usize,
    /// Length of the range, and how many of its states were read.
    subtrace_len: usize,
    seen: usize,
}

impl<'d> Slider<'d> {
    pub(super) fn new(trace: &'d [TraceState]) -> Self {
        Self {
            trace,
            position: 0,
            subtrace_len: trace.len(),
            seen: 0,
        }
    }

    pub(super) fn trace(&self) -> &'d [TraceState] {
        self.trace
    }

    /// The next state of the range.
    pub(super) fn next_state(&mut self) -> Option<&'d TraceState> {
        if self.seen >= self.subtrace_len {
            return None;
        }
        let state = self.trace.get(self.position)?;
        self.position += 1;
        self.seen += 1;
        Some(state)
    }

    pub(super) fn position(&self) -> usize {
        self.position
    }

    /// The number of states left in the range.
    pub(super) fn remaining(&self) -> usize {
        self.subtrace_len.saturating_sub(self.seen)
    }

    /// Begins a range at the current position.
    pub(super) fn set_subtrace_len(&mut self, wanted: usize) -> Result<(), TraceError> {
        let left = self.trace.len().saturating_sub(self.position);
        if left < wanted {
            return Err(TraceError::SubtraceLength {
                len: self.trace.len(),
                position: self.position,
                wanted,
            });
        }
        self.subtrace_len = wanted;
        self.seen = 0;
        Ok(())
    }

    /// Begins a range at a position. An empty range may begin anywhere.
    pub(super) fn set_position_and_len(&mut self, position: usize, wanted: usize) -> Result<(), TraceError> {
        let fits = position.checked_add(wanted).is_some_and(|end| end <= self.trace.len());
        if wanted != 0 && !fits {
            return Err(TraceError::SubtracePosition {
                len: self.trace.len(),
                position,
                wanted,
            });
        }
        self.position = position;
        self.subtrace_len = wanted;
        self.seen = 0;
        Ok(())
    }
}
