//! Other peers: sending particles to them and knowing where they are.

use aqua_keys::PeerId;
use aqua_network::Network;
use aqua_particle::{Particle, frame};
use futures::future::BoxFuture;
use std::fmt;

/// Why a particle was not handed over, in words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SendFailure(pub String);

/// The ways to other peers.
pub trait Carrier: fmt::Debug + Send + Sync {
    /// Hands a particle to a peer, waiting while that peer takes nothing. Gives the bytes that were written.
    fn send<'a>(&'a self, peer: &'a PeerId, particle: &'a Particle) -> BoxFuture<'a, Result<usize, SendFailure>>;

    /// The known peers nearest to a key, nearest first; never this one.
    fn neighborhood(&self, key: Vec<u8>, count: usize) -> BoxFuture<'_, Vec<PeerId>>;

    /// The addresses (multiaddresses as text) by which a peer is connected; none if it isn't.
    fn contact<'a>(&'a self, peer: &'a PeerId) -> BoxFuture<'a, Option<Vec<String>>>;

    /// Connects to a peer, at these addresses (multiaddresses as text) if it isn't connected yet. Says whether it is now.
    fn connect<'a>(&'a self, peer: &'a PeerId, addresses: &'a [String]) -> BoxFuture<'a, bool>;

    /// The addresses (multiaddresses as text) at which this peer can be reached.
    fn addresses(&self) -> BoxFuture<'_, Vec<String>>;
}

impl Carrier for Network {
    fn send<'a>(&'a self, peer: &'a PeerId, particle: &'a Particle) -> BoxFuture<'a, Result<usize, SendFailure>> {
        let frame = frame::encode(particle);
        let sent = self.send(peer, move || frame);
        Box::pin(async move { sent.await.map_err(|error| SendFailure(error.to_string())) })
    }

    fn neighborhood(&self, key: Vec<u8>, count: usize) -> BoxFuture<'_, Vec<PeerId>> {
        Box::pin(self.neighborhood(key, count))
    }

    fn contact<'a>(&'a self, peer: &'a PeerId) -> BoxFuture<'a, Option<Vec<String>>> {
        Box::pin(async move {
            let contact = self.contact(peer).await?;
            Some(contact.addresses.iter().map(ToString::to_string).collect())
        })
    }

    fn connect<'a>(&'a self, peer: &'a PeerId, addresses: &'a [String]) -> BoxFuture<'a, bool> {
        Box::pin(async move {
            for address in addresses {
                if self.is_connected(peer).await {
                    return true;
                }
                let Ok(address) = format!("{}/p2p/{peer}", address.trim_end_matches(&format!("/p2p/{peer}"))).parse()
                else {
                    continue;
                };
                if let Err(error) = self.connect(address).await {
                    tracing::debug!(%error, "an address given by a particle");
                }
            }
            self.is_connected(peer).await
        })
    }

    fn addresses(&self) -> BoxFuture<'_, Vec<String>> {
        Box::pin(async move {
            let external = self.external_addresses().await;
            let addresses = if external.is_empty() {
                self.listen_addresses().await
            } else {
                external
            };
            addresses.iter().map(ToString::to_string).collect()
        })
    }
}
