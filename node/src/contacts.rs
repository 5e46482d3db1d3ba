//! What the network knows about other peers, for the builtins that ask.

use aqua_builtins::Contacts;
use aqua_keys::PeerId;
use aqua_network::Network;
use futures::future::BoxFuture;

/// Answers builtins about other peers from a node's network.
#[derive(Debug, Clone, Copy)]
pub struct NetworkContacts<'n>(pub &'n Network);

impl Contacts for NetworkContacts<'_> {
    fn neighborhood(&self, key: Vec<u8>, count: usize) -> BoxFuture<'_, Vec<PeerId>> {
        Box::pin(self.0.neighborhood(key, count))
    }

    fn contact<'a>(&'a self, peer: &'a PeerId) -> BoxFuture<'a, Option<Vec<String>>> {
        Box::pin(async move {
            let contact = self.0.contact(peer).await?;
            Some(contact.addresses.iter().map(ToString::to_string).collect())
        })
    }

    fn connect<'a>(&'a self, peer: &'a PeerId, addresses: &'a [String]) -> BoxFuture<'a, bool> {
        Box::pin(async move {
            for address in addresses {
                if self.0.is_connected(peer).await {
                    return true;
                }
                let base = address.trim_end_matches(&format!("/p2p/{peer}")).to_owned();
                let Ok(address) = format!("{base}/p2p/{peer}").parse() else {
                    continue;
                };
                if let Err(error) = self.0.connect(address).await {
                    tracing::debug!(%error, "can't connect to an address that a particle named");
                }
            }
            self.0.is_connected(peer).await
        })
    }

    fn addresses(&self) -> BoxFuture<'_, Vec<String>> {
        Box::pin(async move {
            let external = self.0.external_addresses().await;
            let addresses = if external.is_empty() {
                self.0.listen_addresses().await
            } else {
                external
            };
            addresses.iter().map(ToString::to_string).collect()
        })
    }
}
