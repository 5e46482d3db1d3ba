//! A network of peers in this process, connected with each other over loopback: for trying programs and for tests.

use crate::client::{Client, ClientError};
use crate::tracker::ParticleTracker;
use aqua_keys::KeyPair;
use aqua_network::ConnectError;
use aqua_node::{Config, Handlers, Limits, Node, Observer, StartError, ThreadPool};
use aqua_services::ServiceModules;
use sha2::{Digest as _, Sha256};
use std::sync::Arc;

/// A service to deploy on every peer of a local network.
#[derive(Debug, Clone)]
pub struct Service {
    /// The id that programs call it by.
    pub id: String,
    /// What it consists of.
    pub modules: ServiceModules,
    /// The most memory that it may use, in bytes; as the network's bounds say if none is named.
    pub memory: Option<usize>,
}

/// What a local network is started with.
#[derive(Debug, Clone)]
pub struct LocalConfig {
    /// How many peers there are.
    pub peers: usize,
    /// What is deployed on each of them.
    pub services: Vec<Service>,
    /// Functions that each of them answers besides the builtins.
    pub functions: Handlers,
    /// How the code of services is loaded; once for all peers.
    pub engine: aqua_services::EngineOptions,
    /// Bounds on what services can use.
    pub service_limits: aqua_services::Config,
    /// Bounds on what particles can make each peer do.
    pub limits: Limits,
    /// Receives the events of all peers.
    pub observer: Arc<dyn Observer>,
}

impl LocalConfig {
    /// A network of `peers` peers without services.
    pub fn new(peers: usize) -> Self {
        Self {
            peers,
            services: Vec::new(),
            functions: Handlers::default(),
            engine: aqua_services::EngineOptions::default(),
            service_limits: aqua_services::Config::default(),
            limits: aqua_node::limits(),
            observer: Arc::new(()),
        }
    }
}

/// Why a local network could not be started.
#[derive(Debug, thiserror::Error)]
pub enum LocalError {
    /// A peer could not be started.
    #[error(transparent)]
    Start(#[from] StartError),
    /// Two peers could not be connected.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// A service could not be deployed.
    #[error(transparent)]
    Deploy(#[from] aqua_services::DeployError),
    /// There is no peer to connect a client to.
    #[error("the network has no peer")]
    Empty,
    /// The operating system has no random bytes.
    #[error("the system random generator failed: {0}")]
    Random(getrandom::Error),
    /// A client could not be connected.
    #[error(transparent)]
    Client(#[from] ClientError),
}

/// Peers in this process that all know each other.
#[derive(Debug)]
pub struct LocalNetwork {
    nodes: Vec<Node>,
    config: LocalConfig,
    engine: aqua_services::Engine,
    /// Runs the jobs of all peers.
    pool: Arc<ThreadPool>,
    tracker: Arc<ParticleTracker>,
}

impl LocalNetwork {
    /// Starts the peers and connects each with each other; returns when all have all others in their routing tables.
    ///
    /// # Errors
    /// When a port can't be had or a service can't be deployed. Nothing is left running then.
    pub async fn start(config: LocalConfig) -> Result<Self, LocalError> {
        let engine = aqua_services::Engine::with_options(config.engine.clone())?;
        let services = config
            .services
            .iter()
            .flat_map(|service| service.modules.files().map(|file| (service.id.as_str(), file)));
        let preloaded = engine.preload(services).await;
        let pool = Arc::new(aqua_node::pool(config.limits.slots).map_err(StartError::from)?);
        let mut network = Self {
            nodes: Vec::new(),
            config,
            engine,
            pool,
            tracker: Arc::default(),
        };
        let grown = network.grow().await;
        drop(preloaded);
        match grown {
            Ok(()) => Ok(network),
            Err(error) => {
                network.shutdown().await;
                Err(error)
            }
        }
    }

    /// The key of peer number `number`, counted from 1: always the same, so that peer ids are repeatable.
    pub fn key(number: usize) -> KeyPair {
        KeyPair::from_seed(Sha256::digest(format!("aqua local peer {number}")).into())
    }

    async fn grow(&mut self) -> Result<(), LocalError> {
        for number in 1..=self.config.peers {
            let services = self.deploy(number).await?;
            let mut network = aqua_network::Config::new(Self::key(number));
            self.tracker.observe(network.key.peer_id());
            network.listen = vec!["/ip4/127.0.0.1/tcp/0".parse().expect("it is an address")];
            network.limits.bucket_size = network.limits.bucket_size.max(self.config.peers);
            let node = Node::start_on(self.pool.clone(), self.node_config(network, services)).await?;
            self.nodes.push(node.clone());
            for other in &self.nodes[..number - 1] {
                for address in other.listen_addresses().await.into_iter().take(1) {
                    node.network().connect(address).await?;
                }
            }
        }
        for node in &self.nodes {
            node.network().routes_to(self.nodes.len() - 1).await;
        }
        Ok(())
    }

    /// The services of peer number `number`. Each peer has persistent folders of its own.
    async fn deploy(&self, number: usize) -> Result<aqua_services::Host, LocalError> {
        let mut limits = self.config.service_limits.clone();
        limits.data_dir = limits.data_dir.map(|folder| folder.join(format!("peer-{number}")));
        let host = aqua_services::Host::with_engine(self.engine.clone(), limits);
        for service in &self.config.services {
            let memory = service.memory.unwrap_or(host.config().memory);
            let mut bounds = aqua_services::Config {
                memory,
                ..host.config().clone()
            };
            // The configuration of the services is that of the user who starts the network.
            bounds.system.programs.extend(service.modules.programs());
            host.deploy_modules(&service.id, service.modules.clone(), bounds)
                .await?;
        }
        Ok(host)
    }

    fn node_config(&self, network: aqua_network::Config, services: aqua_services::Host) -> Config {
        let observers: Vec<Arc<dyn Observer>> = vec![self.config.observer.clone(), self.tracker.clone()];
        Config {
            limits: self.config.limits.clone(),
            is_dev_mode: true,
            functions: self.config.functions.clone(),
            observer: Arc::new(observers),
            services: Some(services),
            ..Config::new(network)
        }
    }

    /// Its peers, number 1 first.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// A client with a new key, connected to peer number 1. Its timeouts tell where in this network a particle was.
    ///
    /// # Errors
    /// When there is no peer, or it can't be connected to.
    pub async fn client(&self) -> Result<Client, LocalError> {
        let mut seed = [0; 32];
        let relay = self.nodes.first().ok_or(LocalError::Empty)?;
        getrandom::fill(&mut seed).map_err(LocalError::Random)?;
        let address = relay
            .listen_addresses()
            .await
            .into_iter()
            .next()
            .ok_or(LocalError::Empty)?;
        let network = aqua_network::Config::new(KeyPair::from_seed(seed));
        let config = Config {
            limits: self.config.limits.clone(),
            observer: self.config.observer.clone(),
            ..Config::new(network)
        };
        Ok(Client::connect(config, address, Some(self.tracker.clone())).await?)
    }

    /// Stops all peers; returns when nothing of them is left.
    pub async fn shutdown(&self) {
        futures::future::join_all(self.nodes.iter().map(Node::shutdown)).await;
    }
}
