//! The bounds within which services run.

use std::time::Duration;

/// What one service may use, and what one call may cost: for every service of a [`Host`](crate::Host) that has no bounds of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Linear memory of one service in bytes, all its memories together. A service that needs more to start isn't deployed; one that
    /// asks for more while it runs is refused, as the WebAssembly rules for `memory.grow` have it.
    pub memory: usize,
    /// Elements of all tables of one service together (a table holds references to functions).
    pub table_elements: usize,
    /// Core instances, memories and tables that one component may consist of, each.
    pub instances: usize,
    /// How long one call may run. Only time in which the service's code runs counts, in steps of [`Config::TICK`].
    pub call_time: Duration,
    /// Host memory in bytes that the answer of one call may take. A byte of a string counts as one, any other value as its size in the
    /// host (about 32 bytes).
    pub answer: usize,
    /// Size in bytes of a component that may be deployed.
    pub component: usize,
}

impl Config {
    /// The pulse at which running code can be interrupted and gives other tasks their turn.
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
