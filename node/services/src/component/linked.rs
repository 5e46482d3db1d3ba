//! A component with everything that it imports, ready to be started any number of times.

use std::sync::Arc;

use aqua_component::{FunctionExport, ReadError};
use aqua_interface::{Function, Interface, Type};
use aqua_values::{Object, Value};
use wasmtime::component::{Component, InstancePre, Linker, Val};

use super::conversion::{from_json, to_json};
use super::providers::{Missing, Provider, ServiceInterface};
use super::reader::{self, Exports};
use super::{host_functions, imports};
use crate::call::CallArguments;
use crate::engine::{Engine, Loaded};
use crate::error::{CallError, DeployError};
use crate::linked::LinkedModule;
use crate::state::StoreState;

/// A component that can be started.
pub(crate) struct Linked {
    interface: Arc<Interface>,
    /// By the index of the function in the interface.
    exported: Vec<FunctionExport>,
    pub(super) exports: Exports,
    pub(super) code: InstancePre<StoreState>,
    /// Whether it asks who calls.
    pub(crate) reads_call_parameters: bool,
    _loaded: Arc<Loaded<Component>>,
}

impl Linked {
    /// Links a component with the host and the modules before it.
    pub(crate) async fn link(
        engine: &Engine,
        service: &str,
        name: &str,
        wasm: &[u8],
        before: &[LinkedModule],
    ) -> Result<Self, DeployError> {
        let invalid = |reason: String| DeployError::Invalid {
            service: service.to_owned(),
            reason,
        };
        let described = aqua_component::Component::read(wasm).map_err(|error| match error {
            ReadError::Invalid(reason) => invalid(reason),
            other => DeployError::Unsupported {
                service: service.to_owned(),
                reason: other.to_string(),
            },
        })?;
        let providers = providers(service, name, &described, before)?;
        let loaded = engine.load_component(service, wasm).await?;
        let exports = reader::exports(&described, &loaded.code)
            .ok_or_else(|| invalid("an exported function is missing in the code".to_owned()))?;
        let code = instantiable(engine, &described, &providers, &loaded.code, before.len());
        let code = code.map_err(|error| match providers.is_empty() {
            true => invalid(format!("{error:#}")),
            false => DeployError::Link {
                service: service.to_owned(),
                module: name.to_owned(),
                reason: format!("{error:#}"),
            },
        })?;
        Ok(Self {
            reads_call_parameters: providers
                .iter()
                .any(|provider| matches!(provider, Provider::Service(ServiceInterface::Host))),
            interface: Arc::new(described.interface),
            exported: described.exports,
            exports,
            code,
            _loaded: loaded,
        })
    }

    /// What the component offers.
    pub(crate) fn interface(&self) -> &Arc<Interface> {
        &self.interface
    }

    /// Whether the component exports an interface of this name.
    pub(super) fn exports_interface(&self, name: &str) -> bool {
        let mut exported = self.exported.iter();
        exported.any(|export| export.interface.as_deref() == Some(name))
    }

    /// The index of a function of an exported interface.
    pub(super) fn exported(&self, interface: &str, function: &str) -> Option<usize> {
        let is_this =
            |export: &FunctionExport| export.interface.as_deref() == Some(interface) && export.function == function;
        self.exported.iter().position(is_this)
    }

    /// The function at this index.
    pub(crate) fn function(&self, index: usize) -> Option<&Function> {
        self.interface.functions().nth(index)
    }

    /// The arguments of a call.
    pub(crate) fn arguments(function: &Function, arguments: CallArguments) -> Result<Vec<Val>, CallError> {
        let arguments = match arguments {
            CallArguments::Positional(arguments) => arguments,
            CallArguments::Named(arguments) => positional(function, &arguments)?,
        };
        converted(function, &arguments)
    }

