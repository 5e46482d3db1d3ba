//! The functions that modules import from the host (§2.4 of the Marine format). All namespaces have the same ones.

use std::sync::Arc;

use aqua_marine::{HostFunction, HostNamespace, ProcessOutput};
use ecow::eco_format;
use wasmtime::{AsContextMut as _, Caller, Linker, StoreContextMut};

use super::adapters;
use crate::failure::Fault;
use crate::log::Level;
use crate::program;
use crate::state::{InStore as _, StoreState};

/// The longest list of arguments of a program in bytes.
const MAX_ARGUMENTS: usize = 1 << 20;

/// Defines a function that the module at `index` imports.
pub(super) fn define(
    linker: &mut Linker<StoreState>,
    namespace: HostNamespace,
    function: &HostFunction,
    index: usize,
) -> wasmtime::Result<()> {
    let name = function.name();
    match function {
        HostFunction::CallParameters => {
            linker.func_wrap_async(
                namespace.name(),
                name,
                move |mut caller: Caller<'_, StoreState>, (): ()| {
                    Box::new(async move {
                        let mut store = caller.as_context_mut();
                        pass_call_parameters(&mut store, index, namespace).await
                    })
                },
            )?;
        }
        HostFunction::Log => {
            linker.func_wrap(
                namespace.name(),
                name,
                move |mut caller: Caller<'_, StoreState>, level: i32, target: i32, pointer: i32, size: i32| {
                    log(
                        caller.as_context_mut(),
                        index,
                        level,
                        target,
                        pointer as u32,
                        size as u32,
                    )
                },
            )?;
        }
        HostFunction::MountedBinary(binary) => {
            let binary: Arc<str> = binary.as_str().into();
            linker.func_wrap_async(
                namespace.name(),
                name,
                move |mut caller: Caller<'_, StoreState>, (pointer, count): (i32, i32)| {
                    let binary = Arc::clone(&binary);
                    Box::new(async move {
                        let mut store = caller.as_context_mut();
                        run_program(&mut store, index, &binary, pointer, count).await
                    })
                },
            )?;
        }
    }
    Ok(())
}

async fn pass_call_parameters(
    store: &mut StoreContextMut<'_, StoreState>,
    index: usize,
    namespace: HostNamespace,
) -> wasmtime::Result<()> {
    adapters::check_reentrancy(store, index, || HostFunction::CallParameters.name().to_owned())?;
    let (service, parameters) = (
        Arc::clone(&store.state().service),
        Arc::clone(&store.state().parameters),
    );
    let (_, linked) = service.marine(index)?;
    let passing = linked
        .compiled
        .module
        .pass_call_parameters(namespace, &parameters)
        .ok_or(Fault::NotStarted)?;
    adapters::run(store, index, passing).await?;
    Ok(())
}

/// Writes a record of a module to the log of the service, if the module may write and logs this target.
fn log(
    store: StoreContextMut<'_, StoreState>,
    index: usize,
    level: i32,
    target: i32,
    pointer: u32,
    size: u32,
) -> wasmtime::Result<()> {
    let state = store.state();
    let module = state.service.modules.get(index).ok_or(Fault::NotStarted)?;
    let memory = state.marine(index)?.memory;
    let start = pointer as usize;
    let record = memory.data(&store).get(start..start.saturating_add(size as usize));
    let record = record.ok_or_else(|| state.within(index, Fault::LogRecord { pointer, size }.into()))?;
    module.log(&state.service.log, Level::numbered(level), target, record);
    Ok(())
}

/// Runs a program of the host with the arguments in the memory of the module, and passes its result.
async fn run_program(
    store: &mut StoreContextMut<'_, StoreState>,
    index: usize,
    binary: &str,
    pointer: i32,
    count: i32,
) -> wasmtime::Result<()> {
    adapters::check_reentrancy(store, index, || binary.to_owned())?;
    let service = Arc::clone(&store.state().service);
    let (module, linked) = service.marine(index)?;
    let memory = store.state().marine(index)?.memory;
    let arguments = linked
        .compiled
        .module
        .process_arguments(pointer, count, memory.data_mut(&mut *store), MAX_ARGUMENTS)
        .map_err(|error| store.state().within(index, Fault::Conversion(error).into()))?;
    let programs = &module.programs;
    let output = match programs.granted.get(binary) {
        Some(Ok(path)) => program::run(path, &arguments, &programs.folder, &service.limits.system).await,
        Some(Err(reason)) => program::failure(ProcessOutput::NOT_STARTED, reason.as_str().into()),
        None => program::failure(ProcessOutput::NOT_STARTED, eco_format!("unknown binary `{binary}`")),
    };
    let passing = linked
        .compiled
        .module
        .pass_process_output(&output)
        .ok_or(Fault::NotStarted)?;
    adapters::run(store, index, passing).await?;
    Ok(())
}
