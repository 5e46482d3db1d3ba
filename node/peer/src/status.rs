//! What a peer is doing, in numbers.

use crate::peer::{Peer, Stage};

/// Counts of what there is on a peer at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Status {
    /// Whether it accepts particles.
    pub is_running: bool,
    /// Particles, each once per scope.
    pub particles: u64,
    /// Bytes that they retain, with frames that are being read.
    pub memory: u64,
    /// Jobs that run.
    pub jobs: u64,
    /// Calls that have started.
    pub calls: u64,
    /// Frames that are being sent.
    pub sends: u64,
    /// Signatures that are being checked.
    pub verifications: u64,
    /// Services that are being started.
    pub starts: u64,
    /// Connections.
    pub connections: u64,
    /// Accepted frames whose body has not arrived.
    pub offers: u64,
    /// Initiators.
    pub initiators: u64,
    /// Timers.
    pub timers: u64,
    /// Whether the storage has failed.
    pub storage_failed: bool,
}

impl Peer {
    /// Counts in O(1).
    pub fn status(&self) -> Status {
        Status {
            is_running: self.stage == Stage::Running,
            particles: self.actors.len() as u64,
            memory: self.memory,
            jobs: self.jobs.len() as u64,
            calls: self.calls.len() as u64,
            sends: self.sends.len() as u64,
            verifications: self.verifications.len() as u64,
            starts: self.starts.len() as u64,
            connections: self.connections.open.len() as u64,
            offers: self.connections.accepted.len() as u64,
            initiators: self.initiators.len() as u64,
            timers: self.timers.len() as u64,
            storage_failed: self.records.has_failed(),
        }
    }
}
