//! The peers of the routing table nearest to a key.

use crate::identity;
use aqua_keys::PeerId;
use libp2p::kad::store::MemoryStore;
use libp2p::kad::{self, KBucketKey};

/// The `count` peers of the routing table nearest to a key, nearest first; see [`Network::neighborhood`](crate::Network::neighborhood).
pub(crate) fn nearest(kademlia: &mut kad::Behaviour<MemoryStore>, key: Vec<u8>, count: usize) -> Vec<PeerId> {
    let target = KBucketKey::new(key);
    let mut known = peers(kademlia);
    known.sort_by_cached_key(|peer| target.distance(peer));
    known
        .into_iter()
        .take(count)
        .map(|peer| identity::from_libp2p(peer.into_preimage()))
        .collect()
}

/// The number of peers in the routing table.
pub(crate) fn size(kademlia: &mut kad::Behaviour<MemoryStore>) -> usize {
    kademlia.kbuckets().map(|bucket| bucket.num_entries()).sum()
}

fn peers(kademlia: &mut kad::Behaviour<MemoryStore>) -> Vec<KBucketKey<libp2p::PeerId>> {
    kademlia
        .kbuckets()
        .flat_map(|bucket| bucket.iter().map(|entry| *entry.node.key).collect::<Vec<_>>())
        .collect()
}
