//! What belongs to a peer as a whole and is shared by its particles and functions.

use crate::environment::{Carrier, Clock, Entropy};
use crate::observer::{Event, Notice, Observer};
use aqua_keys::{KeyPair, PeerId};
use aqua_particle::Particle;
use std::sync::Arc;

/// One peer: who it is and what it takes from the world. Functions reach it through their call.
#[derive(Debug)]
pub struct Peer {
    pub(crate) id: PeerId,
    pub(crate) key: KeyPair,
    pub(crate) carrier: Arc<dyn Carrier>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) services: Option<aqua_services::Host>,
    pub(crate) observer: Arc<dyn Observer>,
}

impl Peer {
    /// A peer that holds `key`, has no services, and is observed by nobody.
    pub fn new(key: KeyPair, carrier: Arc<dyn Carrier>, clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> Self {
        Self {
            id: key.peer_id(),
            key,
            carrier,
            clock,
            entropy,
            services: None,
            observer: Arc::new(()),
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

    /// The host of its services, if it has one.
    pub fn services(&self) -> Option<&aqua_services::Host> {
        self.services.as_ref()
    }

    /// Reports an event to the observer. Events are not logged here: an observer may log them.
    pub(crate) fn tell(&self, particle: Option<&Arc<Particle>>, event: Event) {
        self.observer.notice(&Notice {
            peer: self.id.clone(),
            at: self.clock.now(),
            particle: particle.cloned(),
            event,
        });
    }
}
