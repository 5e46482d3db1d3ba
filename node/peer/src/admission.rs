//! Particles that arrived: whether they may run here, and the actors that they go to.

use crate::actor::{ACTOR_SIZE, Actor, ActorId, Phase, Submitter};
use crate::event::{DropReason, EventKind, InitiatorLimit};
use crate::id::{ConnectionId, ScopeId};
use crate::job::{JobResult, Panicked, Source, VERIFICATION};
use crate::mistake::Mistake;
use crate::peer::{Peer, Stage};
use crate::schedule::{FlowId, Ingress, Leaf, Work};
use crate::time::{Monotonic, Nanos};
use crate::timers::Timer;
use aqua_keys::PeerId;
use aqua_particle::Header;
use aqua_vm::{Params, State};
use bytes::Bytes;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

/// A particle that waits for the check of its signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct VerificationId(pub(crate) u64);

/// A particle with data that came from the network.
#[derive(Debug)]
pub(crate) struct Arrival {
    connection: ConnectionId,
    pub(crate) header: Arc<Header>,
    pub(crate) data: Bytes,
}

impl Arrival {
    pub(crate) fn from_network(connection: ConnectionId, header: Arc<Header>, data: Bytes) -> Self {
        Self {
            connection,
            header,
            data,
        }
    }

    /// Bytes that it retains.
    pub(crate) fn size(&self) -> u64 {
        ACTOR_SIZE + (self.header.script.len() + self.header.id.len() + self.data.len()) as u64
    }
}

/// A check of a signature, and the arrivals that wait for it.
#[derive(Debug)]
pub(crate) struct Verification {
    pub(crate) header: Arc<Header>,
    pub(crate) flow: FlowId,
    pub(crate) arrivals: Vec<Arrival>,
}

/// What is needed to make an actor.
struct Newcomer {
    scope: ScopeId,
    ingress: Ingress,
    header: Arc<Header>,
    deadline: Monotonic,
}

impl Peer {
    /// A particle came from the network.
    pub(crate) fn arrived(&mut self, from: PeerId, bytes: u64, arrival: Arrival) {
        let header = arrival.header.clone();
        self.emit(
            Some(&header),
            EventKind::Arrived {
                from: Some(from),
                bytes,
            },
        );
        if let Err(reason) = self.check_times(&header) {
            return self.drop_arrival(&arrival, reason);
        }
        match self.actor_of(ScopeId::HOST, &header) {
            Some(id) if *self.actors[&id].header == *header => return self.deliver_arrival(id, arrival),
            _ => {}
        }
        if let Some(id) = self.verifying.get(header.digest()) {
            let verification = self.verifications.get_mut(id).expect("it is being verified");
            return verification.arrivals.push(arrival);
        }
        self.start_verification(arrival);
    }

    /// Checks what can be checked without the signature.
    pub(crate) fn check_times(&self, header: &Header) -> Result<(), DropReason> {
        let now = self.now.unix_ms;
        if header.deadline().is_none_or(|deadline| now > deadline) {
            return Err(DropReason::Expired);
        }
        let (ttl, limit) = (header.ttl, self.limits.ttl);
        if ttl > limit {
            return Err(DropReason::TooLongLived { ttl, limit });
        }
        let ahead = header.timestamp.saturating_sub(now);
        if ahead > self.limits.clock_skew {
            return Err(DropReason::FromTheFuture { ahead });
        }
        Ok(())
    }

    fn start_verification(&mut self, arrival: Arrival) {
        let id = VerificationId(self.counters.verifications.next());
        let header = arrival.header.clone();
        let ingress = Ingress::Connection(arrival.connection);
        let leaf = match self.initiators.find(&header.init_peer_id) {
            Some(initiator) if self.plants(Mistake::ForgeryChargesInitiator) => Leaf::Initiator(initiator),
            _ => Leaf::Verifications,
        };
        let weight = self.scopes[&ScopeId::HOST].weight;
        let flow = self.schedule.flow((ScopeId::HOST, weight), ingress, leaf);
        self.verifying.insert(*header.digest(), id);
        self.verifications.insert(
            id,
            Verification {
                header,
                flow,
                arrivals: vec![arrival],
            },
        );
        self.schedule.push(flow, Work::Verify(id), VERIFICATION);
    }

