//! A Marine module with everything that it imports, ready to be started any number of times.

use aqua_marine::{GuestValue, Module, Provider};
use aqua_values::Value;
use wasmtime::{InstancePre, Linker, UnknownImportError};

use super::compiled::Compiled;
use super::{host_functions, imports};
use crate::call::CallArguments;
use crate::engine::Engine;
use crate::error::{CallError, DeployError};
use crate::linked::{LinkedModule, ModuleCode, Target};
use crate::state::StoreState;

/// A module that can be started.
pub(crate) struct Linked {
    pub(crate) compiled: Compiled,
    /// The code with everything that it imports.
    pub(super) code: InstancePre<StoreState>,
    /// The functions that foreign imports stand for, by the index of the import.
    pub(super) foreign: Vec<Target>,
}

impl Linked {
    /// Links a module with those before it.
    pub(crate) async fn link(
        engine: &Engine,
        service: &str,
        name: &str,
        wasm: &[u8],
        before: &[LinkedModule],
    ) -> Result<Self, DeployError> {
        let failed = |reason: String| DeployError::Link {
            service: service.to_owned(),
            module: name.to_owned(),
            reason,
        };
        let compiled = Compiled::load(engine, service, name, wasm).await?;
        let foreign = targets(&compiled.module, before).map_err(|error| failed(error.to_string()))?;
        let code = instantiable(engine, &compiled, before.len()).map_err(|error| {
            match error.downcast_ref::<UnknownImportError>() {
                Some(unknown) => DeployError::Imports {
                    service: service.to_owned(),
                    imports: vec![format!("{}.{}", unknown.module(), unknown.name())],
                },
                None => failed(format!("{error:#}")),
            }
        })?;
        Ok(Self {
            compiled,
            code,
            foreign,
        })
    }

    /// The arguments of a call of the function at this index. `name` is that of the module.
    pub(crate) fn arguments(
        &self,
        name: &str,
        index: usize,
        arguments: CallArguments,
    ) -> Result<Vec<GuestValue>, CallError> {
        let module = &self.compiled.module;
        let missing = || CallError::from(aqua_marine::CallError::MissingModule(name.to_owned()));
        let function = module.function_at(index).ok_or_else(missing)?;
        let arguments = match arguments {
            CallArguments::Positional(arguments) => module.positional_arguments(function, &arguments),
            CallArguments::Named(arguments) => module.arguments(function, &Value::Object(arguments)),
        };
        arguments.map_err(|mismatch| {
            CallError::from(aqua_marine::CallError::Arguments {
                module: name.to_owned(),
                function: function.name.clone(),
                mismatch,
            })
        })
    }
}

/// The functions of the modules before that the imports of a module stand for.
fn targets(module: &Module, before: &[LinkedModule]) -> Result<Vec<Target>, aqua_marine::LinkError> {
    let imports = module.foreign_imports().iter();
    imports
        .map(|import| {
            let index = before.iter().position(|known| *known.name == *import.module);
            let function = match index.map(|index| &before[index].code) {
                Some(ModuleCode::Component(linked)) => module.link_interface(import, linked.interface())?,
                Some(ModuleCode::Marine(linked)) => {
                    let exporter = &linked.compiled.module;
                    let found = module.link(import, |_| Some(exporter))?;
                    let mut functions = exporter.functions();
                    functions.position(|it| it.name == found.name).unwrap_or_default()
                }
                None => {
                    module.link(import, |_| None)?;
                    0
                }
            };
            Ok(Target {
                module: index.unwrap_or_default(),
                function,
            })
        })
        .collect()
}

/// The code of the module at `index` with its imports.
fn instantiable(engine: &Engine, compiled: &Compiled, index: usize) -> wasmtime::Result<InstancePre<StoreState>> {
    let mut linker = Linker::new(engine.wasmtime());
    aqua_wasi::add_preview1(&mut linker, index)?;
    // Several imports can have the same name.
    linker.allow_shadowing(true);
    for import in compiled.module.imports() {
        match &import.provider {
            Provider::Foreign(number) => imports::define(&mut linker, import, index, *number)?,
            Provider::Host(namespace, function) => {
                host_functions::define(&mut linker, *namespace, function, index)?;
            }
            Provider::UnknownHost(_) | Provider::Other => {}
        }
    }
    linker.instantiate_pre(&compiled.code.code)
}
