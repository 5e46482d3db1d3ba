//! Particles on this peer: one actor for each particle and scope.
//!
//! An actor keeps the particle's state between steps and has at most one step in flight. It is live until the particle expires,
//! its script fails, or the peer stops; then it ends what is in flight and is reaped.

mod calls;
mod ending;
mod lookup;
mod sends;
mod steps;

pub(crate) use calls::{CallState, PendingCall, answer_size, request_size};
pub(crate) use sends::{Destination, Frame, FrameId, PendingSend, ShareId, frames_size};

use crate::id::{CallId, JobId, ScopeId, SendId, SubmissionId};
use crate::initiators::InitiatorId;
use crate::job::Source;
use crate::schedule::{FlowId, Ingress};
use crate::submission::{EndReason, Provided};
use crate::time::{Monotonic, Nanos};
use crate::timers::TimerKey;
use aqua_particle::Header;
use aqua_vm::{CallRequest, CallResult, Params, State};
use bytes::Bytes;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

/// A particle in the name of a scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ActorId(pub(crate) u64);

/// What an actor retains besides its script and everything that is accounted for by size.
pub(crate) const ACTOR_SIZE: u64 = 512;

#[derive(Debug)]
pub(crate) struct Actor {
    pub(crate) scope: ScopeId,
    pub(crate) header: Arc<Header>,
    pub(crate) phase: Phase,
    pub(crate) deadline: Monotonic,
    pub(crate) deadline_timer: TimerKey,
    pub(crate) initiator: InitiatorId,
    pub(crate) flow: FlowId,
    /// Where the particle came from first.
    pub(crate) ingress: Ingress,
    pub(crate) submitter: Option<Submitter>,
    pub(crate) params: Arc<Params>,
    pub(crate) program: Source,
    /// The state between steps; empty while a step runs.
    pub(crate) state: State,
    /// Data that arrived and waits for a step.
    pub(crate) mailbox: VecDeque<Bytes>,
    /// Data that the script sent from this actor to itself.
    pub(crate) loopback: Option<Bytes>,
    /// Answers that wait for a step.
    pub(crate) results: BTreeMap<u32, CallResult>,
    pub(crate) step: Option<JobId>,
    /// Whether it is in its flow's queue.
    pub(crate) is_queued: bool,
    /// Calls that start when others have ended.
    pub(crate) waiting_calls: VecDeque<(u32, CallRequest)>,
    pub(crate) calls: BTreeSet<CallId>,
    /// Frames that are sent when others have ended.
    pub(crate) backlog: VecDeque<Frame>,
    /// Frames that wait for their destination.
    pub(crate) queued: BTreeMap<FrameId, Frame>,
    pub(crate) sends: BTreeSet<SendId>,
    /// Data that frames share: how many of them are left, and its size.
    pub(crate) shared: BTreeMap<ShareId, (u32, u64)>,
    /// Bytes that it retains, as they are accounted for.
    pub(crate) retained: u64,
    /// Of these, the state before or during a step.
    pub(crate) state_size: u64,
    /// Of these, what went into the running step.
    pub(crate) input_size: u64,
    /// Processor time of its last step.
    pub(crate) last_step: Nanos,
}

/// How far an actor is in its life.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Steps are made.
    Live,
    /// Its script failed: nothing is done any more until the particle expires.
    Failed,
    /// It is reaped as soon as nothing is in flight.
    Draining,
}

/// Who started the particle here.
#[derive(Debug)]
pub(crate) struct Submitter {
    pub(crate) id: SubmissionId,
    pub(crate) functions: BTreeMap<(String, String), Provided>,
    /// Why nothing more will be reported, once that is known.
    pub(crate) end: Option<EndReason>,
}

impl Actor {
    /// Whether a step can be made: there is something new, and no frame waits to be sent.
    pub(crate) fn is_runnable(&self) -> bool {
        let has_input = self.loopback.is_some() || !self.mailbox.is_empty() || !self.results.is_empty();
        self.phase == Phase::Live
            && self.step.is_none()
            && has_input
            && self.backlog.is_empty()
            && self.queued.is_empty()
    }

    /// What it retains besides state, data, arguments, answers and frames.
    pub(crate) fn base_size(&self) -> u64 {
        ACTOR_SIZE + (self.header.script.len() + self.header.id.len()) as u64
    }

    /// Whether nothing is in flight and nothing waits to be: the next input comes from outside of the peer.
    pub(crate) fn is_idle(&self) -> bool {
        let has_input = self.loopback.is_some() || !self.mailbox.is_empty() || !self.results.is_empty();
        let has_output = !self.waiting_calls.is_empty() || !self.backlog.is_empty() || !self.queued.is_empty();
        self.phase == Phase::Live && !self.is_busy() && !has_input && !has_output
    }

    /// Whether anything is in flight.
    pub(crate) fn is_busy(&self) -> bool {
        self.step.is_some() || !self.calls.is_empty() || !self.sends.is_empty()
    }
}
