//! The services of one peer, by name.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use aqua_interface::Interface;
use aqua_values::Value;

use crate::call::Call;
use crate::config::Config;
use crate::engine::Engine;
use crate::error::{CallError, DeployError};
use crate::service::Service;
use crate::service_modules::ServiceModules;

/// First bytes of a binary WebAssembly file that holds a core module, such as a Marine module.
pub const CORE_MODULE: &[u8] = b"\0asm\x01\0\0\0";

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

    /// Compiles `wasm`, a component or a Marine module, starts it and registers it as the service `name`, with the host's limits. It has
    /// neither folders nor environment variables then; see [`Host::deploy_modules`].
    ///
    /// # Errors
    ///
    /// See [`Host::deploy_modules`].
    pub async fn deploy(&self, name: &str, wasm: &[u8]) -> Result<(), DeployError> {
        let definition = ServiceModules::of_file(name, wasm);
        self.deploy_modules(name, definition, self.config().clone()).await
    }

    /// Compiles and starts the modules of a service, and registers it under `name`.
    ///
    /// # Errors
    ///
    /// Fails if the name is taken, or a file isn't a component or a Marine module that this host supports, can't be linked with those
    /// before it, or fails to start.
    pub async fn deploy_modules(
        &self,
        name: &str,
        definition: ServiceModules,
        limits: Config,
    ) -> Result<(), DeployError> {
        if self.service(name).is_some() {
            return Err(DeployError::NameTaken(name.to_owned()));
        }
        let service = Service::deploy(&self.shared.engine, name, definition, &limits).await?;
        let mut services = self.shared.services.write().unwrap_or_else(PoisonError::into_inner);
        if services.contains_key(name) {
            return Err(DeployError::NameTaken(name.to_owned()));
        }
        services.insert(name.to_owned(), Arc::new(service));
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
        self.service(service).map(|service| service.interface())
    }

    /// Whether calls of a service should come with call parameters: whether a module of it asks for them, or sees time
    /// or random numbers that depend on them.
    pub fn reads_call_parameters(&self, service: &str) -> bool {
        self.service(service)
            .is_some_and(|service| service.reads_call_parameters())
    }

    /// The size of the memories of a service in bytes. Waits for a call in progress.
    pub async fn memory(&self, service: &str) -> Option<usize> {
        Some(self.service(service)?.memory().await)
    }

    /// Calls a function of a service and gives it at most [`Call::time`], waiting for earlier calls of the same service included, and
    /// at most [`Config::call_time`] of running. A function without a result answers `null`.
    ///
    /// # Errors
    ///
    /// When there is no such function, an argument isn't of its type, the function answers with its error, or its code is stopped. The
    /// service stays: where its code can't continue, the next call gets a fresh instance.
    pub async fn call(&self, call: Call<'_>) -> Result<Value, CallError> {
        let service = self.service(call.service).ok_or_else(|| CallError::ServiceNotFound {
            service: call.service.to_owned(),
            function: call.function.to_owned(),
        })?;
        service.call(&self.shared.engine, call).await
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
