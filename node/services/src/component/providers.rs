//! Who provides the imports of a component: WASI, this host, or a module that is loaded before it.
//!
//! A component imports a Marine module as an interface `marine:NAME/INTERFACE`, and another component by the name of an interface
//! that it exports. Functions are found by name; types are compared without the names of records.

use aqua_component::{Import, ImportKind, ImportedFunction};
use aqua_interface::Function;

use crate::linked::{LinkedModule, ModuleCode, Target};

/// The packages of WASI preview 2 that components can import, beside HTTP.
const SYSTEM: [&str; 6] = [
    "wasi:cli/",
    "wasi:clocks/",
    "wasi:filesystem/",
    "wasi:io/",
    "wasi:random/",
    "wasi:sockets/",
];

/// The interfaces for HTTP requests. The one for incoming requests is missing: programs call services.
const HTTP: [&str; 2] = ["wasi:http/types", "wasi:http/outgoing-handler"];

/// The provider of an import.
pub(super) enum Provider {
    System,
    /// HTTP requests, which use interfaces of the system.
    Http,
    /// An interface of the package `aqua:service`.
    Service(ServiceInterface),
    /// Functions of other modules, each with the one that the component imports.
    Module(Vec<(Function, String, Target)>),
    /// Nothing is needed: the interface has types only.
    Types,
}

/// An interface of the package `aqua:service`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ServiceInterface {
    Host,
    Logging,
    Process,
}

/// Why an import has no provider.
pub(super) enum Missing {
    /// Neither the host nor a module offers it.
    Unknown,
    /// A module offers it otherwise.
    Different(String),
}

impl Provider {
    /// Finds the provider of an import among the host and the modules before.
    pub(super) fn find(import: &Import, before: &[LinkedModule]) -> Result<Self, Missing> {
        if SYSTEM.iter().any(|package| import.name.starts_with(package)) {
            return Ok(Self::System);
        }
        if HTTP.contains(&import.unversioned()) {
            return Ok(Self::Http);
        }
        if let Some(interface) = ServiceInterface::named(import.unversioned()) {
            return Ok(Self::Service(interface));
        }
        if import.kind == ImportKind::Interface && import.functions.is_empty() {
            return Ok(Self::Types);
        }
        let index = before.iter().position(|module| provides(module, import));
        let index = index.ok_or(Missing::Unknown)?;
        let functions = import.functions.iter();
        let targets = functions.map(|function| target(import, function, before, index));
        targets.collect::<Result<_, _>>().map(Self::Module)
    }
}

impl ServiceInterface {
    fn named(unversioned: &str) -> Option<Self> {
        match unversioned.strip_prefix("aqua:service/")? {
            "host" => Some(Self::Host),
            "logging" => Some(Self::Logging),
            "process" => Some(Self::Process),
            _ => None,
        }
    }
}

/// `sqlite3` of `marine:sqlite3/api`.
fn marine_module(interface: &str) -> Option<&str> {
    let (name, _) = interface.strip_prefix("marine:")?.split_once('/')?;
    Some(name)
}

/// Whether an import stands for this module or for an interface that it exports.
fn provides(module: &LinkedModule, import: &Import) -> bool {
    match (marine_module(import.unversioned()), &module.code) {
        (Some(name), _) => module.name.replace('-', "_") == name.replace('-', "_"),
        (None, ModuleCode::Component(linked)) => linked.exports_interface(&import.name),
        (None, ModuleCode::Marine(_)) => false,
    }
}

/// The imported function with the function of the module at `module` that it stands for, if their types agree.
fn target(
    import: &Import,
    function: &ImportedFunction,
    before: &[LinkedModule],
    module: usize,
) -> Result<(Function, String, Target), Missing> {
    let different = |reason: &str| {
        let name = &before[module].name;
        Missing::Different(format!("`{}` of `{}`: {reason} \"{name}\"", function.name, import.name))
    };
    let index = match (marine_module(import.unversioned()), &before[module].code) {
        (None, ModuleCode::Component(linked)) => linked.exported(&import.name, &function.name),
        (_, code) => code.interface().function(&function.name).map(|(index, _)| index),
    };
    let index = index.ok_or_else(|| different("there is no such function in module"))?;
    let signature = function.signature.as_ref();
    let signature = signature.ok_or_else(|| different("its types can't be passed to module"))?;
    let mut functions = before[module].code.interface().functions();
    let found = functions.nth(index);
    if !found.is_some_and(|found| found.is_callable_as(signature)) {
        return Err(different("the function has other types in module"));
    }
    let target = Target {
        module,
        function: index,
    };
    Ok((signature.clone(), function.name.clone(), target))
}
