//! Merges two states of one instruction.

use crate::data::{CallState, CanonState, ValueRef};
use crate::failure::{Side, TraceError};

/// The state of a call that was met.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct MetCall {
    pub(crate) state: CallState,
    /// The data that it is from.
    pub(crate) from: Side,
    /// Whether both data have it, so that the value has a position in both traces.
    pub(super) in_both: bool,
}

/// The state of an `ap` that was met.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct MetAp {
    pub(crate) generation: u32,
    /// The data that it is from.
    pub(crate) from: Side,
}

/// A result wins over a request. Two results must be equal.
pub(super) fn calls(previous: &CallState, current: &CallState) -> Result<MetCall, TraceError> {
    use CallState::{Executed, Failed, RequestSentBy};

    let keep = |state: &CallState, from| {
        Ok(MetCall {
            state: state.clone(),
            from,
            in_both: false,
        })
    };
    match (previous, current) {
        (Failed(left), Failed(right)) if left == right => keep(previous, Side::Previous),
        (RequestSentBy(_), Failed(_) | Executed(_)) => keep(current, Side::Current),
        (Failed(_) | Executed(_) | RequestSentBy(_), RequestSentBy(_)) => keep(previous, Side::Previous),
        (Executed(left), Executed(right)) => {
            if !same_value(left, right) {
                return Err(TraceError::ValuesNotEqual(Box::new((left.clone(), right.clone()))));
            }
            Ok(MetCall {
                state: previous.clone(),
                from: Side::Previous,
                in_both: true,
            })
        }
        (Failed(_), Failed(_) | Executed(_)) | (Executed(_), Failed(_)) => Err(TraceError::IncompatibleCallResults(
            Box::new((previous.clone(), current.clone())),
        )),
    }
}

/// Generations differ from peer to peer.
fn same_value(left: &ValueRef, right: &ValueRef) -> bool {
    match (left, right) {
        (ValueRef::Stream { cid: left, .. }, ValueRef::Stream { cid: right, .. }) => left == right,
        _ => left == right,
    }
}

pub(super) fn canons(previous: &CanonState, current: &CanonState) -> Result<CanonState, TraceError> {
    use CanonState::{Executed, RequestSentBy};

    match (previous, current) {
        (Executed(left), Executed(right)) if left != right => Err(TraceError::IncompatibleCanonResults(Box::new((
            previous.clone(),
            current.clone(),
        )))),
        (RequestSentBy(_), Executed(_)) => Ok(current.clone()),
        _ => Ok(previous.clone()),
    }
}
