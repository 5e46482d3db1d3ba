//! Compiles components and runs the clock that interrupts their code.
//!
//! One [`Engine`] can serve many hosts: peers in one process share it, so that a component is compiled once. Compiled code is kept
//! while a service uses it (see `cache`).

use std::num::NonZeroUsize;
use std::sync::Arc;

use wasmtime::component::{Component, InstancePre, Linker};
use wasmtime::{OptLevel, RegallocAlgorithm};

use crate::cache::Cache;
use crate::component_reader::{self, ComponentInterface};
use crate::error::DeployError;
use crate::instance::Guest;
use crate::ticker::Ticker;

/// Stack in bytes that a service's code may use. Code can observe where its stack ends, so the size is the same on every peer.
const WASM_STACK: usize = 2 << 20;
/// Stack in bytes of the fiber in which the code runs, host functions included.
const FIBER_STACK: usize = 4 << 20;
/// Frames of a trap's backtrace.
const BACKTRACE_FRAMES: NonZeroUsize = NonZeroUsize::new(20).expect("twenty isn't zero");

/// Compiles components and runs their code. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Engine {
    shared: Arc<Shared>,
}

struct Shared {
    linker: Linker<Guest>,
    ticker: Ticker,
    cache: Cache,
    compile: Box<Compile>,
}

/// Compiles the bytes of a component: [`compile`], or what a test puts around it.
type Compile = dyn Fn(&Linker<Guest>, &[u8]) -> Result<Compiled, CompileError> + Send + Sync;

/// A component ready to be instantiated.
pub(crate) struct Compiled {
    pub(crate) component: InstancePre<Guest>,
    pub(crate) exported: ComponentInterface,
}

/// Why bytes can't become a service, whatever the service's name.
#[derive(Debug, Clone)]
pub(crate) enum CompileError {
    Invalid(String),
    Imports(Vec<String>),
    Unsupported(String),
    Panicked(String),
}

impl Engine {
    /// Creates an engine in the deterministic profile with an empty cache.
    ///
    /// # Errors
    ///
    /// Fails if wasmtime doesn't support this processor or the ticker's thread can't be spawned.
    pub fn new() -> Result<Self, DeployError> {
        Self::with_compiler(compile)
    }

    fn with_compiler(
        compile: impl Fn(&Linker<Guest>, &[u8]) -> Result<Compiled, CompileError> + Send + Sync + 'static,
    ) -> Result<Self, DeployError> {
        let wasm = wasmtime::Engine::new(&profile()).map_err(|error| DeployError::Engine(format!("{error:#}")))?;
        let ticking = wasm.clone();
        let ticker =
            Ticker::start(move || ticking.increment_epoch()).map_err(|error| DeployError::Engine(error.to_string()))?;
        Ok(Self {
            shared: Arc::new(Shared {
                linker: Linker::new(&wasm),
                ticker,
                cache: Cache::default(),
                compile: Box::new(compile),
            }),
        })
    }

    /// Returns the compiled component of `wasm`, from the cache if it's there. Compilation runs on a thread for blocking work and uses
    /// all processors; different components compile independently.
    pub(crate) async fn load(&self, service: &str, wasm: &[u8]) -> Result<Arc<Compiled>, DeployError> {
        let digest = *blake3::hash(wasm).as_bytes();
        let (shared, wasm) = (Arc::clone(&self.shared), wasm.to_vec());
        let compile = move || (shared.compile)(&shared.linker, &wasm);
        let loaded = self.shared.cache.get_or_compile(digest, compile).await;
        loaded.map_err(|error| error.of_service(service))
    }

    pub(crate) fn ticker(&self) -> &Ticker {
        &self.shared.ticker
    }
}

impl CompileError {
    fn of_service(self, service: &str) -> DeployError {
        let service = service.to_owned();
        match self {
            Self::Invalid(reason) => DeployError::Invalid { service, reason },
            Self::Imports(imports) => DeployError::Imports { service, imports },
            Self::Unsupported(reason) => DeployError::Unsupported { service, reason },
            Self::Panicked(reason) => DeployError::Engine(reason),
        }
    }
}

fn compile(linker: &Linker<Guest>, wasm: &[u8]) -> Result<Compiled, CompileError> {
    let invalid = |error: wasmtime::Error| CompileError::Invalid(format!("{error:#}"));
    let component = Component::from_binary(linker.engine(), wasm).map_err(invalid)?;
    let imports: Vec<String> = component
        .component_type()
        .imports(linker.engine())
        .map(|(name, _)| name.to_owned())
        .collect();
    if !imports.is_empty() {
        return Err(CompileError::Imports(imports));
    }
    let exported =
        component_reader::read(&component).map_err(|reason| CompileError::Unsupported(reason.to_string()))?;
    Ok(Compiled {
        component: linker.instantiate_pre(&component).map_err(invalid)?,
        exported,
    })
}

