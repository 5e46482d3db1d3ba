//! Frames of a real network that a peer drops. All reasons are tested in `aqua-peer`.

use crate::listener;
use aqua_client::{LocalConfig, LocalNetwork};
use aqua_keys::KeyPair;
use aqua_network::Network;
use aqua_node::{DropReason, Event, EventKind};
use aqua_particle::{Particle, VerifyError, frame};
use std::time::{SystemTime, UNIX_EPOCH};
use tokio::sync::mpsc::{Receiver, UnboundedReceiver};

struct Peer {
    network: LocalNetwork,
    sender: Network,
    /// The sender runs as long as its events can be received.
    _events: Receiver<aqua_network::Event>,
    events: UnboundedReceiver<Event>,
}

impl Peer {
    async fn start() -> Self {
        let (observer, events) = listener();
        let config = LocalConfig {
            observer,
            ..LocalConfig::new(1)
        };
        let network = crate::network(config).await;
        let (sender, _events) = Network::start(aqua_network::Config::new(key())).await.unwrap();
        let address = network.nodes()[0].listen_addresses().await.remove(0);
        sender.connect(address).await.unwrap();
        Self {
            network,
            sender,
            _events,
            events,
        }
    }

    /// Sends a particle and returns what happens to it after its arrival.
    async fn send(&mut self, particle: &Particle) -> EventKind {
        let frame = frame::encode(particle);
        self.sender
            .send(&self.network.nodes()[0].peer_id(), move || frame)
            .await
            .unwrap();
        loop {
            let event = self.events.recv().await.unwrap();
            if event.particle.is_some() && !matches!(event.kind, EventKind::Arrived { .. }) {
                return event.kind;
            }
        }
    }
}

fn key() -> KeyPair {
    KeyPair::from_seed([77; 32])
}

fn particle(ttl: u32) -> Particle {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as u64;
    Particle::sign(&key(), "x", now, ttl, "(null)")
}

#[tokio::test]
async fn a_forged_particle_is_dropped_and_a_good_one_is_run_and_reaped() {
    let mut peer = Peer::start().await;
    let forged = Particle {
        script: "(seq (null) (null))".into(),
        ..particle(60_000)
    };
    let reason = DropReason::Forged(VerifyError::Mismatch);
    assert_eq!(peer.send(&forged).await, EventKind::Dropped { reason });
    assert!(matches!(peer.send(&particle(1000)).await, EventKind::Stepped { .. }));
    assert_eq!(peer.events.recv().await.unwrap().kind, EventKind::Idle);
    assert_eq!(peer.events.recv().await.unwrap().kind, EventKind::Reaped);
    peer.sender.shutdown().await;
    peer.network.shutdown().await;
}
