//! A compiled module: the code, and what its sections say about it.

use std::sync::Arc;

use aqua_marine::{Module, ModuleError};
use wasmtime::ExternType;

use crate::engine::{Engine, Loaded};
use crate::error::DeployError;

/// A Marine module that is ready to be linked.
pub(crate) struct Compiled {
    /// Functions, types, adapters and imports.
    pub(crate) module: Module,
    /// The code.
    pub(crate) code: Arc<Loaded<wasmtime::Module>>,
    /// The name of the memory that adapters use: the first one that is exported.
    pub(crate) memory: String,
}

impl Compiled {
    /// Reads a module, and compiles it or loads its compiled code.
    pub(crate) async fn load(engine: &Engine, service: &str, name: &str, wasm: &[u8]) -> Result<Self, DeployError> {
        let module = Module::read(wasm).map_err(|reason| not_marine(service, name, reason))?;
        let code = engine.load_module(service, wasm).await.map_err(|error| match error {
            DeployError::InvalidModule { service, reason } => DeployError::Link {
                service,
                module: name.to_owned(),
                reason,
            },
            other => other,
        })?;
        let memory = {
            let mut exports = code.code.exports();
            let memory = exports.find(|export| matches!(export.ty(), ExternType::Memory(_)));
            // A module without a memory is refused when it is read.
            memory.map(|export| export.name().to_owned()).unwrap_or_default()
        };
        Ok(Self { module, code, memory })
    }
}

fn not_marine(service: &str, module: &str, reason: ModuleError) -> DeployError {
    DeployError::NotMarine {
        service: service.to_owned(),
        module: module.to_owned(),
        reason: Box::new(reason),
    }
}
