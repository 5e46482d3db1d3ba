//! A driver that does nothing by itself but what is needed in every test: it runs jobs, reads records and commits at once.

use aqua_keys::{KeyPair, PeerId};
use aqua_particle::{Header, Particle};
use aqua_peer::{
    Call, CallId, Config, ConnectionId, Effect, Event, EventKind, Frame, Functions, Input, Job, JobId, Limits,
    Monotonic, Nanos, Now, OfferId, Peer, Report, Scope, ScopeId, SendId, StartId, Submission, SubmissionId,
};
use aqua_storage::{Memory, Storage as _};
use aqua_vm::CallResult;
use bytes::Bytes;
use std::sync::Arc;

/// Unix time at the start of each test, in milliseconds.
pub(crate) const EPOCH: u64 = 1_700_000_000_000;

/// A frame that the peer sent.
#[derive(Debug, Clone)]
pub(crate) struct Sent {
    pub(crate) id: SendId,
    pub(crate) to: PeerId,
    pub(crate) header: Arc<Header>,
    pub(crate) data: Bytes,
}

pub(crate) struct Driver {
    pub(crate) peer: Peer,
    pub(crate) key: KeyPair,
    pub(crate) now: Now,
    pub(crate) disk: Memory,
    pub(crate) events: Vec<Event>,
    pub(crate) accepted: Vec<OfferId>,
    pub(crate) refused: Vec<OfferId>,
    pub(crate) sent: Vec<Sent>,
    pub(crate) calls: Vec<(CallId, Call)>,
    pub(crate) cancelled: Vec<aqua_peer::InFlight>,
    pub(crate) reports: Vec<(SubmissionId, Report)>,
    pub(crate) commits: Vec<aqua_peer::BatchId>,
    /// Services that are to be started, by id.
    pub(crate) starts: Vec<(StartId, Arc<str>)>,
    pub(crate) removed: Vec<Arc<str>>,
    /// Jobs that wait, where a test holds them.
    pub(crate) jobs: Vec<(JobId, Job)>,
    pub(crate) holds_jobs: bool,
    pub(crate) holds_commits: bool,
    pub(crate) is_ready: bool,
    pub(crate) is_stopped: bool,
    offers: u64,
    submissions: u64,
}

impl Driver {
    pub(crate) fn new() -> Self {
        Self::with(|_| {}, Functions::default())
    }

    pub(crate) fn with(change: impl FnOnce(&mut Limits), functions: Functions) -> Self {
        let key = KeyPair::from_seed([1; 32]);
        let host = Scope {
            functions,
            ..Scope::new(ScopeId::HOST, key)
        };
        Self::with_scopes(change, vec![host])
    }

    pub(crate) fn with_scopes(change: impl FnOnce(&mut Limits), scopes: Vec<Scope>) -> Self {
        Self::with_config(|config| change(&mut config.limits), scopes)
    }

    pub(crate) fn with_config(change: impl FnOnce(&mut Config), scopes: Vec<Scope>) -> Self {
        Self::with_disk(change, scopes, Memory::default())
    }

    /// A peer that starts with these records.
    pub(crate) fn with_disk(change: impl FnOnce(&mut Config), scopes: Vec<Scope>, disk: Memory) -> Self {
        let key = scopes[0].key.clone();
        let mut config = Config::new(scopes);
        change(&mut config);
        let mut driver = Self {
            peer: Peer::new(config, [7; 32]),
            key,
            now: Now {
                monotonic: Monotonic(0),
                unix_ms: EPOCH,
            },
            disk,
            events: Vec::new(),
            accepted: Vec::new(),
            refused: Vec::new(),
            sent: Vec::new(),
            calls: Vec::new(),
            cancelled: Vec::new(),
            reports: Vec::new(),
            commits: Vec::new(),
            starts: Vec::new(),
            removed: Vec::new(),
            jobs: Vec::new(),
            holds_jobs: false,
            holds_commits: false,
            is_ready: false,
            is_stopped: false,
            offers: 0,
            submissions: 0,
        };
        driver.turn([]);
        driver
    }

    /// Reports inputs and carries out all effects that follow; the accounts have to be right afterwards.
    pub(crate) fn turn(&mut self, inputs: impl IntoIterator<Item = Input>) {
        for input in inputs {
            self.peer.handle(self.now, input);
        }
        while let Some(effect) = self.peer.poll_effect() {
            self.carry_out(effect);
        }
        assert_eq!(self.peer.audit(), Ok(()));
    }

