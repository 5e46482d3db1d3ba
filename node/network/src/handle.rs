//! The handle on a running network.

use crate::config::Config;
use crate::event::{ConnectError, Contact, Event, SendError, StartError};
use crate::peer_sender::Delivery;
use crate::swarm::{self, Command};
use crate::{identity, reconnect};
use aqua_keys::PeerId;
use libp2p::Multiaddr;
use std::fmt;
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot, watch};
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;

/// A handle on a running network; cheap to clone. The network stops when the last handle is dropped; [`Network::shutdown`] also waits
/// until its tasks have ended.
#[derive(Clone)]
pub struct Network {
    own: PeerId,
    commands: mpsc::UnboundedSender<Command>,
    routing_table_size: watch::Receiver<usize>,
    stop: CancellationToken,
    tasks: TaskTracker,
    /// Stops the network when the last handle is dropped. The network's own tasks hold none.
    _stop_on_drop: Option<Arc<DropGuard>>,
}

impl fmt::Debug for Network {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_tuple("Network").field(&self.own).finish()
    }
}

impl Network {
    /// Starts to listen and to connect to the bootstrap peers. Returns the handle and the bounded queue of events.
    ///
    /// While the queue is full, nothing is read from peers.
    ///
    /// # Errors
    /// Fails if the transport can't be set up or an address can't be listened on.
    pub async fn start(config: Config) -> Result<(Self, mpsc::Receiver<Event>), StartError> {
        let (events, queue) = mpsc::channel(config.limits.event_queue);
        let (command_sender, commands) = mpsc::unbounded_channel();
        let (size, routing_table_size) = watch::channel(0);
        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        let swarm = swarm::start(&config, events, (command_sender.clone(), commands), size, tasks.clone()).await?;
        tasks.spawn(swarm.run(stop.clone()));

        let inner = Self {
            own: config.key.peer_id(),
            commands: command_sender,
            routing_table_size,
            stop: stop.clone(),
            tasks: tasks.clone(),
            _stop_on_drop: None,
        };
        for address in config.bootstrap {
            tasks.spawn(reconnect::run(inner.clone(), address));
        }
        Ok((
            Self {
                _stop_on_drop: Some(Arc::new(stop.drop_guard())),
                ..inner
            },
            queue,
        ))
    }

    /// The id of this peer.
    pub fn peer_id(&self) -> &PeerId {
        &self.own
    }

    /// Queues a frame for a peer, which is searched for and connected to if need be. Doesn't wait: the frame is queued when this
    /// function returns, and frames for one peer are written in the order in which they were queued.
    ///
    /// `encode` is called in the task of the destination when it is the frame's turn, so a queued frame occupies only what `encode`
    /// captures. The caller bounds how much it queues.
    ///
    /// The future returns the size of the frame in bytes when all of it was written, which doesn't mean that it was read. If the future
    /// is dropped before the frame's turn, the frame isn't sent.
    ///
    /// # Errors
    /// See [`SendError`].
    pub fn send<F>(&self, peer: &PeerId, encode: F) -> impl Future<Output = Result<usize, SendError>> + Send + use<F>
    where
        F: FnOnce() -> Vec<u8> + Send + 'static,
    {
        let (done, result) = oneshot::channel();
        let delivery = Delivery {
            encode: Box::new(encode),
            done,
        };
        if *peer == self.own {
            delivery.fail(SendError::OwnPeer);
        } else {
            let peer = identity::to_libp2p(peer);
            if let Err(mpsc::error::SendError(Command::Send { delivery, .. })) =
                self.commands.send(Command::Send { peer, delivery })
            {
                delivery.fail(SendError::Closed);
            }
        }
        async move { result.await.unwrap_or(Err(SendError::Closed)) }
    }

    /// Connects to an address and returns the peer found there. If the address ends in a peer id (`…/p2p/12D3KooW…`), no other peer
    /// is accepted, and an existing connection with it is used.
    ///
    /// # Errors
    /// Fails if the address can't be dialled or the network was shut down.
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
        if self.commands.send(Command::Disconnect { peer }).is_ok() {
            self.ask(|closed| Command::NotifyWhenClosed { peer, closed }).await;
        }
    }

    /// Waits until no connection with a peer is left.
    pub async fn disconnected(&self, peer: &PeerId) {
        let peer = identity::to_libp2p(peer);
        self.ask(|closed| Command::NotifyWhenClosed { peer, closed }).await;
    }

    /// Whether a connection with a peer exists.
    pub async fn is_connected(&self, peer: &PeerId) -> bool {
        self.contact(peer).await.is_some()
    }

    /// The addresses of a connected peer; `None` if it isn't connected.
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

    /// The `count` peers of the local routing table nearest to `key`, nearest first; never this peer. The distance is the XOR of the
    /// SHA-256 digests of the key and of the peer id's bytes. Makes no query. Empty for a client.
    pub async fn neighborhood(&self, key: Vec<u8>, count: usize) -> Vec<PeerId> {
        self.ask(|answer| Command::Neighborhood { key, count, answer })
            .await
            .unwrap_or_default()
    }

    /// Waits until the routing table contains at least `count` peers. Returns false if the network is shut down before.
    pub async fn routes_to(&self, count: usize) -> bool {
        self.routing_table_size
            .clone()
            .wait_for(|size| *size >= count)
            .await
            .is_ok()
    }

    /// Waits until the network is being shut down.
    pub async fn closed(&self) {
        self.stop.cancelled().await;
    }

    /// Closes all connections and stops listening; returns when all tasks of the network have ended.
    pub async fn shutdown(&self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }

    /// Sends a command and waits for its answer; `None` if the network was shut down.
    async fn ask<T>(&self, command: impl FnOnce(oneshot::Sender<T>) -> Command) -> Option<T> {
        let (answer, answered) = oneshot::channel();
        self.commands.send(command(answer)).ok()?;
        answered.await.ok()
    }
}
