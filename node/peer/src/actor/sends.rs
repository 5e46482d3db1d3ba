//! Frames that an actor sends to other peers, and data that it hands to other scopes of this peer.

use super::{Actor, ActorId, Phase};
use crate::event::EventKind;
use crate::id::SendId;
use crate::input::SendError;
use crate::mistake::Mistake;
use crate::peer::Peer;
use crate::time::Monotonic;
use crate::{DropReason, Effect, InFlight};
use aqua_keys::PeerId;
use bytes::Bytes;
use std::collections::VecDeque;

/// What a frame retains besides its data, which it shares.
const FRAME_SIZE: u64 = 64;

/// A number of a frame, in the order in which frames were queued for their destinations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct FrameId(pub(crate) u64);

/// Data that the frames of one step share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ShareId(pub(crate) u64);

/// Data that is being sent to another peer.
#[derive(Debug, Clone)]
pub(crate) struct Frame {
    pub(crate) to: PeerId,
    pub(crate) data: Bytes,
    pub(crate) share: ShareId,
}

/// A frame that was handed to the driver.
#[derive(Debug)]
pub(crate) struct PendingSend {
    pub(crate) actor: ActorId,
    pub(crate) frame: Frame,
    started: Monotonic,
    /// Whether it is reported already that it won't arrive.
    is_cancelled: bool,
}

/// A peer that frames are sent to.
#[derive(Debug, Default)]
pub(crate) struct Destination {
    pub(crate) frames: u32,
    pub(crate) bytes: u64,
    /// Frames that wait, in order. Those of actors that gave them up are skipped.
    waiting: VecDeque<(ActorId, FrameId)>,
}

impl Destination {
    /// Whether frames wait in the order in which they were queued.
    pub(crate) fn is_in_order(&self) -> bool {
        self.waiting.iter().is_sorted_by_key(|(_, frame)| *frame)
    }
}

impl Peer {
    /// Addresses the data of a step to peers, which are named by text.
    pub(crate) fn address(&mut self, id: ActorId, peers: &[String], data: Bytes) {
        let share = ShareId(self.counters.shares.next());
        let mut frames = 0;
        for to in peers {
            match to.parse::<PeerId>() {
                Ok(to) => match self.scope_of(&to) {
                    Some(scope) if scope == self.actors[&id].scope => self.loop_back(id, data.clone()),
                    Some(scope) => self.deliver(id, scope, data.clone()),
                    None => {
                        let data = data.clone();
                        let actor = self.actors.get_mut(&id).expect("its step has just ended");
                        actor.backlog.push_back(Frame { to, data, share });
                        frames += 1;
                    }
                },
                Err(error) => self.emit_for(
                    id,
                    EventKind::NotSent {
                        to: to.clone(),
                        reason: error.to_string(),
                    },
                ),
            }
        }
        if frames > 0 {
            let size = data.len() as u64;
            let actor = self.actors.get_mut(&id).expect("its step has just ended");
            actor.shared.insert(share, (frames, size));
            self.retain(id, size + u64::from(frames) * FRAME_SIZE, 0);
        }
        self.start_sends(id);
    }

    fn loop_back(&mut self, id: ActorId, data: Bytes) {
        let added = data.len() as u64;
        let actor = self.actors.get_mut(&id).expect("its step has just ended");
        let removed = actor.loopback.replace(data).map_or(0, |data| data.len() as u64);
        self.retain(id, added, removed);
    }

    /// Moves frames from an actor's backlog to their destinations, as far as its limit allows.
    pub(crate) fn start_sends(&mut self, id: ActorId) {
        loop {
            let Some(actor) = self.actors.get_mut(&id) else { return };
            if actor.sends.len() + actor.queued.len() >= self.limits.sends.max(1) as usize {
                return;
            }
            let Some(frame) = actor.backlog.pop_front() else { return };
            let to = frame.to.clone();
            let frame_id = FrameId(self.counters.frames.next());
            let is_swapped = self.plants(Mistake::SendsSwapped);
            let destination = self.destinations.entry(to.clone()).or_default();
            if is_swapped {
                destination.waiting.push_front((id, frame_id));
            } else {
                destination.waiting.push_back((id, frame_id));
            }
            let actor = self.actors.get_mut(&id).expect("it was found above");
            actor.queued.insert(frame_id, frame);
            self.serve(&to);
        }
    }

    /// Sends frames that wait for a destination, as far as its limits allow.
    fn serve(&mut self, to: &PeerId) {
        while let Some(destination) = self.destinations.get_mut(to) {
            let limits = &self.limits.destination;
            let Some(&(id, frame_id)) = destination.waiting.front() else {
                if destination.frames == 0 {
                    self.destinations.remove(to);
                }
                return;
            };
            let queued = self.actors.get(&id).and_then(|actor| actor.queued.get(&frame_id));
            let Some(frame) = queued else {
                destination.waiting.pop_front();
                continue;
            };
            let size = frame.data.len() as u64;
            let is_full = destination.frames >= limits.frames.max(1) || destination.bytes + size > limits.bytes;
            if is_full && destination.frames > 0 {
                return;
            }
            destination.waiting.pop_front();
            destination.frames += 1;
            destination.bytes += size;
            self.send(id, frame_id);
        }
    }

