//! The compiler and what it has compiled.
//!
//! One [`Engine`] can serve many hosts: peers in one process share it, so that a component is compiled once. Compiled code is kept
//! while a service uses it and is found again by the hash of the component's bytes.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::{Arc, Weak};

use wasmtime::component::{Component, InstancePre, Linker};
use wasmtime::{OptLevel, RegallocAlgorithm};

use crate::component_reader::{self, ComponentInterface};
use crate::error::DeployError;
use crate::instance::Guest;
use crate::ticker::Ticker;

/// Stack in bytes that a service's code may use. Where the stack ends can be observed, so it is the same on every peer.
const STACK: usize = 2 << 20;
/// Stack in bytes of the task in which the code runs, host functions included.
const TASK_STACK: usize = 4 << 20;
/// Frames of a trap's backtrace.
const FRAMES: NonZeroUsize = NonZeroUsize::new(20).expect("twenty isn't zero");

/// Compiles components and runs their code. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Engine {
    shared: Arc<Shared>,
}

struct Shared {
    linker: Linker<Guest>,
    ticker: Ticker,
    compiled: tokio::sync::Mutex<BTreeMap<[u8; blake3::OUT_LEN], Weak<Compiled>>>,
}

/// A component ready to be instantiated.
pub(crate) struct Compiled {
    pub(crate) component: InstancePre<Guest>,
    pub(crate) exported: ComponentInterface,
}

impl Engine {
    /// An engine in the deterministic profile, with nothing compiled.
    ///
    /// # Errors
    ///
    /// When this processor isn't supported or the system gives no thread.
    pub fn new() -> Result<Self, DeployError> {
        let wasm = wasmtime::Engine::new(&profile()).map_err(|error| DeployError::Engine(format!("{error:#}")))?;
        let of_ticker = wasm.clone();
        let ticker = Ticker::start(move || of_ticker.increment_epoch())
            .map_err(|error| DeployError::Engine(error.to_string()))?;
        let compiled = tokio::sync::Mutex::default();
        Ok(Self {
            shared: Arc::new(Shared {
                linker: Linker::new(&wasm),
                ticker,
                compiled,
            }),
        })
    }

    /// Compiles `wasm`, or finds it compiled already. Compilation runs on a thread of its own; only one runs at a time, since it uses all
    /// processors.
    pub(crate) async fn load(&self, service: &str, wasm: &[u8]) -> Result<Arc<Compiled>, DeployError> {
        let key = *blake3::hash(wasm).as_bytes();
        let mut cache = self.shared.compiled.lock().await;
        if let Some(compiled) = cache.get(&key).and_then(Weak::upgrade) {
            return Ok(compiled);
        }
        let (engine, service, wasm) = (self.clone(), service.to_owned(), wasm.to_vec());
        let compiled = tokio::task::spawn_blocking(move || engine.compile(&service, &wasm))
            .await
            .map_err(|error| DeployError::Engine(error.to_string()))??;
        let compiled = Arc::new(compiled);
        cache.retain(|_, compiled| compiled.strong_count() > 0);
        cache.insert(key, Arc::downgrade(&compiled));
        Ok(compiled)
    }

    fn compile(&self, service: &str, wasm: &[u8]) -> Result<Compiled, DeployError> {
        let linker = &self.shared.linker;
        let invalid = |error: wasmtime::Error| DeployError::Invalid {
            service: service.to_owned(),
            reason: format!("{error:#}"),
        };
        let component = Component::from_binary(linker.engine(), wasm).map_err(invalid)?;
        let imports: Vec<String> = component
            .component_type()
            .imports(linker.engine())
            .map(|(name, _)| name.to_owned())
            .collect();
        if !imports.is_empty() {
            return Err(DeployError::Imports {
                service: service.to_owned(),
                imports,
            });
        }
        let exported = component_reader::read(&component).map_err(|reason| DeployError::Unsupported {
            service: service.to_owned(),
            reason: reason.to_string(),
        })?;
        Ok(Compiled {
            component: linker.instantiate_pre(&component).map_err(invalid)?,
            exported,
        })
    }

    pub(crate) fn ticker(&self) -> &Ticker {
        &self.shared.ticker
    }
}

/// The deterministic profile. What a component can observe depends on its bytes and its arguments, not on the peer.
fn profile() -> wasmtime::Config {
    let mut config = wasmtime::Config::new();
    config
        .cranelift_nan_canonicalization(true)
        .cranelift_opt_level(OptLevel::Speed)
        .cranelift_regalloc_algorithm(RegallocAlgorithm::Backtracking)
        .epoch_interruption(true)
        .max_wasm_stack(STACK)
        .async_stack_size(TASK_STACK)
        .parallel_compilation(true)
        .memory_init_cow(true)
        .wasm_backtrace_max_frames(Some(FRAMES))
        .wasm_component_model(true)
        .wasm_simd(true)
        .wasm_relaxed_simd(false)
        .relaxed_simd_deterministic(true)
        .wasm_memory64(false)
        .wasm_multi_memory(false)
        .wasm_tail_call(false)
        .wasm_gc(false)
        .wasm_function_references(false)
        .wasm_exceptions(false)
        .wasm_custom_page_sizes(false)
        .wasm_stack_switching(false)
        .wasm_wide_arithmetic(false);
    config
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Engine")
            .field("ticker", &self.ticker)
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Compiled {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Compiled")
            .field("interface", &self.exported.interface)
            .finish_non_exhaustive()
    }
}
