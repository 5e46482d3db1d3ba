//! One particle on this peer: its state between steps, its running calls, its way to other peers.

use crate::Peer;
use crate::builtins::{Call, Table};
use crate::executor::{Executor, StepError, Stepped};
use crate::observer::{DropReason, Event};
use aqua_keys::PeerId;
use aqua_particle::Particle;
use aqua_vm::{CallError, CallRequest, CallResult, Params, State};
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// Sizes of results are counted up to that many bytes.
const LONGEST_COUNTED: usize = 32 << 20;

/// Data of the particle that has come to this peer.
#[derive(Debug)]
pub(crate) struct Arrival {
    pub(crate) data: Vec<u8>,
    pub(crate) patron: Option<Patron>,
}

/// Who started the particle here and stands by.
#[derive(Debug, Clone)]
pub(crate) struct Patron {
    /// Functions that answer this particle's calls only.
    pub(crate) callbacks: Table,
    /// Where to tell that a step failed. Full or closed if the first failure was enough.
    pub(crate) failures: mpsc::Sender<StepFailure>,
}

/// A step ended with an error that the script did not catch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StepFailure {
    pub(crate) code: i64,
    pub(crate) message: String,
}

/// A particle on this peer.
pub(crate) struct Actor {
    executor: Arc<Executor>,
    particle: Arc<Particle>,
    params: Arc<Params>,
    patron: Option<Patron>,
    state: State,
    results: BTreeMap<u32, CallResult>,
    calls: JoinSet<(u32, CallResult)>,
    /// Calls that start when others have ended.
    waiting_calls: VecDeque<(u32, CallRequest)>,
    sends: JoinSet<()>,
    /// Sends that start when others have ended. While there are any, no further step is made.
    waiting_sends: VecDeque<(PeerId, Arc<Particle>)>,
    /// Data that the script sent from this peer to this peer.
    again: Option<Vec<u8>>,
}

impl Actor {
    /// An actor for a particle (without data) that nothing has happened to here.
    pub(crate) fn new(executor: Arc<Executor>, particle: Arc<Particle>) -> Self {
        Self {
            params: Arc::new(executor.params(&particle)),
            executor,
            particle,
            patron: None,
            state: State::default(),
            results: BTreeMap::new(),
            calls: JoinSet::new(),
            waiting_calls: VecDeque::new(),
            sends: JoinSet::new(),
            waiting_sends: VecDeque::new(),
            again: None,
        }
    }

    /// Makes steps until the particle's time is up or the peer stops. When it returns nothing of it runs any more.
    pub(crate) async fn run(mut self, mut mailbox: mpsc::Receiver<Arrival>, stop: CancellationToken) {
        let deadline = self.executor.peer.clock.passed(self.particle.deadline().unwrap_or(0));
        tokio::select! {
            () = stop.cancelled() => {}
            () = deadline => {}
            reason = self.make_steps(&mut mailbox) => self.tell(Event::Dropped { reason }),
        }
        mailbox.close();
        if stop.is_cancelled() {
            self.calls.shutdown().await;
            self.sends.shutdown().await;
        }
        // Calls and sends under way know the deadline themselves and say what they left undone.
        while self.calls.join_next().await.is_some() {}
        while self.sends.join_next().await.is_some() {}
        for (_, request) in std::mem::take(&mut self.waiting_calls) {
            let (service, function) = (request.service_id, request.function_name);
            self.tell(Event::CallAbandoned {
                service: service.into(),
                function: function.into(),
            });
        }
        for (to, _) in std::mem::take(&mut self.waiting_sends) {
            self.tell(Event::NotSent {
                to: to.to_string(),
                reason: DropReason::Expired.to_string(),
            });
        }
        self.tell(Event::Reaped);
    }

    /// Makes a step for each arrival and whenever calls were answered. Ends only if the particle can't be run at all.
    async fn make_steps(&mut self, mailbox: &mut mpsc::Receiver<Arrival>) -> DropReason {
        loop {
            self.start_waiting();
            let mut incoming = self.again.take();
            if incoming.is_none() {
                let room = self.waiting_sends.is_empty();
                tokio::select! {
                    Some(_) = self.sends.join_next() => continue,
                    Some(done) = self.calls.join_next(), if room => self.answered(done),
                    Some(arrival) = mailbox.recv(), if room => {
                        self.patron = arrival.patron.or(self.patron.take());
                        incoming = Some(arrival.data);
                    }
                    // The dispatcher is gone, and nothing is left that could still happen here.
                    else => return DropReason::ShuttingDown,
                }
            }
            while let Some(done) = self.calls.try_join_next() {
                self.answered(done);
            }
            if let Err(reason) = self.step(incoming.unwrap_or_default()).await {
                return reason;
            }
        }
    }