    fn send(&mut self, id: ActorId, frame: FrameId) {
        let send = SendId(self.counters.sends.next());
        let actor = self.actors.get_mut(&id).expect("it was found by the caller");
        let frame = actor.queued.remove(&frame).expect("it was found by the caller");
        actor.sends.insert(send);
        let effect = Effect::Send {
            send,
            to: frame.to.clone(),
            header: actor.header.clone(),
            data: frame.data.clone(),
        };
        let started = self.now.monotonic;
        self.sends.insert(
            send,
            PendingSend {
                actor: id,
                frame,
                started,
                is_cancelled: false,
            },
        );
        self.push(effect);
        // It may have been the last frame that the actor's next step waited for.
        self.wake(id);
    }

    /// The driver has sent a frame, or can't.
    pub(crate) fn send_finished(&mut self, send: SendId, result: Result<u64, SendError>) {
        let Some(PendingSend {
            actor: id,
            frame,
            started,
            is_cancelled,
        }) = self.sends.remove(&send)
        else {
            return self.driver_fault("SendFinished");
        };
        if let Some(destination) = self.destinations.get_mut(&frame.to) {
            destination.frames -= 1;
            destination.bytes -= frame.data.len() as u64;
        }
        if let Some(actor) = self.actors.get_mut(&id) {
            actor.sends.remove(&send);
            if !is_cancelled {
                let elapsed = (self.now.monotonic - started).as_duration();
                let to = frame.to.clone();
                self.emit_for(
                    id,
                    match result {
                        Ok(bytes) => EventKind::Sent { to, bytes, elapsed },
                        Err(error) => EventKind::NotSent {
                            to: to.to_string(),
                            reason: error.to_string(),
                        },
                    },
                );
            }
            self.release_frame(id, &frame);
        }
        self.serve(&frame.to);
        self.start_sends(id);
        self.wake(id);
        self.reap_if_idle(id);
        self.report_if_idle(id);
    }

    fn release_frame(&mut self, id: ActorId, frame: &Frame) {
        let Some(actor) = self.actors.get_mut(&id) else { return };
        let mut freed = FRAME_SIZE;
        if let Some((left, size)) = actor.shared.get_mut(&frame.share) {
            *left -= 1;
            if *left == 0 {
                freed += *size;
                actor.shared.remove(&frame.share);
            }
        }
        self.retain(id, 0, freed);
    }

    /// Gives up all frames of an actor that is not live any more.
    pub(crate) fn abandon_sends(&mut self, id: ActorId, reason: &DropReason) {
        let Some(actor) = self.actors.get_mut(&id) else { return };
        let queued = std::mem::take(&mut actor.queued).into_values();
        let frames: Vec<Frame> = queued.chain(std::mem::take(&mut actor.backlog)).collect();
        let in_flight: Vec<SendId> = actor.sends.iter().copied().collect();
        for frame in frames {
            self.not_sent(id, &frame, reason);
            self.release_frame(id, &frame);
            self.serve(&frame.to);
        }
        for send in in_flight {
            let pending = self.sends.get_mut(&send).expect("an actor's sends are in flight");
            if std::mem::replace(&mut pending.is_cancelled, true) {
                continue;
            }
            let frame = pending.frame.clone();
            self.not_sent(id, &frame, reason);
            self.push(Effect::Cancel {
                what: InFlight::Send(send),
            });
        }
    }

    fn not_sent(&mut self, id: ActorId, frame: &Frame, reason: &DropReason) {
        self.emit_for(
            id,
            EventKind::NotSent {
                to: frame.to.to_string(),
                reason: reason.to_string(),
            },
        );
    }

    /// Hands data of an actor to another scope of this peer.
    fn deliver(&mut self, from: ActorId, scope: crate::ScopeId, data: Bytes) {
        let actor = &self.actors[&from];
        let (header, ingress) = (actor.header.clone(), actor.ingress);
        let sender = self.scopes[&actor.scope].peer.clone();
        self.receive_from_scope(scope, ingress, sender, &header, data);
    }
}

/// How many bytes the frames of an actor retain.
pub(crate) fn frames_size(actor: &Actor) -> u64 {
    debug_assert!(actor.phase == Phase::Live || actor.backlog.is_empty());
    let frames = (actor.backlog.len() + actor.queued.len() + actor.sends.len()) as u64;
    let shared: u64 = actor.shared.values().map(|(_, size)| size).sum();
    frames * FRAME_SIZE + shared
}
