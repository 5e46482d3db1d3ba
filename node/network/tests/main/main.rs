//! Networks of real peers over loopback.
#![allow(clippy::unwrap_used, reason = "tests")]

mod delivery;
mod hygiene;
mod mutated_frames;
mod neighbors;
mod raw_client;

use aqua_keys::KeyPair;
use aqua_network::{Config, Event, Network};
use aqua_particle::Particle;
use tokio::sync::mpsc;

/// A peer of the tests: its network and its events.
struct Peer {
    network: Network,
    events: mpsc::Receiver<Event>,
}

impl Peer {
    async fn start(config: Config) -> Self {
        let (network, events) = Network::start(config).await.unwrap();
        Self { network, events }
    }

    /// The next particle; events about connections are passed over.
    async fn particle(&mut self) -> Particle {
        loop {
            match self.events.recv().await.unwrap() {
                Event::Particle { particle, .. } => return particle,
                Event::Rejected { reason, .. } => panic!("rejected: {reason}"),
                Event::Connected { .. } | Event::Disconnected { .. } => {}
            }
        }
    }

    async fn address(&self) -> aqua_network::Multiaddr {
        self.network.listen_addresses().await[0].clone()
    }
}

fn key(number: u8) -> KeyPair {
    KeyPair::from_seed([number; 32])
}

/// A peer that listens on a free TCP port of this machine.
fn config(number: u8) -> Config {
    Config {
        listen: vec!["/ip4/127.0.0.1/tcp/0".parse().unwrap()],
        ..Config::new(key(number))
    }
}

fn particle(id: impl Into<String>, bytes: usize) -> Particle {
    Particle {
        data: vec![0xa5; bytes],
        ..Particle::sign(&key(99), id, 1_700_000_000_000, 7000, "(null)")
    }
}
