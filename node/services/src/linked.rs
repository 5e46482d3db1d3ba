//! The modules of a service, compiled and linked: ready to be started any number of times.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use aqua_capabilities::{HttpAccess, RandomSource, TimeSource};
use aqua_interface::Interface;
use aqua_marine::HostFunction;
use tempfile::TempDir;

use crate::config::Config;
use crate::engine::Engine;
use crate::error::DeployError;
use crate::failure::Fault;
use crate::granted::Granted;
use crate::host::CORE_MODULE;
use crate::log::{Level, Log};
use crate::service_modules::{ModuleDefinition, ServiceModules};
use crate::system::System;
use crate::{component, marine};

/// A service that can be started.
pub(crate) struct LinkedService {
    pub(crate) name: String,
    /// In the order of loading. The last one is the facade.
    pub(crate) modules: Vec<LinkedModule>,
    /// The limits, with those of memory and time that the service asked for.
    pub(crate) limits: Config,
    pub(crate) clock: TimeSource,
    pub(crate) random: RandomSource,
    pub(crate) http: Arc<HttpAccess>,
    pub(crate) log: Log,
    /// The folders that are removed with the service.
    _ephemeral: Option<TempDir>,
}

/// A module of a service.
pub(crate) struct LinkedModule {
    pub(crate) name: Arc<str>,
    pub(crate) code: ModuleCode,
    pub(crate) system: System,
    /// The targets that are logged, as bits; `None` if the module may not write to the log.
    pub(crate) logging_mask: Option<i32>,
    pub(crate) programs: Programs,
}

/// The code of a module with everything that it imports.
pub(crate) enum ModuleCode {
    Marine(Box<marine::Linked>),
    Component(component::Linked),
}

/// A function of a module.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Target {
    /// The index of the module.
    pub(crate) module: usize,
    /// The index of the function.
    pub(crate) function: usize,
}

/// The programs of one module.
#[derive(Debug)]
pub(crate) struct Programs {
    /// The program for each name by which the module runs one, or why it may not be run.
    pub(crate) granted: BTreeMap<String, Result<PathBuf, String>>,
    /// The folder in which programs run.
    pub(crate) folder: PathBuf,
}

impl LinkedService {
    /// Compiles and links the modules of a service in their order.
    pub(crate) async fn link(
        engine: &Engine,
        name: &str,
        definition: ServiceModules,
        config: &Config,
    ) -> Result<Self, DeployError> {
        if definition.modules.is_empty() {
            return Err(DeployError::NoModules(name.to_owned()));
        }
        let granted = Granted::new(name, definition, config.clone())?;
        let limits = granted.limits;
        let mut modules: Vec<LinkedModule> = Vec::with_capacity(granted.modules.len());
        for module in granted.modules {
            if modules.iter().any(|known| *known.name == module.name) {
                return Err(DeployError::ModuleNameTaken {
                    service: name.to_owned(),
                    module: module.name,
                });
            }
            let linked = LinkedModule::link(engine, name, module, &limits, &modules).await?;
            modules.push(linked);
        }
        Ok(Self {
            name: name.to_owned(),
            modules,
            clock: granted.clock,
            random: granted.random,
            http: Arc::new(granted.http),
            log: Log::new(name, limits.system.log_rate),
            limits,
            _ephemeral: granted.ephemeral,
        })
    }

    /// The index of the module whose functions are those of the service.
    pub(crate) fn facade(&self) -> usize {
        self.modules.len() - 1
    }

    /// What the facade offers.
    pub(crate) fn interface(&self) -> &Arc<Interface> {
        self.modules[self.facade()].code.interface()
    }

    /// The Marine module at this index.
    pub(crate) fn marine(&self, index: usize) -> Result<(&LinkedModule, &marine::Linked), Fault> {
        let module = self.modules.get(index).ok_or(Fault::NotStarted)?;
        match &module.code {
            ModuleCode::Marine(linked) => Ok((module, linked)),
            ModuleCode::Component(_) => Err(Fault::NotStarted),
        }
    }

    /// Whether time or random numbers are functions of the call.
    pub(crate) fn is_fixed(&self) -> bool {
        self.clock == TimeSource::Particle || self.random == RandomSource::Seeded
    }

