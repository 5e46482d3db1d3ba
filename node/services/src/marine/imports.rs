//! The imports of a module that other modules provide.

use aqua_marine::{CoreImport, CoreSignature, CoreType};
use wasmtime::{AsContextMut as _, FuncType, Linker, ValType};

use super::adapters;
use super::running::{from_val, to_val};
use crate::state::StoreState;

/// Defines an import of the module at `index`; `number` is the index of the foreign import.
pub(super) fn define(
    linker: &mut Linker<StoreState>,
    import: &CoreImport,
    index: usize,
    number: u32,
) -> wasmtime::Result<()> {
    let Some(signature) = &import.signature else {
        // Reading the module refuses imports that no adapter can serve.
        return Ok(());
    };
    let ty = function_type(linker.engine(), signature);
    linker.func_new_async(
        &import.module,
        &import.name,
        ty,
        move |mut caller, arguments, results| {
            Box::new(async move {
                let arguments: Vec<_> = arguments.iter().filter_map(from_val).collect();
                let mut store = caller.as_context_mut();
                let result = adapters::call_import(&mut store, index, number, &arguments).await?;
                if let (Some(slot), Some(value)) = (results.first_mut(), result) {
                    *slot = to_val(value);
                }
                Ok(())
            })
        },
    )?;
    Ok(())
}

fn function_type(engine: &wasmtime::Engine, signature: &CoreSignature) -> FuncType {
    let value_type = |ty: CoreType| match ty {
        CoreType::I32 => ValType::I32,
        CoreType::I64 => ValType::I64,
        CoreType::F32 => ValType::F32,
        CoreType::F64 => ValType::F64,
    };
    let parameters = signature.parameters.iter().copied().map(value_type);
    FuncType::new(engine, parameters, signature.result.map(value_type))
}
