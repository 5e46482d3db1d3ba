//! The peers nearest to a key.

use crate::{Peer, config};

#[tokio::test]
async fn a_connected_network_knows_all_its_neighbours_nearest_first() {
    let mut peers: Vec<Peer> = Vec::new();
    for number in 1..=4 {
        let peer = Peer::start(config(number)).await;
        for other in &peers {
            peer.network.connect(other.address().await).await.unwrap();
        }
        peers.push(peer);
    }
    for peer in &peers {
        assert!(peer.network.routes_to(3).await);
    }
    let ids: Vec<_> = peers.iter().map(|peer| peer.network.peer_id().clone()).collect();
    for peer in &peers {
        let own = peer.network.peer_id();
        let near = peer.network.neighborhood(own.as_bytes().to_vec(), 20).await;
        assert_eq!(near.len(), 3);
        assert!(!near.contains(own));
        assert_eq!(peer.network.neighborhood(own.as_bytes().to_vec(), 2).await, near[..2]);
        // Another peer's own key is nearest to that peer.
        for other in ids.iter().filter(|other| *other != own) {
            assert_eq!(
                peer.network.neighborhood(other.as_bytes().to_vec(), 1).await,
                std::slice::from_ref(other)
            );
        }
    }
}