    /// A signature was checked.
    pub(crate) fn verified(&mut self, id: VerificationId, result: Result<JobResult, Panicked>) {
        let Some(verification) = self.verifications.remove(&id) else {
            return;
        };
        self.verifying.remove(verification.header.digest());
        self.schedule.release(verification.flow);
        let verdict = match result {
            Ok(JobResult::Verified(verdict)) => verdict.map_err(DropReason::from),
            _ => Err(DropReason::VmPanicked),
        };
        for arrival in verification.arrivals {
            match &verdict {
                Ok(()) => self.admit(arrival),
                Err(reason) => self.drop_arrival(&arrival, reason.clone()),
            }
        }
    }

    /// Admits a particle whose signature is valid, unless its connection has to wait.
    pub(crate) fn admit(&mut self, arrival: Arrival) {
        let rate = self.limits.connection.initiator_rate();
        let is_known = self.initiators.find(&arrival.header.init_peer_id).is_some();
        if !is_known && let Some(connection) = self.connections.open.get_mut(&arrival.connection) {
            let ready = connection.initiators.ready_at(&rate, 1);
            if ready > self.now.monotonic {
                let id = arrival.connection;
                connection.held.push_back(arrival);
                return self.set_connection_timer(id, ready);
            }
            connection.initiators.take(&rate, 1, self.now.monotonic);
        }
        let ingress = Ingress::Connection(arrival.connection);
        // Time has passed since it arrived.
        match self
            .check_times(&arrival.header)
            .and_then(|()| self.enter(ScopeId::HOST, ingress, &arrival.header))
        {
            Ok(id) => self.deliver_arrival(id, arrival),
            Err(reason) => self.drop_arrival(&arrival, reason),
        }
    }

    /// Admits particles that waited because their connection brought too many new initiators.
    pub(crate) fn admit_held(&mut self, id: ConnectionId) {
        while let Some(connection) = self.connections.open.get_mut(&id) {
            let waited = connection.held.len();
            let Some(arrival) = connection.held.pop_front() else {
                return;
            };
            self.admit(arrival);
            let is_same = |connection: &crate::ingress::Connection| connection.held.len() == waited;
            if self.connections.open.get(&id).is_some_and(is_same) {
                return;
            }
        }
    }

    /// Data of the network goes to an actor.
    fn deliver_arrival(&mut self, id: ActorId, arrival: Arrival) {
        let size = arrival.size();
        match self.put(id, arrival.data.clone()) {
            Ok(()) => {
                self.memory -= size;
                self.settle_pending(arrival.connection);
            }
            Err(reason) => self.drop_arrival(&arrival, reason),
        }
    }

    /// Puts data into the mailbox of an actor.
    fn put(&mut self, id: ActorId, data: Bytes) -> Result<(), DropReason> {
        let (memory, limit) = (self.limits.initiator_memory(), self.limits.memory);
        let Some(actor) = self.actors.get_mut(&id) else {
            return Err(DropReason::Expired);
        };
        match actor.phase {
            Phase::Live => {}
            Phase::Failed => return Err(DropReason::Failed),
            Phase::Draining => return Err(DropReason::Expired),
        }
        let size = data.len() as u64;
        let initiator = self.initiators.get(actor.initiator);
        if !initiator.is_local && initiator.memory + size > memory {
            return Err(DropReason::RateLimited(InitiatorLimit::Memory));
        }
        if self.memory + size > limit {
            return Err(DropReason::OutOfMemory);
        }
        actor.mailbox.push_back(data);
        self.retain(id, size, 0);
        self.wake(id);
        Ok(())
    }

    pub(crate) fn drop_arrival(&mut self, arrival: &Arrival, reason: DropReason) {
        self.memory -= arrival.size();
        self.settle_pending(arrival.connection);
        self.drop_data(ScopeId::HOST, &arrival.header, reason);
    }

    /// Data came from another scope of this peer. Its signature was checked when the particle came here.
    pub(crate) fn receive_from_scope(
        &mut self,
        scope: ScopeId,
        ingress: Ingress,
        from: PeerId,
        header: &Arc<Header>,
        data: Bytes,
    ) {
        let bytes = data.len() as u64;
        self.emit_in(
            scope,
            Some(header),
            EventKind::Arrived {
                from: Some(from),
                bytes,
            },
        );
        let entered = self.enter(scope, ingress, header).and_then(|id| self.put(id, data));
        if let Err(reason) = entered {
            self.drop_data(scope, header, reason);
        }
    }

