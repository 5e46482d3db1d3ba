//! A running peer.

use crate::config::Config;
use crate::driver::{Driver, Parts, Reports};
use crate::handlers::Handlers;
use aqua_keys::{KeyPair, PeerId};
use aqua_network::{Multiaddr, Network};
use aqua_peer::{Function, Functions, Peer, Scope, ScopeId, Services, Status, Submission};
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::sync::Arc;
use std::time::Duration;

/// How long a shutdown waits for calls and sends to end.
const PATIENCE: Duration = Duration::from_secs(10);

/// A handle on a running peer; cheap to clone. The peer stops when the last one is dropped; [`Node::shutdown`] also waits
/// until nothing is left of it.
#[derive(Debug, Clone)]
pub struct Node {
    driver: Arc<Driver>,
    network: Network,
    key: KeyPair,
    services: Option<aqua_services::Host>,
    _stop_at_last: Arc<StopOnDrop>,
}

#[derive(Debug)]
struct StopOnDrop(Arc<Driver>);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.stop();
    }
}

/// Why a peer could not be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Its network could not be started.
    #[error(transparent)]
    Network(#[from] aqua_network::StartError),
    /// The operating system has no random bytes.
    #[error("the system random generator failed: {0}")]
    Random(getrandom::Error),
    /// The threads for jobs could not be started.
    #[error("can't start worker threads: {0}")]
    Threads(#[from] rayon::ThreadPoolBuildError),
}

impl Node {
    /// Starts a peer: it listens, connects to its bootstrap peers and runs what comes.
    ///
    /// # Errors
    /// See [`StartError`].
    pub async fn start(config: Config) -> Result<Self, StartError> {
        let pool = Arc::new(pool(config.limits.slots)?);
        Self::start_on(pool, config).await
    }

    /// The same on a pool of threads that several peers of a process share.
    ///
    /// # Errors
    /// See [`StartError`].
    pub async fn start_on(pool: Arc<ThreadPool>, config: Config) -> Result<Self, StartError> {
        let Config {
            network,
            limits,
            managers,
            is_dev_mode,
            functions,
            services,
            deployment,
            observer,
            clock,
            storage,
        } = config;
        let mut seed = [0; 32];
        getrandom::fill(&mut seed).map_err(StartError::Random)?;
        let key = network.key.clone();
        let builtins = match is_dev_mode {
            true => aqua_builtins::standard(),
            false => aqua_builtins::guarded(),
        };
        let scope = Scope {
            functions: with_handlers(builtins, &functions),
            services: registered(services.as_ref()),
            ..Scope::new(ScopeId::HOST, key.clone())
        };
        let core = aqua_peer::Config {
            limits,
            managers,
            ..aqua_peer::Config::new(vec![scope])
        };
        let (network, events) = Network::start(network).await?;
        let parts = Parts {
            peer: Peer::new(core, seed),
            clock,
            pool,
            network: network.clone(),
            services: services.clone(),
            vault: deployment.as_ref().map(|deployment| deployment.vault(&key)),
            deployment,
            functions,
            observer,
            storage,
        };
        let driver = Driver::start(parts, events);
        driver.ready().await;
        Ok(Self {
            _stop_at_last: Arc::new(StopOnDrop(driver.clone())),
            driver,
            network,
            key,
            services,
        })
    }

    /// The id of this peer.
    pub fn peer_id(&self) -> PeerId {
        self.key.peer_id()
    }

    /// Its key.
    pub fn key(&self) -> &KeyPair {
        &self.key
    }

    /// The addresses that it listens on, each ending in its peer id.
    pub async fn listen_addresses(&self) -> Vec<Multiaddr> {
        self.network.listen_addresses().await
    }

    /// Its network.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// The host of its services, if it has one.
    pub fn services(&self) -> Option<&aqua_services::Host> {
        self.services.as_ref()
    }

    /// What it is doing, in numbers.
    pub fn status(&self) -> Status {
        self.driver.status()
    }

    /// Starts a particle here. `handlers` answer the functions that the submission provides as [`aqua_peer::Provided::Host`].
    /// Reports come until the particle has ended, whether it was accepted or not.
    pub fn submit(&self, request: Submission, handlers: Handlers) -> Reports {
        self.driver.submit(request, handlers)
    }

    /// Waits until the peer is being shut down.
    pub async fn closed(&self) {
        self.driver.closing().await;
    }

    /// Ends all particles, closes all connections, stops listening; returns when no task of the peer is left.
    pub async fn shutdown(&self) {
        self.driver.stop();
        if let Err(status) = self.driver.stopped(PATIENCE).await {
            tracing::warn!(?status, "something is still in flight");
        }
        self.network.shutdown().await;
    }
}

/// Threads for jobs.
///
/// # Errors
/// The operating system refuses to start them.
pub fn pool(slots: u32) -> Result<ThreadPool, rayon::ThreadPoolBuildError> {
    ThreadPoolBuilder::new()
        .num_threads(slots.max(2) as usize)
        .thread_name(|number| format!("aqua job {number}"))
        .build()
}

/// The builtins and the functions of the embedding program. Builtins come first, except defaults.
fn with_handlers(builtins: Functions, handlers: &Handlers) -> Functions {
    let mut functions = builtins.clone();
    for (service, function) in handlers.names() {
        if builtins.find(service, function).is_none() || builtins.is_default(service, function) {
            functions.register(service, function, Function::Embedder);
        }
    }
    if handlers.has_fallback() {
        functions.register_fallback(Function::Embedder);
    }
    functions
}

fn registered(host: Option<&aqua_services::Host>) -> Services {
    let mut services = Services::default();
    let Some(host) = host else { return services };
    for id in host.services() {
        if let Some(interface) = host.interface(&id) {
            services.register(&id, interface);
        }
    }
    services
}
