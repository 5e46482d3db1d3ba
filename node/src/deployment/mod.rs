//! Services that particles create: their modules and blueprints, their folders, and how they are started.
//!
//! The core decides which services there are and keeps their records. A [`Deployment`] has what the records name: modules by content id
//! in a [`ModuleStore`], the folders of each service, and the vault. It starts services on the host of the peer.

mod effectors;
mod modules;
mod vault;

pub use effectors::Effectors;
pub(crate) use vault::ParticleVault;

use aqua_interface::Interface;
use aqua_keys::{KeyPair, PeerId};
use aqua_modules::{Blueprint, ContentId, ModuleStore, ServiceFolders, Vault};
use aqua_services::{Host, MappedDir, ModuleDefinition, ServiceModules};
use std::error::Error;
use std::sync::Arc;
use tokio::task::spawn_blocking;

/// What services are made of. Cheap to clone; clones are the same deployment.
#[derive(Debug, Clone)]
pub struct Deployment {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    host: Host,
    store: Box<dyn ModuleStore>,
    folders: ServiceFolders,
    vault: Vault,
    effectors: Effectors,
}

impl Deployment {
    /// Services on `host` with modules of `store`. `vault`: the one that `folders` maps. `effectors`: the modules that may run programs.
    pub fn new(
        host: Host,
        store: impl ModuleStore + 'static,
        folders: ServiceFolders,
        vault: Vault,
        effectors: Effectors,
    ) -> Self {
        let store = Box::new(store);
        Self {
            shared: Arc::new(Shared {
                host,
                store,
                folders,
                vault,
                effectors,
            }),
        }
    }

    /// The vault of the peer with this key.
    pub(crate) fn vault(&self, key: &KeyPair) -> ParticleVault {
        ParticleVault::new(self.shared.vault.clone(), key.clone())
    }

    /// Starts a service of a scope. What it has in its persistent folders stays. The error is a text for the initiator of a particle.
    pub(crate) async fn start(&self, service: &str, scope: &PeerId, blueprint: &str) -> Result<Arc<Interface>, String> {
        let blueprint: ContentId = blueprint.parse().map_err(|error| text(&error))?;
        let (service, scope) = (service.to_owned(), scope.to_string());
        let name = service.clone();
        let definition = self
            .blocking(move |shared| shared.definition(&service, &scope, &blueprint))
            .await?;
        let host = &self.shared.host;
        let mut limits = host.config().clone();
        // Those of effectors, which the operator has allowed.
        limits.system.programs.extend(definition.programs());
        let deployed = host.deploy_modules(&name, definition, limits).await;
        deployed.map_err(|error| text(&error))?;
        host.interface(&name)
            .ok_or_else(|| format!("service '{name}' was removed"))
    }

    /// Stops a service and removes its folders.
    pub(crate) async fn remove(&self, service: Arc<str>) {
        self.shared.host.remove(&service);
        let removed = self.blocking(move |shared| shared.folders.remove(&service).map_err(|error| error.to_string()));
        if let Err(error) = removed.await {
            tracing::warn!(error, "the folders of a removed service remain");
        }
    }

    /// The services that have folders. Blocks for a moment.
    pub(crate) fn services(&self) -> Vec<String> {
        self.shared.folders.services().unwrap_or_else(|error| {
            tracing::warn!(%error, "the folders of services can't be listed");
            Vec::new()
        })
    }

    /// Runs what reads or writes files.
    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Shared) -> Result<T, String> + Send + 'static,
    ) -> Result<T, String> {
        let shared = self.shared.clone();
        let done = spawn_blocking(move || work(&shared)).await;
        done.unwrap_or_else(|error| Err(error.to_string()))
    }
}

impl Shared {
    /// The modules of a service with their folders, which are created.
    fn definition(&self, service: &str, scope: &str, blueprint: &ContentId) -> Result<ServiceModules, String> {
        let blueprint: Blueprint = self.store.blueprint(blueprint).map_err(|error| text(&error))?;
        let mut modules = Vec::with_capacity(blueprint.dependencies().len());
        for id in blueprint.dependencies() {
            let description = self.store.description(id).map_err(|error| text(&error))?;
            let wasm = self.store.module(id).map_err(|error| text(&error))?;
            let folders = self.folders.of_module(service, &description.name, scope);
            let folders = folders.map_err(|error| text(&error))?.into_iter();
            modules.push(ModuleDefinition {
                logger_enabled: description.logger_enabled,
                // What was allowed when the module was added may have been forbidden since.
                mounted_binaries: self.effectors.allowed(id, &description)?,
                mapped_dirs: folders
                    .map(|folder| MappedDir::new(folder.guest, folder.host))
                    .collect(),
                ..ModuleDefinition::new(description.name, wasm)
            });
        }
        Ok(ServiceModules {
            modules,
            ..ServiceModules::default()
        })
    }
}

/// An error with its causes.
fn text(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}
