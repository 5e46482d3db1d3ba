//! What the core asks its driver to do.

use crate::event::{DropReason, Event};
use crate::functions::Call;
use crate::id::{BatchId, CallId, JobId, OfferId, ReadId, ScopeId, SendId, StartId, SubmissionId};
use crate::job::Job;
use crate::submission::Report;
use aqua_keys::PeerId;
use aqua_particle::Header;
use aqua_storage::{Change, KeyRange};
use bytes::Bytes;
use ecow::EcoString;
use std::sync::Arc;

/// An action for the driver. Effects are carried out in the order in which they are polled; sends to one destination, reads and
/// commits also complete in that order.
#[derive(Debug)]
pub enum Effect {
    /// Read the body of this frame and answer with [`Input::Received`](crate::Input::Received).
    Accept {
        /// The offer.
        offer: OfferId,
    },
    /// Close the substream of this frame without reading its body. There is no answer.
    Refuse {
        /// The offer.
        offer: OfferId,
        /// Why.
        reason: DropReason,
    },
    /// Run this job on a thread that may be busy for long.
    Run {
        /// Its number.
        job: JobId,
        /// The work.
        work: Job,
    },
    /// Call a function.
    Call {
        /// Its number.
        call: CallId,
        /// What to call.
        request: Call,
    },
    /// Send a particle to another peer.
    Send {
        /// Its number.
        send: SendId,
        /// The destination.
        to: PeerId,
        /// The particle.
        header: Arc<Header>,
        /// Its data.
        data: Bytes,
    },
    /// Stop a call or a send. It is still answered.
    Cancel {
        /// What to stop.
        what: InFlight,
    },
    /// Read a page of records.
    Read {
        /// Its number.
        read: ReadId,
        /// Which records.
        range: KeyRange,
        /// The largest number of records in the page.
        limit: u32,
    },
    /// Commit a batch of changes, atomically and durably.
    Commit {
        /// Its number.
        batch: BatchId,
        /// The changes, in order.
        operations: Vec<Change>,
    },
    /// Start a service and answer with [`Input::Started`](crate::Input::Started). Data that it has stays.
    Start {
        /// Its number.
        start: StartId,
        /// The scope of the service.
        scope: ScopeId,
        /// The id of the service.
        service: Arc<str>,
        /// The content id of its blueprint.
        blueprint: EcoString,
    },
    /// Stop a service and delete its data. There is no answer.
    Remove {
        /// The scope of the service.
        scope: ScopeId,
        /// The id of the service.
        service: Arc<str>,
    },
    /// Report to the submitter of a particle.
    Report {
        /// The submission.
        submission: SubmissionId,
        /// What happened.
        report: Report,
    },
    /// Record an event.
    Emit(Event),
    /// The stored records were read and the services started; offers and submissions are accepted from now on.
    Ready,
    /// Nothing is left and nothing will happen any more. The last effect.
    Stopped,
}

/// Something that the driver has been asked to do and has not answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InFlight {
    /// A function call.
    Call(CallId),
    /// Sends a frame to another peer.
    Send(SendId),
}
