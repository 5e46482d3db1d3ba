//! A Marine module in wasmtime alone: values are written to its memory by hand, without adapters, limits or conversions.

use wasmtime::{Engine, Error, Instance, Linker, Memory, Module, Result, Store, TypedFunc};
use wasmtime_wasi::WasiCtxBuilder;
use wasmtime_wasi::p1::{self, WasiP1Ctx};

/// A started module.
pub(super) struct RawModule {
    store: Store<WasiP1Ctx>,
    instance: Instance,
    memory: Memory,
    allocate: TypedFunc<(i32, i32), i32>,
    release: TypedFunc<(), ()>,
    pointer: TypedFunc<(), i32>,
    size: TypedFunc<(), i32>,
    version: TypedFunc<(), i32>,
}

impl RawModule {
    /// Starts a module that imports nothing but the system, such as SQLite.
    pub(super) fn new(wasm: &[u8]) -> Result<Self> {
        let engine = Engine::default();
        let mut linker: Linker<WasiP1Ctx> = Linker::new(&engine);
        p1::add_to_linker_sync(&mut linker, |context| context)?;
        let mut store = Store::new(&engine, WasiCtxBuilder::new().build_p1());
        let instance = linker.instantiate(&mut store, &Module::new(&engine, wasm)?)?;
        for entry in ["_initialize", "_start"] {
            if let Ok(entry) = instance.get_typed_func::<(), ()>(&mut store, entry) {
                entry.call(&mut store, ())?;
            }
        }
        Ok(Self {
            memory: instance
                .get_memory(&mut store, "memory")
                .ok_or_else(|| Error::msg("no memory"))?,
            allocate: instance.get_typed_func(&mut store, "allocate")?,
            release: instance.get_typed_func(&mut store, "release_objects")?,
            pointer: instance.get_typed_func(&mut store, "get_result_ptr")?,
            size: instance.get_typed_func(&mut store, "get_result_size")?,
            version: instance.get_typed_func(&mut store, "sqlite3_libversion_number")?,
            store,
            instance,
        })
    }

    /// The version of SQLite.
    pub(super) fn version(&mut self) -> Result<i32> {
        self.version.call(&mut self.store, ())
    }

    /// An exported function.
    pub(super) fn function<P: wasmtime::WasmParams, R: wasmtime::WasmResults>(
        &mut self,
        name: &str,
    ) -> Result<TypedFunc<P, R>> {
        self.instance.get_typed_func(&mut self.store, name)
    }

    pub(super) fn call<P: wasmtime::WasmParams, R: wasmtime::WasmResults>(
        &mut self,
        function: &TypedFunc<P, R>,
        arguments: P,
    ) -> Result<R> {
        function.call(&mut self.store, arguments)
    }

    /// Writes a text to the memory of the module. Returns pointer and size.
    pub(super) fn write(&mut self, text: &str) -> Result<(i32, i32)> {
        let size = i32::try_from(text.len())?;
        let pointer = self.allocate.call(&mut self.store, (size, 0))?;
        self.memory.write(&mut self.store, pointer as usize, text.as_bytes())?;
        Ok((pointer, size))
    }

    /// The word at a byte of the result record.
    pub(super) fn result_word(&mut self, offset: usize) -> Result<i32> {
        let pointer = self.pointer.call(&mut self.store, ())?;
        let mut word = [0; 4];
        self.memory.read(&self.store, pointer as usize + offset, &mut word)?;
        Ok(i32::from_le_bytes(word))
    }

    /// The text that a function returned.
    pub(super) fn text(&mut self) -> Result<String> {
        let pointer = self.pointer.call(&mut self.store, ())?;
        let size = self.size.call(&mut self.store, ())?;
        let mut bytes = vec![0; size as usize];
        self.memory.read(&self.store, pointer as usize, &mut bytes)?;
        Ok(String::from_utf8(bytes)?)
    }

    /// Frees what was written and returned.
    pub(super) fn release(&mut self) -> Result<()> {
        self.release.call(&mut self.store, ())
    }
}
