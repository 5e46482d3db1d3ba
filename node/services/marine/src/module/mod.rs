//! Modules: what a file says about its functions, types and imports, checked and connected.

mod error;
mod interface;
mod link;
mod resolve;

pub use error::ModuleError;
pub use link::LinkError;

use crate::adapter::Adapter;
use crate::core_module::CoreModule;
use crate::execution::Allocate;
use crate::host::HostAdapters;
use crate::{
    CoreSignature, CoreValue, Execution, FunctionType, GuestValue, HostFunction, HostNamespace, InterfaceSection,
    Lifted, ManifestError, ModuleManifest, Records,
};
use aqua_interface::Interface;
use indexmap::IndexMap;
use semver::Version;
use std::sync::Arc;

/// The custom section with the version of the SDK, as text.
pub(crate) const SDK_SECTION: &str = "__fluence_sdk_version";

/// A Marine module without its code: everything that a host needs beside an engine that runs the code.
#[derive(Debug, Clone)]
pub struct Module {
    sdk_version: Version,
    interface_version: Version,
    manifest: Result<Option<ModuleManifest>, ManifestError>,
    records: Records,
    core_functions: Vec<CoreFunction>,
    functions: IndexMap<String, ExportedFunction>,
    foreign: Vec<ForeignImport>,
    imports: Vec<CoreImport>,
    interface: Arc<Interface>,
    entry_points: Vec<String>,
    allocate: Option<Allocate>,
    host: Option<HostAdapters>,
}

/// A core function that adapters call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CoreFunction {
    /// The name of the export.
    pub name: String,
    /// Its type.
    pub signature: CoreSignature,
}

/// A function that others can call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportedFunction {
    /// The name.
    pub name: String,
    /// The type as callers see it.
    pub ty: FunctionType,
    /// The program that passes arguments and result.
    pub adapter: Adapter,
}

/// A function of another module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignImport {
    /// The name of the other module.
    pub module: String,
    /// The name of the function.
    pub name: String,
    /// The type that the function should have.
    pub ty: FunctionType,
    /// The type of the imported core function.
    pub core: CoreSignature,
    /// The program that reads arguments from the memory of this module and writes the result to it.
    pub adapter: Adapter,
}

/// A function that the core code imports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CoreImport {
    /// The module of the import.
    pub module: String,
    /// The name.
    pub name: String,
    /// The core type; `None` if it has other values than numbers.
    pub signature: Option<CoreSignature>,
    /// What provides the function.
    pub provider: Provider,
}

/// What provides an imported function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Provider {
    /// Another module: the import at this index of [`Module::foreign_imports`].
    Foreign(u32),
    /// The host.
    Host(HostNamespace, HostFunction),
    /// The host, in a namespace that is not known.
    UnknownHost(HostFunction),
    /// Something else, such as the system interface `wasi_snapshot_preview1`.
    Other,
}

