//! Marine modules without an engine: what their files say, and how values get into and out of them.
//!
//! A Marine module is a core WebAssembly module with a custom section that declares functions over strings, arrays and records, and
//! small programs ([`Adapter`]) that pass such values through the memory of the module. This crate reads modules, runs their
//! adapters over any engine, and converts values and declarations between modules and Aqua.
//!
//! ```
//! use aqua_marine::{FunctionType, InterfaceSection, InterfaceType, NamedType, SectionBuilder};
//! use semver::Version;
//!
//! let mut builder = SectionBuilder::new(Version::new(0, 27, 0));
//! let name = NamedType { name: "name".to_owned(), ty: InterfaceType::String };
//! builder.export("greet", FunctionType { parameters: vec![name], results: vec![InterfaceType::String] });
//! let section = builder.finish();
//! assert_eq!(InterfaceSection::decode(&section.encode()?)?, section);
//! let last = section.adapters[0].instructions.last().expect("an adapter");
//! assert_eq!(last.to_string(), "call-core 1");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! * [`InterfaceSection`]: the custom section as a value, read and written byte by byte; [`SectionBuilder`] builds one from signatures.
//! * [`Module`]: a file whose types, adapters and imports are checked and connected; its [`Interface`](aqua_interface::Interface).
//! * [`Execution`]: a call, as a state machine that asks its caller to call the guest; [`Guest`] for engines that answer at once.
//! * [`Module::arguments`]: JSON values to the arguments of a function.
//! * [`HostFunction`], [`CallParameters`]: what modules import from their host.
//! * [`ServiceConfig`]: the file that lists the modules of a service.
//!
//! The crate is pure: files, time, processes and the engine are the caller's. Comments cite the sections of the description of
//! the Marine format.

mod adapter;
mod builder;
mod config;
mod conversion;
mod core_module;
mod execution;
mod generated;
mod host;
mod host_import;
mod manifest;
mod module;
mod records;
mod section;
mod value;

pub use adapter::{Adapter, AdapterError, AdapterProblem};
pub use builder::SectionBuilder;
pub use config::{MemoryLimit, ModuleConfig, ModuleSettings, ServiceConfig};
pub use conversion::{ArgumentMismatch, CallError, MismatchKind};
pub use core_module::{CoreSignature, CoreType, replace_custom_section};
pub use execution::{Execution, ExecutionError, Guest, GuestError, Lifted, Reply, Request};
pub use generated::GeneratedError;
pub use host::{CallParameters, CallParticle, CallTetraplet, ProcessOutput};
pub use host_import::{HostFunction, HostNamespace};
pub use manifest::{ManifestError, ModuleManifest};
pub use module::{CoreFunction, CoreImport, ExportedFunction, ForeignImport, LinkError, Module, ModuleError, Provider};
pub use records::{FieldLayout, RecordLayout, Records};
pub use section::{
    AdapterEntry, AdapterInstruction, EncodeError, ExportEntry, FunctionType, Implementation, ImportEntry,
    IntegerWidth, InterfaceSection, InterfaceType, NamedType, RecordType, ScalarType, SectionError, SectionErrorKind,
    TypeEntry,
};
pub use value::{CoreValue, GuestValue};
