//! Why bytes are no module that can be loaded.

use crate::{AdapterError, CoreSignature, InterfaceType, SectionError};
use semver::Version;

/// Why bytes are no Marine module, or one that can't be run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ModuleError {
    /// The bytes are not WebAssembly.
    #[error("{reason} at byte {offset}")]
    Malformed {
        /// What is wrong.
        reason: String,
        /// The offset in the file.
        offset: usize,
    },
    /// The bytes are a component.
    #[error("the file is a WebAssembly component, not a module")]
    Component,
    /// An export refers to a function that does not exist.
    #[error("the export `{name}` refers to function {index}, which does not exist")]
    UnknownCoreFunction {
        /// The name of the export.
        name: String,
        /// The index of the function.
        index: u32,
    },
    /// The module was not built with a Marine SDK.
    #[error(
        "the module has no section `{}`: it was not built with a Marine SDK",
        super::SDK_SECTION
    )]
    NoSdkVersion,
    /// There are several SDK versions.
    #[error("the module has several sections `{}`", super::SDK_SECTION)]
    SeveralSdkVersions,
    /// The SDK version is not a semantic version.
    #[error("the version of the SDK is `{0}`, which is not a semantic version")]
    InvalidSdkVersion(String),
    /// The SDK is older than the oldest one that is supported.
    #[error("the module was built with version {found} of the SDK; {minimum} is the oldest supported")]
    OldSdk {
        /// The version.
        found: Version,
        /// [`Module::MIN_SDK_VERSION`](crate::Module::MIN_SDK_VERSION).
        minimum: Version,
    },
    /// There is no `interface-types` section.
    #[error("the module has no section `interface-types`")]
    NoInterfaceSection,
    /// There are several `interface-types` sections.
    #[error("the module has several sections `interface-types`")]
    SeveralInterfaceSections,
    /// The `interface-types` section is malformed. The offset is that in the file.
    #[error("the section `interface-types` is malformed: {0}")]
    Section(#[from] SectionError),
    /// The format of the `interface-types` section is older than the oldest one that is supported.
    #[error("the interface has version {found}; {minimum} is the oldest supported")]
    OldInterface {
        /// The version.
        found: Version,
        /// [`Module::MIN_INTERFACE_VERSION`](crate::Module::MIN_INTERFACE_VERSION).
        minimum: Version,
    },
    /// A type refers to something that is not a record.
    #[error("type {user} refers to type {index}, which is not a record")]
    NotARecord {
        /// The index that should be that of a record.
        index: u32,
        /// The type that refers to it.
        user: u32,
    },
    /// A record contains itself, or types nest too deep.
    #[error("type {index} contains itself or nests deeper than {}", InterfaceType::MAX_DEPTH)]
    DeepType {
        /// The index of the type.
        index: u32,
    },
    /// Something refers to a type that is not a function.
    #[error("{user} refers to type {index}, which is not a function")]
    NotAFunction {
        /// What refers to the type.
        user: String,
        /// The index of the type.
        index: i64,
    },
    /// A function with several results.
    #[error("function `{0}` has several results")]
    SeveralResults(String),
    /// The section names a function that the module does not export.
    #[error("the module does not export the function `{0}` that its interface names")]
    MissingExport(String),
    /// The type of a core function has other values than numbers, or several results.
    #[error("function `{function}` has the type {signature}, which no adapter can call")]
    UnsupportedSignature {
        /// The function.
        function: String,
        /// Its core type.
        signature: String,
    },
    /// A core function that an implementation refers to is neither exported nor imported.
    #[error("the implementation of type {0} belongs to no function")]
    UnknownImplementation(u32),
    /// An implementation refers to an adapter that does not exist.
    #[error("function `{function}` has no adapter of type {type_index}")]
    MissingAdapter {
        /// The function.
        function: String,
        /// The type index that an adapter should have.
        type_index: u32,
    },
    /// Several adapters or implementations have the same type, so that it is not clear which one is meant.
    #[error("several {what} have the type {type_index}")]
    Ambiguous {
        /// `adapters` or `implementations`.
        what: &'static str,
        /// The type index.
        type_index: u32,
    },
    /// Two functions have the same name.
    #[error("the module has two functions `{0}`")]
    SeveralFunctions(String),
    /// A parameter or the result of an imported core function has a type that core functions don't have.
    #[error("the import `{function}` has the type {ty}, which is no core type")]
    NotACoreType {
        /// The import, with its module.
        function: String,
        /// The type.
        ty: InterfaceType,
    },
    /// The core code imports a function with another type than the section declares.
    #[error("the import `{function}` has the type {found} in the code, but {declared} in the interface")]
    ImportSignature {
        /// The import, with its module.
        function: String,
        /// The type in the section.
        declared: CoreSignature,
        /// The type in the code.
        found: String,
    },
    /// An adapter is not well-typed.
    #[error("the adapter of function `{function}` is invalid: {error}")]
    Adapter {
        /// The function.
        function: String,
        /// What is wrong with it.
        error: AdapterError,
    },
    /// A host function passes its result through functions that the module does not export.
    #[error("the module imports `{import}`, but does not export `{missing}`, which passes its result")]
    MissingForImport {
        /// The import.
        import: String,
        /// The missing export.
        missing: &'static str,
    },
}
