//! The network behaviour: the protocols of each connection.

use crate::config::{Config, Role};
use crate::event::Event;
use crate::{PARTICLE_PROTOCOL, identity, substreams};
use libp2p::kad::store::MemoryStore;
use libp2p::swarm::NetworkBehaviour;
use libp2p::swarm::behaviour::toggle::Toggle;
use libp2p::{PeerId, connection_limits, identify, kad, ping};
use std::num::NonZeroUsize;
use tokio::sync::mpsc;

/// Prefix of the agent version in identify messages of this implementation.
pub(crate) const AGENT: &str = "aqua/";

/// The protocols of each connection.
#[derive(NetworkBehaviour)]
pub(crate) struct Behaviour {
    pub(crate) limits: connection_limits::Behaviour,
    pub(crate) identify: identify::Behaviour,
    pub(crate) ping: ping::Behaviour,
    pub(crate) kademlia: Toggle<kad::Behaviour<MemoryStore>>,
    pub(crate) substreams: substreams::Behaviour,
}

impl Behaviour {
    pub(crate) fn new(config: &Config, events: mpsc::Sender<Event>) -> Self {
        let public = identity::keypair(&config.key).public();
        let kademlia = (config.role == Role::Peer).then(|| kademlia(config, public.to_peer_id()));
        let connections = connection_limits::ConnectionLimits::default()
            .with_max_pending_incoming(Some(config.limits.connections))
            .with_max_established(Some(config.limits.connections))
            .with_max_established_per_peer(Some(config.limits.connections_per_peer));
        let agent = format!("{AGENT}{}", env!("CARGO_PKG_VERSION"));
        Self {
            limits: connection_limits::Behaviour::new(connections),
            identify: identify::Behaviour::new(
                identify::Config::new(PARTICLE_PROTOCOL.to_string(), public).with_agent_version(agent),
            ),
            ping: ping::Behaviour::default(),
            kademlia: kademlia.into(),
            substreams: substreams::Behaviour::new(&config.limits, events),
        }
    }
}

/// Kademlia for routing only: no records are stored.
fn kademlia(config: &Config, own: PeerId) -> kad::Behaviour<MemoryStore> {
    let mut settings = kad::Config::new(config.network.kademlia_protocol());
    settings
        .set_query_timeout(config.limits.query)
        .set_kbucket_inserts(kad::BucketInserts::Manual)
        .set_kbucket_size(NonZeroUsize::new(config.limits.bucket_size).unwrap_or(NonZeroUsize::MIN))
        .set_record_filtering(kad::StoreInserts::FilterBoth);
    let mut kademlia = kad::Behaviour::with_config(own, MemoryStore::new(own), settings);
    kademlia.set_mode(Some(kad::Mode::Server));
    kademlia
}
