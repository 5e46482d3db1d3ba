//! What a peer reports about its work: everything that arrives, leaves, is called, fails or is dropped.

use crate::id::{ConnectionId, ScopeId};
use aqua_keys::PeerId;
use aqua_particle::{Header, RejectReason, VerifyError};
use aqua_vm::State;
use ecow::EcoString;
use std::sync::Arc;
use std::time::Duration;

/// Something that happened on a peer.
#[derive(Debug, Clone)]
pub struct Event {
    /// The identity that it concerns.
    pub scope: ScopeId,
    /// The peer id of that identity.
    pub peer: PeerId,
    /// Milliseconds since the Unix epoch.
    pub at: u64,
    /// The particle; `None` for what concerns the peer as a whole.
    pub particle: Option<Arc<Header>>,
    /// What happened.
    pub kind: EventKind,
}

/// What happened.
#[derive(Debug, Clone, PartialEq)]
pub enum EventKind {
    /// The first connection with a peer was established.
    Connected {
        /// The other peer.
        peer: PeerId,
    },
    /// The last connection with a peer was closed.
    Disconnected {
        /// The other peer.
        peer: PeerId,
    },
    /// A connection has to wait: no further frame is read from it for now.
    Paused {
        /// The connection.
        connection: ConnectionId,
        /// What it waits for.
        cause: PauseCause,
    },
    /// Frames of a paused connection are read again.
    Resumed {
        /// The connection.
        connection: ConnectionId,
    },
    /// A peer sent something that is not a particle.
    Rejected {
        /// The sender.
        from: PeerId,
        /// What is wrong.
        reason: RejectReason,
    },
    /// A particle arrived, or was started here.
    Arrived {
        /// The sender; `None` if it was started here.
        from: Option<PeerId>,
        /// The size of its frame in bytes; 0 if it was started here.
        bytes: u64,
    },
    /// A particle, or data of a particle, was not accepted or is not run any further.
    Dropped {
        /// Why.
        reason: DropReason,
    },
    /// The virtual machine ran a step.
    Stepped {
        /// Processor time that it took.
        elapsed: Duration,
        /// The state after it. Cheap to clone.
        state: State,
    },
    /// Nothing of the particle is in flight on this peer: no step, call or send. It waits for other peers, or is done.
    Idle,
    /// A step ended with an error that the script did not catch.
    Failed {
        /// The virtual machine's error number.
        code: i64,
        /// The error text.
        message: String,
    },
    /// A function was called.
    CallStarted {
        /// The virtual machine's number of the call within the particle.
        call: u32,
        /// Its service.
        service: EcoString,
        /// Its name.
        function: EcoString,
    },
    /// A function answered.
    CallEnded {
        /// The virtual machine's number of the call within the particle.
        call: u32,
        /// Its service.
        service: EcoString,
        /// Its name.
        function: EcoString,
        /// Time from the call to the answer.
        elapsed: Duration,
        /// The size of its answer as JSON text, in bytes.
        bytes: u64,
        /// Whether it answered with an error.
        failed: bool,
    },
    /// A function had not answered at the particle's deadline.
    CallAbandoned {
        /// Its service.
        service: EcoString,
        /// Its name.
        function: EcoString,
    },
    /// A function was called that its service does not have. The call fails.
    UnknownFunction {
        /// The service.
        service: EcoString,
        /// The function that it does not have.
        function: EcoString,
        /// The functions that it has, sorted.
        known: Vec<EcoString>,
    },
    /// A particle wrote to the log of the peer.
    Printed {
        /// What it wrote.
        text: String,
    },
    /// The particle was sent to another peer.
    Sent {
        /// The other peer.
        to: PeerId,
        /// The size of the frame in bytes.
        bytes: u64,
        /// Time until the frame was written.
        elapsed: Duration,
    },
    /// The particle was not sent to another peer, and won't be.
    NotSent {
        /// The other peer, as the script names it.
        to: String,
        /// Why.
        reason: String,
    },
    /// Records could not be written or read. Functions that change state fail until the peer is restarted.
    StorageFailed {
        /// What went wrong.
        reason: String,
    },
    /// A service of this peer's records could not be started. Calls of it fail with the reason.
    ServiceFailed {
        /// Its id.
        service: Arc<str>,
        /// What went wrong.
        reason: EcoString,
    },
    /// A service of the operator has the id or an alias of a service of this peer's records, which is not called by that name.
    NameTaken {
        /// The service of the records.
        service: Arc<str>,
        /// The id or alias.
        name: EcoString,
    },
    /// A record has no valid form. It is kept as it is, and what it is about is not there.
    RecordIgnored {
        /// Its key.
        key: String,
        /// What is wrong.
        reason: String,
    },
    /// The driver answered something that was not asked: a defect of the driver. The input is ignored.
    DriverFault {
        /// Which input.
        input: &'static str,
    },
    /// The particle has expired and nothing of it is left on this peer.
    Reaped,
}