    /// Whether a module of the service asks who calls, or sees time or random numbers that depend on it.
    pub(crate) fn reads_call_parameters(&self) -> bool {
        self.is_fixed()
            || self.modules.iter().any(|module| match &module.code {
                ModuleCode::Marine(linked) => {
                    let mut functions = linked.compiled.module.host_functions();
                    functions.any(|function| *function == HostFunction::CallParameters)
                }
                ModuleCode::Component(linked) => linked.reads_call_parameters,
            })
    }

    /// Whether a module is a component. The code of a component can't run again after a trap.
    pub(crate) fn has_components(&self) -> bool {
        let mut modules = self.modules.iter();
        modules.any(|module| matches!(module.code, ModuleCode::Component(_)))
    }
}

impl LinkedModule {
    async fn link(
        engine: &Engine,
        service: &str,
        module: ModuleDefinition,
        limits: &Config,
        before: &[Self],
    ) -> Result<Self, DeployError> {
        let (name, wasm) = (&module.name[..], &module.wasm[..]);
        if wasm.len() > limits.component {
            return Err(DeployError::TooLarge {
                service: service.to_owned(),
                size: wasm.len(),
                limit: limits.component,
            });
        }
        let code = match wasm.starts_with(CORE_MODULE) {
            true => {
                let linked = marine::Linked::link(engine, service, name, wasm, before).await?;
                ModuleCode::Marine(Box::new(linked))
            }
            false => ModuleCode::Component(component::Linked::link(engine, service, name, wasm, before).await?),
        };
        let programs = Programs::granted(&code, &module, limits);
        // Existing Marine modules find their folders in the environment.
        let system = match &code {
            ModuleCode::Marine(_) => System::of_marine(service, &module, programs.any(), &limits.system),
            ModuleCode::Component(_) => System::new(&module, &limits.system),
        };
        let system = system.map_err(|error| DeployError::Link {
            service: service.to_owned(),
            module: module.name.clone(),
            reason: error.to_string(),
        })?;
        Ok(Self {
            name: module.name.as_str().into(),
            code,
            system,
            logging_mask: module.logger_enabled.then_some(module.logging_mask),
            programs,
        })
    }

    /// Writes a record to the log of the service, if the module may write and logs this target.
    pub(crate) fn log(&self, log: &Log, level: Level, target: i32, record: &[u8]) {
        let is_logged = |mask: i32| target == 0 || target & mask != 0;
        if self.logging_mask.is_some_and(is_logged) {
            log.write(&self.name, level, record);
        }
    }
}

impl ModuleCode {
    /// What the module offers.
    pub(crate) fn interface(&self) -> &Arc<Interface> {
        match self {
            Self::Marine(linked) => linked.compiled.module.interface(),
            Self::Component(linked) => linked.interface(),
        }
    }
}

impl Programs {
    /// The programs that a module may run, as far as its configuration mounts them and the host allows them.
    fn granted(code: &ModuleCode, settings: &ModuleDefinition, limits: &Config) -> Self {
        let mounted: BTreeMap<&str, &PathBuf> = settings
            .mounted_binaries
            .iter()
            .map(|(name, path)| (name.as_str(), path))
            .collect();
        let names: Vec<&str> = match code {
            ModuleCode::Marine(linked) => linked.compiled.module.mounted_binaries().collect(),
            ModuleCode::Component(_) => mounted.keys().copied().collect(),
        };
        let granted = names.into_iter().map(|name| {
            let grant = match mounted.get(name) {
                None => Err(format!("the configuration of the module mounts no binary `{name}`")),
                Some(path) if limits.system.programs.contains(path) => Ok((*path).clone()),
                Some(path) => Err(format!("this host doesn't allow {}", path.display())),
            };
            (name.to_owned(), grant)
        });
        let temporary = settings
            .mapped_dirs
            .iter()
            .find(|dir| dir.guest.trim_start_matches('/') == "tmp");
        Self {
            granted: granted.collect(),
            folder: temporary.map_or_else(std::env::temp_dir, |dir| dir.host.clone()),
        }
    }

    /// Whether the module may run a program.
    fn any(&self) -> bool {
        self.granted.values().any(Result::is_ok)
    }
}
