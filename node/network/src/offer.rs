//! Frames that peers offer, and the connections that they belong to.

use crate::event::{ConnectionId, OfferId};
use aqua_keys::PeerId;
use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{SetOnce, oneshot};

/// A frame whose length was read and whose body was not. The sender waits until the offer is accepted.
///
/// Keep the offer until its [`Event::Received`](crate::Event::Received) arrives. One that arrives for an offer that was refused
/// crossed the refusal and can be ignored.
pub struct Offer {
    connection: Arc<Connection>,
    id: OfferId,
    body: u64,
    accept: Option<oneshot::Sender<()>>,
}

impl Offer {
    pub(crate) fn new(connection: Arc<Connection>, id: OfferId, body: usize) -> (Self, oneshot::Receiver<()>) {
        connection.offers().insert(id);
        let (accept, accepted) = oneshot::channel();
        let offer = Self {
            connection,
            id,
            body: body as u64,
            accept: Some(accept),
        };
        (offer, accepted)
    }

    /// The offer's number.
    pub fn id(&self) -> OfferId {
        self.id
    }

    /// The connection that the frame is sent on.
    pub fn connection(&self) -> ConnectionId {
        self.connection.id
    }

    /// The remote peer.
    pub fn peer(&self) -> &PeerId {
        &self.connection.peer
    }

    /// The size of the frame's body in bytes; at most [`Limits::frame_body`](crate::Limits::frame_body).
    pub fn body(&self) -> u64 {
        self.body
    }

    /// Has the body read. It is answered with [`Event::Received`](crate::Event::Received). A second call has no effect.
    pub fn accept(&mut self) {
        if let Some(accept) = self.accept.take() {
            // If the connection has closed, `Received` has been sent already.
            let _ = accept.send(());
        }
    }

    /// Resets the substream without reading the body. An offer that is dropped before it is accepted is refused as well.
    pub fn refuse(self, reason: impl fmt::Display) {
        tracing::debug!(peer = %self.peer(), bytes = self.body, %reason, "frame refused");
    }
}

impl Drop for Offer {
    fn drop(&mut self) {
        if self.accept.is_some() {
            self.connection.complete(self.id);
        }
    }
}

impl fmt::Debug for Offer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Offer")
            .field("id", &self.id)
            .field("connection", &self.connection.id)
            .field("body", &self.body)
            .finish_non_exhaustive()
    }
}

/// A connection, shared by the readers of its substreams and the swarm's task.
pub(crate) struct Connection {
    id: ConnectionId,
    peer: PeerId,
    /// Set when `Event::Connected` is in the queue, which comes before all other events of the connection.
    announced: SetOnce<()>,
    /// Offers that are neither refused nor received.
    offers: Mutex<BTreeSet<OfferId>>,
}

impl Connection {
    pub(crate) fn new(id: ConnectionId, peer: PeerId) -> Self {
        Self {
            id,
            peer,
            announced: SetOnce::new(),
            offers: Mutex::default(),
        }
    }

    pub(crate) fn id(&self) -> ConnectionId {
        self.id
    }

    pub(crate) fn peer(&self) -> &PeerId {
        &self.peer
    }

    /// Lets the readers of the connection emit events.
    pub(crate) fn announce(&self) {
        // It is announced once.
        let _ = self.announced.set(());
    }

    /// Waits until the connection has been announced.
    pub(crate) async fn announced(&self) {
        self.announced.wait().await;
    }

    /// Completes an offer. Returns whether it was open, that is, whether an event for it may be emitted.
    pub(crate) fn complete(&self, offer: OfferId) -> bool {
        self.offers().remove(&offer)
    }

    /// Completes all offers when the connection has closed, and returns them.
    pub(crate) fn close(&self) -> BTreeSet<OfferId> {
        std::mem::take(&mut *self.offers())
    }

    fn offers(&self) -> MutexGuard<'_, BTreeSet<OfferId>> {
        self.offers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
