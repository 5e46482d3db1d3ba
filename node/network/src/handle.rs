//! The handle that the node holds.

use crate::config::Config;
use crate::event::{ConnectError, Contact, Event, SendError, StartError};
use crate::lane::Delivery;
use crate::swarm::{self, Command};
use crate::{bootstrap, identity};
use aqua_keys::PeerId;
use aqua_particle::{Particle, frame};
use libp2p::Multiaddr;
use std::fmt;
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot, watch};
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;

/// A handle on a running network; cheap to clone. The network stops when the last one is dropped; [`Network::shutdown`]
/// also waits until nothing is left of it.
#[derive(Clone)]
pub struct Network {
    own: PeerId,
    /// The largest frame body this peer sends.
    frame_body: usize,
    commands: mpsc::Sender<Command>,
    routed: watch::Receiver<usize>,
    stop: CancellationToken,
    tasks: TaskTracker,
    _stop_at_last: Option<Arc<DropGuard>>,
}

impl fmt::Debug for Network {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_tuple("Network").field(&self.own).finish()
    }
}

impl Network {
    /// Starts to listen and to connect to the bootstrap peers. Gives the handle and the queue of events.
    pub async fn start(config: Config) -> Result<(Self, mpsc::Receiver<Event>), StartError> {
        let (events, queue) = mpsc::channel(config.limits.event_queue);
        let (sender, commands) = mpsc::channel(config.limits.command_queue);
        let (routes, routed) = watch::channel(0);
        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        let swarm = swarm::start(&config, events, (sender.clone(), commands), routes, tasks.clone()).await?;
        tasks.spawn(swarm.run(stop.clone()));

        let inner = Self {
            own: config.key.peer_id(),
            frame_body: config.limits.frame_body,
            commands: sender,
            routed,
            stop: stop.clone(),
            tasks: tasks.clone(),
            _stop_at_last: None,
        };
        for address in config.bootstrap {
            tasks.spawn(bootstrap::keep(inner.clone(), address));
        }
        Ok((
            Self {
                _stop_at_last: Some(Arc::new(stop.drop_guard())),
                ..inner
            },
            queue,
        ))
    }

    /// Who this peer is.
    pub fn peer_id(&self) -> &PeerId {
        &self.own
    }

    /// Hands a particle to a peer: finds it and connects to it if need be, and waits while the peer takes nothing.
    /// Success means that the whole frame was written, not that it was read. Gives the size of the frame in bytes.
    pub async fn send(&self, peer: &PeerId, particle: &Particle) -> Result<usize, SendError> {
        if *peer == self.own {
            return Err(SendError::OwnPeer);
        }
        let frame: Arc<[u8]> = frame::encode(particle).into();
        let (bytes, limit) = (frame::body_length(&frame), self.frame_body);
        if bytes > limit {
            return Err(SendError::TooLarge { bytes, limit });
        }
        let size = frame.len();
        let deliveries = self.deliveries(peer).await?;
        let (done, delivered) = oneshot::channel();
        let lost = || SendError::Lost("the connection closed".to_owned());
        deliveries.send(Delivery { frame, done }).await.map_err(|_| lost())?;
        delivered.await.map_err(|_| lost())??;
        Ok(size)
    }

    async fn deliveries(&self, peer: &PeerId) -> Result<mpsc::Sender<Delivery>, SendError> {
        let peer = identity::to_libp2p(peer);
        // Between being found and being asked for, a peer can be lost again; then one more search is made.
        for _ in 0..2 {
            if let Some(deliveries) = self.ask(|answer| Command::Deliveries { peer, answer }).await.flatten() {
                return Ok(deliveries);
            }
            self.ask(|waiting| Command::Find { peer, waiting })
                .await
                .ok_or(SendError::Closed)??;
        }
        let deliveries = self
            .ask(|answer| Command::Deliveries { peer, answer })
            .await
            .ok_or(SendError::Closed)?;
        deliveries.ok_or_else(|| SendError::Lost("the connection closed".to_owned()))
    }

    /// Connects to an address and gives the peer found there. With the peer's id at the end (`…/p2p/12D3KooW…`), an
    /// existing connection with it serves, and no other peer is accepted.
    pub async fn connect(&self, address: Multiaddr) -> Result<PeerId, ConnectError> {
        let peer = self
            .ask(|answer| Command::Connect { address, answer })
            .await
            .ok_or(ConnectError::Closed)??;
        Ok(identity::from_libp2p(peer))
    }

    /// Closes all connections with a peer.
    pub async fn disconnect(&self, peer: &PeerId) {
        let peer = identity::to_libp2p(peer);
        if self.commands.send(Command::Disconnect { peer }).await.is_ok() {
            self.ask(|closed| Command::WhenClosed { peer, closed }).await;
        }
    }

    /// Waits until no connection with a peer is left.
    pub async fn disconnected(&self, peer: &PeerId) {
        let peer = identity::to_libp2p(peer);
        self.ask(|closed| Command::WhenClosed { peer, closed }).await;
    }

    /// Whether a connection with a peer exists.
    pub async fn is_connected(&self, peer: &PeerId) -> bool {
        self.contact(peer).await.is_some()
    }

    /// Where a connected peer is.
    pub async fn contact(&self, peer: &PeerId) -> Option<Contact> {
        let id = identity::to_libp2p(peer);
        let addresses = self.ask(|answer| Command::Addresses { peer: id, answer }).await??;
        Some(Contact {
            peer: peer.clone(),
            addresses,
        })
    }

    /// The addresses that this peer listens on, each ending in its peer id.
    pub async fn listen_addresses(&self) -> Vec<Multiaddr> {
        let addresses = self
            .ask(|answer| Command::ListenAddresses { answer })
            .await
            .unwrap_or_default();
        self.with_own_id(addresses)
    }

    /// The addresses that this peer announces besides those it listens on, each ending in its peer id.
    pub async fn external_addresses(&self) -> Vec<Multiaddr> {
        let addresses = self
            .ask(|answer| Command::ExternalAddresses { answer })
            .await
            .unwrap_or_default();
        self.with_own_id(addresses)
    }

    fn with_own_id(&self, addresses: Vec<Multiaddr>) -> Vec<Multiaddr> {
        let own = identity::to_libp2p(&self.own);
        addresses
            .into_iter()
            .filter_map(|address| address.with_p2p(own).ok())
            .collect()
    }

    /// The `count` peers of the local routing table nearest to `key`, nearest first: XOR distance of the SHA-256 of
    /// the key's bytes and of the peers' bytes. Nobody is asked. Never this peer itself. A client knows none.
    pub async fn neighborhood(&self, key: Vec<u8>, count: usize) -> Vec<PeerId> {
        self.ask(|answer| Command::Neighborhood { key, count, answer })
            .await
            .unwrap_or_default()
    }

    /// Waits until the routing table holds at least `count` peers. False if the network is shut down before.
    pub async fn routes_to(&self, count: usize) -> bool {
        self.routed.clone().wait_for(|known| *known >= count).await.is_ok()
    }

    /// Waits until the network is being shut down.
    pub async fn closed(&self) {
        self.stop.cancelled().await;
    }

    /// Closes all connections and stops listening; returns when no task of the network is left.
    pub async fn shutdown(&self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }

    /// Sends a command with a way to answer it; none once the network is shut down.
    async fn ask<T>(&self, command: impl FnOnce(oneshot::Sender<T>) -> Command) -> Option<T> {
        let (answer, answered) = oneshot::channel();
        self.commands.send(command(answer)).await.ok()?;
        answered.await.ok()
    }
}
