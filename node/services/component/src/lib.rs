//! What a WebAssembly component offers and needs, read from its file without an engine.
//!
//! A component exports functions of its own, and interfaces with functions (an interface for each Aqua service). [`Component::read`]
//! collects them in one [`Interface`] with the names that the author gave to records and variants, and lists the [`Import`]s, which
//! say which resources of its host the component may use.
//!
//! * `outline`: imports and exports of the file with their types; `interface`: the functions among them.
//! * `types`: types of parameters and results; `names`: their names in Aqua.
//!
//! Types that Aqua can't represent (resources, streams, futures, maps) are refused with the name of the function that uses them.
//! A component can use a type many times inside another, so the size and the depth of type trees are limited.

mod interface;
mod names;
mod outline;
mod types;

use aqua_interface::{Function, Interface};
use outline::Outline;

/// A component's file, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Component {
    /// All functions that Aqua programs can call.
    pub interface: Interface,
    /// Where the functions are exported, by their index in the interface.
    pub exports: Vec<FunctionExport>,
    /// Whether it exports a function `init` without parameters and result, which runs once when an instance starts. No `init` of the
    /// component itself, or of an interface without a package name, is a part of the interface.
    pub has_init: bool,
    /// What the host must provide, in the order of the file.
    pub imports: Vec<Import>,
}

/// The place of an exported function in a component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunctionExport {
    /// The exported interface that has the function; `None` for a function of the component itself.
    pub interface: Option<String>,
    /// The name of the function there.
    pub function: String,
}

/// An import of a component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// The name: `wasi:http/outgoing-handler@0.2.6` for an interface, `log` for a function.
    pub name: String,
    /// What kind of item it is.
    pub kind: ImportKind,
    /// The functions of an interface, in the order of the file; empty for everything else.
    pub functions: Vec<ImportedFunction>,
}

/// The kind of an import.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportKind {
    /// An interface: functions and types.
    Interface,
    /// A function of the component itself.
    Function,
    /// Something else, such as a module or a resource.
    Other,
}

/// A function of an imported interface.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedFunction {
    /// The name as the component spells it.
    pub name: String,
    /// Its types; `None` if Aqua can't represent them.
    pub signature: Option<Function>,
}

/// Why a file can't be a service.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// The bytes aren't a component, or a damaged one.
    #[error("{0}")]
    Invalid(String),
    /// A function has a type that Aqua can't represent.
    #[error("function '{function}' {reason}")]
    Unsupported {
        /// The function as the component names it.
        function: String,
        /// What Aqua has no type for.
        reason: String,
    },
}

/// First bytes of a binary component: the magic number, the version of the format, and the layer of components.
const HEADER: &[u8] = b"\0asm\x0d\0\x01\0";

impl From<wasmparser::BinaryReaderError> for ReadError {
    fn from(error: wasmparser::BinaryReaderError) -> Self {
        Self::Invalid(error.to_string())
    }
}

impl Component {
    /// Reads the bytes of a component. The code of its functions is not validated; the engine does this when it compiles it.
    ///
    /// # Errors
    /// See [`ReadError`].
    pub fn read(wasm: &[u8]) -> Result<Self, ReadError> {
        if !wasm.starts_with(HEADER) {
            return Err(ReadError::Invalid(
                "the bytes are not a WebAssembly component".to_owned(),
            ));
        }
        let outline = Outline::read(wasm)?;
        let (interface, exports, has_init) = interface::read(&outline)?;
        Ok(Self {
            interface,
            exports,
            has_init,
            imports: interface::imports(&outline),
        })
    }
}

impl Import {
    /// The name without its version: `wasi:http/outgoing-handler`.
    #[must_use]
    pub fn unversioned(&self) -> &str {
        self.name.split_once('@').map_or(&self.name, |(name, _)| name)
    }
}