impl Module {
    /// The oldest supported version of the SDK.
    pub const MIN_SDK_VERSION: Version = Version::new(0, 6, 0);
    /// The oldest supported version of the `interface-types` section.
    pub const MIN_INTERFACE_VERSION: Version = Version::new(0, 20, 0);
    /// Exports that a host calls once after instantiation if they are there, in this order.
    pub const ENTRY_POINTS: [&'static str; 2] = ["_initialize", "_start"];

    /// Reads a module. Its code is not validated; the engine does this when it compiles the module.
    ///
    /// # Errors
    /// The bytes are no Marine module, or one that can't be run.
    pub fn read(bytes: &[u8]) -> Result<Self, ModuleError> {
        let core = CoreModule::read(bytes)?;
        let sdk_version = sdk_version(&core)?;
        let section = interface_section(&core)?;
        if section.version < Self::MIN_INTERFACE_VERSION {
            return Err(ModuleError::OldInterface {
                found: section.version,
                minimum: Self::MIN_INTERFACE_VERSION,
            });
        }
        let resolved = resolve::resolve(&core, &section)?;
        let interface = interface::interface(&resolved.functions, &resolved.records);
        let entry_points = Self::ENTRY_POINTS
            .into_iter()
            .filter(|name| core.exports.contains_key(name));
        Ok(Self {
            sdk_version,
            interface_version: section.version,
            manifest: manifest(&core),
            entry_points: entry_points.map(str::to_owned).collect(),
            interface: Arc::new(interface),
            records: resolved.records,
            core_functions: resolved.core_functions,
            functions: resolved.functions,
            foreign: resolved.foreign,
            imports: resolved.imports,
            allocate: resolved.allocate,
            host: resolved.host,
        })
    }

    /// The version of the SDK that the module was built with.
    #[must_use]
    pub fn sdk_version(&self) -> &Version {
        &self.sdk_version
    }

    /// The version of the format of the `interface-types` section.
    #[must_use]
    pub fn interface_version(&self) -> &Version {
        &self.interface_version
    }

    /// The manifest, which most modules don't have. A malformed one does not prevent a module from running.
    ///
    /// # Errors
    /// The manifest is malformed.
    pub fn manifest(&self) -> Result<Option<&ModuleManifest>, &ManifestError> {
        self.manifest.as_ref().map(Option::as_ref)
    }

    /// The functions, parameters and records in terms of Aqua. Functions have the same order as in [`functions`](Self::functions).
    #[must_use]
    pub fn interface(&self) -> &Arc<Interface> {
        &self.interface
    }

    /// The functions that others can call, in the order of exports.
    pub fn functions(&self) -> impl ExactSizeIterator<Item = &ExportedFunction> {
        self.functions.values()
    }

    /// The function of this name.
    #[must_use]
    pub fn function(&self, name: &str) -> Option<&ExportedFunction> {
        self.functions.get(name)
    }

    /// The function at this index.
    #[must_use]
    pub fn function_at(&self, index: usize) -> Option<&ExportedFunction> {
        Some(self.functions.get_index(index)?.1)
    }

    /// The records that types refer to.
    #[must_use]
    pub fn records(&self) -> &Records {
        &self.records
    }

    /// The exported core functions that executions call. [`Request::Call`](crate::Request::Call) refers to them by index.
    #[must_use]
    pub fn core_functions(&self) -> &[CoreFunction] {
        &self.core_functions
    }

    /// The functions of other modules that this one declares, also those that its code does not import.
    /// [`Request::CallForeign`](crate::Request::CallForeign) refers to them by index.
    #[must_use]
    pub fn foreign_imports(&self) -> &[ForeignImport] {
        &self.foreign
    }

    /// All functions that the core code imports.
    #[must_use]
    pub fn imports(&self) -> &[CoreImport] {
        &self.imports
    }

    /// The functions that the core code imports from the host.
    pub fn host_functions(&self) -> impl Iterator<Item = &HostFunction> {
        self.imports.iter().filter_map(|import| match &import.provider {
            Provider::Host(_, function) | Provider::UnknownHost(function) => Some(function),
            Provider::Foreign(_) | Provider::Other => None,
        })
    }

    /// Whether the module writes to the log of the host.
    #[must_use]
    pub fn uses_log(&self) -> bool {
        self.host_functions().any(|function| *function == HostFunction::Log)
    }

    /// The names of the host programs that the module runs.
    pub fn mounted_binaries(&self) -> impl Iterator<Item = &str> {
        self.host_functions().filter_map(|function| match function {
            HostFunction::MountedBinary(name) => Some(name.as_str()),
            HostFunction::CallParameters | HostFunction::Log => None,
        })
    }

    /// Those of [`ENTRY_POINTS`](Self::ENTRY_POINTS) that the module exports.
    #[must_use]
    pub fn entry_points(&self) -> &[String] {
        &self.entry_points
    }

    /// Starts a call of a function of this module. `R` is the form of the result, `limit` the host memory in bytes that it may take.
    #[must_use]
    pub fn call<'m, R: Lifted>(
        &'m self,
        function: &'m ExportedFunction,
        arguments: Vec<GuestValue>,
        limit: usize,
    ) -> Execution<'m, R> {
        Execution::new(&function.adapter, &self.records, self.allocate, arguments, limit)
    }

    /// Starts the conversions around a call of another module by the code of this one. `arguments` are those of the core
    /// function, `limit` is the host memory in bytes that the converted ones may take. The result is that of the core
    /// function; see [`ForeignImport::core_result`].
    #[must_use]
    pub fn call_import<'m>(
        &'m self,
        import: &'m ForeignImport,
        arguments: &[CoreValue],
        limit: usize,
    ) -> Execution<'m, GuestValue> {
        let arguments = arguments.iter().map(|value| GuestValue::from(*value)).collect();
        Execution::new(&import.adapter, &self.records, self.allocate, arguments, limit)
    }

    pub(crate) fn host(&self) -> Option<&HostAdapters> {
        self.host.as_ref()
    }
}

impl ForeignImport {
    /// The result of the core function from that of [`Module::call_import`].
    #[must_use]
    pub fn core_result(&self, result: Option<GuestValue>) -> Option<CoreValue> {
        match (self.core.result, result) {
            (Some(ty), Some(GuestValue::Scalar(bits))) => Some(CoreValue::from_bits(ty, bits)),
            _ => None,
        }
    }
}

fn sdk_version(core: &CoreModule<'_>) -> Result<Version, ModuleError> {
    let mut sections = core.custom(SDK_SECTION);
    let section = sections.next().ok_or(ModuleError::NoSdkVersion)?;
    if sections.next().is_some() {
        return Err(ModuleError::SeveralSdkVersions);
    }
    let text = String::from_utf8_lossy(section.content);
    let found = Version::parse(&text).map_err(|_| ModuleError::InvalidSdkVersion(text.into_owned()))?;
    if found < Module::MIN_SDK_VERSION {
        let minimum = Module::MIN_SDK_VERSION;
        return Err(ModuleError::OldSdk { found, minimum });
    }
    Ok(found)
}

fn interface_section(core: &CoreModule<'_>) -> Result<InterfaceSection, ModuleError> {
    let mut sections = core.custom(InterfaceSection::NAME);
    let section = sections.next().ok_or(ModuleError::NoInterfaceSection)?;
    if sections.next().is_some() {
        return Err(ModuleError::SeveralInterfaceSections);
    }
    InterfaceSection::decode(section.content).map_err(|mut error| {
        error.offset += section.offset;
        error.into()
    })
}

fn manifest(core: &CoreModule<'_>) -> Result<Option<ModuleManifest>, ManifestError> {
    let mut sections = core.custom(ModuleManifest::SECTION);
    let manifest = sections
        .next()
        .map(|section| ModuleManifest::decode(section.content))
        .transpose()?;
    match sections.next() {
        Some(_) => Err(ManifestError::Several),
        None => Ok(manifest),
    }
}
