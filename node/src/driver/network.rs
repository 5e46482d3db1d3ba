//! Frames that arrive and leave.

use super::{Driver, Stage};
use aqua_keys::PeerId;
use aqua_network::{Event, Offer};
use aqua_particle::{Header, Message, RejectReason, frame};
use aqua_peer::{ConnectionId, DropReason, Frame, Input, OfferId, SendError, SendId};
use bytes::Bytes;
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot};

/// Events that are reported in one turn.
const EVENTS: usize = 64;

/// Offers that the core has not refused and whose frames have not arrived.
#[derive(Debug, Default)]
pub(super) struct Offers {
    open: BTreeMap<OfferId, (ConnectionId, State)>,
}

#[derive(Debug)]
enum State {
    Waiting(Offer),
    Accepted {
        _offer: Offer,
    },
    /// Its connection was closed before it was accepted.
    Lost(RejectReason),
}

impl Offers {
    /// Has the body read. If it can't be read any more, the input that says so.
    pub(super) fn accept(&mut self, id: OfferId) -> Option<Input> {
        let (connection, state) = self.open.remove(&id)?;
        match state {
            State::Waiting(mut offer) => {
                offer.accept();
                self.open.insert(id, (connection, State::Accepted { _offer: offer }));
                None
            }
            State::Accepted { .. } => None,
            State::Lost(reason) => Some(Input::Received {
                offer: id,
                frame: Err(reason),
            }),
        }
    }

    pub(super) fn refuse(&mut self, id: OfferId, reason: &DropReason) {
        if let Some((_, State::Waiting(offer))) = self.open.remove(&id) {
            offer.refuse(reason);
        }
    }

    /// The input for a frame that was read, unless the core has not accepted its offer.
    fn receive(&mut self, id: OfferId, frame: Result<Frame, RejectReason>) -> Option<Input> {
        match self.open.remove(&id) {
            Some((_, State::Accepted { .. })) => Some(Input::Received { offer: id, frame }),
            Some((connection, State::Waiting(_))) => {
                // The core may accept it before it learns that the connection is closed.
                let reason = frame.err().unwrap_or(RejectReason::Broken("closed".to_owned()));
                self.open.insert(id, (connection, State::Lost(reason)));
                None
            }
            _ => None,
        }
    }

    /// Forgets offers that the core forgets with their connection.
    fn forget(&mut self, closed: ConnectionId) {
        self.open
            .retain(|_, (connection, state)| *connection != closed || matches!(state, State::Accepted { .. }));
    }
}

impl Driver {
    /// Reports what happens on the network until the peer has stopped.
    pub(super) async fn receive(self: Arc<Self>, mut events: mpsc::Receiver<Event>) {
        let mut stage = self.stage.subscribe();
        let mut batch = Vec::with_capacity(EVENTS);
        loop {
            tokio::select! {
                count = events.recv_many(&mut batch, EVENTS) => if count == 0 { return },
                _ = stage.wait_for(|stage| *stage == Stage::Stopped) => return,
            }
            let mut inputs = Vec::with_capacity(batch.len());
            {
                let Ok(mut inside) = self.core.lock() else { return };
                inputs.extend(batch.drain(..).filter_map(|event| input(&mut inside.offers, event)));
            }
            self.turn(inputs);
        }
    }

    /// Queues a frame for another peer.
    pub(super) fn send(
        self: &Arc<Self>,
        send: SendId,
        to: &PeerId,
        header: Arc<Header>,
        data: Bytes,
        cancelled: oneshot::Receiver<()>,
    ) {
        let sent = self.network.send(to, move || frame::encode(header.with_data(&data)));
        let driver = self.clone();
        self.tasks.spawn_on(
            async move {
                let result = tokio::select! {
                    biased;
                    sent = sent => sent.map(|bytes| bytes as u64).map_err(|error| SendError(error.to_string())),
                    _ = cancelled => Err(SendError("cancelled".to_owned())),
                };
                if let Ok(mut inside) = driver.core.lock() {
                    inside.sends.remove(&send);
                }
                driver.turn([Input::SendFinished { send, result }]);
            },
            &self.runtime,
        );
    }
}

fn input(offers: &mut Offers, event: Event) -> Option<Input> {
    Some(match event {
        Event::Connected { connection, peer, .. } => Input::Connected {
            connection: ConnectionId(connection.0),
            peer,
        },
        Event::Disconnected { connection, .. } => {
            let connection = ConnectionId(connection.0);
            offers.forget(connection);
            Input::Disconnected { connection }
        }
        Event::Offer(offered) => {
            let (offer, connection, bytes) = (
                OfferId(offered.id().0),
                ConnectionId(offered.connection().0),
                offered.body(),
            );
            offers.open.insert(offer, (connection, State::Waiting(offered)));
            Input::Offer {
                offer,
                connection,
                bytes,
            }
        }
        Event::Received { offer, frame, .. } => {
            let frame = frame.map(|message| match message {
                Message::Particle(particle) => {
                    let (header, data) = Header::split(particle);
                    Frame::Particle {
                        header: Arc::new(header),
                        data: data.into(),
                    }
                }
                Message::Upgrade => Frame::Ignored,
            });
            return offers.receive(OfferId(offer.0), frame);
        }
        Event::Rejected { connection, reason, .. } => Input::Rejected {
            connection: ConnectionId(connection.0),
            reason,
        },
    })
}
