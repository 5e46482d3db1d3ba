//! What a node is started with.

use crate::builtins::Table;
use crate::environment::{Clock, Entropy, SystemClock, SystemEntropy};
use crate::observer::Observer;
use std::sync::Arc;

/// What a [`crate::Node`] is started with.
#[derive(Debug, Clone)]
pub struct Config {
    /// Its key, its addresses and whom it knows.
    pub network: aqua_network::Config,
    /// Bounds on what particles can make it do.
    pub limits: Limits,
    /// Functions that the embedding program answers, besides the builtins.
    pub functions: Table,
    /// The host of its services, if it has any.
    pub services: Option<aqua_services::Host>,
    /// Who is told what happens.
    pub observer: Arc<dyn Observer>,
    /// Its time.
    pub clock: Arc<dyn Clock>,
    /// Its randomness.
    pub entropy: Arc<dyn Entropy>,
}

impl Config {
    /// A node with the default limits, no services or functions of its own, and nobody who observes it.
    pub fn new(network: aqua_network::Config) -> Self {
        Self {
            network,
            limits: Limits::default(),
            functions: Table::default(),
            services: None,
            observer: Arc::new(()),
            clock: Arc::new(SystemClock::default()),
            entropy: Arc::new(SystemEntropy),
        }
    }
}

/// Bounds on what particles can make a node do.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Particles that are on the node at a time.
    pub particles: usize,
    /// The longest life of a particle, in milliseconds.
    pub ttl: u32,
    /// How far ahead of this node's clock a particle's start may be, in milliseconds.
    pub clock_skew: u64,
    /// Arrivals of one particle that wait for a step.
    pub mailbox: usize,
    /// Particles that may wait for room in their mailboxes before the network is no longer read.
    pub parked: usize,
    /// Steps of the virtual machine that run at a time.
    pub steps: usize,
    /// Calls of one particle that run at a time.
    pub calls: usize,
    /// Other peers that one particle is being sent to; while they are so many, it makes no further step.
    pub sends: usize,
    /// Scripts that are kept ready to run.
    pub programs: usize,
    /// The bytes of text of these scripts together.
    pub program_text: usize,
    /// Sizes that the virtual machine checks.
    pub machine: aqua_vm::Limits,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            particles: 10_000,
            ttl: 24 * 60 * 60 * 1000,
            clock_skew: 5 * 60 * 1000,
            mailbox: 64,
            parked: 64,
            steps: std::thread::available_parallelism().map_or(2, Into::into),
            calls: 256,
            sends: 256,
            programs: 256,
            program_text: 64 * 1024 * 1024,
            machine: aqua_vm::Limits {
                hard: true,
                ..aqua_vm::Limits::default()
            },
        }
    }
}
