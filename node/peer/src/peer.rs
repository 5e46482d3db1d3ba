//! The state machine: inputs in, effects out.

use crate::actor::{Actor, ActorId, Destination, PendingCall, PendingSend, Phase, Submitter};
use crate::admission::{Verification, VerificationId};
use crate::event::{DropReason, Event, EventKind};
use crate::functions::Authority;
use crate::id::{BatchId, CallId, Counter, JobId, ReadId, ScopeId, SendId, StartId, SubmissionId};
use crate::ingress::Connections;
use crate::initiators::{InitiatorId, Initiators};
use crate::job::{JobResult, Panicked};
use crate::limits::Limits;
use crate::mistake::Mistake;
use crate::programs::Programs;
use crate::random::Generator;
use crate::records::Records;
use crate::schedule::{Choice, FlowId, Schedule, Work};
use crate::scope::Scope;
use crate::services::lifecycle::Starting;
use crate::submission::{EndReason, Report, Submission};
use crate::time::{Monotonic, Nanos, Now};
use crate::timers::{Timer, Timers};
use crate::{Effect, Input};
use aqua_keys::{PeerId, Signature};
use aqua_particle::{Header, Particle};
use aqua_storage::{KeyRange, Page, StorageError};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

/// Records per page when they are read at the start.
const PAGE: u32 = 1024;

/// What a peer is made of.
#[derive(Debug, Clone)]
pub struct Config {
    /// Bounds on what it does for others.
    pub limits: Limits,
    /// Its identities. The first is the host, [`ScopeId::HOST`].
    pub scopes: Vec<Scope>,
    /// Peers whose particles may call what only the host may call.
    pub managers: BTreeSet<PeerId>,
    /// A defect to plant, for tests of tests.
    #[cfg(feature = "mistakes")]
    pub mistake: Option<Mistake>,
}

impl Config {
    /// A peer with default limits and these identities, without managers.
    pub fn new(scopes: Vec<Scope>) -> Self {
        Self {
            limits: Limits::default(),
            scopes,
            managers: BTreeSet::new(),
            #[cfg(feature = "mistakes")]
            mistake: None,
        }
    }
}

/// How far the peer is between its start and its stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Records are being read, and services started.
    Starting,
    Running,
    /// Particles are ended.
    Stopping,
    Stopped,
}

/// A job that runs.
#[derive(Debug)]
pub(crate) struct RunningJob {
    pub(crate) work: Work,
    flow: FlowId,
    /// Processor time that was charged in advance.
    reserved: Nanos,
    pub(crate) is_long: bool,
    pub(crate) initiator: Option<InitiatorId>,
}

/// How many pieces of data came for actors, and what became of them.
#[derive(Debug, Default)]
pub(crate) struct Inbox {
    pub(crate) arrived: u64,
    pub(crate) consumed: u64,
    pub(crate) dropped: u64,
}

#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) actors: Counter,
    pub(crate) verifications: Counter,
    pub(crate) jobs: Counter,
    pub(crate) calls: Counter,
    pub(crate) sends: Counter,
    pub(crate) frames: Counter,
    pub(crate) shares: Counter,
    pub(crate) reads: Counter,
    pub(crate) starts: Counter,
}

/// Everything that a peer decides. It has no clock, no threads, no sockets and no files: a driver reports what happens with
/// [`handle`](Self::handle) and carries out what [`poll_effect`](Self::poll_effect) returns.
///
/// Equal configurations, seeds and inputs give equal effects.
#[derive(Debug)]
pub struct Peer {
    pub(crate) limits: Limits,
    pub(crate) scopes: BTreeMap<ScopeId, Scope>,
    pub(crate) scope_ids: BTreeMap<PeerId, ScopeId>,
    managers: BTreeSet<PeerId>,
    pub(crate) stage: Stage,
    pub(crate) now: Now,
    pub(crate) effects: VecDeque<Effect>,
    pub(crate) generator: Generator,
    pub(crate) counters: Counters,
    pub(crate) timers: Timers,
    pub(crate) connections: Connections,
    pub(crate) verifications: BTreeMap<VerificationId, Verification>,
    /// Verifications by the digest of the header.
    pub(crate) verifying: BTreeMap<[u8; 32], VerificationId>,
    pub(crate) initiators: Initiators,
    pub(crate) actors: BTreeMap<ActorId, Actor>,
    pub(crate) index: BTreeMap<(ScopeId, Signature), ActorId>,
    pub(crate) programs: Programs,
    pub(crate) schedule: Schedule,
    pub(crate) jobs: BTreeMap<JobId, RunningJob>,
    pub(crate) calls: BTreeMap<CallId, PendingCall>,
    /// Actors that may be able to start calls.
    pub(crate) callers: VecDeque<ActorId>,
    pub(crate) sends: BTreeMap<SendId, PendingSend>,
    pub(crate) destinations: BTreeMap<PeerId, Destination>,
    pub(crate) records: Records,
    pub(crate) starts: BTreeMap<StartId, Starting>,
    reading: Option<ReadId>,
    /// Bytes that the peer retains.
    pub(crate) memory: u64,
    pub(crate) inbox: Inbox,
    #[cfg(feature = "mistakes")]
    pub(crate) mistake: Option<Mistake>,
}

