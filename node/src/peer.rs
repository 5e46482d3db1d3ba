//! What belongs to a peer as a whole and is shared by its particles and functions.

use crate::environment::{Carrier, Clock, Entropy};
use aqua_particle::{KeyPair, PeerId};
use std::sync::Arc;

/// One peer: who it is and what it takes from the world. Functions reach it through their call.
#[derive(Debug)]
pub struct Peer {
    key: KeyPair,
    id: PeerId,
    carrier: Arc<dyn Carrier>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
}

impl Peer {
    /// A peer that holds `key`.
    pub fn new(key: KeyPair, carrier: Arc<dyn Carrier>, clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> Self {
        Self {
            id: key.peer_id(),
            key,
            carrier,
            clock,
            entropy,
        }
    }

    /// Who it is.
    pub fn id(&self) -> &PeerId {
        &self.id
    }

    /// Its key.
    pub fn key(&self) -> &KeyPair {
        &self.key
    }

    /// The ways to other peers.
    pub fn carrier(&self) -> &dyn Carrier {
        &*self.carrier
    }

    /// Time.
    pub fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    /// Randomness.
    pub fn entropy(&self) -> &dyn Entropy {
        &*self.entropy
    }
}
