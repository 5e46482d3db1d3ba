//! Loads the code of services and runs the clock that interrupts it.
//!
//! One [`Engine`] can serve many hosts: peers in one process share it, so that a component is compiled once. Compiled code stays in
//! memory while a service uses it (see `cache`), and on disk if the engine has a directory for it (see `artefacts`).

use std::any::Any;
use std::num::NonZeroUsize;
use std::sync::Arc;

use futures::StreamExt as _;
use wasmtime::component::{Component, Linker};
use wasmtime::{Module, OptLevel, RegallocAlgorithm};

use crate::artefacts::{ArtefactCache, EntryLock};
use crate::cache::Cache;
use crate::code::Code;
use crate::error::DeployError;
use crate::host::CORE_MODULE;
use crate::loader::Loader;
use crate::progress::LoadObserver;
use crate::state::StoreState;
use crate::ticker::Ticker;

/// Stack in bytes that a service's code may use. Code can observe where its stack ends, so the size is the same on every peer.
const WASM_STACK: usize = 2 << 20;
/// Stack in bytes of the fiber in which the code runs, host functions included.
const FIBER_STACK: usize = 4 << 20;
/// Frames of a trap's backtrace.
const BACKTRACE_FRAMES: NonZeroUsize = NonZeroUsize::new(20).expect("twenty isn't zero");

/// Compiles components and core modules and runs their code. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Engine {
    shared: Arc<Shared>,
}

/// How an engine loads code.
#[derive(Debug, Clone)]
pub struct EngineOptions {
    /// Where compiled code is kept on disk. Without it, it is kept in memory only.
    pub artefacts: Option<ArtefactCache>,
    /// Receives the progress of loading code.
    pub observer: Arc<dyn LoadObserver>,
}

/// In memory only, without an observer.
impl Default for EngineOptions {
    fn default() -> Self {
        Self {
            artefacts: None,
            observer: Arc::new(()),
        }
    }
}

struct Shared {
    /// The system interface that components can import.
    system: Linker<StoreState>,
    ticker: Ticker,
    components: Cache<Loaded<Component>>,
    modules: Cache<Loaded<Module>>,
    loader: Loader,
}

/// Compiled code of a component or a core module, and the lock on its file.
pub(crate) struct Loaded<C> {
    pub(crate) code: C,
    _entry: Option<EntryLock>,
}

/// Code that an engine keeps in memory while this exists: see [`Engine::preload`].
#[must_use = "dropping it drops the code that no service uses"]
pub struct Preloaded {
    _code: Vec<Arc<dyn Any + Send + Sync>>,
}

impl Engine {
    /// Creates an engine in the deterministic profile that keeps compiled code in memory only.
    ///
    /// # Errors
    ///
    /// Fails if wasmtime doesn't support this processor or the ticker's thread can't be spawned.
    pub fn new() -> Result<Self, DeployError> {
        Self::with_options(EngineOptions::default())
    }

    /// Creates an engine in the deterministic profile. A directory for compiled code that can't be used is not an error: the engine
    /// writes a line to the log and works without it.
    ///
    /// # Errors
    ///
    /// See [`Engine::new`].
    pub fn with_options(options: EngineOptions) -> Result<Self, DeployError> {
        Self::with_profile(&profile(), options)
    }

    pub(crate) fn with_profile(profile: &wasmtime::Config, options: EngineOptions) -> Result<Self, DeployError> {
        let failed = |error: wasmtime::Error| DeployError::Engine(format!("{error:#}"));
        let wasm = wasmtime::Engine::new(profile).map_err(failed)?;
        let ticking = wasm.clone();
        let ticker =
            Ticker::start(move || ticking.increment_epoch()).map_err(|error| DeployError::Engine(error.to_string()))?;
        let mut system = Linker::new(&wasm);
        aqua_wasi::add_preview2(&mut system).map_err(failed)?;
        Ok(Self {
            shared: Arc::new(Shared {
                system,
                ticker,
                components: Cache::default(),
                modules: Cache::default(),
                loader: Loader::new(wasm, options.artefacts.as_ref(), options.observer),
            }),
        })
    }

    /// Loads the code of several services in parallel and keeps it in memory until the result is dropped. A deployment meanwhile finds
    /// the code of its service. Services whose code can't be loaded are skipped; their deployments return the error.
    ///
    /// `services`: names, for the observer, and Wasm files.
    pub async fn preload<'s>(&self, services: impl IntoIterator<Item = (&'s str, &'s [u8])>) -> Preloaded {
        let loads = services.into_iter().map(|(service, wasm)| self.load_any(service, wasm));
        let loads: Vec<_> = loads.collect();
        let processors = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
        let loaded = futures::stream::iter(loads).buffer_unordered(processors.max(2));
        Preloaded {
            _code: loaded.filter_map(std::future::ready).collect().await,
        }
    }

    async fn load_any(&self, service: &str, wasm: &[u8]) -> Option<Arc<dyn Any + Send + Sync>> {
        if wasm.starts_with(CORE_MODULE) {
            Some(self.load_module(service, wasm).await.ok()?)
        } else {
            aqua_component::Component::read(wasm).ok()?;
            Some(self.load_component(service, wasm).await.ok()?)
        }
    }

    /// Returns the code of a component, from memory or disk if it's there. Compilation runs on a thread for blocking work and uses all
    /// processors; different components compile independently.
    pub(crate) async fn load_component(
        &self,
        service: &str,
        wasm: &[u8],
    ) -> Result<Arc<Loaded<Component>>, DeployError> {
        self.load(&self.shared.components, service, wasm).await
    }

    /// Returns the code of a core module, as [`load_component`](Self::load_component) does.
    pub(crate) async fn load_module(&self, service: &str, wasm: &[u8]) -> Result<Arc<Loaded<Module>>, DeployError> {
        self.load(&self.shared.modules, service, wasm).await
    }

    async fn load<C: Code>(
        &self,
        cache: &Cache<Loaded<C>>,
        service: &str,
        wasm: &[u8],
    ) -> Result<Arc<Loaded<C>>, DeployError> {
        let digest = *blake3::hash(wasm).as_bytes();
        let prepare = || {
            let (shared, service, wasm) = (Arc::clone(&self.shared), service.to_owned(), wasm.to_vec());
            move || {
                let (code, entry) = shared.loader.load(&service, digest, &wasm)?;
                Ok(Loaded { code, _entry: entry })
            }
        };
        let loaded = cache.get_or_load(digest, prepare).await;
        loaded.map_err(|error| error.of_service(service))
    }

    /// The wasmtime engine in the deterministic profile.
    pub(crate) fn wasmtime(&self) -> &wasmtime::Engine {
        self.shared.system.engine()
    }

    /// A linker with the system interface, WASI preview 2.
    pub(crate) fn system(&self) -> Linker<StoreState> {
        self.shared.system.clone()
    }

    pub(crate) fn ticker(&self) -> &Ticker {
        &self.shared.ticker
    }
}

