//! The outcome of a step, and the results of services that a step takes.

use crate::{State, Tetraplets, Work};
use aqua_values::Value;
use ecow::{EcoString, eco_format};
use std::collections::BTreeMap;
use std::fmt;

/// The outcome of one step.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The error, if the step ended with one.
    pub error: Option<StepError>,
    /// Particle data after the step; the former one if the step failed.
    pub state: State,
    /// Peers that the particle goes to next, sorted, each once.
    pub next_peers: Vec<String>,
    /// Service calls for this peer by call id. Feed each result back under the same id.
    pub call_requests: BTreeMap<u32, CallRequest>,
    /// Which sizes were above their limits.
    pub flags: LimitFlags,
    /// Whether the step went on where its calls had waited, or knew that there was nothing to do, instead of running the
    /// whole script. That changes nothing but what the step cost.
    pub resumed: bool,
    /// What the step cost.
    pub work: Work,
}

impl Outcome {
    /// The number of the error, or 0.
    #[must_use]
    pub fn code(&self) -> i64 {
        self.error.as_ref().map_or(0, |error| error.code)
    }

    /// The text of the error, or nothing.
    #[must_use]
    pub fn message(&self) -> &str {
        self.error.as_ref().map_or("", |error| &error.message)
    }
}

/// An error of a step, as official interpreters number and word it (AIR VM specification §5.4). After catchable errors
/// (10000 to 10012) and unprocessed call results (30000) the step counts all the same: state, peers and requests are new.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct StepError {
    /// The number; never 0.
    pub code: i64,
    /// The text.
    pub message: String,
}

/// A call of a local service.
#[derive(Debug, Clone, PartialEq)]
pub struct CallRequest {
    /// Id of the service.
    pub service_id: EcoString,
    /// Name of the function.
    pub function_name: EcoString,
    /// The arguments. They share their parts with the state.
    pub arguments: Vec<Value>,
    /// Where each argument comes from: a list per argument, with one tetraplet, or one per element of a canonical
    /// stream or map.
    pub tetraplets: Vec<Tetraplets>,
}

/// What a service answered. A value that nests deeper than [`Value::MAX_DEPTH`] counts as an error of the service.
pub type CallResult = Result<Value, CallError>;

/// An error that a service answered with.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct CallError {
    /// The service's number of the error; 0, which would mean success, is replaced by `i32::MAX`.
    pub code: i32,
    /// Any text. Nodes write the JSON text of an error value.
    pub message: EcoString,
}

impl CallError {
    /// The error that stands for a result that can't be used, as official interpreters word it.
    pub(crate) fn unreadable(result: &str, reason: &dyn fmt::Display) -> Self {
        Self {
            code: i32::MAX,
            message: eco_format!(
                "call_service result 'ret_code: 0, result: '{result}'' can't be serialized or deserialized with an error: \
                 {reason}"
            ),
        }
    }
}

/// Which sizes were above their [`Limits`](crate::Limits).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LimitFlags {
    /// The script's text.
    pub air_size_exceeded: bool,
    /// The arriving data.
    pub particle_size_exceeded: bool,
    /// One of the service results.
    pub call_result_size_exceeded: bool,
}
