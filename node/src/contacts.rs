//! Information about other peers for builtins.

use aqua_builtins::Contacts;
use aqua_keys::PeerId;
use aqua_network::{Multiaddr, Network};
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
            Some(texts(&contact.addresses))
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
            texts(&addresses)
        })
    }
}

/// Addresses as builtins return them: without the id of their peer at the end, as official peers do, sorted, each once.
fn texts(addresses: &[Multiaddr]) -> Vec<String> {
    let mut texts: Vec<String> = addresses.iter().map(without_peer).collect();
    texts.sort();
    texts.dedup();
    texts
}

fn without_peer(address: &Multiaddr) -> String {
    let text = address.to_string();
    match text.rsplit_once("/p2p/") {
        Some((address, peer)) if !peer.contains('/') => address.to_owned(),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_sorted_and_end_without_a_peer_id() {
        let peer = "12D3KooWANqfCDrV79MZdMnMqTvDdqSAPSxdgFY1L6DCq2DVGB4D";
        let relayed = format!("/ip4/1.2.3.4/tcp/7777/p2p/{peer}/p2p-circuit");
        let addresses = [
            format!("/ip4/9.2.3.4/tcp/9999/ws/p2p/{peer}"),
            "/ip4/1.2.3.4/tcp/7777".to_owned(),
            format!("/ip4/1.2.3.4/tcp/7777/p2p/{peer}"),
            format!("{relayed}/p2p/{peer}"),
        ];
        let addresses = addresses.map(|text| text.parse().expect("an address"));
        let expected = ["/ip4/1.2.3.4/tcp/7777", &relayed, "/ip4/9.2.3.4/tcp/9999/ws"];
        assert_eq!(texts(&addresses), expected);
    }
}
