//! Calls between modules of a service where one of them is a component: arguments and result pass as JSON values.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use aqua_values::Value;
use wasmtime::{AsContextMut as _, StoreContextMut};

use crate::component::{self, to_json};
use crate::failure::Fault;
use crate::linked::{ModuleCode, Target};
use crate::marine;
use crate::state::{InStore as _, StoreState};

/// Calls a function of another module for the module at `caller`. The result of a component that can fail is an object, as the type of
/// such a function in Aqua declares it.
pub(crate) fn call<'s>(
    store: &'s mut StoreContextMut<'_, StoreState>,
    caller: usize,
    target: Target,
    arguments: Vec<Value>,
) -> Pin<Box<dyn Future<Output = wasmtime::Result<Option<Value>>> + Send + 's>> {
    Box::pin(async move {
        let service = Arc::clone(&store.state().service);
        let module = service.modules.get(target.module).ok_or(Fault::NotStarted)?;
        let mut store = store.as_context_mut();
        match &module.code {
            ModuleCode::Marine(linked) => {
                let (module, limit) = (&linked.compiled.module, service.limits.answer);
                let function = module.function_at(target.function).ok_or(Fault::NotStarted)?;
                let arguments = module.positional_arguments(function, &arguments);
                let arguments = arguments.map_err(|mismatch| Fault::Value(mismatch.to_string()));
                let arguments = arguments.map_err(|fault| store.state().within(caller, fault.into()))?;
                let execution = module.call::<Value>(function, arguments, limit);
                marine::run(&mut store, target.module, execution).await
            }
            ModuleCode::Component(linked) => {
                let function = linked.function(target.function).ok_or(Fault::NotStarted)?;
                let arguments = component::converted(function, &arguments);
                let arguments = arguments.map_err(|error| Fault::Value(error.to_string()));
                let arguments = arguments.map_err(|fault| store.state().within(caller, fault.into()))?;
                let value = component::call(&mut store, target.module, target.function, &arguments).await;
                let value = value.map_err(|error| store.state().within(target.module, error))?;
                Ok(value
                    .zip(function.result.as_ref())
                    .map(|(value, ty)| to_json(value, ty)))
            }
        }
    })
}