    /// Starts calls and sends that wait, as far as the limits allow.
    fn start_waiting(&mut self) {
        while self.calls.len() < self.executor.limits.calls.max(1)
            && let Some((id, request)) = self.waiting_calls.pop_front()
        {
            let call = Call {
                service: request.service_id.into(),
                function: request.function_name.into(),
                arguments: request.arguments,
                tetraplets: request.tetraplets,
                particle: self.particle.clone(),
                peer: self.executor.peer.clone(),
            };
            let callbacks = self.patron.as_ref().map(|patron| patron.callbacks.clone());
            self.calls.spawn(answer(self.executor.clone(), id, call, callbacks));
        }
        while self.sends.len() < self.executor.limits.sends.max(1)
            && let Some((to, loaded)) = self.waiting_sends.pop_front()
        {
            self.sends
                .spawn(send(self.executor.peer.clone(), self.particle.clone(), loaded, to));
        }
    }

    fn answered(&mut self, done: Result<(u32, CallResult), tokio::task::JoinError>) {
        match done {
            Ok((id, result)) => drop(self.results.insert(id, result)),
            Err(error) => tracing::error!(%error, "a call ended without an answer"),
        }
    }

    async fn step(&mut self, incoming: Vec<u8>) -> Result<(), DropReason> {
        let results = std::mem::take(&mut self.results);
        let start = self.executor.peer.clock.elapsed();
        let step = self
            .executor
            .step(&self.particle, &self.state, incoming, results, &self.params)
            .await;
        let Stepped { outcome, data } = match step {
            Ok(stepped) => stepped,
            Err(StepError::BadScript(message)) => {
                self.fail(1, message.clone());
                return Err(DropReason::BadScript(message));
            }
            Err(StepError::Broken) => {
                self.fail(-1, DropReason::MachineBroken.to_string());
                return Err(DropReason::MachineBroken);
            }
        };
        self.tell(Event::Stepped {
            elapsed: self.executor.peer.clock.elapsed().saturating_sub(start),
        });
        self.state = outcome.state;
        if let Some(aqua_vm::StepError { code, message }) = outcome.error {
            self.fail(code, message.clone());
            self.tell(Event::Failed { code, message });
        }
        self.waiting_calls.extend(outcome.call_requests);
        if !outcome.next_peers.is_empty() {
            self.address(&outcome.next_peers, data);
        }
        Ok(())
    }

    /// Tells the patron, if there is one and it still listens.
    fn fail(&self, code: i64, message: String) {
        if let Some(patron) = &self.patron {
            drop(patron.failures.try_send(StepFailure { code, message }));
        }
    }

    /// Makes ready what goes to other peers.
    fn address(&mut self, peers: &[String], data: Vec<u8>) {
        let loaded = Arc::new(Particle {
            data,
            ..(*self.particle).clone()
        });
        for to in peers {
            match to.parse::<PeerId>() {
                Ok(to) if to == self.executor.peer.id => self.again = Some(loaded.data.clone()),
                Ok(to) => self.waiting_sends.push_back((to, loaded.clone())),
                Err(error) => self.tell(Event::NotSent {
                    to: to.clone(),
                    reason: error.to_string(),
                }),
            }
        }
    }

    fn tell(&self, event: Event) {
        self.executor.peer.tell(Some(&self.particle), event);
    }
}

/// Answers a call, at the latest when the particle's time is up.
async fn answer(executor: Arc<Executor>, id: u32, call: Call, callbacks: Option<Table>) -> (u32, CallResult) {
    let (particle, peer) = (call.particle.clone(), call.peer.clone());
    let (service, function) = (call.service.clone(), call.function.clone());
    let told = |event| peer.tell(Some(&particle), event);
    told(Event::CallStarted {
        call: id,
        service: service.clone(),
        function: function.clone(),
    });
    let start = peer.clock.elapsed();
    tokio::select! {
        biased;
        result = executor.answer(call, callbacks.as_ref()) => {
            let elapsed = peer.clock.elapsed().saturating_sub(start);
            let bytes = match &result {
                Ok(value) => value.estimated_text_size(LONGEST_COUNTED),
                Err(error) => error.message.len(),
            };
            let failed = result.is_err();
            told(Event::CallEnded { call: id, service, function, elapsed, bytes, failed });
            (id, result)
        }
        () = peer.clock.passed(particle.deadline().unwrap_or(0)) => {
            told(Event::CallAbandoned { service, function });
            let message = "\"the particle's time is up\"".into();
            (id, Err(CallError { code: 1, message }))
        }
    }
}

/// Hands the particle with its data to another peer, or says why not; at the latest when its time is up.
async fn send(peer: Arc<Peer>, particle: Arc<Particle>, loaded: Arc<Particle>, to: PeerId) {
    let start = peer.clock.elapsed();
    let event = tokio::select! {
        sent = peer.carrier.send(&to, &loaded) => match sent {
            Ok(bytes) => Event::Sent { to, bytes, elapsed: peer.clock.elapsed().saturating_sub(start) },
            Err(error) => Event::NotSent { to: to.to_string(), reason: error.to_string() },
        },
        () = peer.clock.passed(particle.deadline().unwrap_or(0)) => {
            Event::NotSent { to: to.to_string(), reason: DropReason::Expired.to_string() }
        }
    };
    peer.tell(Some(&particle), event);
}
