//! Calls of functions that are outside of the core.

use super::Driver;
use crate::clock::nanos;
use crate::contacts::NetworkContacts;
use crate::handlers::Handlers;
use aqua_builtins::world::World;
use aqua_builtins::{Modules, VaultFiles, world};
use aqua_keys::PeerId;
use aqua_peer::{Call, CallId, Input, Nanos, Target, failure};
use aqua_services::{CallParameters, CallParticle, CallTetraplet};
use aqua_vm::CallResult;
use futures::FutureExt as _;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::oneshot;

impl Driver {
    /// Starts a call. It is answered exactly once, also if it is cancelled.
    pub(super) fn call(
        self: &Arc<Self>,
        call: CallId,
        request: Call,
        submitter: Option<Handlers>,
        cancelled: oneshot::Receiver<()>,
    ) {
        let driver = self.clone();
        self.tasks.spawn_on(
            async move {
                let (start, is_service) = (Instant::now(), matches!(request.target, Target::Service { .. }));
                let answer = AssertUnwindSafe(driver.answer(request, submitter)).catch_unwind();
                let result = tokio::select! {
                    biased;
                    result = answer => result.unwrap_or_else(|_| Err(failure("the function panicked"))),
                    _ = cancelled => Err(failure("the call was cancelled")),
                };
                // A service computes all the time; other functions mostly wait.
                let cpu = if is_service { nanos(start.elapsed()) } else { 0 };
                driver.finish_call(call, result, Nanos(cpu));
            },
            &self.runtime,
        );
    }

    fn finish_call(self: &Arc<Self>, call: CallId, result: CallResult, cpu: Nanos) {
        if let Ok(mut inside) = self.core.lock() {
            inside.calls.remove(&call);
        }
        self.turn([Input::CallFinished { call, result, cpu }]);
    }

    async fn answer(&self, call: Call, submitter: Option<Handlers>) -> CallResult {
        match &call.target {
            Target::World | Target::Core => {
                let world = World {
                    contacts: &NetworkContacts(&self.network),
                    modules: self.deployment.as_ref().map(|deployment| deployment as &dyn Modules),
                    vault: self.vault.as_ref().map(|vault| vault as &dyn VaultFiles),
                };
                world::answer(world, &call).await
            }
            Target::Embedder => handle(&self.functions, call).await,
            Target::Submitter(_) => handle(&submitter.unwrap_or_default(), call).await,
            Target::Service { id, owner } => {
                let Some(services) = &self.services else {
                    return not_found(&call);
                };
                let left = (call.deadline - self.clock.now().monotonic).as_duration();
                let parameters = services.reads_call_parameters(id).then(|| {
                    let parameters = parameters(id, owner, &call, self.network.peer_id());
                    self.with_vault(parameters, &call)
                });
                let mut request = aqua_services::Call::new(id, &call.function, call.arguments, left);
                if let Some(parameters) = parameters {
                    request = request.with_parameters(parameters);
                }
                let answer = services.call(request).await;
                answer.map_err(|error| failure(error.to_string()))
            }
        }
    }
}

impl Driver {
    /// Call parameters with the token of the particle, whose folder in the vault exists then.
    fn with_vault(&self, mut parameters: CallParameters, call: &Call) -> CallParameters {
        if let Some(vault) = &self.vault {
            let token = vault.token(&call.particle);
            vault.prepare(&call.peer, &call.particle, &token);
            parameters.particle.token = token.into();
        }
        parameters
    }
}

/// Who calls a service, as its modules see it.
fn parameters(service: &str, owner: &PeerId, call: &Call, host: &PeerId) -> CallParameters {
    let particle = &call.particle;
    let origins = call.tetraplets.iter().map(|origins| {
        let origins = origins.iter().map(|origin| CallTetraplet {
            peer_pk: origin.peer_pk.clone(),
            service_id: origin.service_id.clone(),
            function_name: origin.function_name.clone(),
            lens: origin.lens.clone(),
        });
        origins.collect()
    });
    CallParameters {
        particle: CallParticle {
            id: particle.id.as_str().into(),
            init_peer_id: particle.init_peer_id.to_string().into(),
            timestamp: particle.timestamp,
            ttl: particle.ttl,
            script: (&*particle.script).into(),
            signature: particle.signature.as_bytes().to_vec(),
            ..CallParticle::default()
        },
        service_id: service.into(),
        service_creator_peer_id: owner.to_string().into(),
        host_id: host.to_string().into(),
        worker_id: call.peer.to_string().into(),
        tetraplets: origins.collect(),
    }
}

async fn handle(handlers: &Handlers, call: Call) -> CallResult {
    match handlers.find(&call.service, &call.function) {
        Some(handler) => handler.call(call).await,
        None => not_found(&call),
    }
}

fn not_found(call: &Call) -> CallResult {
    let (service, function) = (&call.service, &call.function);
    Err(failure(format!(
        "Service with id '{service}' not found (function {function})"
    )))
}
