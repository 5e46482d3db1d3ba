//! Everything that a peer decides, as a state machine without input and output.
//!
//! A [`Peer`] takes [`Input`]s and returns [`Effect`]s. It has no clock, threads, sockets or files, and no order that depends on
//! hashing: the shell (`aqua-node`) drives it with tokio and libp2p, the simulator (`aqua-simulator`) with virtual time, and
//! both run the same code.
//!
//! # The path of a particle
//!
//! 1. **Ingress**: a frame is offered by its length and accepted when its connection's rate and the peer's memory allow it.
//! 2. **Admission**: times, duplicates, the signature (a job, paid by the connection), the limits of the initiator.
//! 3. **Actor**: one for each particle and scope. It keeps the particle's state, runs one step at a time, and expires.
//! 4. **Schedule**: which job runs next; fair by scope, connection and initiator.
//! 5. **Calls**: answered by the core, by the driver, or when a batch of records is durable.
//! 6. **Services**: created and restored by the driver, recorded here. See `services`.
//! 7. **Sends**: frames to other peers, bounded for each destination; data for another scope goes there directly.
//!
//! # Driving it
//!
//! A turn is one or more calls of [`Peer::handle`], then [`Peer::poll_effect`] until it returns `None`. Each `Accept`, `Run`,
//! `Call`, `Send`, `Read` and `Start` is answered exactly once, also when it was cancelled.

mod actor;
mod admission;
mod audit;
mod effect;
mod event;
mod functions;
mod id;
mod ingress;
mod initiators;
mod input;
mod job;
mod limits;
mod mistake;
mod peer;
mod programs;
mod random;
mod rate;
mod records;
mod schedule;
mod scope;
mod services;
mod status;
mod submission;
mod time;
mod timers;

pub use effect::{Effect, InFlight};
pub use event::{DropReason, Event, EventKind, InitiatorLimit, PauseCause};
pub use functions::{Answer, Authority, Call, Function, Functions, Guard, NewService, Target, View, failure};
pub use id::{BatchId, CallId, ConnectionId, JobId, OfferId, ReadId, ScopeId, SendId, StartId, SubmissionId};
pub use input::{Frame, Input, SendError};
pub use job::{FunctionJob, Job, JobResult, Panicked, Source, StepDone, StepJob};
pub use limits::{ConnectionLimits, DestinationLimits, InitiatorLimits, Limits};
#[cfg(feature = "mistakes")]
pub use mistake::Mistake;
pub use peer::{Config, Peer};
pub use records::Transaction;
pub use scope::Scope;
pub use services::{Service, ServiceKind, Services};
pub use status::Status;
pub use submission::{EndReason, Provided, Report, Submission};
pub use time::{Monotonic, Nanos, Now};
