//! The running modules of a service.

use std::sync::Arc;

use aqua_marine::{CallParameters, GuestValue};
use aqua_values::Value;
use wasmtime::component::Val;
use wasmtime::{AsContextMut as _, Store, StoreContextMut};

use crate::engine::Engine;
use crate::error::CallError;
use crate::failure::{Failure, Fault};
use crate::fixed::Fixed;
use crate::http::Http;
use crate::limits::Limits;
use crate::linked::{LinkedService, ModuleCode};
use crate::state::{InStore as _, Running, ServiceState, StoreState};
use crate::{component, marine};

/// All modules of a service with their memories, in one store. Calls change it, so the calls of a service run one after another.
pub(crate) struct Instance {
    store: Store<StoreState>,
}

/// The arguments of a function of the facade.
pub(crate) enum Arguments {
    Marine(Vec<GuestValue>),
    Component(Vec<Val>),
}

/// What a function of the facade has answered.
pub(crate) enum Answer {
    Marine(Value),
    Component(Option<Val>),
}

impl Instance {
    /// Instantiates the modules in their order, and runs the entry points of each before the next one, until tick `deadline` at most.
    pub(crate) async fn start(
        engine: &Engine,
        service: &Arc<LinkedService>,
        parameters: Arc<CallParameters>,
        deadline: u64,
    ) -> Result<Self, CallError> {
        let fixed = service
            .is_fixed()
            .then(|| Fixed::new(&service.name, service.clock, service.random));
        let mut systems = Vec::with_capacity(service.modules.len());
        for module in &service.modules {
            let system = module.system.context(&module.name, &service.log, fixed.as_ref());
            let failed = |error| CallError::from(aqua_marine::CallError::Execution(format!("{error}")));
            systems.push(system.map_err(failed)?);
        }
        let state = ServiceState {
            service: Arc::clone(service),
            limits: Limits::new(&service.limits, engine.ticker().ticks()),
            systems,
            active: 0,
            fixed,
            http: Http::new(Arc::clone(&service.http), service.limits.answer, service.log.clone()),
            running: Vec::with_capacity(service.modules.len()),
            parameters: Arc::clone(&parameters),
        };
        let mut store = Store::new(engine.wasmtime(), StoreState::new(state));
        store.limiter(|state| &mut state.contents_mut::<ServiceState>().limits);
        store.epoch_deadline_callback(|mut context: StoreContextMut<'_, StoreState>| {
            Ok(context.state_mut().limits.tick())
        });
        store.set_hostcall_fuel(service.limits.answer);
        let mut instance = Self { store };
        instance.start_call(parameters, deadline);
        for (index, module) in service.modules.iter().enumerate() {
            let started = match &module.code {
                ModuleCode::Marine(linked) => marine::start(&mut instance.store, linked).await,
                ModuleCode::Component(linked) => component::start(&mut instance.store, linked).await,
            };
            if let Err(error) = started {
                let state = instance.store.state();
                let error = match service.modules.len() == 1 && matches!(module.code, ModuleCode::Component(_)) {
                    true => error,
                    false => state.within(index, error),
                };
                return Err(Failure::of(&error, state, "init", false).error);
            }
        }
        Ok(instance)
    }

    /// Calls the function at this index of the interface, until tick `deadline` at most.
    pub(crate) async fn call(
        &mut self,
        function: usize,
        arguments: Arguments,
        parameters: Arc<CallParameters>,
        deadline: u64,
    ) -> Result<Answer, Failure> {
        self.start_call(parameters, deadline);
        let result = match arguments {
            Arguments::Marine(arguments) => self.call_marine(function, arguments).await.map(Answer::Marine),
            Arguments::Component(arguments) => self.call_component(function, &arguments).await.map(Answer::Component),
        };
        result.map_err(|error| {
            let state = self.store.state();
            let function = state.service.interface().functions().nth(function);
            let name = function.map_or("", |function| &function.name);
            let answers = function.is_some_and(|function| function.result.is_some());
            Failure::of(&error, state, name, answers)
        })
    }

    async fn call_marine(&mut self, function: usize, arguments: Vec<GuestValue>) -> wasmtime::Result<Value> {
        let service = Arc::clone(&self.store.state().service);
        let index = service.facade();
        let module = &service.marine(index)?.1.compiled.module;
        let function = module.function_at(function).ok_or(Fault::NotStarted)?;
        let execution = module.call::<Value>(function, arguments, service.limits.answer);
        let value = marine::run(&mut self.store.as_context_mut(), index, execution).await?;
        Ok(value.unwrap_or_default())
    }

    async fn call_component(&mut self, function: usize, arguments: &[Val]) -> wasmtime::Result<Option<Val>> {
        let index = self.store.state().service.facade();
        component::call(&mut self.store.as_context_mut(), index, function, arguments).await
    }

    /// The size of the memories of all modules in bytes.
    pub(crate) fn memory(&self) -> usize {
        self.store.state().limits.memory()
    }

    /// Sets everything that belongs to one call.
    fn start_call(&mut self, parameters: Arc<CallParameters>, deadline: u64) {
        let state = self.store.state_mut();
        state.limits.start_call(deadline);
        if let Some(fixed) = &state.fixed {
            fixed.start_call(&state.service.name, &parameters.particle);
        }
        for running in &mut state.running {
            if let Running::Marine(running) = running {
                running.end_passing();
            }
        }
        state.parameters = parameters;
        self.store.set_epoch_deadline(1);
    }
}
