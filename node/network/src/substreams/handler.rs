//! The particle substreams of one connection.

use super::inbound::Reader;
use super::{OpenError, Opened, ReadConfig};
use crate::PARTICLE_PROTOCOL;
use crate::offer::Connection;
use aqua_particle::RejectReason;
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

/// The particle substreams of one connection: readers of inbound ones, requests for outbound ones.
pub(crate) struct Handler {
    connection: Arc<Connection>,
    config: ReadConfig,
    /// Bytes that the connection may still offer.
    budget: Arc<Semaphore>,
    readers: FuturesUnordered<BoxFuture<'static, ()>>,
    /// Whether substreams are being reset because of their number, which is reported once.
    over_limit: bool,
    requests: VecDeque<Opened>,
}

impl Handler {
    pub(super) fn new(connection: Arc<Connection>, config: ReadConfig) -> Self {
        let budget = Arc::new(Semaphore::new(config.connection_frames.min(Semaphore::MAX_PERMITS)));
        Self {
            connection,
            config,
            budget,
            readers: FuturesUnordered::new(),
            over_limit: false,
            requests: VecDeque::new(),
        }
    }

    /// Starts to read an inbound substream. Dropping it instead resets it.
    fn read(&mut self, stream: Stream) {
        let reader = Reader {
            connection: Arc::clone(&self.connection),
            config: self.config.clone(),
            budget: Arc::clone(&self.budget),
        };
        let limit = self.config.substreams;
        if self.readers.len() < limit {
            self.over_limit = false;
            self.readers.push(Box::pin(reader.run(stream)));
        } else if !self.over_limit {
            // The report counts as a reader until it is in the queue.
            self.over_limit = true;
            self.readers.push(Box::pin(async move {
                reader.reject(RejectReason::TooManySubstreams(limit)).await;
            }));
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
        SubstreamProtocol::new(ReadyUpgrade::new(PARTICLE_PROTOCOL), ()).with_timeout(self.config.timeout)
    }

    fn poll(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<ConnectionHandlerEvent<Self::OutboundProtocol, Self::OutboundOpenInfo, Self::ToBehaviour>> {
        while let Poll::Ready(Some(())) = self.readers.poll_next_unpin(context) {}
        match self.requests.pop_front() {
            Some(opened) => {
                let protocol = SubstreamProtocol::new(ReadyUpgrade::new(PARTICLE_PROTOCOL), opened)
                    .with_timeout(self.config.timeout);
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
        // The task that requested a substream may have ended.
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
