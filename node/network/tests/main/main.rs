//! Networks of real peers over loopback.
#![allow(clippy::unwrap_used, reason = "tests")]

mod delivery;
mod hygiene;
mod mutated_frames;
mod neighbors;
mod offers;
mod raw_client;

use aqua_keys::{KeyPair, PeerId};
use aqua_network::{Config, Event, Network, Offer, OfferId, SendError};
use aqua_particle::RejectReason;
use aqua_particle::{Message, Particle, frame};
use std::collections::BTreeMap;
use tokio::sync::mpsc;

/// A network and its events.
struct Peer {
    network: Network,
    events: mpsc::Receiver<Event>,
    /// Offers that were accepted and not received.
    offers: BTreeMap<OfferId, Offer>,
}

impl Peer {
    async fn start(config: Config) -> Self {
        let (network, events) = Network::start(config).await.unwrap();
        Self {
            network,
            events,
            offers: BTreeMap::new(),
        }
    }

    /// The next particle. Accepts every offer.
    async fn particle(&mut self) -> Particle {
        match self.frame().await {
            Ok(Message::Particle(particle)) => particle,
            other => panic!("{other:?}"),
        }
    }

    /// The next frame or rejection. Accepts every offer.
    async fn frame(&mut self) -> Result<Message, RejectReason> {
        loop {
            match self.event().await {
                Event::Offer(mut offer) => {
                    offer.accept();
                    self.offers.insert(offer.id(), offer);
                }
                Event::Received { offer, frame, .. } => {
                    self.offers
                        .remove(&offer)
                        .expect("it was offered, and not received before");
                    return frame;
                }
                Event::Rejected { reason, .. } => return Err(reason),
                Event::Connected { .. } | Event::Disconnected { .. } => {}
            }
        }
    }

    /// The next offer.
    async fn offer(&mut self) -> Offer {
        loop {
            if let Event::Offer(offer) = self.event().await {
                return offer;
            }
        }
    }

    async fn event(&mut self) -> Event {
        self.events.recv().await.unwrap()
    }

    async fn send(&self, to: &PeerId, particle: &Particle) -> Result<usize, SendError> {
        let frame = frame::encode(particle);
        self.network.send(to, move || frame).await
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