/// The deterministic profile. What a component can observe depends on its bytes and its arguments, not on the peer.
fn profile() -> wasmtime::Config {
    let mut config = wasmtime::Config::new();
    config
        .cranelift_nan_canonicalization(true)
        .cranelift_opt_level(OptLevel::Speed)
        .cranelift_regalloc_algorithm(RegallocAlgorithm::Backtracking)
        .epoch_interruption(true)
        .max_wasm_stack(WASM_STACK)
        .async_stack_size(FIBER_STACK)
        .parallel_compilation(true)
        .memory_init_cow(true)
        .wasm_backtrace_max_frames(Some(BACKTRACE_FRAMES))
        .wasm_component_model(true)
        .wasm_simd(true)
        .wasm_relaxed_simd(false)
        .relaxed_simd_deterministic(true)
        .wasm_memory64(false)
        .wasm_multi_memory(false)
        .wasm_tail_call(false)
        .wasm_gc(false)
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

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::{Mutex, mpsc};
    use std::time::Duration;

    use aqua_values::Value;

    use super::*;
    use crate::{Config, Host};

    /// Longer than any of these deployments takes, so that a deployment which waits for another fails instead of hanging.
    const PLENTY: Duration = Duration::from_secs(600);

    /// A component whose function `get` returns `number`.
    fn component(number: u32) -> Vec<u8> {
        wat::parse_str(format!(
            r#"(component
                (core module $m (func (export "get") (result i32) (i32.const {number})))
                (core instance $i (instantiate $m))
                (func (export "get") (result u32) (canon lift (core func $i "get"))))"#
        ))
        .expect("the component is well-formed")
    }

    /// The component 1 is kept in compilation until the test lets it go on; everything else is deployed and called meanwhile.
    #[tokio::test]
    async fn calls_and_deployments_dont_wait_for_the_compilation_of_another_component() {
        let slow = component(1);
        let (started, mut starts) = tokio::sync::mpsc::unbounded_channel();
        let (release, released) = mpsc::channel::<()>();
        let released = Mutex::new(released);
        let compiled = Arc::new(AtomicUsize::new(0));
        let (gated, count) = (slow.clone(), Arc::clone(&compiled));
        let engine = Engine::with_compiler(move |linker, wasm| {
            count.fetch_add(1, Ordering::Relaxed);
            if wasm == gated {
                started.send(()).expect("the test listens");
                released.lock().expect("no panic").recv().expect("the test lets go on");
            }
            compile(linker, wasm)
        })
        .expect("this machine runs Wasm");
        let host = Host::with_engine(engine, Config::default());
        let deploy = |name: &'static str, wasm: Vec<u8>| {
            let host = host.clone();
            async move {
                tokio::time::timeout(PLENTY, host.deploy(name, &wasm))
                    .await
                    .expect("in time")
            }
        };

        deploy("ready", component(0)).await.expect("it can be deployed");
        let first = tokio::spawn(deploy("slow", slow.clone()));
        starts.recv().await.expect("the compilation starts");
        let second = tokio::spawn(deploy("slow again", slow));

        assert_eq!(host.call("ready", "get", vec![], PLENTY).await, Ok(Value::from(0)));
        deploy("hit", component(0)).await.expect("it is compiled already");
        deploy("miss", component(2)).await.expect("it compiles on its own");
        assert_eq!(host.services(), ["hit", "miss", "ready"]);

        release.send(()).expect("the compilation waits");
        for deployed in [first, second] {
            deployed.await.expect("no panic").expect("it can be deployed");
        }
        assert_eq!(host.call("slow again", "get", vec![], PLENTY).await, Ok(Value::from(1)));
        assert_eq!(compiled.load(Ordering::Relaxed), 3, "each component once");
    }

    #[tokio::test]
    async fn a_failed_compilation_is_not_cached() {
        let fails = AtomicUsize::new(0);
        let engine = Engine::with_compiler(move |linker, wasm| match fails.fetch_add(1, Ordering::Relaxed) {
            0 => panic!("the first compilation panics"),
            1 => Err(CompileError::Invalid("the second one fails".to_owned())),
            _ => compile(linker, wasm),
        })
        .expect("this machine runs Wasm");
        let host = Host::with_engine(engine, Config::default());
        let wasm = component(0);
        assert!(matches!(host.deploy("a", &wasm).await, Err(DeployError::Engine(_))));
        assert!(matches!(
            host.deploy("a", &wasm).await,
            Err(DeployError::Invalid { .. })
        ));
        host.deploy("a", &wasm).await.expect("the third one succeeds");
    }
}
