//! The peers that are connected now, and the way to each.

use crate::config::Limits;
use crate::lane::{self, Delivery, Taking};
use crate::swarm::Command;
use libp2p::swarm::ConnectionId;
use libp2p::{Multiaddr, PeerId};
use std::collections::BTreeMap;
use tokio::sync::{mpsc, oneshot, watch};
use tokio_util::task::TaskTracker;

/// The peers that are connected now.
#[derive(Default)]
pub(crate) struct Peers {
    connected: BTreeMap<PeerId, Peer>,
}

/// A connected peer.
struct Peer {
    /// Its connections, oldest first, with their remote addresses.
    connections: Vec<(ConnectionId, Multiaddr)>,
    deliveries: mpsc::Sender<Delivery>,
    taking: watch::Sender<Taking>,
    /// Who waits for its last connection to close.
    closing: Vec<oneshot::Sender<()>>,
}

impl Peers {
    /// Notes a new connection; says whether it is the peer's first.
    pub(crate) fn connected(
        &mut self,
        peer: PeerId,
        connection: (ConnectionId, Multiaddr),
        limits: &Limits,
        commands: &mpsc::Sender<Command>,
        tasks: &TaskTracker,
    ) -> bool {
        if let Some(known) = self.connected.get_mut(&peer) {
            known.connections.push(connection);
            return false;
        }
        let (deliveries, queue) = mpsc::channel(limits.command_queue);
        let (taking, watched) = watch::channel(Taking::OneFrame);
        tasks.spawn(lane::run(peer, queue, watched, commands.clone(), limits.substream * 2));
        let new = Peer {
            connections: vec![connection],
            deliveries,
            taking,
            closing: Vec::new(),
        };
        self.connected.insert(peer, new);
        true
    }

    /// Notes that a connection closed; says whether it was the peer's last.
    pub(crate) fn disconnected(&mut self, peer: PeerId, connection: ConnectionId) -> bool {
        let Some(known) = self.connected.get_mut(&peer) else {
            return false;
        };
        known.connections.retain(|(id, _)| *id != connection);
        let last = known.connections.is_empty();
        if last && let Some(gone) = self.connected.remove(&peer) {
            for waiting in gone.closing {
                // Whoever waited may have stopped.
                let _ = waiting.send(());
            }
        }
        last
    }

    /// The way to a peer, if it is connected.
    pub(crate) fn deliveries(&self, peer: &PeerId) -> Option<&mpsc::Sender<Delivery>> {
        self.connected.get(peer).map(|known| &known.deliveries)
    }

    /// Learns how a peer takes particles.
    pub(crate) fn takes(&mut self, peer: &PeerId, taking: Taking) {
        if let Some(known) = self.connected.get(peer) {
            known.taking.send_replace(taking);
        }
    }

    /// The connection to open substreams on.
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

    /// Tells when the peer's last connection has closed; at once if there is none.
    pub(crate) fn when_closed(&mut self, peer: &PeerId, closed: oneshot::Sender<()>) {
        match self.connected.get_mut(peer) {
            Some(known) => known.closing.push(closed),
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