impl Peer {
    /// A peer that has not started: it reads its records first and then reports [`Effect::Ready`]. All its randomness comes from
    /// the seed, which no other start may use.
    pub fn new(config: Config, seed: [u8; 32]) -> Self {
        let scope_ids = config
            .scopes
            .iter()
            .map(|scope| (scope.peer.clone(), scope.id))
            .collect();
        let mut peer = Self {
            programs: Programs::new(config.limits.programs, config.limits.program_text),
            limits: config.limits,
            scopes: config.scopes.into_iter().map(|scope| (scope.id, scope)).collect(),
            scope_ids,
            managers: config.managers,
            stage: Stage::Starting,
            now: Now::default(),
            effects: VecDeque::new(),
            generator: Generator::new(seed),
            counters: Counters::default(),
            timers: Timers::default(),
            connections: Connections::default(),
            verifications: BTreeMap::new(),
            verifying: BTreeMap::new(),
            initiators: Initiators::default(),
            actors: BTreeMap::new(),
            index: BTreeMap::new(),
            schedule: Schedule::new(),
            jobs: BTreeMap::new(),
            calls: BTreeMap::new(),
            callers: VecDeque::new(),
            sends: BTreeMap::new(),
            destinations: BTreeMap::new(),
            records: Records::default(),
            starts: BTreeMap::new(),
            reading: None,
            memory: 0,
            inbox: Inbox::default(),
            #[cfg(feature = "mistakes")]
            mistake: config.mistake,
        };
        peer.read_records(KeyRange::default());
        peer
    }

    /// Takes an input in. Accepts anything; what doesn't belong to anything asked for is ignored with
    /// [`EventKind::DriverFault`].
    pub fn handle(&mut self, now: Now, input: Input) {
        self.now = Now {
            monotonic: now.monotonic.max(self.now.monotonic),
            unix_ms: now.unix_ms,
        };
        if self.stage == Stage::Stopped {
            return;
        }
        self.fire_timers();
        match input {
            Input::Wakeup => {}
            Input::Connected { connection, peer } => self.connected(connection, peer),
            Input::Disconnected { connection } => self.disconnected(connection),
            Input::Offer {
                offer,
                connection,
                bytes,
            } => self.offered(offer, connection, bytes),
            Input::Received { offer, frame } => self.received(offer, frame),
            Input::Rejected { connection, reason } => self.rejected(connection, reason),
            Input::Submit { submission, request } => self.submit(submission, request),
            Input::JobFinished { job, result, cpu } => self.job_finished(job, result, cpu),
            Input::CallFinished { call, result, cpu } => self.call_finished(call, result, cpu),
            Input::SendFinished { send, result } => self.send_finished(send, result),
            Input::Records { read, page } => self.records_read(read, page),
            Input::Started { start, result } => self.started(start, result),
            Input::Committed { batch } => self.committed(batch),
            Input::CommitFailed { batch: _, error } => self.commit_failed(&error),
            Input::Shutdown => self.shut_down(),
        }
        self.start_calls();
        self.accept_offers();
        if let Some((batch, operations)) = self.records.next_batch(self.plants(Mistake::TwoBatches)) {
            self.push(Effect::Commit { batch, operations });
        }
        self.stop_if_done();
    }