/// Why a connection has to wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PauseCause {
    /// It sent too many frames or bytes in a short time.
    #[error("too many frames or bytes")]
    Rate,
    /// Too many of its particles wait for verification.
    #[error("too many particles wait for verification")]
    Verifications,
    /// The peer's memory is nearly used up.
    #[error("not enough memory")]
    Memory,
    /// It brought too many new initiators in a short time.
    #[error("too many new initiators")]
    Initiators,
}

/// Why a particle was not accepted, or is not run any further.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DropReason {
    /// Its lifetime is over.
    #[error("the particle has expired")]
    Expired,
    /// Its signature is invalid.
    #[error("{0}")]
    Forged(#[from] VerifyError),
    /// Another particle with the same signature is on this peer.
    #[error("another particle has the same signature")]
    Ambiguous,
    /// Its script failed on this peer before and is not run again.
    #[error("the particle failed on this peer before")]
    Failed,
    /// Its lifetime is longer than this peer allows.
    #[error("a time to live of {ttl} ms is over the limit of {limit} ms")]
    TooLongLived {
        /// The particle's time to live in milliseconds.
        ttl: u32,
        /// This peer's limit in milliseconds.
        limit: u32,
    },
    /// Its timestamp is ahead of this peer's clock.
    #[error("the particle was started {ahead} ms in the future")]
    FromTheFuture {
        /// By how many milliseconds.
        ahead: u64,
    },
    /// There are too many particles on this peer.
    #[error("{0} particles are being run already")]
    Crowded(u64),
    /// Its initiator started too many particles, or has too many on this peer.
    #[error("the initiator is over its limit of {0}")]
    RateLimited(InitiatorLimit),
    /// The peer's memory is nearly used up.
    #[error("the peer is short of memory")]
    OutOfMemory,
    /// What it retains is over the peer's or its initiator's limit.
    #[error("the particle retains too much memory")]
    OverBudget,
    /// Its script can't be read.
    #[error("the script can't be read: {0}")]
    BadScript(String),
    /// The virtual machine panicked, which is a defect of it.
    #[error("the virtual machine panicked")]
    VmPanicked,
    /// The frame is larger than this peer reads.
    #[error("a frame of {bytes} bytes is over the limit of {limit}")]
    FrameTooLarge {
        /// The size of the frame's body.
        bytes: u64,
        /// The limit.
        limit: u64,
    },
    /// This peer is shutting down.
    #[error("the peer is shutting down")]
    ShuttingDown,
    /// This peer has not finished starting.
    #[error("the peer is starting")]
    Starting,
    /// There is no such scope on this peer.
    #[error("the peer has no such scope")]
    UnknownScope,
}

/// A limit of an initiator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InitiatorLimit {
    /// Started particles in a time.
    #[error("particles per second")]
    Rate,
    /// Particles at a time.
    #[error("particles at a time")]
    Particles,
    /// Memory.
    #[error("memory")]
    Memory,
}
