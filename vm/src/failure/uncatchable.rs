//! Errors that fail the step: codes 20000 to 20020, and from 20100 for inputs that crash the official interpreter.

use super::TraceError;
use crate::Tetraplet;
use crate::data::{Cid, ValueRef};
use ecow::EcoString;
use std::fmt;

/// An error that the workflow can't handle: data that doesn't match the script, or a violated rule of the machine.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Uncatchable {
    #[error("on instruction '{instruction}' trace handler encountered an error: {error}")]
    Trace { instruction: String, error: TraceError },
    #[error(
        "trying to change generation of a state {state} on {position} position, the state doesn't contain generation"
    )]
    Compactification { state: String, position: usize },
    #[error("trying to change generation of an invalid trace position {0}")]
    CompactificationPosition(usize),
    #[error("fold state not found for this iterable '{0}'")]
    FoldStateNotFound(EcoString),
    #[error("variable with name '{0}' can't be shadowed, shadowing isn't supported for iterables")]
    IterableShadowing(EcoString),
    #[error("multiple iterable values found for iterable name '{0}'")]
    MultipleIterableValues(EcoString),
    #[error("call result value {0:?} doesn't match with corresponding instruction")]
    CallResultNotCorrespondToInstruction(ValueRef),
    #[error("trying to shadow variable '{0}', but shadowing is allowed only inside fold blocks")]
    ShadowingIsNotAllowed(EcoString),
    #[error("new end block tries to pop up a variable '{name}' that wasn't defined at depth {depth}")]
    ScalarsStateCorrupted { name: EcoString, depth: usize },
    #[error("{kind} for CID {:?} not found", cid.text().as_str())]
    ValueForCidNotFound { kind: &'static str, cid: Cid },
    #[error("failed to deserialize to CallServiceFailed: {0}")]
    MalformedCallServiceFailed(serde_json::Error),
    #[error("stream size goes over the allowed limit of {STREAM_SIZE_LIMIT}")]
    StreamSizeLimitExceeded,
    #[error(transparent)]
    StreamMapKey(StreamMapKeyError),
    #[error("can not find JValue to produce scalar from")]
    NoValueForScalar,
    #[error("{parameter} doesn't match expected parameters: expected {expected}, got {stored} ")]
    InstructionParametersMismatch {
        parameter: &'static str,
        expected: String,
        stored: String,
    },
    #[error("the value for CID {cid:?} is not JSON: {error}")]
    MalformedValue { cid: Cid, error: serde_json::Error },
    #[error("data says that a call is executed whose arguments are not known: variable '{0}'")]
    ExecutedWithoutArguments(EcoString),
    #[error("error code {0} is out of range")]
    ErrorCodeRange(u64),
    #[error("a value nests deeper than {} levels", aqua_values::Value::MAX_DEPTH)]
    ValueTooDeep,
    #[error("what one run makes takes more than the {0} bytes allowed")]
    RunTooLarge(u64),
    #[error("particle data would take more than {} bytes", crate::data::ParticleData::MAX_SIZE)]
    StateTooLarge,
    #[error("one run takes more than the {0} instructions allowed")]
    RunTooLong(u64),
}

/// The largest number of values of a stream, plus one.
pub(crate) const STREAM_SIZE_LIMIT: usize = 1024;

impl Uncatchable {
    /// The code of this error.
    pub(crate) fn code(&self) -> i64 {
        match self {
            Self::Trace { .. } => 20000,
            Self::Compactification { .. } | Self::CompactificationPosition(_) => 20001,
            // 20002, for more than 2³² states, can't happen: state sizes are bounded.
            Self::FoldStateNotFound(_) => 20003,
            Self::IterableShadowing(_) => 20004,
            Self::MultipleIterableValues(_) => 20005,
            Self::CallResultNotCorrespondToInstruction(_) => 20006,
            Self::ShadowingIsNotAllowed(_) => 20007,
            Self::ScalarsStateCorrupted { .. } => 20008,
            // 20009, for a value without content id, can't happen.
            Self::ValueForCidNotFound { .. } => 20010,
            // 20011, for a missing generation, is never raised.
            Self::MalformedCallServiceFailed(_) => 20012,
            Self::StreamSizeLimitExceeded => 20013,
            Self::StreamMapKey(_) => 20014,
            // 20015, for keys of stream maps, is the catchable 10012.
            Self::NoValueForScalar => 20016,
            Self::InstructionParametersMismatch { .. } => 20017,
            // 20018 to 20020, for failing signatures and serialisation, can't happen.
            Self::MalformedValue { .. } => 20100,
            Self::ExecutedWithoutArguments(_) => 20101,
            Self::ErrorCodeRange(_) => 20102,
            Self::ValueTooDeep => 20103,
            Self::RunTooLarge(_) => 20104,
            Self::StateTooLarge => 20105,
            Self::RunTooLong(_) => 20106,
        }
    }

    pub(crate) fn tetraplet_mismatch(parameter: &'static str, expected: &Tetraplet, stored: &Tetraplet) -> Self {
        Self::InstructionParametersMismatch {
            parameter,
            expected: format!("{expected:?}"),
            stored: format!("{stored:?}"),
        }
    }

    pub(crate) fn not_found(kind: &'static str, cid: &Cid) -> Self {
        Self::ValueForCidNotFound { kind, cid: cid.clone() }
    }
}

/// Why an element of a stored canonical stream is not an entry of a map.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StreamMapKeyError {
    /// Not an object, no key, or a key of a wrong type.
    Key,
    /// No value.
    Value,
}

impl std::error::Error for StreamMapKeyError {}

impl fmt::Display for StreamMapKeyError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Key => "unsupported kvpair object or map key type",
            Self::Value => "there must be a \"value\" field in kvpair object",
        })
    }
}
