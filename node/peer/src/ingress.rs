//! Frames on their way in: which of them are read, and which have to wait at their senders.
//!
//! A frame is offered by its length before its body is read. It is accepted when its connection is within its rate, not too many
//! of the connection's particles wait for verification, and there is memory for it. Otherwise it waits, without a byte of it in
//! memory; the sender is slowed down by the transport. Connections take turns.

use crate::event::{DropReason, EventKind, PauseCause};
use crate::id::{ConnectionId, OfferId};
use crate::input::Frame;
use crate::mistake::Mistake;
use crate::peer::{Peer, Stage};
use crate::rate::{Bucket, Rate};
use crate::time::Monotonic;
use crate::timers::{Timer, TimerKey};
use crate::{Effect, admission::Arrival};
use aqua_keys::PeerId;
use aqua_particle::RejectReason;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) peer: PeerId,
    /// Offers that wait, with their sizes.
    offers: VecDeque<(OfferId, u64)>,
    frames: Bucket,
    bytes: Bucket,
    pub(crate) initiators: Bucket,
    /// Offers that were accepted, and particles that wait for verification.
    pub(crate) pending: u64,
    /// Verified particles that wait because the connection brought too many new initiators.
    pub(crate) held: VecDeque<Arrival>,
    paused: Option<PauseCause>,
    timer: Option<(Monotonic, TimerKey)>,
}

/// All connections, and the offers that were accepted.
#[derive(Debug, Default)]
pub(crate) struct Connections {
    pub(crate) open: BTreeMap<ConnectionId, Connection>,
    /// How many connections there are with each peer.
    peers: BTreeMap<PeerId, u64>,
    /// Connections with offers that wait, in turn.
    turns: VecDeque<ConnectionId>,
    /// Accepted offers: their connection, its peer, and their size.
    pub(crate) accepted: BTreeMap<OfferId, (ConnectionId, PeerId, u64)>,
    /// Accepted offers and particles that wait for verification, of all connections.
    pub(crate) pending: u64,
}

impl Peer {
    pub(crate) fn connected(&mut self, id: ConnectionId, peer: PeerId) {
        let connection = Connection {
            peer: peer.clone(),
            offers: VecDeque::new(),
            frames: Bucket::default(),
            bytes: Bucket::default(),
            initiators: Bucket::default(),
            pending: 0,
            held: VecDeque::new(),
            paused: None,
            timer: None,
        };
        self.connections.open.insert(id, connection);
        let count = self.connections.peers.entry(peer.clone()).or_default();
        *count += 1;
        if *count == 1 {
            self.emit(None, EventKind::Connected { peer });
        }
    }

    /// Offers that were not accepted are gone with their connection; accepted ones are still answered.
    pub(crate) fn disconnected(&mut self, id: ConnectionId) {
        let Some(connection) = self.connections.open.remove(&id) else {
            return self.driver_fault("Disconnected");
        };
        if let Some((_, timer)) = connection.timer {
            self.timers.clear(timer);
        }
        self.connections.turns.retain(|turn| *turn != id);
        let peer = connection.peer;
        if let Some(count) = self.connections.peers.get_mut(&peer) {
            *count -= 1;
            if *count == 0 {
                self.connections.peers.remove(&peer);
                self.emit(None, EventKind::Disconnected { peer });
            }
        }
        // Particles that were only delayed are admitted by the peer's other limits.
        for arrival in connection.held {
            self.admit(arrival);
        }
    }

    pub(crate) fn offered(&mut self, offer: OfferId, id: ConnectionId, bytes: u64) {
        let refusal = match self.stage {
            Stage::Starting => Some(DropReason::Starting),
            Stage::Running if bytes > self.limits.frame => Some(DropReason::FrameTooLarge {
                bytes,
                limit: self.limits.frame,
            }),
            Stage::Running => None,
            Stage::Stopping | Stage::Stopped => Some(DropReason::ShuttingDown),
        };
        if let Some(reason) = refusal {
            return self.push(Effect::Refuse { offer, reason });
        }
        // An offer of a connection that was closed meanwhile is gone.
        let Some(connection) = self.connections.open.get_mut(&id) else {
            return;
        };
        connection.offers.push_back((offer, bytes));
        if connection.offers.len() == 1 {
            self.connections.turns.push_back(id);
        }
        self.accept_offers();
    }

    /// Accepts offers that wait, as far as the limits allow, one of each connection in turn.
    pub(crate) fn accept_offers(&mut self) {
        let mut waiting = BTreeSet::new();
        while let Some(id) = self.connections.turns.pop_front() {
            if waiting.contains(&id) {
                self.connections.turns.push_front(id);
                return;
            }
            match self.accept_offer(id) {
                Ok(true) => self.connections.turns.push_back(id),
                Ok(false) => {}
                Err((cause, at)) => {
                    waiting.insert(id);
                    self.connections.turns.push_back(id);
                    self.pause(id, cause, at);
                }
            }
        }
    }

