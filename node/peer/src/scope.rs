//! An identity on this peer: the host itself, or a worker.

use crate::functions::Functions;
use crate::id::ScopeId;
use crate::services::Services;
use aqua_keys::{KeyPair, PeerId};

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
