//! Native code of a Wasm file: compiled, or loaded from what was compiled before.

use wasmtime::component::Component;
use wasmtime::{Engine, Module};

use crate::artefacts::ArtefactKind;
use crate::loader::LoadError;

/// A component or a core module.
pub(crate) trait Code: Send + Sync + Sized + 'static {
    const KIND: ArtefactKind;

    fn compile(engine: &Engine, wasm: &[u8]) -> Result<Self, LoadError>;

    fn serialize(&self) -> wasmtime::Result<Vec<u8>>;

    /// Loads what [`serialize`](Self::serialize) returned.
    ///
    /// # Safety
    ///
    /// `code` is what `serialize` returned, in this process or another one. wasmtime checks the engine's version and settings, but not
    /// the machine code, which can do what this process can.
    #[expect(
        unsafe_code,
        reason = "loading code takes less than a thousandth of the time of compiling it"
    )]
    unsafe fn deserialize(engine: &Engine, code: &[u8]) -> wasmtime::Result<Self>;
}

impl Code for Component {
    const KIND: ArtefactKind = ArtefactKind::Component;

    fn compile(engine: &Engine, wasm: &[u8]) -> Result<Self, LoadError> {
        Self::from_binary(engine, wasm).map_err(|error| LoadError::Invalid(format!("{error:#}")))
    }

    fn serialize(&self) -> wasmtime::Result<Vec<u8>> {
        Self::serialize(self)
    }

    #[expect(unsafe_code, reason = "see the trait")]
    unsafe fn deserialize(engine: &Engine, code: &[u8]) -> wasmtime::Result<Self> {
        // SAFETY: the caller promises what wasmtime requires.
        unsafe { Self::deserialize(engine, code) }
    }
}

impl Code for Module {
    const KIND: ArtefactKind = ArtefactKind::Module;

    fn compile(engine: &Engine, wasm: &[u8]) -> Result<Self, LoadError> {
        Self::from_binary(engine, wasm).map_err(|error| LoadError::InvalidModule(format!("{error:#}")))
    }

    fn serialize(&self) -> wasmtime::Result<Vec<u8>> {
        Self::serialize(self)
    }

    #[expect(unsafe_code, reason = "see the trait")]
    unsafe fn deserialize(engine: &Engine, code: &[u8]) -> wasmtime::Result<Self> {
        // SAFETY: the caller promises what wasmtime requires.
        unsafe { Self::deserialize(engine, code) }
    }
}
