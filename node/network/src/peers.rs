//! The connected peers and the queues of frames to them.

use crate::config::Limits;
use crate::peer_sender::{Delivery, Framing, PeerSender};
use crate::swarm::Command;
use libp2p::swarm::ConnectionId;
use libp2p::{Multiaddr, PeerId};
use std::collections::BTreeMap;
use tokio::sync::{mpsc, oneshot, watch};
use tokio_util::task::TaskTracker;

/// The connected peers.
#[derive(Default)]
pub(crate) struct Peers {
    connected: BTreeMap<PeerId, Peer>,
}

struct Peer {
    /// Connections with their remote addresses, oldest first.
    connections: Vec<(ConnectionId, Multiaddr)>,
    deliveries: mpsc::UnboundedSender<Delivery>,
    framing: watch::Sender<Framing>,
    /// Notified when the last connection has closed.
    closed: Vec<oneshot::Sender<()>>,
}

impl Peers {
    /// Adds a connection. Returns whether it is the peer's first one, for which a sender is started.
    pub(crate) fn add_connection(
        &mut self,
        peer: PeerId,
        connection: (ConnectionId, Multiaddr),
        limits: &Limits,
        commands: &mpsc::UnboundedSender<Command>,
        tasks: &TaskTracker,
    ) -> bool {
        if let Some(known) = self.connected.get_mut(&peer) {
            known.connections.push(connection);
            return false;
        }
        let (deliveries, queue) = mpsc::unbounded_channel();
        let (framing, current_framing) = watch::channel(Framing::OnePerSubstream);
        let sender = PeerSender {
            peer,
            framing: current_framing,
            commands: commands.clone(),
            max_body: limits.frame_body,
            timeout: limits.substream * 2,
        };
        tasks.spawn(sender.run(queue));
        let new = Peer {
            connections: vec![connection],
            deliveries,
            framing,
            closed: Vec::new(),
        };
        self.connected.insert(peer, new);
        true
    }

    /// Removes a connection. Returns whether it was the peer's last one.
    pub(crate) fn remove_connection(&mut self, peer: PeerId, connection: ConnectionId) -> bool {
        let Some(known) = self.connected.get_mut(&peer) else {
            return false;
        };
        known.connections.retain(|(id, _)| *id != connection);
        let last = known.connections.is_empty();
        if last && let Some(removed) = self.connected.remove(&peer) {
            for closed in removed.closed {
                // The caller may have dropped its future.
                let _ = closed.send(());
            }
        }
        last
    }

    /// Queues a delivery to a connected peer. Gives it back if the peer isn't connected.
    pub(crate) fn deliver(&self, peer: &PeerId, delivery: Delivery) -> Result<(), Delivery> {
        match self.connected.get(peer) {
            Some(known) => known.deliveries.send(delivery).map_err(|refused| refused.0),
            None => Err(delivery),
        }
    }

    /// Sets how frames are written to a peer.
    pub(crate) fn set_framing(&mut self, peer: &PeerId, framing: Framing) {
        if let Some(known) = self.connected.get(peer) {
            known.framing.send_replace(framing);
        }
    }

    /// The connection to open substreams on: the oldest.
    pub(crate) fn connection(&self, peer: &PeerId) -> Option<ConnectionId> {
        self.connected.get(peer)?.connections.first().map(|(id, _)| *id)
    }

    /// The remote addresses of a peer's connections.
    pub(crate) fn addresses(&self, peer: &PeerId) -> Option<Vec<Multiaddr>> {
        let known = self.connected.get(peer)?;
        Some(known.connections.iter().map(|(_, address)| address.clone()).collect())
    }

    /// The remote address of one connection.
    pub(crate) fn address(&self, peer: &PeerId, connection: ConnectionId) -> Option<&Multiaddr> {
        let known = self.connected.get(peer)?;
        known
            .connections
            .iter()
            .find(|(id, _)| *id == connection)
            .map(|(_, address)| address)
    }

    /// Notifies when the peer's last connection has closed; at once if it has none.
    pub(crate) fn notify_when_closed(&mut self, peer: &PeerId, closed: oneshot::Sender<()>) {
        match self.connected.get_mut(peer) {
            Some(known) => known.closed.push(closed),
            None => {
                let _ = closed.send(());
            }
        }
    }

    /// All connected peers.
    pub(crate) fn all(&self) -> impl Iterator<Item = PeerId> {
        self.connected.keys().copied()
    }
}
