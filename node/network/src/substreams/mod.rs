//! The substreams that carry particles, on each connection.
//!
//! Inbound substreams are read by the connection's own task, which waits while the node's queue is full; outbound ones
//! are opened on request and handed to the task that delivers to that peer.

mod handler;
mod inbound;

use crate::config::Limits;
use crate::event::Event;
use crate::identity;
use handler::Handler;
use libp2p::core::Endpoint;
use libp2p::core::transport::PortUse;
use libp2p::swarm::{
    ConnectionDenied, ConnectionId, FromSwarm, NetworkBehaviour, NotifyHandler, THandler, THandlerInEvent,
    THandlerOutEvent, ToSwarm,
};
use libp2p::{Multiaddr, PeerId, Stream};
use std::collections::VecDeque;
use std::convert::Infallible;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// Why a substream could not be opened.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OpenError {
    #[error("the peer does not speak the particle protocol")]
    Unsupported,
    #[error("the peer did not answer in time")]
    TimedOut,
    #[error("{0}")]
    Broken(String),
}

/// Who gets a substream when it has been opened. Dropped unanswered if the connection closes before.
pub(crate) type Opened = oneshot::Sender<Result<Stream, OpenError>>;

/// How inbound substreams are read.
#[derive(Debug, Clone)]
struct Reading {
    events: mpsc::Sender<Event>,
    frame_body: usize,
    connection_frames: usize,
    substreams: usize,
    patience: Duration,
}

/// Gives each connection its reader and passes requests for substreams on to them.
pub(crate) struct Behaviour {
    reading: Reading,
    requests: VecDeque<ToSwarm<Infallible, Opened>>,
}

impl Behaviour {
    pub(crate) fn new(limits: &Limits, events: mpsc::Sender<Event>) -> Self {
        let reading = Reading {
            events,
            frame_body: limits.frame_body,
            connection_frames: limits.connection_frames.max(limits.frame_body),
            substreams: limits.inbound_substreams,
            patience: limits.substream,
        };
        Self {
            reading,
            requests: VecDeque::new(),
        }
    }

    /// Opens a substream on a connection.
    pub(crate) fn open(&mut self, peer_id: PeerId, connection: ConnectionId, opened: Opened) {
        let handler = NotifyHandler::One(connection);
        self.requests.push_back(ToSwarm::NotifyHandler {
            peer_id,
            handler,
            event: opened,
        });
    }
}

impl NetworkBehaviour for Behaviour {
    type ConnectionHandler = Handler;
    type ToSwarm = Infallible;

    fn handle_established_inbound_connection(
        &mut self,
        _: ConnectionId,
        peer: PeerId,
        _: &Multiaddr,
        _: &Multiaddr,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        Ok(Handler::new(identity::from_libp2p(peer), self.reading.clone()))
    }

    fn handle_established_outbound_connection(
        &mut self,
        _: ConnectionId,
        peer: PeerId,
        _: &Multiaddr,
        _: Endpoint,
        _: PortUse,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        Ok(Handler::new(identity::from_libp2p(peer), self.reading.clone()))
    }

    fn on_swarm_event(&mut self, _: FromSwarm<'_>) {}

    fn on_connection_handler_event(&mut self, _: PeerId, _: ConnectionId, event: THandlerOutEvent<Self>) {
        match event {}
    }

    fn poll(&mut self, _: &mut Context<'_>) -> Poll<ToSwarm<Self::ToSwarm, THandlerInEvent<Self>>> {
        // Requests come in only between two polls of the swarm, by its owner, so no waker is kept.
        self.requests.pop_front().map_or(Poll::Pending, Poll::Ready)
    }
}
