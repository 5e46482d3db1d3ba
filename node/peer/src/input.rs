//! What the driver reports to the core.

use crate::id::{BatchId, CallId, ConnectionId, JobId, OfferId, ReadId, SendId, StartId, SubmissionId};
use crate::job::{JobResult, Panicked};
use crate::submission::Submission;
use crate::time::Nanos;
use aqua_interface::Interface;
use aqua_keys::PeerId;
use aqua_particle::{Header, RejectReason};
use aqua_storage::{Page, StorageError};
use aqua_vm::CallResult;
use bytes::Bytes;
use std::sync::Arc;

/// Something that happened outside of the core. Each `Accept`, `Run`, `Call`, `Send`, `Read` and `Start` is answered exactly
/// once, also when it was cancelled.
#[derive(Debug)]
pub enum Input {
    /// The moment of [`Peer::next_wakeup`](crate::Peer::next_wakeup) has come.
    Wakeup,
    /// A connection was established.
    Connected {
        /// The connection.
        connection: ConnectionId,
        /// The peer at its other end.
        peer: PeerId,
    },
    /// A connection was closed. Its accepted offers are still answered.
    Disconnected {
        /// The connection.
        connection: ConnectionId,
    },
    /// The length of a frame was read, its body was not.
    Offer {
        /// The offer.
        offer: OfferId,
        /// Where it comes from.
        connection: ConnectionId,
        /// Length of the frame's body in bytes.
        bytes: u64,
    },
    /// The body of an accepted offer was read and decoded, or is invalid.
    Received {
        /// The offer.
        offer: OfferId,
        /// What the frame holds.
        frame: Result<Frame, RejectReason>,
    },
    /// A peer sent something that is not a frame, without an offer: the length is invalid, or there are too many substreams.
    Rejected {
        /// Where it comes from.
        connection: ConnectionId,
        /// What is wrong.
        reason: RejectReason,
    },
    /// A particle is started on this peer.
    Submit {
        /// Its number.
        submission: SubmissionId,
        /// What to run.
        request: Submission,
    },
    /// A job has ended.
    JobFinished {
        /// The job.
        job: JobId,
        /// What it computed.
        result: Result<JobResult, Panicked>,
        /// Processor time that it took.
        cpu: Nanos,
    },
    /// A function call has ended.
    CallFinished {
        /// The call.
        call: CallId,
        /// The function's answer.
        result: CallResult,
        /// Processor time that it took.
        cpu: Nanos,
    },
    /// A frame was written, or can't be.
    SendFinished {
        /// The frame.
        send: SendId,
        /// The size of the frame in bytes.
        result: Result<u64, SendError>,
    },
    /// A page of records was read.
    Records {
        /// The request.
        read: ReadId,
        /// The records.
        page: Result<Page, StorageError>,
    },
    /// A service runs, or can't be started.
    Started {
        /// The start.
        start: StartId,
        /// What the service offers, or the reason.
        result: Result<Arc<Interface>, String>,
    },
    /// A batch and all earlier ones are durable.
    Committed {
        /// The batch.
        batch: BatchId,
    },
    /// A batch was not committed, or it is unknown whether it was.
    CommitFailed {
        /// The batch.
        batch: BatchId,
        /// What went wrong.
        error: StorageError,
    },
    /// Stop: end all particles and answer with [`Effect::Stopped`](crate::Effect::Stopped).
    Shutdown,
}

/// A decoded frame.
#[derive(Debug, Clone)]
pub enum Frame {
    /// A particle.
    Particle {
        /// What its initiator signed.
        header: Arc<Header>,
        /// Its data.
        data: Bytes,
    },
    /// A message that has no effect on this peer.
    Ignored,
}

/// Why a frame was not sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SendError(pub String);
