//! Errors of a step, with the codes and messages of the official interpreter.
//!
//! Messages are part of the protocol: a workflow can pass the message of a catchable error to a call, which is hashed and
//! signed. Codes follow the order of the variants: preparation from 1, catchable from 10000, uncatchable from 20000.

mod catchable;
mod preparation;
mod trace_error;
mod uncatchable;

pub(crate) use catchable::{Catchable, ErrorObjectError, LensError};
pub(crate) use preparation::type_names;
pub use preparation::{CallResultsError, CidStoreError, KeyError, PreparationError, SignatureError, SizeError};
pub(crate) use trace_error::{Kind, ResolvedFold, ResolvedSubTraceDescs, Side, TraceError};
pub(crate) use uncatchable::{STREAM_SIZE_LIMIT, StreamMapKeyError, Uncatchable};

/// Code of the error after a successful run that did not consume all service results.
pub(crate) const UNPROCESSED_CALL_RESULT: i64 = 30000;

/// An error of an instruction.
#[derive(Debug)]
pub(crate) enum ExecutionError {
    /// `xor` and `par` can handle it.
    Catchable(Box<Catchable>),
    /// The step fails.
    Uncatchable(Box<Uncatchable>),
}

impl From<Catchable> for ExecutionError {
    fn from(error: Catchable) -> Self {
        Self::Catchable(Box::new(error))
    }
}

impl From<Uncatchable> for ExecutionError {
    fn from(error: Uncatchable) -> Self {
        Self::Uncatchable(Box::new(error))
    }
}

impl From<LensError> for ExecutionError {
    fn from(error: LensError) -> Self {
        Catchable::Lens(error).into()
    }
}
