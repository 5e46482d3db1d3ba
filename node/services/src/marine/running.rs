//! A running Marine module: its memory and the core functions that adapters call.

use std::sync::Arc;

use aqua_marine::{CoreType, CoreValue};
use wasmtime::{AsContextMut, Func, Memory, Store, TypedFunc, Val};
use wasmtime_wasi::I32Exit;

use super::linked::Linked;
use crate::state::{self, InStore as _, StoreState};

/// A running module.
pub(crate) struct Running {
    pub(super) memory: Memory,
    pub(super) functions: Arc<[CoreFunction]>,
    /// Whether the host passes a value through the memory of the module at the moment, and runs code of the module for it.
    pub(super) is_passing: bool,
}

/// Instantiates the module at the next index and runs its entry points.
pub(crate) async fn start(store: &mut Store<StoreState>, linked: &Linked) -> wasmtime::Result<()> {
    let exports = linked.code.instantiate_async(&mut *store).await?;
    let missing = |name: &str| wasmtime::Error::msg(format!("`{name}` isn't exported"));
    let memory = &linked.compiled.memory;
    let memory = exports.get_memory(&mut *store, memory).ok_or_else(|| missing(memory))?;
    let mut functions = Vec::new();
    for declared in linked.compiled.module.core_functions() {
        let function = exports.get_func(&mut *store, &declared.name);
        let function = function.ok_or_else(|| missing(&declared.name))?;
        functions.push(CoreFunction::new(store, function, declared));
    }
    store.state_mut().running.push(state::Running::Marine(Running {
        memory,
        functions: functions.into(),
        is_passing: false,
    }));
    for name in linked.compiled.module.entry_points() {
        let entry = exports.get_typed_func::<(), ()>(&mut *store, name)?;
        match entry.call_async(&mut *store, ()).await {
            Err(error) if matches!(error.downcast_ref(), Some(I32Exit(0))) => {}
            other => other?,
        }
    }
    Ok(())
}

impl Running {
    /// Forgets that a value was being passed: the call in which it was has ended.
    pub(crate) fn end_passing(&mut self) {
        self.is_passing = false;
    }
}

/// An exported core function that adapters call.
pub(super) struct CoreFunction {
    function: Typed,
    /// Whether it serves to pass values, such as `allocate`.
    pub(super) passes_values: bool,
}

/// A function by its type. The functions that pass values are called most often, and have few types.
enum Typed {
    Unit(TypedFunc<(), ()>),
    Get(TypedFunc<(), i32>),
    Set(TypedFunc<i32, ()>),
    Allocate(TypedFunc<(i32, i32), i32>),
    Other(Func, Option<CoreType>),
}

/// The functions that every module exports to pass values (§2.1 of the Marine format).
const PASSING: [&str; 6] = [
    "allocate",
    "release_objects",
    "get_result_size",
    "get_result_ptr",
    "set_result_size",
    "set_result_ptr",
];

impl CoreFunction {
    fn new(store: &mut Store<StoreState>, function: Func, declared: &aqua_marine::CoreFunction) -> Self {
        let typed = if let Ok(function) = function.typed(&mut *store) {
            Typed::Unit(function)
        } else if let Ok(function) = function.typed(&mut *store) {
            Typed::Get(function)
        } else if let Ok(function) = function.typed(&mut *store) {
            Typed::Set(function)
        } else if let Ok(function) = function.typed(&mut *store) {
            Typed::Allocate(function)
        } else {
            Typed::Other(function, declared.signature.result)
        };
        Self {
            function: typed,
            passes_values: PASSING.contains(&declared.name.as_str()),
        }
    }

    /// Calls the function. The arguments are of the types of its parameters.
    pub(super) async fn call(
        &self,
        mut store: impl AsContextMut<Data = StoreState> + Send,
        arguments: &[CoreValue],
    ) -> wasmtime::Result<Option<CoreValue>> {
        match (&self.function, arguments) {
            (Typed::Unit(function), []) => function.call_async(store, ()).await.map(|()| None),
            (Typed::Get(function), []) => function.call_async(store, ()).await.map(|it| Some(CoreValue::I32(it))),
            (Typed::Set(function), [CoreValue::I32(word)]) => function.call_async(store, *word).await.map(|()| None),
            (Typed::Allocate(function), [CoreValue::I32(size), CoreValue::I32(tag)]) => {
                let pointer = function.call_async(store, (*size, *tag)).await?;
                Ok(Some(CoreValue::I32(pointer)))
            }
            (Typed::Other(function, result), arguments) => {
                let arguments: Vec<Val> = arguments.iter().copied().map(to_val).collect();
                let mut results = [Val::I32(0)];
                let results = &mut results[..usize::from(result.is_some())];
                function.call_async(store.as_context_mut(), &arguments, results).await?;
                Ok(results.first().and_then(from_val))
            }
            _ => Err(wasmtime::Error::msg(
                "the arguments are not of the types of the function",
            )),
        }
    }
}

/// The wasmtime value of a core value.
pub(super) fn to_val(value: CoreValue) -> Val {
    match value {
        CoreValue::I32(value) => Val::I32(value),
        CoreValue::I64(value) => Val::I64(value),
        CoreValue::F32(bits) => Val::F32(bits),
        CoreValue::F64(bits) => Val::F64(bits),
    }
}

/// The core value of a wasmtime value, if it is a number.
pub(super) fn from_val(value: &Val) -> Option<CoreValue> {
    match value {
        Val::I32(value) => Some(CoreValue::I32(*value)),
        Val::I64(value) => Some(CoreValue::I64(*value)),
        Val::F32(bits) => Some(CoreValue::F32(*bits)),
        Val::F64(bits) => Some(CoreValue::F64(*bits)),
        _ => None,
    }
}
