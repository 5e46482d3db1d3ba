//! How steps and calls are run, for all particles of a peer.

use crate::Peer;
use crate::builtins::{Answer, Call, Failure, Table};
use crate::config::Limits;
use crate::programs::Programs;
use aqua_particle::Particle;
use aqua_vm::{CallError, CallResult, Outcome, Params, State};
use futures::FutureExt as _;
use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;

/// Runs steps and calls.
#[derive(Debug)]
pub(crate) struct Executor {
    pub(crate) peer: Arc<Peer>,
    pub(crate) limits: Limits,
    /// What is looked up before services, in this order.
    tables: [Table; 2],
    programs: Programs,
    /// One permit per step that may run.
    machines: Arc<Semaphore>,
}

/// Why a step was not made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum StepError {
    BadScript(String),
    Broken,
}

/// What a step gave, and the new data as it travels if the particle goes on.
pub(crate) struct Stepped {
    pub(crate) outcome: Outcome,
    pub(crate) data: Vec<u8>,
}

impl Executor {
    pub(crate) fn new(peer: Arc<Peer>, limits: Limits, builtins: Table, functions: Table) -> Self {
        Self {
            programs: Programs::new(limits.programs, limits.program_text),
            machines: Arc::new(Semaphore::new(limits.steps.max(1))),
            tables: [builtins, functions],
            peer,
            limits,
        }
    }

    /// The machine's parameters for a particle on this peer.
    pub(crate) fn params(&self, particle: &Particle) -> Params {
        Params {
            timestamp: particle.timestamp,
            ttl: particle.ttl,
            limits: self.limits.machine,
            ..Params::new(particle.id.as_str(), &particle.init_peer_id, self.peer.key.clone())
        }
    }

    /// Makes one step on the pool of blocking threads, once a machine is free.
    pub(crate) async fn step(
        self: &Arc<Self>,
        particle: &Arc<Particle>,
        state: &State,
        incoming: Vec<u8>,
        results: BTreeMap<u32, CallResult>,
        params: &Arc<Params>,
    ) -> Result<Stepped, StepError> {
        let permit = self
            .machines
            .clone()
            .acquire_owned()
            .await
            .map_err(|_| StepError::Broken)?;
        let (executor, particle) = (self.clone(), particle.clone());
        let (state, params) = (state.clone(), params.clone());
        let stepped = tokio::task::spawn_blocking(move || {
            let program = executor
                .programs
                .get(&particle.script)
                .map_err(|error| StepError::BadScript(error.to_string()))?;
            let outcome = aqua_vm::step(&program, &state, &incoming, &results, &params);
            let data = if outcome.next_peers.is_empty() {
                Vec::new()
            } else {
                outcome.state.encode()
            };
            drop(permit);
            Ok(Stepped { outcome, data })
        });
        stepped.await.unwrap_or(Err(StepError::Broken))
    }

    /// Answers a call: by a builtin, a function of the embedding program, a deployed service, or a callback that came
    /// with the particle, in this order.
    pub(crate) async fn answer(&self, call: Call, callbacks: Option<&Table>) -> CallResult {
        let answer = AssertUnwindSafe(self.find_answer(call, callbacks)).catch_unwind().await;
        match answer.unwrap_or_else(|_| Err(Failure::text("the function broke down"))) {
            Ok(value) => Ok(value),
            Err(Failure(value)) => Err(CallError {
                code: 1,
                message: value.to_string().into(),
            }),
        }
    }

    async fn find_answer(&self, call: Call, callbacks: Option<&Table>) -> Answer {
        let own = self
            .tables
            .iter()
            .find_map(|table| table.find(&call.service, &call.function));
        if let Some(function) = own {
            return function.call(call).await;
        }
        if let Some(services) = self.peer.services()
            && services.interface(&call.service).is_some()
        {
            let left = call
                .particle
                .deadline()
                .unwrap_or(0)
                .saturating_sub(self.peer.clock.now());
            return services
                .call(
                    &call.service,
                    &call.function,
                    call.arguments,
                    Duration::from_millis(left),
                )
                .await
                .map_err(|error| Failure::text(error.to_string()));
        }
        match callbacks.and_then(|table| table.find(&call.service, &call.function)) {
            Some(callback) => callback.call(call).await,
            None => {
                let Call { service, function, .. } = call;
                Err(Failure::text(format!(
                    "Service with id '{service}' not found (function {function})"
                )))
            }
        }
    }
}
