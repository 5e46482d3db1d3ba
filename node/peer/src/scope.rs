//! An identity on this peer: the host itself, or a worker.

use crate::functions::Functions;
use crate::id::ScopeId;
use aqua_interface::Interface;
use aqua_keys::{KeyPair, PeerId};
use std::collections::BTreeMap;
use std::sync::Arc;

/// An identity on this peer, with what it answers. Particles are run in the name of a scope, and what a scope adds to their data
/// is signed with its key.
#[derive(Debug, Clone)]
pub struct Scope {
    /// Its number on this peer.
    pub id: ScopeId,
    /// Its peer id, which is that of its key.
    pub peer: PeerId,
    /// Its key.
    pub key: KeyPair,
    /// Its share of processor time relative to other scopes; at least 1.
    pub weight: u32,
    /// What it answers before services are looked up: builtins and functions of the embedding program.
    pub functions: Functions,
    /// Its services.
    pub services: Services,
}

impl Scope {
    /// A scope with this key, weight 1, and without functions or services.
    pub fn new(id: ScopeId, key: KeyPair) -> Self {
        Self {
            id,
            peer: key.peer_id(),
            key,
            weight: 1,
            functions: Functions::default(),
            services: Services::default(),
        }
    }
}

/// The services of a scope by id, with their interfaces.
#[derive(Debug, Clone, Default)]
pub struct Services {
    by_id: BTreeMap<Arc<str>, Arc<Interface>>,
}

impl Services {
    /// Registers a service. One with the same id is replaced.
    pub fn register(&mut self, id: &str, interface: Arc<Interface>) {
        self.by_id.insert(id.into(), interface);
    }

    /// Removes a service.
    pub fn remove(&mut self, id: &str) {
        self.by_id.remove(id);
    }

    /// The service with that id or alias.
    pub fn find(&self, id: &str) -> Option<(&Arc<str>, &Arc<Interface>)> {
        self.by_id.get_key_value(id)
    }

    /// The ids of all services, sorted.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.by_id.keys().map(|id| &**id)
    }
}
