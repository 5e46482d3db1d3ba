//! Errors of a step, with the numbers and texts of the official interpreter.
//!
//! Texts are protocol: a workflow can read the message of a catchable error, pass it to a call, and then it is hashed and
//! signed. Numbers follow the order of the variants: preparation from 1, catchable from 10000, uncatchable from 20000.

mod catchable;
mod preparation;
mod trace_error;
mod uncatchable;

pub(crate) use catchable::{Catchable, ErrorObjectError, LensError};
pub(crate) use preparation::type_names;
pub use preparation::{CallResultsError, CidStoreError, KeyError, PreparationError, SignatureError, SizeError};
pub(crate) use trace_error::{Kind, ResolvedFold, ResolvedSubTraceDescs, Side, TraceError};
pub(crate) use uncatchable::{STREAM_SIZE_LIMIT, StreamMapKeyError, Uncatchable};

/// Number of the error that is raised after a successful run when a service result was not asked for.
pub(crate) const UNPROCESSED_CALL_RESULT: i64 = 30000;

/// What ends an instruction early.
#[derive(Debug)]
pub(crate) enum ExecutionError {
    /// `xor` and `par` can go on.
    Catchable(Box<Catchable>),
    /// The step is undone.
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
