//! What a step gives back, and what services give to a step.

use crate::{State, Tetraplets, Work};
use std::collections::BTreeMap;

/// The outcome of one step.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// 0, or the number of the error (AIR VM specification §5.4). With catchable errors (10000 to 10012) and unprocessed
    /// call results (30000) the step is done all the same: state, peers and requests are new.
    pub ret_code: i64,
    /// Text of the error, empty for success.
    pub error_message: String,
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

/// A call of a local service.
#[derive(Debug, Clone, PartialEq)]
pub struct CallRequest {
    /// Id of the service.
    pub service_id: String,
    /// Name of the function.
    pub function_name: String,
    /// Arguments as JSON values.
    pub arguments: Vec<serde_json::Value>,
    /// Where each argument comes from: a list per argument, with one tetraplet, or one per element of a canonical
    /// stream or map.
    pub tetraplets: Vec<Tetraplets>,
}

/// What a service answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallResult {
    /// 0 for success, otherwise the service's error code.
    pub ret_code: i32,
    /// The JSON text of the value, or the text of the error. A text that is not JSON counts as an error of the
    /// service.
    pub result: String,
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