    /// The value of a call. A result that a function answers with is its value or the error of the call.
    pub(crate) fn answer(function: &Function, value: Option<Val>) -> Result<Value, CallError> {
        match (value, &function.result) {
            (Some(Val::Result(Ok(value))), Some(Type::Result { ok, .. })) => Ok(json(value, ok.as_deref())),
            (Some(Val::Result(Err(value))), Some(Type::Result { error, .. })) => {
                Err(CallError::Answered(match json(value, error.as_deref()) {
                    Value::Null => format!("function '{}' failed", function.name),
                    Value::String(text) => text.into(),
                    other => other.to_string(),
                }))
            }
            (Some(value), Some(ty)) => Ok(to_json(value, ty)),
            _ => Ok(Value::Null),
        }
    }
}

/// The providers of all imports, in their order.
fn providers(
    service: &str,
    module: &str,
    component: &aqua_component::Component,
    before: &[LinkedModule],
) -> Result<Vec<Provider>, DeployError> {
    let (mut providers, mut unknown) = (Vec::new(), Vec::new());
    for import in &component.imports {
        match Provider::find(import, before) {
            Ok(provider) => providers.push(provider),
            Err(Missing::Unknown) => unknown.push(import.name.clone()),
            Err(Missing::Different(reason)) => {
                return Err(DeployError::Link {
                    service: service.to_owned(),
                    module: module.to_owned(),
                    reason,
                });
            }
        }
    }
    match unknown.is_empty() {
        true => Ok(providers),
        false => Err(DeployError::Imports {
            service: service.to_owned(),
            imports: unknown,
        }),
    }
}

/// The code of the component at `index` with its imports.
fn instantiable(
    engine: &Engine,
    component: &aqua_component::Component,
    providers: &[Provider],
    code: &Component,
    index: usize,
) -> wasmtime::Result<InstancePre<StoreState>> {
    let uses_http = providers.iter().any(|provider| matches!(provider, Provider::Http));
    let uses_system = uses_http || providers.iter().any(|provider| matches!(provider, Provider::System));
    let mut linker = match uses_system {
        true => engine.system(),
        false => Linker::new(engine.wasmtime()),
    };
    if uses_http {
        aqua_wasi::add_http(&mut linker)?;
    }
    for (import, provider) in component.imports.iter().zip(providers) {
        match provider {
            Provider::System | Provider::Http | Provider::Types => {}
            Provider::Service(interface) => {
                host_functions::define(&mut linker.instance(&import.name)?, *interface, index)?;
            }
            Provider::Module(functions) => imports::define(&mut linker.instance(&import.name)?, functions, index)?,
        }
    }
    linker.instantiate_pre(code)
}

/// Named arguments in the order of the parameters.
fn positional(function: &Function, arguments: &Object) -> Result<Vec<Value>, CallError> {
    let parameters = function.parameters.iter();
    let values = parameters.map(|parameter| {
        let missing = || CallError::MissingArgument {
            function: function.name.clone(),
            name: parameter.name.clone(),
        };
        arguments.get(&parameter.name).cloned().ok_or_else(missing)
    });
    let values = values.collect::<Result<Vec<_>, _>>()?;
    if arguments.len() > values.len() {
        return Err(arity(function, arguments.len()));
    }
    Ok(values)
}

fn arity(function: &Function, found: usize) -> CallError {
    CallError::Arity {
        function: function.name.clone(),
        expected: function.parameters.len(),
        found,
    }
}

pub(crate) fn converted(function: &Function, arguments: &[Value]) -> Result<Vec<Val>, CallError> {
    if arguments.len() != function.parameters.len() {
        return Err(arity(function, arguments.len()));
    }
    let pairs = arguments.iter().zip(&function.parameters);
    pairs
        .map(|(json, parameter)| from_json(json, &parameter.ty, &parameter.name))
        .collect::<Result<_, _>>()
        .map_err(|mismatch| CallError::Argument {
            function: function.name.clone(),
            mismatch,
        })
}

fn json(value: Option<Box<Val>>, ty: Option<&Type>) -> Value {
    value.zip(ty).map_or(Value::Null, |(value, ty)| to_json(*value, ty))
}
