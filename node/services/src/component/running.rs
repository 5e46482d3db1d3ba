//! A running component, and calls of its functions.

use wasmtime::component::{ComponentExportIndex, Func, Instance, Val};
use wasmtime::{AsContextMut as _, Store, StoreContextMut};

use super::linked::Linked;
use crate::failure::Fault;
use crate::state::{self, InStore as _, StoreState};

/// A running component.
pub(crate) struct Running {
    /// By the index of the function in the interface, with whether it has a result.
    functions: Vec<(Func, bool)>,
}

/// Instantiates the component at the next index and runs its `init`.
pub(crate) async fn start(store: &mut Store<StoreState>, linked: &Linked) -> wasmtime::Result<()> {
    let index = store.state().running.len();
    store.state_mut().active = index;
    let exports = linked.code.instantiate_async(&mut *store).await?;
    let functions = linked.exports.functions.iter().zip(linked.interface().functions());
    let functions = functions.map(|(export, described)| {
        let function = function(store, &exports, export)?;
        Ok((function, described.result.is_some()))
    });
    let functions = functions.collect::<Result<_, Fault>>()?;
    let running = state::Running::Component(Running { functions });
    store.state_mut().running.push(running);
    if let Some(init) = &linked.exports.init {
        let init = function(store, &exports, init)?;
        run(&mut store.as_context_mut(), index, init, &[], &mut []).await?;
    }
    Ok(())
}

fn function(store: &mut Store<StoreState>, exports: &Instance, export: &ComponentExportIndex) -> Result<Func, Fault> {
    exports.get_func(store, export).ok_or(Fault::NotStarted)
}

/// Calls the function at the index `function` of the component at `index`.
pub(crate) async fn call(
    store: &mut StoreContextMut<'_, StoreState>,
    index: usize,
    function: usize,
    arguments: &[Val],
) -> wasmtime::Result<Option<Val>> {
    let running = store.state().component(index)?;
    let (code, has_result) = *running.functions.get(function).ok_or(Fault::NotStarted)?;
    let mut results = [Val::Bool(false)];
    let results = &mut results[..usize::from(has_result)];
    run(store, index, code, arguments, results).await?;
    Ok(results
        .first_mut()
        .map(|result| std::mem::replace(result, Val::Bool(false))))
}

/// Runs a function with the system of its component.
async fn run(
    store: &mut StoreContextMut<'_, StoreState>,
    index: usize,
    function: Func,
    arguments: &[Val],
    results: &mut [Val],
) -> wasmtime::Result<()> {
    let before = std::mem::replace(&mut store.state_mut().active, index);
    let result = function.call_async(&mut *store, arguments, results).await;
    store.state_mut().active = before;
    result
}
