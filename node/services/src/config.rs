//! Resource limits of services.

use std::time::Duration;

/// Resource limits of one service and of one call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Linear memory of one service in bytes, all its memories together. A service that needs more to start can't be deployed; while it
    /// runs, `memory.grow` beyond the limit returns −1.
    pub memory: usize,
    /// Elements of all tables of one service together. Tables contain references to functions.
    pub table_elements: usize,
    /// Core instances, memories and tables of one component; the limit applies to each kind.
    pub instances: usize,
    /// Time that one call may run. Only time in which the service's code runs counts, in steps of [`Config::TICK`].
    pub call_time: Duration,
    /// Host memory in bytes for the answer of one call. A byte of a string counts as one, any other value as its size in the host (about
    /// 32 bytes).
    pub answer: usize,
    /// Size of a component in bytes.
    pub component: usize,
}

impl Config {
    /// Interval at which running code yields to other tasks and can be interrupted.
    pub const TICK: Duration = Duration::from_millis(10);
}

impl Default for Config {
    fn default() -> Self {
        Self {
            memory: 256 << 20,
            table_elements: 1 << 20,
            instances: 100,
            call_time: Duration::from_secs(5),
            answer: 64 << 20,
            component: 64 << 20,
        }
    }
}
