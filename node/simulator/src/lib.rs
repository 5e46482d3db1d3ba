//! Networks of peer cores on virtual time.
//!
//! A run is a pure function of a [`Plan`]: the same plan gives the same log, on every machine. [`Plan::with_disorder`] and
//! [`Plan::with_faults`] make plans from seeds; [`shrink`] makes failing ones smaller. Peers run the same code as in
//! production, `aqua-peer`; time, network, disk and functions are played by the simulator. While a run goes on, properties of
//! the peers are checked after each turn; [`run`] returns the first that doesn't hold.
//!
//! Nothing here sleeps, reads a clock, or depends on the order of threads or hashes.

mod bytes_of;
mod check;
mod choice;
mod log;
mod plan;
mod shrink;
mod world;

pub use check::{Counts, DELETED, STORED};
pub use plan::{Calls, Fault, Hostile, Links, MILLISECOND, PeerPlan, Plan, SECOND, Start, Time};
pub use shrink::shrink;
pub use world::{Services, run, run_with_log};

use aqua_peer::EndReason;
use aqua_values::Value;

/// What came of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// BLAKE3 of everything that happened.
    pub log: [u8; 32],
    /// How many entries the log has.
    pub entries: u64,
    /// How many things happened.
    pub turns: u64,
    /// When the last thing happened.
    pub ended_at: Time,
    /// How much happened.
    pub counts: Counts,
    /// What came of each start of the plan.
    pub outcomes: Vec<Outcome>,
}

/// What came of a particle that was started.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Outcome {
    /// The peer that started it, and its incarnation, which changes at a restart.
    pub started: Option<(usize, u32)>,
    /// Reports of functions that it brought along: the tag and the arguments.
    pub called: Vec<(u32, Vec<Value>)>,
    /// Steps on that peer that failed: number and text of the error.
    pub failures: Vec<(i64, String)>,
    /// How it ended; none if its peer crashed before.
    pub end: Option<EndReason>,
}

/// A property of a peer that did not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("after {:.3} ms: {what}", *.at as f64 / 1e6)]
pub struct Violation {
    /// When, in virtual time.
    pub at: Time,
    /// What.
    pub what: String,
}
