//! Messages between peers: connections, latency, loss, duplicates, partitions.

use super::{Occurrence, World};
use crate::Violation;
use crate::choice::For;
use crate::plan::{Fault, MILLISECOND, Plan, SECOND, Time};
use aqua_keys::PeerId;
use aqua_particle::frame::FrameError;
use aqua_particle::{Header, RejectReason};
use aqua_peer::{ConnectionId, Frame, Input, OfferId, SendError, SendId};
use bytes::Bytes;
use std::collections::BTreeMap;
use std::sync::Arc;

/// How long a sender waits until its frame is accepted.
const PATIENCE: Time = 20 * SECOND;

/// How long a sender looks for a peer that can't be reached.
const UNREACHABLE: Time = SECOND;

/// A frame that has not arrived yet.
#[derive(Debug, Clone)]
pub(super) struct Message {
    pub(super) from: Sender,
    pub(super) to: usize,
    pub(super) body: Body,
}

/// Who sent a message.
#[derive(Debug, Clone)]
pub(super) enum Sender {
    /// The sending peer and its incarnation, which changes at a restart. Copies have none: no sender waits for them.
    Peer {
        peer: usize,
        life: u32,
        send: Option<SendId>,
    },
    /// Someone who is no peer of the world.
    Stranger(PeerId),
}

/// What a frame holds.
#[derive(Debug, Clone)]
pub(super) enum Body {
    Particle { header: Arc<Header>, data: Bytes },
    Garbage,
}

impl Body {
    /// The length of the frame, about.
    fn length(&self) -> u64 {
        match self {
            Self::Particle { header, data } => (200 + header.id.len() + header.script.len() + data.len()) as u64,
            Self::Garbage => 100,
        }
    }
}

/// A frame that was offered to its receiver.
#[derive(Debug)]
struct Offered {
    message: Message,
    receiver_life: u32,
    /// Whether its sender has stopped waiting, or its connection is closed.
    is_withdrawn: bool,
}

/// Connections and frames on their way.
pub(super) struct Network {
    /// Connections at their receivers: by sender, receiver.
    connections: BTreeMap<(String, usize), ConnectionId>,
    offers: BTreeMap<OfferId, Offered>,
    /// Offers of frames whose senders wait: by sender and send.
    waiting: BTreeMap<u64, OfferId>,
    /// Sends that are not answered yet: by a number of the world.
    pending: BTreeMap<u64, (usize, u32, SendId)>,
    numbers: BTreeMap<(usize, u32, SendId), u64>,
    sent: BTreeMap<(usize, usize), u64>,
    count: u64,
    partitions: Vec<(Time, Time, usize, usize)>,
}

impl Network {
    pub(super) fn new(plan: &Plan) -> Self {
        let partition = |fault: &Fault| match *fault {
            Fault::Partition { at, until, from, to } => Some((at, until, from, to)),
            _ => None,
        };
        Self {
            connections: BTreeMap::new(),
            offers: BTreeMap::new(),
            waiting: BTreeMap::new(),
            pending: BTreeMap::new(),
            numbers: BTreeMap::new(),
            sent: BTreeMap::new(),
            count: 0,
            partitions: plan.faults.iter().filter_map(partition).collect(),
        }
    }

    fn is_cut(&self, from: usize, to: usize, now: Time) -> bool {
        let cuts = |&(at, until, a, b): &(Time, Time, usize, usize)| a == from && b == to && at <= now && now < until;
        self.partitions.iter().any(cuts)
    }
}