    /// Accepts the next offer of a connection; whether it has more of them. An error says why it has to wait, and until when
    /// if that is known.
    fn accept_offer(&mut self, id: ConnectionId) -> Result<bool, (PauseCause, Option<Monotonic>)> {
        let (limits, now) = (&self.limits, self.now.monotonic);
        let Some(connection) = self.connections.open.get_mut(&id) else {
            return Ok(false);
        };
        let Some(&(offer, bytes)) = connection.offers.front() else {
            return Ok(false);
        };
        let (frame_rate, byte_rate) = limits.connection.rates();
        let ready = connection
            .frames
            .ready_at(&frame_rate, 1)
            .max(connection.bytes.ready_at(&byte_rate, bytes));
        if ready > now {
            return Err((PauseCause::Rate, Some(ready)));
        }
        let is_full = self.connections.pending >= limits.connection.all_verifications.max(1);
        if !connection.held.is_empty() {
            return Err((PauseCause::Initiators, None));
        }
        if connection.pending >= limits.connection.verifications.max(1) || is_full {
            return Err((PauseCause::Verifications, None));
        }
        // A frame larger than all memory for offers is read when nothing else is there.
        if self.memory > 0 && self.memory + bytes > limits.memory_for_offers() {
            return Err((PauseCause::Memory, None));
        }
        connection.offers.pop_front();
        connection.frames.take(&frame_rate, 1, now);
        connection.bytes.take(&byte_rate, bytes, now);
        connection.pending += 1;
        self.connections.pending += 1;
        let has_more = !connection.offers.is_empty();
        let (peer, was_paused) = (connection.peer.clone(), connection.paused.take().is_some());
        self.connections.accepted.insert(offer, (id, peer, bytes));
        self.memory += bytes;
        if was_paused {
            self.emit(None, EventKind::Resumed { connection: id });
        }
        self.push(Effect::Accept { offer });
        Ok(has_more)
    }

    fn pause(&mut self, id: ConnectionId, cause: PauseCause, until: Option<Monotonic>) {
        let Some(connection) = self.connections.open.get_mut(&id) else {
            return;
        };
        let is_new = connection.paused.replace(cause).is_none();
        if let Some(at) = until {
            self.set_connection_timer(id, at);
        }
        if is_new {
            self.emit(None, EventKind::Paused { connection: id, cause });
        }
    }

    pub(crate) fn set_connection_timer(&mut self, id: ConnectionId, at: Monotonic) {
        let Some(connection) = self.connections.open.get_mut(&id) else {
            return;
        };
        if connection.timer.is_some_and(|(set, _)| set <= at) {
            return;
        }
        if let Some((_, timer)) = connection.timer.take() {
            self.timers.clear(timer);
        }
        connection.timer = Some((at, self.timers.set(at, Timer::Connection(id))));
    }

    /// A connection may go on.
    pub(crate) fn connection_timer(&mut self, id: ConnectionId) {
        if let Some(connection) = self.connections.open.get_mut(&id) {
            connection.timer = None;
        }
        self.admit_held(id);
    }

    /// The body of an accepted offer was read.
    pub(crate) fn received(&mut self, offer: OfferId, frame: Result<Frame, RejectReason>) {
        let Some((connection, from, bytes)) = self.connections.accepted.remove(&offer) else {
            return self.driver_fault("Received");
        };
        match frame {
            Ok(Frame::Particle { header, data }) => {
                let arrival = Arrival::from_network(connection, header, data);
                self.memory = self.memory + arrival.size() - bytes;
                self.arrived(from, bytes, arrival);
            }
            Ok(Frame::Ignored) => {
                self.memory -= bytes;
                self.settle_pending(connection);
            }
            Err(reason) => {
                if !self.plants(Mistake::OfferBytesLeak) {
                    self.memory -= bytes;
                }
                self.settle_pending(connection);
                self.emit(None, EventKind::Rejected { from, reason });
            }
        }
    }

    pub(crate) fn rejected(&mut self, connection: ConnectionId, reason: RejectReason) {
        if let Some(connection) = self.connections.open.get(&connection) {
            let from = connection.peer.clone();
            self.emit(None, EventKind::Rejected { from, reason });
        }
    }

    /// A frame of a connection was delivered to an actor, or dropped.
    pub(crate) fn settle_pending(&mut self, connection: ConnectionId) {
        self.connections.pending -= 1;
        if let Some(connection) = self.connections.open.get_mut(&connection) {
            connection.pending -= 1;
        }
    }

    /// Refuses all offers that wait.
    pub(crate) fn refuse_offers(&mut self, reason: &DropReason) {
        self.connections.turns.clear();
        let waiting: Vec<OfferId> = self
            .connections
            .open
            .values_mut()
            .flat_map(|connection| connection.offers.drain(..).map(|(offer, _)| offer))
            .collect();
        for offer in waiting {
            let reason = reason.clone();
            self.push(Effect::Refuse { offer, reason });
        }
    }
}

impl crate::limits::ConnectionLimits {
    /// The rates of frames and bytes.
    fn rates(&self) -> (Rate, Rate) {
        let rate = |per_second: u64| Rate::new(per_second, per_second.saturating_mul(self.burst_seconds.max(1)));
        (rate(self.frames), rate(self.bytes))
    }

    /// The rate of new initiators.
    pub(crate) fn initiator_rate(&self) -> Rate {
        Rate::new(self.initiators, self.initiator_burst)
    }
}