    /// The actor of a particle whose signature is valid, made if it isn't there.
    pub(crate) fn enter(
        &mut self,
        scope: ScopeId,
        ingress: Ingress,
        header: &Arc<Header>,
    ) -> Result<ActorId, DropReason> {
        if let Some(id) = self.actor_of(scope, header) {
            return match *self.actors[&id].header == **header {
                true => Ok(id),
                false => Err(DropReason::Ambiguous),
            };
        }
        let (limits, now) = (&self.limits, self.now);
        if self.stage != Stage::Running {
            return Err(DropReason::ShuttingDown);
        }
        if self.actors.len() as u64 >= limits.particles {
            return Err(DropReason::Crowded(limits.particles));
        }
        if self.memory > limits.memory_for_particles() {
            return Err(DropReason::OutOfMemory);
        }
        let is_local = self.scope_of(&header.init_peer_id).is_some();
        let initiator = self.initiators.find_or_add(&header.init_peer_id, is_local);
        if !is_local {
            let bounds = &limits.initiator;
            let entry = self.initiators.get(initiator);
            let refusal = if !self.initiators.is_within_rate(initiator, limits, now.monotonic) {
                Some(InitiatorLimit::Rate)
            } else if entry.particles >= bounds.particles {
                Some(InitiatorLimit::Particles)
            } else if entry.memory > limits.initiator_memory() {
                Some(InitiatorLimit::Memory)
            } else {
                None
            };
            if let Some(limit) = refusal {
                self.initiators.forget_unused(initiator);
                return Err(DropReason::RateLimited(limit));
            }
        }
        self.initiators.enter(initiator, limits, now.monotonic);
        let left = header
            .deadline()
            .unwrap_or(0)
            .saturating_sub(now.unix_ms)
            .saturating_add(1);
        Ok(self.make_actor(
            initiator,
            Newcomer {
                scope,
                ingress,
                header: header.clone(),
                deadline: now.monotonic + Nanos::from_millis(left),
            },
        ))
    }

    fn make_actor(&mut self, initiator: crate::initiators::InitiatorId, newcomer: Newcomer) -> ActorId {
        let Newcomer {
            scope,
            ingress,
            header,
            deadline,
        } = newcomer;
        let id = ActorId(self.counters.actors.next());
        let owner = &self.scopes[&scope];
        let flow = self
            .schedule
            .flow((scope, owner.weight), ingress, Leaf::Initiator(initiator));
        let params = Params {
            timestamp: header.timestamp,
            ttl: header.ttl,
            limits: self.limits.machine,
            ..Params::new(header.id.as_str(), header.init_peer_id.to_string(), owner.key.clone())
        };
        let program = match self.programs.find(header.script_hash()) {
            Some(program) => Source::Program(program),
            None => Source::Text(header.script.clone()),
        };
        let entry = self.initiators.get_mut(initiator);
        *entry.flows.entry(flow).or_default() += 1;
        let is_held = !entry.is_local && entry.jobs >= self.limits.slots() - 1;
        self.schedule.hold(flow, is_held);
        let actor = Actor {
            scope,
            phase: Phase::Live,
            deadline,
            deadline_timer: self.timers.set(deadline, Timer::Deadline(id)),
            initiator,
            flow,
            ingress,
            submitter: None,
            params: Arc::new(params),
            program,
            state: State::default(),
            mailbox: VecDeque::new(),
            loopback: None,
            results: BTreeMap::new(),
            step: None,
            is_queued: false,
            waiting_calls: VecDeque::new(),
            calls: BTreeSet::new(),
            backlog: VecDeque::new(),
            queued: BTreeMap::new(),
            sends: BTreeSet::new(),
            shared: BTreeMap::new(),
            retained: 0,
            state_size: 0,
            input_size: 0,
            last_step: Nanos(0),
            header,
        };
        let size = actor.base_size();
        let key = self.actor_key(scope, &actor.header);
        self.index.insert(key, id);
        self.actors.insert(id, actor);
        self.retain(id, size, 0);
        id
    }

    /// Makes an actor for a particle that is started here.
    pub(crate) fn enter_submission(
        &mut self,
        scope: ScopeId,
        header: &Arc<Header>,
        submitter: Submitter,
    ) -> Result<(), DropReason> {
        self.check_times(header)?;
        let id = self.enter(scope, Ingress::Local, header)?;
        let actor = self.actors.get_mut(&id).expect("it was just entered");
        actor.submitter = Some(submitter);
        self.put(id, Bytes::new())
    }
}
