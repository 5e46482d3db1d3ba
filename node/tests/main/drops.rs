//! Particles that a peer does not take on, each with a notice that says why.

use crate::listener;
use aqua_keys::{KeyPair, Signature};
use aqua_network::Network;
use aqua_node::observer::{DropReason, Event, Notice};
use aqua_node::{LocalConfig, LocalNetwork};
use aqua_particle::{Particle, VerifyError, frame};
use std::time::{SystemTime, UNIX_EPOCH};
use tokio::sync::mpsc::{Receiver, UnboundedReceiver};

struct Peer {
    network: LocalNetwork,
    sender: Network,
    /// The sender runs as long as somebody hears its events.
    _events: Receiver<aqua_network::Event>,
    notices: UnboundedReceiver<Notice>,
}

impl Peer {
    async fn start(mut config: LocalConfig) -> Self {
        let (observer, notices) = listener();
        config.observer = observer;
        let network = crate::network(config).await;
        let (sender, events) = Network::start(aqua_network::Config::new(key())).await.unwrap();
        let address = network.nodes()[0].listen_addresses().await.remove(0);
        sender.connect(address).await.unwrap();
        Self {
            network,
            sender,
            _events: events,
            notices,
        }
    }

    /// Sends a particle and gives what the peer says about it after its arrival.
    async fn send(&mut self, particle: &Particle) -> Event {
        let frame = frame::encode(particle);
        self.sender
            .send(self.network.nodes()[0].peer_id(), move || frame)
            .await
            .unwrap();
        loop {
            let notice = self.notices.recv().await.unwrap();
            if notice.particle.is_some() && !matches!(notice.event, Event::Arrived { .. }) {
                return notice.event;
            }
        }
    }

    async fn shutdown(self) {
        self.sender.shutdown().await;
        self.network.shutdown().await;
    }
}

fn key() -> KeyPair {
    KeyPair::from_seed([77; 32])
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as u64
}

fn particle(timestamp: u64, ttl: u32) -> Particle {
    Particle::sign(&key(), "x", timestamp, ttl, "(null)")
}

fn dropped(reason: DropReason) -> Event {
    Event::Dropped { reason }
}

#[tokio::test]
async fn particles_that_may_not_be_run_are_dropped_with_a_reason() {
    let mut peer = Peer::start(LocalConfig::new(1)).await;
    let now = now();

    assert_eq!(
        peer.send(&particle(now - 10_000, 5000)).await,
        dropped(DropReason::Expired)
    );
    assert_eq!(peer.send(&particle(u64::MAX, 5000)).await, dropped(DropReason::Expired));

    let mut forged = particle(now, 60_000);
    let mut signature = *forged.signature.as_bytes();
    signature[0] ^= 1;
    forged.signature = Signature::from_bytes(signature);
    assert_eq!(peer.send(&forged).await, dropped(VerifyError::Mismatch.into()));
    let forged = Particle {
        script: "(seq (null) (null))".into(),
        ..particle(now, 60_000)
    };
    assert_eq!(peer.send(&forged).await, dropped(VerifyError::Mismatch.into()));
    let hashed = "QmdPtC3T7Kcu9iJg6hYzLBWR5XCDcYMY7HV685E3kH3EcS".parse().unwrap();
    let hashed = Particle {
        init_peer_id: hashed,
        ..particle(now, 60_000)
    };
    assert_eq!(peer.send(&hashed).await, dropped(VerifyError::NoKey.into()));

    let (ttl, limit) = (u32::MAX, 24 * 60 * 60 * 1000);
    assert_eq!(
        peer.send(&particle(now, ttl)).await,
        dropped(DropReason::TooLongLived { ttl, limit })
    );
    let early = peer.send(&particle(now + 3_600_000, 5000)).await;
    assert!(
        matches!(
            early,
            Event::Dropped {
                reason: DropReason::FromTheFuture { .. }
            }
        ),
        "{early:?}"
    );

    let good = peer.send(&particle(now, 60_000)).await;
    assert!(matches!(good, Event::Stepped { .. }), "{good:?}");
    peer.shutdown().await;
}

#[tokio::test]
async fn the_number_of_particles_is_bounded_and_known_ones_still_come_in() {
    let mut config = LocalConfig::new(1);
    config.limits.particles = 1;
    let mut peer = Peer::start(config).await;
    let now = now();
    let first = particle(now, 60_000);
    assert!(matches!(peer.send(&first).await, Event::Stepped { .. }));
    assert_eq!(peer.send(&particle(now, 60_001)).await, dropped(DropReason::Crowded(1)));
    assert!(matches!(peer.send(&first).await, Event::Stepped { .. }));
    peer.shutdown().await;
}

#[tokio::test]
async fn a_particle_is_reaped_when_its_time_is_up() {
    let mut peer = Peer::start(LocalConfig::new(1)).await;
    assert!(matches!(peer.send(&particle(now(), 1000)).await, Event::Stepped { .. }));
    assert_eq!(peer.notices.recv().await.unwrap().event, Event::Reaped);
    peer.shutdown().await;
}

#[tokio::test]
async fn a_peer_that_a_script_names_wrongly_is_reported() {
    let mut peer = Peer::start(LocalConfig::new(1)).await;
    let script = r#"(call "nobody" ("op" "noop") [])"#;
    let lost = Particle::sign(&key(), "x", now(), 60_000, script);
    assert!(matches!(peer.send(&lost).await, Event::Stepped { .. }));
    let event = peer.notices.recv().await.unwrap().event;
    assert!(
        matches!(&event, Event::NotSent { to, .. } if to == "nobody"),
        "{event:?}"
    );
    peer.shutdown().await;
}
