//! The functions of `dist` over the store of modules.

use super::{Deployment, Shared, text};
use aqua_builtins::{ListedModule, Modules};
use aqua_component::Component;
use aqua_interface::Interface;
use aqua_marine::Module;
use aqua_modules::{Blueprint, ContentId, ModuleDescription};
use aqua_services::CORE_MODULE;
use futures::FutureExt as _;
use futures::future::{BoxFuture, ready};

impl Modules for Deployment {
    fn add_module<'a>(&'a self, name: &'a str, wasm: Vec<u8>) -> BoxFuture<'a, Result<ContentId, String>> {
        let name = name.to_owned();
        self.blocking(move |shared| shared.add_module(name, &wasm)).boxed()
    }

    fn add_blueprint<'a>(&'a self, blueprint: &'a Blueprint) -> BoxFuture<'a, Result<ContentId, String>> {
        let blueprint = blueprint.clone();
        let adding = self.blocking(move |shared| shared.store.add_blueprint(&blueprint).map_err(|error| text(&error)));
        adding.boxed()
    }

    fn modules(&self) -> BoxFuture<'_, Vec<ListedModule>> {
        let store = &self.shared.store;
        let valid = store.modules().into_iter().map(|module| {
            let programs = module.description.mounted_binaries.into_iter();
            ListedModule::Valid {
                id: module.id,
                name: module.description.name,
                logger_enabled: module.description.logger_enabled,
                mounted_binaries: programs
                    .map(|(name, path)| (name, path.display().to_string()))
                    .collect(),
            }
        });
        let invalid = store.invalid_files().into_iter().map(|invalid| ListedModule::Invalid {
            file: invalid
                .path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned(),
            reason: invalid.reason,
        });
        ready(valid.chain(invalid).collect()).boxed()
    }

    fn interface<'a>(&'a self, module: &'a ContentId) -> BoxFuture<'a, Result<Interface, String>> {
        let module = *module;
        let reading = self.blocking(move |shared| {
            let wasm = shared.store.module(&module).map_err(|error| text(&error))?;
            Ok(Outline::read(&wasm)?.interface)
        });
        reading.boxed()
    }

    fn blueprints(&self) -> BoxFuture<'_, Vec<Blueprint>> {
        let blueprints = self.shared.store.blueprints().into_iter();
        ready(blueprints.map(|stored| stored.blueprint).collect()).boxed()
    }

    fn blueprint<'a>(&'a self, id: &'a ContentId) -> BoxFuture<'a, Result<Blueprint, String>> {
        ready(self.shared.store.blueprint(id).map_err(|error| text(&error))).boxed()
    }
}

impl Shared {
    fn add_module(&self, name: String, wasm: &[u8]) -> Result<ContentId, String> {
        let outline = Outline::read(wasm)?;
        let id = ContentId::of(wasm);
        let description = ModuleDescription {
            logger_enabled: outline.uses_log,
            mounted_binaries: self.effectors.programs(&id, &name, outline.mounted_binaries)?,
            name,
        };
        self.store.add_module(wasm, &description).map_err(|error| text(&error))
    }
}

/// What is read from the file of a module.
struct Outline {
    interface: Interface,
    uses_log: bool,
    mounted_binaries: Vec<String>,
}

impl Outline {
    fn read(wasm: &[u8]) -> Result<Self, String> {
        if wasm.starts_with(CORE_MODULE) {
            let module = Module::read(wasm).map_err(|error| text(&error))?;
            return Ok(Self {
                interface: (**module.interface()).clone(),
                uses_log: module.uses_log(),
                mounted_binaries: module.mounted_binaries().map(str::to_owned).collect(),
            });
        }
        let component = Component::read(wasm).map_err(|error| text(&error))?;
        Ok(Self {
            interface: component.interface,
            uses_log: true,
            mounted_binaries: Vec::new(),
        })
    }
}
