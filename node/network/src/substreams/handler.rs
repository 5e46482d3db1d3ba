//! One connection's substreams with particles.

use super::inbound::{self, Source};
use super::{OpenError, Opened, Reading};
use crate::PARTICLE_PROTOCOL;
use crate::event::{Event, RejectReason};
use aqua_keys::PeerId;
use futures::StreamExt as _;
use futures::future::BoxFuture;
use futures::stream::FuturesUnordered;
use libp2p::core::upgrade::ReadyUpgrade;
use libp2p::swarm::handler::{ConnectionEvent, DialUpgradeError, FullyNegotiatedInbound, FullyNegotiatedOutbound};
use libp2p::swarm::{ConnectionHandler, ConnectionHandlerEvent, StreamUpgradeError, SubstreamProtocol};
use libp2p::{Stream, StreamProtocol};
use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio::sync::Semaphore;

/// One connection's substreams with particles: readers of the inbound ones, requests for outbound ones.
pub(crate) struct Handler {
    peer: PeerId,
    reading: Reading,
    /// Bytes that this connection's frames may still hold together.
    budget: Arc<Semaphore>,
    readers: FuturesUnordered<BoxFuture<'static, ()>>,
    /// Whether substreams over the limit are being turned away and that has been said.
    crowded: bool,
    requests: VecDeque<Opened>,
}

impl Handler {
    pub(super) fn new(peer: PeerId, reading: Reading) -> Self {
        let budget = Arc::new(Semaphore::new(reading.connection_frames.min(Semaphore::MAX_PERMITS)));
        Self {
            peer,
            reading,
            budget,
            readers: FuturesUnordered::new(),
            crowded: false,
            requests: VecDeque::new(),
        }
    }

    fn read(&mut self, stream: Stream) {
        if self.readers.len() < self.reading.substreams {
            self.crowded = false;
            let source = Source {
                peer: self.peer.clone(),
                reading: self.reading.clone(),
                budget: self.budget.clone(),
            };
            self.readers.push(Box::pin(inbound::read(stream, source)));
        } else if !self.crowded {
            // Dropping the stream resets it. It is said once until there is room again; the report itself takes the
            // one place over the limit.
            self.crowded = true;
            let events = self.reading.events.clone();
            let reason = RejectReason::TooManySubstreams(self.reading.substreams);
            let event = Event::Rejected {
                from: self.peer.clone(),
                reason,
            };
            self.readers
                .push(Box::pin(async move { drop(events.send(event).await) }));
        }
    }
}

impl ConnectionHandler for Handler {
    type FromBehaviour = Opened;
    type ToBehaviour = Infallible;
    type InboundProtocol = ReadyUpgrade<StreamProtocol>;
    type OutboundProtocol = ReadyUpgrade<StreamProtocol>;
    type InboundOpenInfo = ();
    type OutboundOpenInfo = Opened;

    fn listen_protocol(&self) -> SubstreamProtocol<Self::InboundProtocol> {
        SubstreamProtocol::new(ReadyUpgrade::new(PARTICLE_PROTOCOL), ()).with_timeout(self.reading.patience)
    }

    fn poll(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<ConnectionHandlerEvent<Self::OutboundProtocol, Self::OutboundOpenInfo, Self::ToBehaviour>> {
        while let Poll::Ready(Some(())) = self.readers.poll_next_unpin(context) {}
        match self.requests.pop_front() {
            Some(opened) => {
                let protocol = SubstreamProtocol::new(ReadyUpgrade::new(PARTICLE_PROTOCOL), opened)
                    .with_timeout(self.reading.patience);
                Poll::Ready(ConnectionHandlerEvent::OutboundSubstreamRequest { protocol })
            }
            None => Poll::Pending,
        }
    }

    fn on_behaviour_event(&mut self, opened: Self::FromBehaviour) {
        self.requests.push_back(opened);
    }

    fn on_connection_event(
        &mut self,
        event: ConnectionEvent<
            '_,
            Self::InboundProtocol,
            Self::OutboundProtocol,
            Self::InboundOpenInfo,
            Self::OutboundOpenInfo,
        >,
    ) {
        // Whoever waited for a substream may have gone meanwhile; then there is nobody to tell.
        match event {
            ConnectionEvent::FullyNegotiatedInbound(FullyNegotiatedInbound { protocol, .. }) => self.read(protocol),
            ConnectionEvent::FullyNegotiatedOutbound(FullyNegotiatedOutbound { protocol, info }) => {
                drop(info.send(Ok(protocol)));
            }
            ConnectionEvent::DialUpgradeError(DialUpgradeError { info, error }) => {
                drop(info.send(Err(match error {
                    StreamUpgradeError::Timeout => OpenError::TimedOut,
                    StreamUpgradeError::NegotiationFailed => OpenError::Unsupported,
                    StreamUpgradeError::Io(error) => OpenError::Broken(error.to_string()),
                    StreamUpgradeError::Apply(never) => match never {},
                })));
            }
            _ => {}
        }
    }
}
