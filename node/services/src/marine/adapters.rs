//! Runs adapters on running modules: the calls of core functions and of other modules that they ask for.
//!
//! While an adapter runs a function that passes values, such as `allocate`, the code of the module can't call anything that passes
//! values itself. Without this rule, an `allocate` that calls an import would be called again for the result of that import, and
//! so on. Modules import from those before them only, so nothing else can recur across modules.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use aqua_marine::{CoreValue, Execution, GuestValue, Lifted, Reply, Request};
use wasmtime::{AsContextMut as _, StoreContextMut};

use crate::failure::Fault;
use crate::foreign_calls;
use crate::linked::ModuleCode;
use crate::state::{InStore as _, Running, StoreState};

/// Runs an adapter of the module at `index` to its end.
pub(crate) async fn run<R: Lifted + Send>(
    store: &mut StoreContextMut<'_, StoreState>,
    index: usize,
    mut execution: Execution<'_, R>,
) -> wasmtime::Result<Option<R>> {
    let running = store.state().marine(index)?;
    let (memory, functions) = (running.memory, Arc::clone(&running.functions));
    let mut reply = Reply::Start;
    loop {
        let request = execution.resume(reply, memory.data_mut(&mut *store));
        let request = request.map_err(|error| store.state().within(index, Fault::Conversion(error).into()))?;
        reply = match request {
            Request::Call { function, arguments } => {
                let function = functions.get(function as usize).ok_or(Fault::NotStarted)?;
                set_passing(store, index, function.passes_values);
                let result = function.call(&mut *store, arguments).await;
                set_passing(store, index, false);
                Reply::Core(result.map_err(|error| store.state().within(index, error))?)
            }
            Request::CallForeign { import, arguments } => {
                Reply::Foreign(call_foreign(store, index, import, arguments).await?)
            }
            Request::Return(result) => return Ok(result),
        };
    }
}

/// Answers a call of another module by the code of the module at `index`: `import` is the index of the import.
pub(super) async fn call_import(
    store: &mut StoreContextMut<'_, StoreState>,
    index: usize,
    import: u32,
    arguments: &[CoreValue],
) -> wasmtime::Result<Option<CoreValue>> {
    let service = Arc::clone(&store.state().service);
    let (_, linked) = service.marine(index)?;
    let module = &linked.compiled.module;
    let declared = module.foreign_imports().get(import as usize).ok_or(Fault::NotStarted)?;
    check_reentrancy(store, index, || format!("{}.{}", declared.module, declared.name))?;
    let limit = store.state().limits.config().answer;
    let result = run(store, index, module.call_import(declared, arguments, limit)).await?;
    Ok(declared.core_result(result))
}

/// Fails if the host passes a value through the memory of the module at the moment.
pub(super) fn check_reentrancy(
    store: &StoreContextMut<'_, StoreState>,
    index: usize,
    import: impl FnOnce() -> String,
) -> wasmtime::Result<()> {
    match store.state().marine(index)?.is_passing {
        true => Err(store
            .state()
            .within(index, Fault::Reentrant { import: import() }.into())),
        false => Ok(()),
    }
}

/// Calls the function of another module that an import of the module at `index` stands for.
fn call_foreign<'s>(
    store: &'s mut StoreContextMut<'_, StoreState>,
    index: usize,
    import: u32,
    arguments: Vec<GuestValue>,
) -> Pin<Box<dyn Future<Output = wasmtime::Result<Option<GuestValue>>> + Send + 's>> {
    Box::pin(async move {
        let service = Arc::clone(&store.state().service);
        let (_, importer) = service.marine(index)?;
        let target = *importer.foreign.get(import as usize).ok_or(Fault::NotStarted)?;
        let mut store = store.as_context_mut();
        match &service.modules.get(target.module).ok_or(Fault::NotStarted)?.code {
            ModuleCode::Marine(exporter) => {
                let exporter = &exporter.compiled.module;
                let function = exporter.function_at(target.function).ok_or(Fault::NotStarted)?;
                let limit = service.limits.answer;
                run(&mut store, target.module, exporter.call(function, arguments, limit)).await
            }
            ModuleCode::Component(_) => {
                let importer = &importer.compiled.module;
                let declared = importer
                    .foreign_imports()
                    .get(import as usize)
                    .ok_or(Fault::NotStarted)?;
                let arguments = importer.import_arguments(declared, &arguments);
                let value = foreign_calls::call(&mut store, index, target, arguments).await?;
                let result = importer.import_result(declared, &value.unwrap_or_default());
                result.map_err(|mismatch| store.state().within(index, Fault::Value(mismatch.to_string()).into()))
            }
        }
    })
}

fn set_passing(store: &mut StoreContextMut<'_, StoreState>, index: usize, is_passing: bool) {
    if let Some(Running::Marine(running)) = store.state_mut().running.get_mut(index) {
        running.is_passing = is_passing;
    }
}
