//! Errors of the trace handler: traces that are inconsistent with each other or with the script.

use crate::data::{ApResult, CallState, CanonState, FoldResult, ParResult, TraceState, ValueRef};
use std::collections::BTreeMap;
use std::fmt;

/// The data that a state is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Previous,
    Current,
}

impl fmt::Display for Side {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Previous => "previous",
            Self::Current => "current",
        })
    }
}

/// The instruction that meets a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Call,
    Par,
    Ap,
    Canon,
    Fold,
}

impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Call => "call",
            Self::Par => "par",
            Self::Ap => "ap",
            Self::Canon => "canon",
            Self::Fold => "fold",
        })
    }
}

/// An error in a trace.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TraceError {
    #[error("previous and current data have incompatible states: '{:?}' '{:?}'", .0.0, .0.1)]
    IncompatibleStates(Box<(TraceState, TraceState)>),
    #[error("state from {side} `{state:?}` is incompatible with expected {kind}")]
    UnexpectedState {
        side: Side,
        state: Box<TraceState>,
        kind: Kind,
    },
    #[error("values in call results are not equal: {:?} != {:?}", .0.0, .0.1)]
    ValuesNotEqual(Box<(ValueRef, ValueRef)>),
    #[error("previous and current call results are incompatible: '{:?}' '{:?}'", .0.0, .0.1)]
    IncompatibleCallResults(Box<(CallState, CallState)>),
    #[error("canon results {:?} {:?} points to incompatible execution states", .0.0, .0.1)]
    IncompatibleCanonResults(Box<(CanonState, CanonState)>),
    #[error("{0:?} ap result contains inappropriate generation count in destination")]
    GenerationCount(ApResult),
    #[error("the first {count} subtrace descriptors lens of fold {fold:?} overflows")]
    FoldLengthOverflow { count: usize, fold: FoldResult },
    #[error("{fold:?} contains several subtraces with the same value_pos {position}")]
    SeveralRecords { fold: FoldResult, position: usize },
    #[error("fold contains {0} sublore descriptors, but 2 is expected")]
    DescriptorCount(usize),
    #[error(
        "executed trace has {len} elements and current position is {position}, but tried to set {wanted} subtrace_len"
    )]
    SubtraceLength { len: usize, position: usize, wanted: usize },
    #[error("executed trace has {len} elements, but tried to set {wanted} subtrace_len and {position} position")]
    SubtracePosition { len: usize, position: usize, wanted: usize },
    #[error("requested an element at position '{position}', but executed trace contains only '{len}' elements")]
    NoElement { position: usize, len: usize },
    #[error("expected a state of CallResult(Value::Stream) or Ap types but '{0}' obtained")]
    NoStreamState(Box<TraceState>),
    #[error(
        "overflow is occurred while calculating the entire len occupied by executed states corresponded to current par: '{0:?}'"
    )]
    ParLengthOverflow(ParResult),
    #[error(
        "overflow is occurred while calculating the new position of a {side} slider for resolved par {par:?} and current \
         position {position}'"
    )]
    ParPositionOverflow {
        side: Side,
        par: ParResult,
        position: usize,
    },
    #[error(
        "underflow is occurred while calculating the new position of a {side} slider for resolved par {par:?} and current \
         subtrace len {len}'"
    )]
    ParLengthUnderflow { side: Side, par: ParResult, len: usize },
    #[error(
        "overflow is occurred while calculating the new position of a {side} slider for resolved fold {fold:?} and \
         current position {position}'"
    )]
    FoldPositionOverflow {
        side: Side,
        fold: ResolvedFold,
        position: usize,
    },
    #[error(
        "underflow is occurred while calculating the new position of a {side} slider for resolved fold {fold:?} and \
         current subtrace len {position}'"
    )]
    FoldLengthUnderflow {
        side: Side,
        fold: ResolvedFold,
        position: usize,
    },
}

/// The lore of a fold by the position of the value. Sorted, so that its text is deterministic.
#[derive(Debug, Clone, Default)]
pub(crate) struct ResolvedFold {
    pub(crate) lore: BTreeMap<usize, ResolvedSubTraceDescs>,
    pub(crate) fold_states_count: usize,
}

/// The states of one iteration, including those of nested iterations of its generation.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct ResolvedSubTraceDescs {
    pub(crate) before_subtrace: crate::data::SubTraceDesc,
    pub(crate) after_subtrace: crate::data::SubTraceDesc,
}
