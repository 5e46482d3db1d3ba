//! The substreams of the particle protocol, on each connection.
//!
//! The task of a connection reads its inbound substreams. Outbound substreams are opened on request, for the task that writes to the
//! peer.

mod handler;
mod inbound;

use crate::config::Limits;
use crate::event::{ConnectionId, Event};
use crate::identity;
use crate::offer::Connection;
use handler::Handler;
use libp2p::core::Endpoint;
use libp2p::core::transport::PortUse;
use libp2p::swarm::{
    self, ConnectionDenied, FromSwarm, NetworkBehaviour, NotifyHandler, THandler, THandlerInEvent, THandlerOutEvent,
    ToSwarm,
};
use libp2p::{Multiaddr, PeerId, Stream};
use std::collections::{BTreeMap, VecDeque};
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// Why a substream could not be opened.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OpenError {
    #[error("the peer does not support the particle protocol")]
    Unsupported,
    #[error("the peer did not answer in time")]
    TimedOut,
    #[error("{0}")]
    Broken(String),
}

/// Receives a substream when it has been opened. Dropped if the connection closes before.
pub(crate) type Opened = oneshot::Sender<Result<Stream, OpenError>>;

/// How inbound substreams are read.
#[derive(Debug, Clone)]
struct ReadConfig {
    events: mpsc::Sender<Event>,
    /// The number of the next offer.
    next_offer: Arc<AtomicU64>,
    /// The largest frame body, in bytes.
    frame_body: usize,
    /// Bytes of the frames that a connection may have offered and not delivered.
    connection_frames: usize,
    /// Substreams that a connection may have open.
    substreams: usize,
    /// How long a frame that was begun, or the negotiation of a substream, may wait for data.
    timeout: Duration,
}

/// Creates a handler for each connection and forwards requests for substreams to it.
pub(crate) struct Behaviour {
    read_config: ReadConfig,
    connections: BTreeMap<swarm::ConnectionId, Arc<Connection>>,
    /// Connections so far.
    connection_count: u64,
    requests: VecDeque<ToSwarm<Infallible, Opened>>,
}

impl Behaviour {
    pub(crate) fn new(limits: &Limits, events: mpsc::Sender<Event>) -> Self {
        let read_config = ReadConfig {
            events,
            next_offer: Arc::new(AtomicU64::new(1)),
            frame_body: limits.frame_body,
            connection_frames: limits.connection_frames.max(limits.frame_body),
            substreams: limits.inbound_substreams,
            timeout: limits.substream,
        };
        Self {
            read_config,
            connections: BTreeMap::new(),
            connection_count: 0,
            requests: VecDeque::new(),
        }
    }

    /// Opens a substream on a connection.
    pub(crate) fn open(&mut self, peer_id: PeerId, connection: swarm::ConnectionId, opened: Opened) {
        let handler = NotifyHandler::One(connection);
        self.requests.push_back(ToSwarm::NotifyHandler {
            peer_id,
            handler,
            event: opened,
        });
    }

    /// A connection by the swarm's number of it.
    pub(crate) fn connection(&self, connection: swarm::ConnectionId) -> Option<&Arc<Connection>> {
        self.connections.get(&connection)
    }

    /// Removes a connection that has closed.
    pub(crate) fn remove(&mut self, connection: swarm::ConnectionId) -> Option<Arc<Connection>> {
        self.connections.remove(&connection)
    }

    fn handler(&mut self, id: swarm::ConnectionId, peer: PeerId) -> Handler {
        self.connection_count += 1;
        let number = ConnectionId(self.connection_count);
        let connection = Arc::new(Connection::new(number, identity::from_libp2p(peer)));
        self.connections.insert(id, Arc::clone(&connection));
        Handler::new(connection, self.read_config.clone())
    }
}

impl NetworkBehaviour for Behaviour {
    type ConnectionHandler = Handler;
    type ToSwarm = Infallible;

    fn handle_established_inbound_connection(
        &mut self,
        id: swarm::ConnectionId,
        peer: PeerId,
        _: &Multiaddr,
        _: &Multiaddr,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        Ok(self.handler(id, peer))
    }

    fn handle_established_outbound_connection(
        &mut self,
        id: swarm::ConnectionId,
        peer: PeerId,
        _: &Multiaddr,
        _: Endpoint,
        _: PortUse,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        Ok(self.handler(id, peer))
    }

    fn on_swarm_event(&mut self, _: FromSwarm<'_>) {}

    fn on_connection_handler_event(&mut self, _: PeerId, _: swarm::ConnectionId, event: THandlerOutEvent<Self>) {
        match event {}
    }

    fn poll(&mut self, _: &mut Context<'_>) -> Poll<ToSwarm<Self::ToSwarm, THandlerInEvent<Self>>> {
        // Requests come from the owner of the swarm between two polls of it, so no waker is kept.
        self.requests.pop_front().map_or(Poll::Pending, Poll::Ready)
    }
}