    /// The next thing to do. Jobs are chosen when nothing else is left, so that everything that arrived in a turn enters one
    /// step.
    pub fn poll_effect(&mut self) -> Option<Effect> {
        if self.effects.is_empty() {
            self.start_job();
        }
        self.effects.pop_front()
    }

    /// When to report [`Input::Wakeup`], unless another input comes before.
    pub fn next_wakeup(&self) -> Option<Monotonic> {
        self.timers.next()
    }

    /// A scope of this peer.
    pub fn scope(&self, id: ScopeId) -> Option<&Scope> {
        self.scopes.get(&id)
    }

    /// All scopes of this peer.
    pub fn scopes(&self) -> impl Iterator<Item = &Scope> {
        self.scopes.values()
    }

    /// What this initiator may do here.
    pub(crate) fn authority(&self, initiator: &PeerId) -> Authority {
        if self.scope_ids.get(initiator) == Some(&ScopeId::HOST) {
            Authority::Host
        } else if self.managers.contains(initiator) {
            Authority::Manager
        } else {
            Authority::Other
        }
    }

    fn fire_timers(&mut self) {
        while let Some(timer) = self.timers.pop(self.now.monotonic) {
            match timer {
                Timer::Deadline(id) => self.deadline(id),
                Timer::Call(id) => self.call_timer(id),
                Timer::Connection(id) => self.connection_timer(id),
            }
        }
    }

    fn deadline(&mut self, id: ActorId) {
        if self.plants(Mistake::WallClockDeadline)
            && let Some(actor) = self.actors.get_mut(&id)
            && let Some(left) = actor.header.deadline().and_then(|at| at.checked_sub(self.now.unix_ms))
        {
            let at = self.now.monotonic + Nanos::from_millis(left + 1);
            actor.deadline_timer = self.timers.set(at, Timer::Deadline(id));
            return;
        }
        self.expire(id);
    }

    fn submit(&mut self, id: SubmissionId, request: Submission) {
        let Submission {
            scope,
            script,
            ttl,
            functions,
        } = request;
        let refused = |reason| Report::Ended(EndReason::Refused(reason));
        let report = match (self.stage, self.scopes.get(&scope)) {
            (Stage::Starting, _) => refused(DropReason::Starting),
            (Stage::Stopping | Stage::Stopped, _) => refused(DropReason::ShuttingDown),
            (Stage::Running, None) => refused(DropReason::UnknownScope),
            (Stage::Running, Some(owner)) => {
                let particle = Particle::sign(&owner.key, self.generator.uuid(), self.now.unix_ms, ttl, script);
                let header = Arc::new(Header::split(particle).0);
                self.emit_in(scope, Some(&header), EventKind::Arrived { from: None, bytes: 0 });
                let submitter = Submitter {
                    id,
                    functions,
                    end: None,
                };
                match self.enter_submission(scope, &header, submitter) {
                    Ok(()) => Report::Accepted { particle: header },
                    Err(reason) => {
                        self.drop_data(scope, &header, reason.clone());
                        refused(reason)
                    }
                }
            }
        };
        self.push(Effect::Report { submission: id, report });
    }

    /// Starts the next job if there is a free slot.
    fn start_job(&mut self) {
        let slots = self.limits.slots() as usize;
        while self.jobs.len() < slots && self.stage != Stage::Starting {
            let long = self.jobs.values().filter(|job| job.is_long).count();
            let Some(Choice { flow, work, is_long }) = self.schedule.pop(long + 1 < slots) else {
                return;
            };
            let job = match work {
                Work::Step(id) => self.step_job(id),
                Work::Function(id) => self.function_job(id),
                Work::Verify(id) => self
                    .verifications
                    .get(&id)
                    .map(|it| crate::Job::Verify(it.header.clone())),
            };
            let Some(work_of_job) = job else { continue };
            let id = JobId(self.counters.jobs.next());
            let reserved = work_of_job.expected();
            self.schedule.charge(flow, signed(reserved));
            let initiator = self.start_of(work, id);
            self.jobs.insert(
                id,
                RunningJob {
                    work,
                    flow,
                    reserved,
                    is_long,
                    initiator,
                },
            );
            return self.push(Effect::Run {
                job: id,
                work: work_of_job,
            });
        }
    }

