//! The module of `tests/wasm-guest`, built for Wasm and run by wasmtime.

use crate::tree;
use aqua_foreign::wasm::Compiler;
use std::path::PathBuf;
use wasmtime::{Config, Engine, Instance, Memory, Module, Store};

/// What the guest's calls may take of the stack that they run on, in bytes: the linker gives it 1 MiB of its own beside.
const STACK: usize = 1 << 20;

/// An instance of the module.
#[derive(Debug)]
pub struct WasmGuest {
    store: Store<()>,
    instance: Instance,
    memory: Memory,
}

impl WasmGuest {
    /// Builds the module and starts an instance.
    ///
    /// # Errors
    /// Why it can't be built: most often, there is no compiler for the target.
    pub fn start() -> Result<Self, String> {
        let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| tree::at("target"), PathBuf::from);
        let compiler = Compiler::find().map_err(|error| error.to_string())?;
        let path = compiler.build(&target).map_err(|error| error.to_string())?;
        let mut config = Config::new();
        // The compiler in the guest recurses.
        config.max_wasm_stack(STACK).async_stack_size(2 * STACK);
        let engine = Engine::new(&config).map_err(|error| error.to_string())?;
        let module = Module::from_file(&engine, path).map_err(|error| error.to_string())?;
        let mut store = Store::new(&engine, ());
        let instance = Instance::new(&mut store, &module, &[]).map_err(|error| error.to_string())?;
        let memory = instance
            .get_memory(&mut store, "memory")
            .ok_or("the module exports no memory")?;
        Ok(Self {
            store,
            instance,
            memory,
        })
    }

    /// Calls an exported function with a request and returns its reply.
    ///
    /// # Errors
    /// If the module traps: a panic in the guest is one.
    pub fn call(&mut self, function: &str, request: &[u8]) -> wasmtime::Result<Vec<u8>> {
        let store = &mut self.store;
        let input = self.instance.get_typed_func::<u32, u32>(&mut *store, "input")?;
        let output = self.instance.get_typed_func::<(), u32>(&mut *store, "output")?;
        let function = self.instance.get_typed_func::<(), u32>(&mut *store, function)?;
        let address = input.call(&mut *store, u32::try_from(request.len())?)?;
        self.memory.write(&mut *store, address as usize, request)?;
        let length = function.call(&mut *store, ())?;
        let address = output.call(&mut *store, ())?;
        let mut reply = vec![0; length as usize];
        self.memory.read(&*store, address as usize, &mut reply)?;
        Ok(reply)
    }
}
