//! Where a compiled component exports its functions.

use aqua_component::{Component, FunctionExport};
use wasmtime::component::{Component as Code, ComponentExportIndex};

/// The exports of a component in its code.
pub(super) struct Exports {
    /// By the index of the function in the interface.
    pub(super) functions: Vec<ComponentExportIndex>,
    /// The function that a component exports as `init`, which runs once when an instance starts.
    pub(super) init: Option<ComponentExportIndex>,
}

/// Finds the exports of a component in its code. `None` if the code is that of another component.
pub(super) fn exports(component: &Component, code: &Code) -> Option<Exports> {
    let functions = component.exports.iter().map(|FunctionExport { interface, function }| {
        let instance = match interface {
            Some(interface) => Some(code.get_export_index(None, interface)?),
            None => None,
        };
        code.get_export_index(instance.as_ref(), function)
    });
    Some(Exports {
        functions: functions.collect::<Option<_>>()?,
        init: match component.has_init {
            true => Some(code.get_export_index(None, "init")?),
            false => None,
        },
    })
}