    /// Registers a job with the actor and the initiator that it belongs to.
    fn start_of(&mut self, work: Work, job: JobId) -> Option<InitiatorId> {
        let actor = match work {
            Work::Verify(_) => return None,
            Work::Step(id) => {
                self.actors.get_mut(&id)?.step = Some(job);
                id
            }
            Work::Function(call) => self.calls.get(&call)?.actor,
        };
        let id = self.actors.get(&actor)?.initiator;
        let initiator = self.initiators.get_mut(id);
        initiator.jobs += 1;
        self.hold_if_busy(id);
        Some(id)
    }

    /// An initiator from outside uses all slots but one at most.
    fn hold_if_busy(&mut self, id: InitiatorId) {
        let initiator = self.initiators.get(id);
        let is_held = !initiator.is_local && initiator.jobs >= self.limits.slots() - 1;
        if !is_held && self.plants(Mistake::HeldForever) {
            return;
        }
        let flows: Vec<FlowId> = initiator.flows.keys().copied().collect();
        for flow in flows {
            self.schedule.hold(flow, is_held);
        }
    }

    fn job_finished(&mut self, id: JobId, result: Result<JobResult, Panicked>, cpu: Nanos) {
        let Some(job) = self.jobs.remove(&id) else {
            return self.driver_fault("JobFinished");
        };
        self.schedule.charge(job.flow, signed(cpu) - signed(job.reserved));
        if let Some(initiator) = job.initiator {
            self.initiators.get_mut(initiator).jobs -= 1;
            self.hold_if_busy(initiator);
        }
        match job.work {
            Work::Step(actor) => self.step_finished(actor, result, cpu),
            Work::Verify(verification) => self.verified(verification, result),
            Work::Function(call) => match result {
                Ok(JobResult::Answered(answer)) => self.answer(call, answer),
                _ => self.answer(call, Err(crate::failure("the function panicked"))),
            },
        }
    }

    fn call_finished(&mut self, id: CallId, result: aqua_vm::CallResult, cpu: Nanos) {
        if let Some(call) = self.calls.get(&id)
            && let Some(actor) = self.actors.get(&call.actor)
        {
            self.schedule.charge(actor.flow, signed(cpu));
        }
        self.answer(id, result);
    }

    fn read_records(&mut self, range: KeyRange) {
        let read = ReadId(self.counters.reads.next());
        self.reading = Some(read);
        self.push(Effect::Read {
            read,
            range,
            limit: PAGE,
        });
    }

    fn records_read(&mut self, read: ReadId, page: Result<Page, StorageError>) {
        if self.reading != Some(read) {
            return self.driver_fault("Records");
        }
        self.reading = None;
        match page {
            Ok(page) => {
                self.records.load(&page);
                if let (Some(start), Stage::Starting) = (page.next, self.stage) {
                    return self.read_records(KeyRange { start, end: None });
                }
            }
            Err(error) => self.commit_failed(&error),
        }
        if self.stage == Stage::Starting {
            self.restore_services();
            self.ready_if_restored();
        }
    }

    pub(crate) fn has_read_records(&self) -> bool {
        self.reading.is_none()
    }

    fn committed(&mut self, batch: BatchId) {
        match self.records.committed(batch) {
            Some(dependents) => {
                for dependent in dependents {
                    for (scope, service) in dependent.removed {
                        self.push(Effect::Remove { scope, service });
                    }
                    self.answer_dependent(dependent.call, dependent.result);
                }
            }
            None => self.driver_fault("Committed"),
        }
    }

    fn commit_failed(&mut self, error: &StorageError) {
        self.emit(
            None,
            EventKind::StorageFailed {
                reason: error.to_string(),
            },
        );
        for dependent in self.records.fail() {
            let text = format!("the peer's storage has failed: {error}");
            self.answer_dependent(dependent.call, Err(crate::failure(text)));
        }
    }

    fn answer_dependent(&mut self, call: CallId, result: aqua_vm::CallResult) {
        // Planted mistakes answer before.
        if self.calls.contains_key(&call) {
            self.answer(call, result);
        }
    }