    fn carry_out(&mut self, effect: Effect) {
        match effect {
            Effect::Accept { offer } => self.accepted.push(offer),
            Effect::Refuse { offer, .. } => self.refused.push(offer),
            Effect::Run { job, work } if self.holds_jobs => self.jobs.push((job, work)),
            Effect::Run { job, work } => self.finish_job(job, work),
            Effect::Call { call, request } => self.calls.push((call, request)),
            Effect::Send { send, to, header, data } => self.sent.push(Sent {
                id: send,
                to,
                header,
                data,
            }),
            Effect::Cancel { what } => self.cancelled.push(what),
            Effect::Read { read, range, limit } => {
                let page = self.disk.read(&range, limit as usize);
                self.peer.handle(self.now, Input::Records { read, page });
            }
            Effect::Commit { batch, operations } => {
                self.disk.commit(&operations).expect("memory doesn't fail");
                self.commits.push(batch);
                if !self.holds_commits {
                    self.peer.handle(self.now, Input::Committed { batch });
                }
            }
            Effect::Report { submission, report } => self.reports.push((submission, report)),
            Effect::Emit(event) => self.events.push(event),
            Effect::Start { start, service, .. } => self.starts.push((start, service)),
            Effect::Remove { service, .. } => self.removed.push(service),
            Effect::Ready => self.is_ready = true,
            Effect::Stopped => self.is_stopped = true,
        }
    }

    pub(crate) fn finish_job(&mut self, job: JobId, work: Job) {
        let result = Ok(work.run());
        let cpu = Nanos::from_micros(20);
        self.peer.handle(self.now, Input::JobFinished { job, result, cpu });
    }

    /// Finishes jobs that are held, and those that follow from them.
    pub(crate) fn finish_jobs(&mut self) {
        while !self.jobs.is_empty() {
            for (job, work) in std::mem::take(&mut self.jobs) {
                self.finish_job(job, work);
            }
            self.turn([]);
        }
    }

    /// Lets time pass and fires the timers on the way.
    pub(crate) fn pass(&mut self, time: Nanos) {
        let end = self.now.monotonic + time;
        while let Some(at) = self.peer.next_wakeup().filter(|at| *at <= end) {
            self.set_time(at);
            self.turn([Input::Wakeup]);
        }
        self.set_time(end);
        self.turn([Input::Wakeup]);
    }

    fn set_time(&mut self, at: Monotonic) {
        let passed = at - self.now.monotonic;
        self.now.unix_ms += passed.0.div_ceil(1_000_000);
        self.now.monotonic = at;
    }

    pub(crate) fn connect(&mut self, connection: u64, peer: PeerId) {
        let connection = ConnectionId(connection);
        self.turn([Input::Connected { connection, peer }]);
    }

    /// Offers a frame.
    pub(crate) fn offer(&mut self, connection: u64, bytes: u64) -> OfferId {
        self.offers += 1;
        let offer = OfferId(self.offers);
        let connection = ConnectionId(connection);
        self.turn([Input::Offer {
            offer,
            connection,
            bytes,
        }]);
        offer
    }

    /// Offers a particle and delivers it if it is accepted. Whether it was.
    pub(crate) fn arrive(&mut self, connection: u64, particle: Particle) -> bool {
        let offer = self.offer(
            connection,
            200 + particle.script.len() as u64 + particle.data.len() as u64,
        );
        let is_accepted = self.accepted.contains(&offer);
        if is_accepted {
            self.receive(offer, particle);
        }
        is_accepted
    }

    pub(crate) fn receive(&mut self, offer: OfferId, particle: Particle) {
        let (header, data) = Header::split(particle);
        let frame = Ok(Frame::Particle {
            header: Arc::new(header),
            data: data.into(),
        });
        self.turn([Input::Received { offer, frame }]);
    }

    /// Starts a particle on the peer.
    pub(crate) fn submit(&mut self, script: &str) -> SubmissionId {
        self.submit_with(Submission {
            scope: ScopeId::HOST,
            script: script.into(),
            ttl: 10_000,
            functions: Default::default(),
        })
    }

    pub(crate) fn submit_with(&mut self, request: Submission) -> SubmissionId {
        self.submissions += 1;
        let submission = SubmissionId(self.submissions);
        self.turn([Input::Submit { submission, request }]);
        submission
    }

    pub(crate) fn answer(&mut self, call: CallId, result: CallResult) {
        self.turn([Input::CallFinished {
            call,
            result,
            cpu: Nanos(0),
        }]);
    }

    /// The kinds of events since they were last asked for.
    pub(crate) fn kinds(&mut self) -> Vec<EventKind> {
        self.events.drain(..).map(|event| event.kind).collect()
    }
}

/// A particle of an unknown peer, started now.
pub(crate) fn particle(seed: u8, name: &str, script: &str) -> Particle {
    Particle::sign(&KeyPair::from_seed([seed; 32]), name, EPOCH, 60_000, script)
}

/// The id of the unknown peer.
pub(crate) fn id(seed: u8) -> PeerId {
    KeyPair::from_seed([seed; 32]).peer_id()
}
