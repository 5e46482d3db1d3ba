//! The imports of a component that other modules provide.

use aqua_interface::Function;
use wasmtime::AsContextMut as _;
use wasmtime::component::LinkerInstance;

use super::conversion::{from_json, to_json};
use crate::failure::Fault;
use crate::foreign_calls;
use crate::linked::Target;
use crate::state::StoreState;

/// Defines the functions of an interface that the component at `index` imports.
pub(super) fn define(
    linker: &mut LinkerInstance<'_, StoreState>,
    functions: &[(Function, String, Target)],
    index: usize,
) -> wasmtime::Result<()> {
    for (signature, name, target) in functions {
        let (signature, target) = (signature.clone(), *target);
        linker.func_new_async(name, move |mut store, _, arguments, results| {
            let signature = signature.clone();
            Box::new(async move {
                let parameters = signature.parameters.iter();
                let arguments = arguments.iter().zip(parameters);
                let arguments = arguments.map(|(value, parameter)| to_json(value.clone(), &parameter.ty));
                let arguments = arguments.collect();
                let mut store = store.as_context_mut();
                let value = foreign_calls::call(&mut store, index, target, arguments).await?;
                if let (Some(slot), Some(ty)) = (results.first_mut(), &signature.result) {
                    let value = value.unwrap_or_default();
                    *slot = from_json(&value, ty, "result").map_err(|mismatch| Fault::Value(mismatch.to_string()))?;
                }
                Ok(())
            })
        })?;
    }
    Ok(())
}