    fn shut_down(&mut self) {
        if self.stage == Stage::Stopping {
            return;
        }
        self.stage = Stage::Stopping;
        self.refuse_offers(&DropReason::ShuttingDown);
        let held: Vec<_> = self
            .connections
            .open
            .values_mut()
            .flat_map(|it| it.held.drain(..))
            .collect();
        for arrival in held {
            self.drop_arrival(&arrival, DropReason::ShuttingDown);
        }
        let actors: Vec<ActorId> = self.actors.keys().copied().collect();
        for id in actors {
            self.close(id, Phase::Draining, EndReason::ShuttingDown);
        }
    }

    fn stop_if_done(&mut self) {
        let is_done = self.stage == Stage::Stopping
            && self.actors.is_empty()
            && self.verifications.is_empty()
            && self.jobs.is_empty()
            && self.connections.accepted.is_empty()
            && self.reading.is_none()
            && self.starts.is_empty()
            && self.records.is_clean();
        if is_done {
            self.push(Effect::Stopped);
            self.stage = Stage::Stopped;
        }
    }

    /// The scope with this peer id.
    pub(crate) fn scope_of(&self, peer: &PeerId) -> Option<ScopeId> {
        self.scope_ids.get(peer).copied()
    }

    pub(crate) fn actor_of(&self, scope: ScopeId, header: &Header) -> Option<ActorId> {
        self.index.get(&self.actor_key(scope, header)).copied()
    }

    /// What actors are found by: the signature, since initiators choose ids.
    pub(crate) fn actor_key(&self, scope: ScopeId, header: &Header) -> (ScopeId, Signature) {
        if self.plants(Mistake::ActorsById) {
            let mut id = [0; 64];
            id[..32].copy_from_slice(blake3::hash(header.id.as_bytes()).as_bytes());
            return (scope, Signature::from_bytes(id));
        }
        (scope, header.signature)
    }

    /// Changes what an actor retains, in its own account, its initiator's and the peer's.
    pub(crate) fn retain(&mut self, id: ActorId, added: u64, removed: u64) {
        if added == removed {
            return;
        }
        let Some(actor) = self.actors.get_mut(&id) else { return };
        let initiator = self.initiators.get_mut(actor.initiator);
        for account in [&mut actor.retained, &mut initiator.memory, &mut self.memory] {
            *account = *account + added - removed;
        }
    }

    pub(crate) fn push(&mut self, effect: Effect) {
        self.effects.push_back(effect);
    }

    /// Reports to the submitter of an actor's particle, if it was started here and has not ended.
    pub(crate) fn report(&mut self, id: ActorId, report: impl FnOnce() -> Report) {
        let submitter = self.actors.get(&id).and_then(|actor| actor.submitter.as_ref());
        if let Some(submission) = submitter.map(|submitter| submitter.id) {
            self.push(Effect::Report {
                submission,
                report: report(),
            });
        }
    }

    pub(crate) fn emit(&mut self, particle: Option<&Arc<Header>>, kind: EventKind) {
        self.emit_in(ScopeId::HOST, particle, kind);
    }

    pub(crate) fn emit_for(&mut self, id: ActorId, kind: EventKind) {
        let Some(actor) = self.actors.get(&id) else { return };
        let (scope, header) = (actor.scope, actor.header.clone());
        self.emit_in(scope, Some(&header), kind);
    }

    pub(crate) fn emit_in(&mut self, scope: ScopeId, particle: Option<&Arc<Header>>, kind: EventKind) {
        let Some(owner) = self.scopes.get(&scope) else { return };
        self.inbox.arrived += u64::from(matches!(kind, EventKind::Arrived { .. }));
        let event = Event {
            scope,
            peer: owner.peer.clone(),
            at: self.now.unix_ms,
            particle: particle.cloned(),
            kind,
        };
        self.push(Effect::Emit(event));
    }

    /// Data that arrived is dropped, with the event that says so.
    pub(crate) fn drop_data(&mut self, scope: ScopeId, particle: &Arc<Header>, reason: DropReason) {
        self.inbox.dropped += 1;
        self.emit_in(scope, Some(particle), EventKind::Dropped { reason });
    }

    /// The driver reported something that it was not asked for.
    pub(crate) fn driver_fault(&mut self, input: &'static str) {
        self.emit(None, EventKind::DriverFault { input });
    }
}

fn signed(nanos: Nanos) -> i64 {
    i64::try_from(nanos.0).unwrap_or(i64::MAX)
}
