//! Reads two traces and writes a third.

use super::bijection::Bijection;
use super::fold::FoldMachine;
use super::merge::{self, MetAp, MetCall};
use super::par::ParMachine;
use super::slider::Slider;
use super::{Event, TraceToken};
use crate::data::{CanonState, TraceState, ValueRef};
use crate::failure::{Kind, Side, TraceError, Uncatchable};

/// Both traces with their cursors, and the resulting trace.
#[derive(Debug)]
pub(crate) struct TraceHandler<'d> {
    pub(super) previous: Slider<'d>,
    pub(super) current: Slider<'d>,
    pub(super) result: Vec<TraceState>,
    /// From positions in the result to positions in the previous trace, for states that hold values.
    pub(super) previous_positions: Bijection,
    pub(super) current_positions: Bijection,
    pub(super) pars: Vec<ParMachine>,
    pub(super) folds: Vec<FoldMachine>,
    /// Events between the states, each with the number of states before it; present if the run is recorded.
    events: Option<Vec<(usize, Event)>>,
}

impl<'d> TraceHandler<'d> {
    pub(crate) fn new(previous: &'d [TraceState], current: &'d [TraceState], notes_events: bool) -> Self {
        Self {
            previous: Slider::new(previous),
            current: Slider::new(current),
            result: Vec::with_capacity(previous.len().max(current.len())),
            previous_positions: Bijection::default(),
            current_positions: Bijection::default(),
            pars: Vec::new(),
            folds: Vec::new(),
            events: notes_events.then(Vec::new),
        }
    }

    pub(super) fn note(&mut self, event: Event) {
        if let Some(events) = &mut self.events {
            events.push((self.result.len(), event));
        }
    }

    /// The event that was noted last.
    pub(super) fn last_event(&self) -> TraceToken {
        let events = self.events.as_ref().map_or(0, Vec::len);
        TraceToken::Event(u32::try_from(events).unwrap_or(u32::MAX).wrapping_sub(1))
    }

    /// Position of the next state in the resulting trace.
    pub(crate) fn position(&self) -> usize {
        self.result.len()
    }

    pub(crate) fn push(&mut self, state: TraceState) {
        self.result.push(state);
    }

    /// Adds a state that is constructed in place, which is faster than copying it there.
    pub(crate) fn push_with(&mut self, state: impl FnOnce() -> TraceState) {
        self.result.extend(std::iter::once_with(state));
    }

    /// The resulting trace, and the events between its states.
    pub(crate) fn into_result(self) -> (Vec<TraceState>, Vec<(usize, Event)>) {
        let mut result = self.result;
        // The state keeps the trace, so its size must be that of its states.
        if result.capacity() - result.len() > result.len() / 8 {
            result.shrink_to_fit();
        }
        (result, self.events.unwrap_or_default())
    }

    /// The merged state of the next call.
    pub(crate) fn meet_call(&mut self) -> Result<Option<MetCall>, TraceError> {
        let met = match self.meet(Kind::Call, |state| {
            if let TraceState::Call(call) = state {
                Some(call)
            } else {
                None
            }
        })? {
            (Some(previous), Some(current)) => merge::calls(previous, current)?,
            (Some(call), None) => MetCall {
                state: call.clone(),
                from: Side::Previous,
                in_both: false,
            },
            (None, Some(call)) => MetCall {
                state: call.clone(),
                from: Side::Current,
                in_both: false,
            },
            (None, None) => return Ok(None),
        };
        self.map_position(met.from, met.in_both);
        Ok(Some(met))
    }

    /// The merged state of the next `ap` to a stream.
    pub(crate) fn meet_ap(&mut self) -> Result<Option<MetAp>, TraceError> {
        let (ap, from, in_both) =
            match self.meet(
                Kind::Ap,
                |state| if let TraceState::Ap(ap) = state { Some(ap) } else { None },
            )? {
                (Some(previous), current) => (previous, Side::Previous, current.is_some()),
                (None, Some(current)) => (current, Side::Current, false),
                (None, None) => return Ok(None),
            };
        let [generation] = ap.res_generations[..] else {
            return Err(TraceError::GenerationCount(ap.clone()));
        };
        self.map_position(from, in_both);
        Ok(Some(MetAp { generation, from }))
    }

    /// The merged state of the next `canon`.
    pub(crate) fn meet_canon(&mut self) -> Result<Option<CanonState>, TraceError> {
        let met = self.meet(Kind::Canon, |state| {
            if let TraceState::Canon(canon) = state {
                Some(canon)
            } else {
                None
            }
        })?;
        match met {
            (Some(previous), Some(current)) => merge::canons(previous, current).map(Some),
            (Some(canon), None) | (None, Some(canon)) => Ok(Some(canon.clone())),
            (None, None) => Ok(None),
        }
    }

    /// Takes the next state of each trace; each must be of the expected kind.
    pub(super) fn meet<T>(
        &mut self,
        kind: Kind,
        expected: impl Fn(&'d TraceState) -> Option<&'d T>,
    ) -> Result<(Option<&'d T>, Option<&'d T>), TraceError> {
        let unexpected = |side, state: &TraceState| TraceError::UnexpectedState {
            side,
            state: Box::new(state.clone()),
            kind,
        };
        match (self.previous.next_state(), self.current.next_state()) {
            (Some(previous), Some(current)) => match (expected(previous), expected(current)) {
                (Some(previous), Some(current)) => Ok((Some(previous), Some(current))),
                _ => Err(TraceError::IncompatibleStates(Box::new((
                    previous.clone(),
                    current.clone(),
                )))),
            },
            (Some(state), None) => expected(state)
                .map(|state| (Some(state), None))
                .ok_or_else(|| unexpected(Side::Previous, state)),
            (None, Some(state)) => expected(state)
                .map(|state| (None, Some(state)))
                .ok_or_else(|| unexpected(Side::Current, state)),
            (None, None) => Ok((None, None)),
        }
    }

    /// Records the position of the next resulting state in the trace that it is from.
    fn map_position(&mut self, from: Side, in_both: bool) {
        if from == Side::Previous || in_both {
            self.previous_positions
                .insert(self.result.len(), self.previous.position() - 1);
        }
        if from == Side::Current || in_both {
            self.current_positions
                .insert(self.result.len(), self.current.position() - 1);
        }
    }

    /// Writes the final generation of a stream's value into the state that made the value.
    pub(crate) fn set_generation(&mut self, position: usize, generation: u32) -> Result<(), Uncatchable> {
        match self.result.get_mut(position) {
            Some(TraceState::Ap(ap)) => {
                ap.res_generations.clear();
                ap.res_generations.push(generation);
                Ok(())
            }
            Some(TraceState::Call(crate::data::CallState::Executed(ValueRef::Stream {
                generation: stored, ..
            }))) => {
                *stored = generation;
                Ok(())
            }
            Some(state) => Err(Uncatchable::Compactification {
                state: state.to_string(),
                position,
            }),
            None => Err(Uncatchable::CompactificationPosition(position)),
        }
    }
}
