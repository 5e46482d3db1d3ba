//! The services of one peer, by name.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use aqua_interface::{Function, Interface, Type};
use aqua_values::Value;
use wasmtime::component::Val;

use crate::config::Config;
use crate::conversion::{from_json, to_json};
use crate::engine::{Compiled, Engine};
use crate::error::{CallError, DeployError};
use crate::instance::Instance;

/// First bytes of a binary WebAssembly file that holds a core module.
const CORE_MODULE: &[u8] = b"\0asm\x01\0\0\0";

/// Loads services and calls their functions. Cheap to clone; clones are the same host.
#[derive(Debug, Clone)]
pub struct Host {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    engine: Engine,
    config: Config,
    services: RwLock<BTreeMap<String, Arc<Service>>>,
}

#[derive(Debug)]
struct Service {
    compiled: Arc<Compiled>,
    limits: Config,
    /// The running instance. A call takes it and puts it back if it succeeds. After a trap, or when the caller drops the call's future,
    /// the next call starts a new instance.
    instance: tokio::sync::Mutex<Option<Instance>>,
}

impl Host {
    /// Creates a host with its own engine and no services.
    ///
    /// # Errors
    ///
    /// See [`Engine::new`].
    pub fn new(config: Config) -> Result<Self, DeployError> {
        Ok(Self::with_engine(Engine::new()?, config))
    }

    /// Creates a host with a shared engine and no services.
    pub fn with_engine(engine: Engine, config: Config) -> Self {
        Self {
            shared: Arc::new(Shared {
                engine,
                config,
                services: RwLock::default(),
            }),
        }
    }

    /// The limits of services that are deployed without their own.
    pub fn config(&self) -> &Config {
        &self.shared.config
    }

    /// Compiles the component `wasm`, starts it and registers it as the service `name`, with the host's limits.
    ///
    /// # Errors
    ///
    /// Fails if the name is taken, or `wasm` isn't a component that this host supports or fails to start.
    pub async fn deploy(&self, name: &str, wasm: &[u8]) -> Result<(), DeployError> {
        self.deploy_with_limits(name, wasm, self.config().clone()).await
    }

    /// Deploys a service with its own limits.
    ///
    /// # Errors
    ///
    /// See [`Host::deploy`].
    pub async fn deploy_with_limits(&self, name: &str, wasm: &[u8], limits: Config) -> Result<(), DeployError> {
        let Shared { engine, services, .. } = &*self.shared;
        if self.service(name).is_some() {
            return Err(DeployError::NameTaken(name.to_owned()));
        }
        if wasm.len() > limits.component {
            return Err(DeployError::TooLarge {
                service: name.to_owned(),
                size: wasm.len(),
                limit: limits.component,
            });
        }
        if wasm.starts_with(CORE_MODULE) {
            return Err(DeployError::CoreModule(name.to_owned()));
        }
        let compiled = engine.load(name, wasm).await?;
        let running = engine.ticker().run();
        let instance = Box::pin(Instance::start(engine, &compiled, &limits, name, u64::MAX))
            .await
            .map_err(|reason| DeployError::Start {
                service: name.to_owned(),
                reason,
            })?;
        drop(running);
        let service = Arc::new(Service {
            compiled,
            limits,
            instance: tokio::sync::Mutex::new(Some(instance)),
        });
        let mut services = services.write().unwrap_or_else(PoisonError::into_inner);
        if services.contains_key(name) {
            return Err(DeployError::NameTaken(name.to_owned()));
        }
        services.insert(name.to_owned(), service);
        Ok(())
    }

    /// Removes a service. A call in progress completes. Returns false if there is no such service.
    pub fn remove(&self, name: &str) -> bool {
        self.shared
            .services
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(name)
            .is_some()
    }

    /// The names of all services, sorted.
    pub fn services(&self) -> Vec<String> {
        self.shared
            .services
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .keys()
            .cloned()
            .collect()
    }

    /// What a service offers.
    pub fn interface(&self, service: &str) -> Option<Arc<Interface>> {
        self.service(service)
            .map(|service| service.compiled.exported.interface.clone())
    }

    /// Calls `function` of `service` and gives it at most `time` from now, waiting for earlier calls of the same service included, and
    /// at most [`Config::call_time`] of running. A function without a result answers `null`.
    ///
    /// # Errors
    ///
    /// When there is no such function, an argument isn't of its type, the function answers with its error, or its code is stopped. The
    /// service stays: after a trap or a stop the next call gets a fresh instance.
    pub async fn call(
        &self,
        service: &str,
        function: &str,
        arguments: Vec<Value>,
        time: Duration,
    ) -> Result<Value, CallError> {
        let engine = &self.shared.engine;
        let name = service;
        let service = self.service(name).ok_or_else(|| CallError::ServiceNotFound {
            service: name.to_owned(),
            function: function.to_owned(),
        })?;
        let exported = &service.compiled.exported;
        let interface = &exported.interface;
        let (index, function) = interface
            .function(function)
            .ok_or_else(|| CallError::FunctionNotFound {
                service: name.to_owned(),
                function: function.to_owned(),
                functions: interface.functions().map(|function| function.name.clone()).collect(),
            })?;
        let arguments = converted(function, &arguments)?;
        let over = || CallError::Deadline {
            service: name.to_owned(),
            function: function.name.clone(),
        };

        let _running = engine.ticker().run();
        let deadline = engine.ticker().ticks().after(time);
        let mut slot = tokio::time::timeout(time, service.instance.lock())
            .await
            .map_err(|_| over())?;
        let mut instance = match slot.take() {
            Some(instance) => instance,
            None => {
                let starting = Instance::start(engine, &service.compiled, &service.limits, name, deadline);
                Box::pin(starting).await?
            }
        };
        let value = instance
            .call(name, function, &exported.exports[index], &arguments, deadline)
            .await?;
        *slot = Some(instance);
        drop(slot);
        answer(function, value)
    }

    fn service(&self, name: &str) -> Option<Arc<Service>> {
        self.shared
            .services
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(name)
            .cloned()
    }
}

fn converted(function: &Function, arguments: &[Value]) -> Result<Vec<Val>, CallError> {
    let expected = function.parameters.len();
    if arguments.len() != expected {
        return Err(CallError::Arity {
            function: function.name.clone(),
            expected,
            found: arguments.len(),
        });
    }
    let pairs = arguments.iter().zip(&function.parameters);
    pairs
        .map(|(json, parameter)| from_json(json, &parameter.ty, &parameter.name))
        .collect::<Result<_, _>>()
        .map_err(|mismatch| CallError::Argument {
            function: function.name.clone(),
            mismatch,
        })
}

/// The value of a call. A result that a function answers with is its value or the error of the call.
fn answer(function: &Function, value: Option<Val>) -> Result<Value, CallError> {
    match (value, &function.result) {
        (Some(Val::Result(Ok(value))), Some(Type::Result { ok, .. })) => Ok(json(value, ok.as_deref())),
        (Some(Val::Result(Err(value))), Some(Type::Result { error, .. })) => {
            Err(CallError::Answered(match json(value, error.as_deref()) {
                Value::Null => format!("function '{}' failed", function.name),
                Value::String(text) => text.into(),
                other => other.to_string(),
            }))
        }
        (Some(value), Some(ty)) => Ok(to_json(value, ty)),
        _ => Ok(Value::Null),
    }
}

fn json(value: Option<Box<Val>>, ty: Option<&Type>) -> Value {
    value.zip(ty).map_or(Value::Null, |(value, ty)| to_json(*value, ty))
}
