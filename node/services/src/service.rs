//! A deployed service, and its calls one after another.

use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use aqua_interface::Interface;
use aqua_marine::CallParameters;
use aqua_values::Value;
use tokio::sync::Mutex;

use crate::call::Call;
use crate::component;
use crate::config::{Config, OnTrap};
use crate::engine::Engine;
use crate::error::{CallError, DeployError};
use crate::instance::{Answer, Arguments, Instance};
use crate::linked::{LinkedService, ModuleCode};
use crate::service_modules::ServiceModules;

/// The modules of a service, and their running instances.
pub(crate) struct Service {
    linked: Arc<LinkedService>,
    /// A call takes the instance and puts it back if it can be used again. When it can't, or when the caller drops the call, the next
    /// call starts a new one.
    instance: Mutex<Option<Instance>>,
    reads_call_parameters: bool,
    /// Those of calls that have none, or whose service doesn't read them.
    no_parameters: Arc<CallParameters>,
}

impl Service {
    /// Compiles, links and starts the modules of a service.
    pub(crate) async fn deploy(
        engine: &Engine,
        name: &str,
        definition: ServiceModules,
        config: &Config,
    ) -> Result<Self, DeployError> {
        let linked = Arc::new(LinkedService::link(engine, name, definition, config).await?);
        let _running = engine.ticker().run();
        let elapsed = linked.limits.system.elapsed;
        let starting = Instance::start(engine, &linked, Arc::default(), u64::MAX);
        let started = tokio::time::timeout(elapsed, Box::pin(starting)).await;
        let started = started.unwrap_or_else(|_| Err(out_of_time(name, "init", elapsed)));
        let instance = started.map_err(|reason| DeployError::Start {
            service: name.to_owned(),
            reason,
        })?;
        Ok(Self {
            reads_call_parameters: linked.reads_call_parameters(),
            no_parameters: Arc::default(),
            linked,
            instance: Mutex::new(Some(instance)),
        })
    }

    /// What the facade offers.
    pub(crate) fn interface(&self) -> Arc<Interface> {
        Arc::clone(self.linked.interface())
    }

    /// Whether a module asks who calls, or sees time or random numbers that depend on it.
    pub(crate) fn reads_call_parameters(&self) -> bool {
        self.reads_call_parameters
    }

    /// The size of the memories of all modules in bytes; 0 while no instance runs.
    pub(crate) async fn memory(&self) -> usize {
        self.instance.lock().await.as_ref().map_or(0, Instance::memory)
    }

    /// Calls a function of the facade.
    pub(crate) async fn call(&self, engine: &Engine, call: Call<'_>) -> Result<Value, CallError> {
        let name = call.service;
        let interface = self.linked.interface();
        let (index, function) = interface
            .function(call.function)
            .ok_or_else(|| CallError::FunctionNotFound {
                service: name.to_owned(),
                function: call.function.to_owned(),
                functions: interface.functions().map(|function| function.name.clone()).collect(),
            })?;
        let facade = &self.linked.modules[self.linked.facade()];
        let arguments = match &facade.code {
            ModuleCode::Marine(linked) => Arguments::Marine(linked.arguments(&facade.name, index, call.arguments)?),
            ModuleCode::Component(_) => Arguments::Component(component::Linked::arguments(function, call.arguments)?),
        };
        let parameters = call.parameters.filter(|_| self.reads_call_parameters);
        let parameters = parameters.unwrap_or_else(|| Arc::clone(&self.no_parameters));

        let _running = engine.ticker().run();
        let deadline = engine.ticker().after(call.time);
        let elapsed = self.linked.limits.system.elapsed;
        let waiting = call.time.min(elapsed);
        let calling = async {
            let mut slot = self.instance.lock().await;
            let mut instance = match slot.take() {
                Some(instance) => instance,
                None => {
                    let starting = Instance::start(engine, &self.linked, Arc::clone(&parameters), deadline);
                    Box::pin(starting).await?
                }
            };
            match instance.call(index, arguments, parameters, deadline).await {
                Ok(answer) => {
                    *slot = Some(instance);
                    Ok(answer)
                }
                Err(failure) => {
                    if !failure.is_fatal && self.linked.limits.system.on_trap == OnTrap::Keep {
                        *slot = Some(instance);
                    }
                    Err(failure.error)
                }
            }
        };
        let mut calling = pin!(calling);
        let answer = match futures::poll!(calling.as_mut()) {
            // Most calls end without waiting, and need no timer.
            Poll::Ready(result) => result?,
            Poll::Pending => match tokio::time::timeout(waiting, calling).await {
                Ok(result) => result?,
                Err(_) if call.time <= elapsed => {
                    return Err(CallError::Deadline {
                        service: name.to_owned(),
                        function: function.name.clone(),
                    });
                }
                Err(_) => return Err(out_of_time(name, &function.name, elapsed)),
            },
        };
        match answer {
            Answer::Marine(value) => Ok(value),
            Answer::Component(value) => component::Linked::answer(function, value),
        }
    }
}

fn out_of_time(service: &str, function: &str, limit: Duration) -> CallError {
    CallError::OutOfTime {
        service: service.to_owned(),
        function: function.to_owned(),
        limit,
    }
}

impl std::fmt::Debug for Service {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let modules = self.linked.modules.iter().map(|module| &module.name);
        out.debug_list().entries(modules).finish()
    }
}