/// The deterministic profile. What code can observe of the engine depends on its bytes and its arguments, not on the peer.
pub(crate) fn profile() -> wasmtime::Config {
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

impl<C> std::fmt::Debug for Loaded<C> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Loaded").finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Preloaded {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Preloaded").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::{Barrier, Mutex, mpsc};
    use std::time::Duration;

    use aqua_values::Value;

    use super::*;
    use crate::progress::{LoadEvent, LoadStage};
    use crate::{Call, Config, Host};

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

    /// Calls a function before the load goes on.
    struct Before<F>(F);

    impl<F> std::fmt::Debug for Before<F> {
        fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            out.write_str("Before")
        }
    }

    impl<F: Fn(&LoadEvent) + Send + Sync> LoadObserver for Before<F> {
        fn event(&self, event: &LoadEvent) {
            (self.0)(event);
        }
    }

    fn engine(observe: impl Fn(&LoadEvent) + Send + Sync + 'static) -> Engine {
        Engine::with_options(EngineOptions {
            observer: Arc::new(Before(observe)),
            ..EngineOptions::default()
        })
        .expect("this machine runs Wasm")
    }

    fn is_compilation(event: &LoadEvent) -> bool {
        matches!(event.stage, LoadStage::Compiling { .. })
    }

    /// The component 1 is kept in compilation until the test lets it go on; everything else is deployed and called meanwhile.
    #[tokio::test]
    async fn calls_and_deployments_dont_wait_for_the_compilation_of_another_component() {
        let slow = component(1);
        let (started, mut starts) = tokio::sync::mpsc::unbounded_channel();
        let (release, released) = mpsc::channel::<()>();
        let released = Mutex::new(released);
        let compiled = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&compiled);
        let engine = engine(move |event| {
            if !is_compilation(event) {
                return;
            }
            count.fetch_add(1, Ordering::Relaxed);
            if event.service == "slow" {
                started.send(()).expect("the test listens");
                released.lock().expect("no panic").recv().expect("the test lets go on");
            }
        });
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

        assert_eq!(
            host.call(Call::new("ready", "get", vec![], PLENTY)).await,
            Ok(Value::from(0))
        );
        deploy("hit", component(0)).await.expect("it is compiled already");
        deploy("miss", component(2)).await.expect("it compiles on its own");
        assert_eq!(host.services(), ["hit", "miss", "ready"]);

        release.send(()).expect("the compilation waits");
        for deployed in [first, second] {
            deployed.await.expect("no panic").expect("it can be deployed");
        }
        assert_eq!(
            host.call(Call::new("slow again", "get", vec![], PLENTY)).await,
            Ok(Value::from(1))
        );
        assert_eq!(compiled.load(Ordering::Relaxed), 3, "each component once");
    }

    #[tokio::test]
    async fn a_failed_compilation_is_not_cached() {
        let fails = AtomicUsize::new(0);
        let engine = engine(move |_| {
            assert!(
                fails.fetch_add(1, Ordering::Relaxed) > 0,
                "the first compilation panics"
            );
        });
        let host = Host::with_engine(engine, Config::default());
        let wasm = component(0);
        assert!(matches!(host.deploy("a", &wasm).await, Err(DeployError::Engine(_))));
        host.deploy("a", &wasm).await.expect("the second one succeeds");
    }

    /// Both compilations wait for each other, so they run at the same time. A service that can't be loaded is left to its deployment.
    #[tokio::test]
    async fn services_are_preloaded_in_parallel() {
        let together = Barrier::new(2);
        let compiled = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&compiled);
        let engine = engine(move |event| {
            if is_compilation(event) {
                count.fetch_add(1, Ordering::Relaxed);
                together.wait();
            }
        });
        let (component, module, broken) = (component(0), b"\0asm\x01\0\0\0", b"no Wasm");
        let services: [(&str, &[u8]); 3] = [("broken", broken), ("component", &component), ("module", module)];
        let preloaded = engine.preload(services).await;
        let host = Host::with_engine(engine.clone(), Config::default());
        host.deploy("component", &component).await.expect("it is loaded");
        engine.load_module("module", module).await.expect("it is loaded");
        assert_eq!(compiled.load(Ordering::Relaxed), 2, "each once");
        host.deploy("broken", broken).await.expect_err("it is broken");
        drop(preloaded);
    }
}