impl World<'_> {
    /// A peer sends a frame.
    pub(super) fn send(&mut self, peer: usize, send: SendId, to: &PeerId, header: Arc<Header>, data: Bytes) {
        let life = self.nodes[peer].life;
        let Some(receiver) = self.nodes.iter().position(|node| node.id == *to) else {
            let error = SendError("no address of the peer is known".to_owned());
            return self.input_at(
                self.now + MILLISECOND,
                peer,
                Input::SendFinished {
                    send,
                    result: Err(error),
                },
            );
        };
        self.network.count += 1;
        let number = self.network.count;
        self.network.pending.insert(number, (peer, life, send));
        self.network.numbers.insert((peer, life, send), number);
        if self.network.is_cut(peer, receiver, self.now) || !self.nodes[receiver].is_up() {
            return self.at(self.now + UNREACHABLE, Occurrence::AbandonSend(number));
        }
        let body = Body::Particle { header, data };
        let count = self.network.sent.entry((peer, receiver)).or_default();
        *count += 1;
        let (count, about) = (*count, (peer as u64, receiver as u64));
        let at = self.now + self.latency(about, count, body.length());
        let message = |send| Message {
            from: Sender::Peer { peer, life, send },
            to: receiver,
            body: body.clone(),
        };
        let stormy = self.now < self.plan.calm;
        if stormy && self.choices.happens(self.plan.links.loss, For::Loss, about, count) {
            // Written to a connection that is already broken: the sender can't know.
            let bytes = body.length();
            self.network.pending.remove(&number);
            self.input_at(
                at,
                peer,
                Input::SendFinished {
                    send,
                    result: Ok(bytes),
                },
            );
            return self.break_connection(peer, receiver, at);
        }
        self.at(at, Occurrence::Deliver(message(Some(send))));
        self.at(self.now + PATIENCE, Occurrence::AbandonSend(number));
        if stormy
            && self
                .choices
                .happens(self.plan.links.duplicates, For::Duplicate, about, count)
        {
            let later = at + self.latency(about, count ^ 1 << 40, body.length());
            self.at(later, Occurrence::Deliver(message(None)));
        }
    }

    fn latency(&self, about: (u64, u64), count: u64, bytes: u64) -> Time {
        let links = &self.plan.links;
        let index = self.choices.number(For::Latency, about, count) as usize % links.latencies.len();
        links.latencies[index] * 1000 + bytes * SECOND / links.bandwidth.max(1)
    }

    /// A message reaches its receiver: it is offered there.
    pub(super) fn deliver(&mut self, message: Message) -> Result<(), Violation> {
        let to = message.to;
        if let Some(until) = self.nodes[to].paused_until(self.now) {
            self.at(until, Occurrence::Deliver(message));
            return Ok(());
        }
        let is_cut = matches!(message.from, Sender::Peer { peer, .. } if self.network.is_cut(peer, to, self.now));
        if !self.nodes[to].is_ready || is_cut {
            // Lost; a sender who waits finds out later.
            return Ok(());
        }
        let (name, id) = match &message.from {
            Sender::Peer { peer, .. } => (format!("peer {peer}"), self.nodes[*peer].id.clone()),
            Sender::Stranger(id) => (id.to_string(), id.clone()),
        };
        let connection = match self.network.connections.get(&(name.clone(), to)) {
            Some(connection) => *connection,
            None => {
                let connection = self.next_connection();
                self.network.connections.insert((name, to), connection);
                self.turn(to, Some(Input::Connected { connection, peer: id }))?;
                connection
            }
        };
        let (offer, bytes) = (self.next_offer(), message.body.length());
        if let Sender::Peer {
            peer,
            life,
            send: Some(send),
        } = message.from
            && let Some(number) = self.network.numbers.get(&(peer, life, send))
        {
            self.network.waiting.insert(*number, offer);
        }
        self.network.offers.insert(
            offer,
            Offered {
                message,
                receiver_life: self.nodes[to].life,
                is_withdrawn: false,
            },
        );
        self.turn(
            to,
            Some(Input::Offer {
                offer,
                connection,
                bytes,
            }),
        )
    }

    /// A receiver accepts an offer: it gets the body, and the sender learns that it was written.
    pub(super) fn accepted(&mut self, offer: OfferId) {
        let Some(offered) = self.network.offers.remove(&offer) else {
            return;
        };
        let to = offered.message.to;
        if self.nodes[to].life != offered.receiver_life {
            return;
        }
        let bytes = offered.message.body.length();
        let frame = match offered.message.body {
            _ if offered.is_withdrawn => Err(RejectReason::Broken("the sender has gone".to_owned())),
            Body::Garbage => Err(RejectReason::Frame(FrameError::WrongCodec)),
            Body::Particle { header, data } => Ok(Frame::Particle { header, data }),
        };
        let read_at = self.now + bytes * SECOND / self.plan.links.bandwidth.max(1) + 10_000;
        self.input_at(read_at, to, Input::Received { offer, frame });
        if let Sender::Peer {
            peer,
            life,
            send: Some(send),
        } = offered.message.from
        {
            self.answer_send(peer, life, send, Ok(bytes), read_at);
        }
    }

    /// A receiver refuses an offer.
    pub(super) fn refused(&mut self, offer: OfferId) {
        let Some(offered) = self.network.offers.remove(&offer) else {
            return;
        };
        if let Sender::Peer {
            peer,
            life,
            send: Some(send),
        } = offered.message.from
        {
            let error = SendError("the connection was lost: refused".to_owned());
            self.answer_send(peer, life, send, Err(error), self.now + MILLISECOND);
        }
    }

    /// The sender of a message stops waiting for it.
    pub(super) fn abandon_send(&mut self, number: u64) -> Result<(), Violation> {
        let Some(&(peer, life, send)) = self.network.pending.get(&number) else {
            return Ok(());
        };
        if let Some(offer) = self.network.waiting.get(&number)
            && let Some(offered) = self.network.offers.get_mut(offer)
        {
            offered.is_withdrawn = true;
        }
        let error = SendError("the peer did not take the particle in time".to_owned());
        self.answer_send(peer, life, send, Err(error), self.now);
        Ok(())
    }

    /// A peer no longer wants a frame to be sent.
    pub(super) fn cancel_send(&mut self, peer: usize, send: SendId) {
        let key = (peer, self.nodes[peer].life, send);
        if let Some(number) = self.network.numbers.get(&key).copied() {
            self.at(self.now + MILLISECOND, Occurrence::AbandonSend(number));
        }
    }

    fn answer_send(&mut self, peer: usize, life: u32, send: SendId, result: Result<u64, SendError>, at: Time) {
        let Some(number) = self.network.numbers.remove(&(peer, life, send)) else {
            return;
        };
        self.network.waiting.remove(&number);
        if self.network.pending.remove(&number).is_some() && self.nodes[peer].life == life {
            self.input_at(at, peer, Input::SendFinished { send, result });
        }
    }

    /// The connection from one peer to another breaks: frames that were offered are lost, frames in transit arrive on a new connection.
    fn break_connection(&mut self, from: usize, to: usize, at: Time) {
        if let Some(connection) = self.network.connections.remove(&(format!("peer {from}"), to)) {
            self.input_at(at, to, Input::Disconnected { connection });
            self.withdraw(|message| {
                message.to == to && matches!(message.from, Sender::Peer { peer, .. } if peer == from)
            });
        }
    }

    /// A peer is gone, and with it all its connections. The peers at their other ends notice it later.
    pub(super) fn break_all_connections(&mut self, peer: usize) {
        let name = format!("peer {peer}");
        let gone: Vec<_> = self
            .network
            .connections
            .keys()
            .filter(|(from, to)| *from == name || *to == peer)
            .cloned()
            .collect();
        for (count, key) in gone.into_iter().enumerate() {
            let Some(connection) = self.network.connections.remove(&key) else {
                continue;
            };
            if key.1 != peer {
                let delay = self
                    .choices
                    .number(For::Close, (peer as u64, key.1 as u64), count as u64)
                    % (2 * SECOND);
                self.input_at(self.now + delay, key.1, Input::Disconnected { connection });
            }
        }
        self.withdraw(|message| matches!(message.from, Sender::Peer { peer: sender, .. } if sender == peer));
        // Frames that were offered to it are lost with it; their senders find out by their patience.
        self.network.offers.retain(|_, offered| offered.message.to != peer);
    }

    fn withdraw(&mut self, is_concerned: impl Fn(&Message) -> bool) {
        for offered in self.network.offers.values_mut() {
            offered.is_withdrawn |= is_concerned(&offered.message);
        }
    }
}
