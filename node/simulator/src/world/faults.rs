//! Faults: what goes wrong when the plan says so.

use super::network::{Body, Message, Sender};
use super::node::EPOCH;
use super::{Occurrence, World};
use crate::Violation;
use crate::plan::{Fault, Hostile, MILLISECOND, Time};
use aqua_keys::KeyPair;
use aqua_particle::{Header, Particle};
use bytes::Bytes;
use std::sync::Arc;

impl World<'_> {
    pub(super) fn begin_fault(&mut self, number: usize) -> Result<(), Violation> {
        match self.plan.faults[number] {
            Fault::Crash { peer, down, .. } => self.crash(peer, down),
            // The network looks partitions up.
            Fault::Partition { .. } => {}
            Fault::Pause { until, peer, .. } => {
                self.nodes[peer].pause(until);
                self.at(until, Occurrence::Continue(peer));
            }
            Fault::Clock { peer, by, .. } => self.nodes[peer].set_clock(by),
            Fault::Disk { peer, .. } => self.nodes[peer].disk.is_full = true,
            Fault::Stranger {
                peer, sends, copies, ..
            } => self.send_hostile(number, peer, sends, copies),
        }
        Ok(())
    }

    fn crash(&mut self, peer: usize, down: Time) {
        if !self.nodes[peer].is_up() {
            return;
        }
        self.nodes[peer].crash(self.choices, peer);
        self.break_all_connections(peer);
        self.at(self.now + down, Occurrence::Restart(peer));
    }

    /// A peer starts again: on a disk with free space.
    pub(super) fn restart(&mut self, peer: usize) -> Result<(), Violation> {
        let now = self.now;
        self.nodes[peer].disk.is_full = false;
        self.nodes[peer].boot(now);
        self.turn(peer, None)
    }

    fn send_hostile(&mut self, number: usize, to: usize, what: Hostile, copies: u32) {
        let stranger = KeyPair::from_seed([200; 32]);
        for copy in 0..copies {
            let body = match what {
                Hostile::Garbage => Body::Garbage,
                Hostile::Forged => {
                    let name = format!("forged {number} {copy}");
                    let mut particle = self.particle(&stranger, &name, "(null)");
                    particle.init_peer_id = self.nodes[(to + 1) % self.nodes.len()].id.clone();
                    body(particle)
                }
                Hostile::BadScript => body(self.particle(&stranger, &format!("bad {number}"), "(seq (null)")),
                Hostile::SameId => {
                    let id = self.checks.last_id().unwrap_or_default().to_owned();
                    body(self.particle(&stranger, &id, "(null)"))
                }
                Hostile::Crowd => {
                    let key = KeyPair::from_seed([100 + copy as u8; 32]);
                    body(self.particle(&key, &format!("crowd {number}"), "(null)"))
                }
            };
            let message = Message {
                from: Sender::Stranger(stranger.peer_id()),
                to,
                body,
            };
            self.at(self.now + u64::from(copy) * MILLISECOND, Occurrence::Deliver(message));
        }
    }

    fn particle(&self, key: &KeyPair, id: &str, script: &str) -> Particle {
        Particle::sign(key, id, EPOCH + self.now / MILLISECOND, 5000, script)
    }
}

fn body(particle: Particle) -> Body {
    let (header, data) = Header::split(particle);
    Body::Particle {
        header: Arc::new(header),
        data: Bytes::from(data),
    }
}
