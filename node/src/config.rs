//! What a node is started with.

use crate::clock::{Clock, SystemClock};
use crate::deployment::Deployment;
use crate::handlers::Handlers;
use crate::observer::Observer;
use aqua_keys::PeerId;
use aqua_peer::Limits;
use aqua_storage::{Memory, Storage};
use std::collections::BTreeSet;
use std::sync::Arc;

/// What a [`crate::Node`] is started with.
#[derive(Debug)]
pub struct Config {
    /// Its key, its addresses and the peers that it connects to.
    pub network: aqua_network::Config,
    /// Bounds on what it does for others.
    pub limits: Limits,
    /// Peers whose particles may call what only the node itself may call.
    pub managers: BTreeSet<PeerId>,
    /// Whether any particle may call the service `aqua-ipfs`, which is otherwise reserved to the node and its managers.
    pub is_dev_mode: bool,
    /// Functions of the embedding program.
    pub functions: Handlers,
    /// The host of its services, if it has any. Services are registered when the node starts.
    pub services: Option<aqua_services::Host>,
    /// What services are made of that particles create on that host. Without it they can't.
    pub deployment: Option<Deployment>,
    /// Receives its events.
    pub observer: Arc<dyn Observer>,
    /// Its clocks.
    pub clock: Arc<dyn Clock>,
    /// Where its records are.
    pub storage: Box<dyn Storage>,
}

impl Config {
    /// A node with default limits, without services or functions of its own, with records in memory.
    pub fn new(network: aqua_network::Config) -> Self {
        Self {
            network,
            limits: limits(),
            managers: BTreeSet::new(),
            is_dev_mode: false,
            functions: Handlers::default(),
            services: None,
            deployment: None,
            observer: Arc::new(()),
            clock: Arc::new(SystemClock::default()),
            storage: Box::new(Memory::default()),
        }
    }
}

/// The default limits, with a job slot for each processor.
pub fn limits() -> Limits {
    let processors = std::thread::available_parallelism().map_or(2, Into::into);
    Limits {
        slots: u32::try_from(processors).unwrap_or(u32::MAX).max(2),
        ..Limits::default()
    }
}
