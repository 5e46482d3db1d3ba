//! Particles that are started on this peer.

use crate::event::DropReason;
use crate::id::ScopeId;
use aqua_particle::Header;
use aqua_values::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A particle to start. The core names and signs it.
#[derive(Debug, Clone)]
pub struct Submission {
    /// The identity that starts it.
    pub scope: ScopeId,
    /// The script as AIR text.
    pub script: Arc<str>,
    /// Its lifetime, in milliseconds.
    pub ttl: u32,
    /// Functions that answer calls of this particle on this peer only, by service and function name. Functions of the
    /// scope that are no defaults, and services, come first.
    pub functions: BTreeMap<(String, String), Provided>,
}

/// A function that a submission brings along.
#[derive(Debug, Clone, PartialEq)]
pub enum Provided {
    /// Answers with this value, whatever the arguments are: a data argument.
    Value(Value),
    /// Answers with `""` and reports the arguments under this number: the result of a script.
    Report(u32),
    /// Is called like a service.
    Host,
}

/// What the submitter of a particle learns. [`Report::Ended`] comes exactly once and is the last one.
#[derive(Debug, Clone)]
pub enum Report {
    /// The particle was started.
    Accepted {
        /// Its name, signature and lifetime.
        particle: Arc<Header>,
    },
    /// A function was called that was provided as [`Provided::Report`].
    Called {
        /// Its number.
        tag: u32,
        /// The arguments.
        arguments: Vec<Value>,
    },
    /// A step ended with an error that the script did not catch, or the script can't be read.
    StepFailed {
        /// The virtual machine's error number; 1 for a script that can't be read, -1 if the virtual machine panicked.
        code: i64,
        /// The error text.
        message: String,
    },
    /// Nothing of the particle is left on this peer, or it was not started.
    Ended(EndReason),
}

/// Why nothing more is reported about a submission.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EndReason {
    /// The particle was not started.
    #[error("the particle was refused: {0}")]
    Refused(DropReason),
    /// Its lifetime is over.
    #[error("the particle has expired")]
    Expired,
    /// The particle was not run any further.
    #[error("{0}")]
    Failed(DropReason),
    /// The peer was shut down.
    #[error("the peer is shutting down")]
    ShuttingDown,
}
